"""One part of a client's own form after the other: shown, kept, and gone on from."""
from dataclasses import replace

from flask import redirect, render_template, request
from flask_babel import gettext

from practice.access import guard
from practice.access.actor import system
from practice.core import body
from practice.core.db import transaction
from practice.core.errors import Invalid
from practice.files.kinds import LARGEST
from practice.files.models import FileKind
from practice.files.services import hand_in
from practice.intake.answers import AnswerProblem, chosen
from practice.intake.definition import Question, Section
from practice.intake.kinds import QuestionKind
from practice.intake.services import drafts, links, prefill
from practice.intake.words import met
from practice.kiosk import auth, fields
from practice.kiosk.auth import here
from practice.kiosk.sheet import Sheet, arrived, copy_key, load, locale, problems_in, wall_time, words_of

BLANK_ROWS = 2


def part(key):
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    sheet = load()
    notice = gettext("We filled in what you told us last time. Please look at each part and change what is different."
                     ) if request.args.get("filled") else ""
    return show_part(sheet, sheet.part(key), notice=notice)


def show_part(sheet: Sheet, section: Section, problems: list[AnswerProblem] = (), notice: str = "", status: int = 200,
              rows: int = BLANK_ROWS):
    number = sheet.parts.index(section) + 1
    return render_template(
        "kiosk/part.html", sheet=sheet, section=section, answers=sheet.answers, part=number,
        parts=len(sheet.parts) + 1, problems=words_of(problems, sheet.definition), notice=notice,
        open_keys={question.key for question, _follow in met(section, sheet.answers)}, chosen=chosen, blank_rows=rows,
        shown=fields.shown_text, action=here("answer", key=section.key), save_url=here("save", key=section.key),
        photo_url=here("photo", key=section.key),
        draft_key=copy_key(section.key), arrived=arrived(sheet), spots=spots(),
        has_places=any(one.kind is QuestionKind.REGIONS for one in fields.all_questions(section)),
        lang=sheet.definition.language, is_first=number == 1), status


def spots() -> list[tuple[body.Point, list[tuple[str, str]]]]:
    """The points of the list of places, each with the text key and the name of its sides."""
    return [(point, [(str(spot), spot.label(gettext)) for spot in (body.Spot(point.key, side) for side in point.sides)])
            for point in body.POINTS.values()]


def answer(key):
    """Keep what was typed, then go on, back, or show what is wrong; nothing typed is ever lost."""
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    actor, go, last, problems = auth.current_actor(), request.form.get("go", "next"), None, []
    try:
        with transaction():
            links.hold(actor, auth.device())  # what was saved elsewhere meanwhile is read first
            sheet, section = posted_part(key)
            if go == "next":
                problems = problems_in(sheet, section)
                last = None if problems else prefill.from_last_form(actor, sheet.definition, section, sheet.answers)
            target = {"back": sheet.before(section)}.get(go, sheet.after(section)) or section
            step = sheet.number_of(section if problems or go == "more" else target)
            drafts.save_draft(actor, last or sheet.answers, step=step)
            if medicines(section):
                drafts.drop_photos(actor, last or sheet.answers)
    except links.FormClosed:
        return auth.closed()
    except drafts.DraftTooBig as error:
        return show_part(sheet, section, [AnswerProblem("", error.message)], status=422)
    if problems:
        return show_part(sheet, section, problems, status=422)
    if go == "more":
        return show_part(sheet, section, rows=BLANK_ROWS + 1)
    if go == "next" and last is None:
        count_wrong_birth_date(sheet, section)
    if go == "next" and newly_open(sheet, section):
        return show_part(sheet, section, notice=gettext("Your answers opened a few more questions."))
    if go == "next" and sheet.after(section) is None:
        return redirect(here("review", after=key), 303)
    return redirect(here("part", key=target.key, after=key, **({"filled": 1} if last else {})), 303)


def posted_part(key) -> tuple[Sheet, Section]:
    """The form with this part as it was posted. Raises NotFound."""
    sheet = load()
    section = sheet.part(key)
    return replace(sheet, answers=fields.read_section(section, request.form, sheet.answers, locale())), section


def photo(key):
    """A photo in place of a list of medicines, kept with everything else that was typed on this part."""
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    actor = auth.current_actor()
    try:
        with transaction():
            links.hold(actor, auth.device())  # an autosave under way ends first
            sheet, section = posted_part(key)
            found = sheet.answers
            taken = [(one, upload) for one in medicines(section)
                     for upload in request.files.getlist(fields.photo_name(one)) if upload]
            for question, upload in taken:
                uid = hand_in(actor, actor.client_id, upload.read(LARGEST + 1), kind=FileKind.MEDICINES,
                              record="intake_link", record_id=actor.link_id)
                found[question.key] = [*found.get(question.key, []), {"file": uid}]
            drafts.save_draft(actor, found, step=sheet.number_of(section))
    except links.FormClosed:
        return auth.closed()
    except Invalid as error:
        problem = AnswerProblem(taken[0][0].key, gettext(error.message, **error.params))
        return show_part(sheet, section, [problem], status=422)
    return redirect(here("part", key=section.key) + (f"#q-{taken[0][0].key}" if taken else ""), 303)


def medicines(section: Section) -> list[Question]:
    return [one for one in fields.all_questions(section) if one.kind is QuestionKind.MEDICINES]


def count_wrong_birth_date(sheet: Sheet, section: Section) -> None:
    """A birth date that is not the client's own is counted where there is something of last time to protect."""
    actor = auth.current_actor()
    is_asked = "birth_date" in sheet.answers and "birth_date" in {question.key for question in section.questions}
    if is_asked and not prefill.is_own_birth_date(actor, sheet.answers) and prefill.has_last_form(actor):
        with guard.acting(system("a wrong birth date", address=actor.address)), transaction():
            links.count_failure(actor.link_id)


def newly_open(sheet: Sheet, section: Section) -> bool:
    """Whether answers opened follow-ups that this person, without scripts, has not seen yet."""
    if request.form.get("js"):
        return False
    seen = set(request.form.getlist("seen"))
    return any(is_follow_up and question.key not in seen for question, is_follow_up in met(section, sheet.answers))


def save(key):
    """Every few seconds, by script: the part as it stands, checked later.

    A photo that came while this was under way is not on the page that was sent: it stays until the part is left.
    """
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    actor = auth.current_actor()
    try:
        with transaction():
            links.hold(actor, auth.device())
            sheet = load()
            section = sheet.part(key)
            found = fields.read_section(section, request.form, sheet.answers, locale())
            for question in medicines(section):
                there = found.get(question.key, [])
                kept = [one for one in sheet.answers.get(question.key, ()) if "file" in one and one not in there]
                if kept:
                    found[question.key] = there + kept
            draft = drafts.save_draft(actor, found, step=sheet.number_of(section))
            saved_at = wall_time(draft.saved_at)
    except links.FormClosed:
        return {"error": "closed"}, auth.CLOSED_STATUS
    except drafts.DraftTooBig as error:
        return {"error": gettext(error.message)}, 413
    return {"saved_at": saved_at}
