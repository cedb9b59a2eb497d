"""The pages of a client's own form: welcome, one part after the other, the last look with the signature, thanks."""
import logging
import secrets
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale, gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from sqlalchemy.exc import DataError, StatementError
from werkzeug.exceptions import HTTPException, InternalServerError

from practice.access import guard
from practice.access.actor import system
from practice.clients.models import Client
from practice.core import body, clock
from practice.core.db import db, transaction
from practice.core.errors import DomainError, Forbidden, Invalid, NotFound
from practice.core.text import _
from practice.files.kinds import LARGEST
from practice.files.models import FileKind
from practice.files.services import hand_in
from practice.intake.answers import NONE_OF_THESE, AnswerProblem, chosen, validate_answers
from practice.intake.definition import FormDefinition, Section, is_minor, visible_sections
from practice.intake.kinds import WITH_OPTIONS, QuestionKind
from practice.intake.queries import answers_of, definition_of, get_form
from practice.intake.services import drafts, links, prefill
from practice.intake.services.submissions import AnswersMissing
from practice.intake.signature import clean
from practice.intake.states import LinkState
from practice.intake.words import met, told
from practice.kiosk import auth, fields
from practice.premises.queries import the_practice
from practice.safety.services.receiving import receive_form

log = logging.getLogger("practice")
kiosk = Blueprint("kiosk", __name__, url_prefix="/f/<secret>")
kiosk.url_value_preprocessor(auth.take_secret)
kiosk.before_request(auth.enter)
kiosk.context_processor(auth.practice_frame)

BLANK_ROWS = 2


@dataclass(frozen=True)
class Sheet:
    """The form as it stands on this device: its parts, the answers so far, and the part that was open last."""

    definition: FormDefinition
    answers: dict[str, Any]
    step: int
    saved_at: str
    today: date

    @property
    def parts(self) -> tuple[Section, ...]:
        """The parts this person meets that ask something beside the signature."""
        return tuple(section for section in visible_sections(self.definition, self.answers, self.today)
                     if any(question.kind is not QuestionKind.SIGNATURE for question in section.questions))

    def part(self, key: str) -> Section:
        """Raises NotFound."""
        for section in self.parts:
            if section.key == key:
                return section
        raise NotFound()

    def open_part(self) -> Section:
        """Where it was left."""
        here = self.definition.sections[: max(self.step, 0) + 1]
        return next((section for section in reversed(here) if section in self.parts), self.parts[0])

    def after(self, section: Section) -> Section | None:
        place = self.parts.index(section) + 1
        return self.parts[place] if place < len(self.parts) else None

    def before(self, section: Section) -> Section | None:
        place = self.parts.index(section)
        return self.parts[place - 1] if place else None

    def number_of(self, section: Section) -> int:
        return [one.key for one in self.definition.sections].index(section.key)


def load() -> Sheet:
    """The form of the address that was opened."""
    definition = definition_of(get_form(auth.current_link().form_version_id))
    draft, zone = drafts.own_draft(auth.current_actor()), the_practice().time_zone
    today = clock.local_date(clock.now(), zone)
    if draft is None:
        return Sheet(definition, {}, 0, "", today)
    return Sheet(definition, answers_of(draft), draft.step, wall_time(draft.saved_at), today)


def wall_time(instant) -> str:
    return clock.local(instant, the_practice().time_zone).strftime("%H:%M")


def locale() -> str:
    """The order in which dates are typed here: the reader's language, the practice's country."""
    return f"{get_locale().language}_{the_practice().country}"


def here(endpoint: str, **values) -> str:
    return url_for(f"kiosk.{endpoint}", secret=auth.secret(), **values)


# --- the first page -------------------------------------------------------------------------------------------------

@kiosk.get("", strict_slashes=False)
def welcome():
    """Shows what this is, and changes nothing. A device that is known goes on where it was left."""
    if auth.is_proven():
        sheet = load()
        return redirect(here("part", key=sheet.open_part().key), 303)
    return show_welcome()


def show_welcome(error: str = "", typed: str = "", status: int = 200):
    is_begun = auth.current_link().is_begun
    form = get_form(auth.current_link().form_version_id)
    # The first name helps a household tell its links apart; once begun, nothing is said before the birth date is.
    first_name = None if is_begun else db.session.scalar(select(Client.first_name))
    return render_template("kiosk/welcome.html", is_begun=is_begun, first_name=first_name, error=error, typed=typed,
                           title=form.title, intro=definition_of(form).intro, action=here("start")), status


@kiosk.post("", strict_slashes=False)
def start():
    """The first device begins; another one gives the birth date first."""
    if auth.is_proven():
        return redirect(here("welcome"), 303)
    actor, typed = auth.current_actor(), request.form.get("birth_date", "")
    try:
        with transaction():
            if auth.current_link().is_begun:
                device = links.continue_elsewhere(actor, typed[:80], locale=locale())
            else:
                device = links.begin(actor)
    except links.FormClosed:
        return auth.closed()
    except links.BirthDateWrong as error:
        if auth.current_link().is_begun:
            with guard.acting(system("a wrong birth date", address=actor.address)), transaction():
                links.count_failure(actor.link_id)
            return show_welcome(gettext(error.message), typed, 422)
        return redirect(here("welcome"), 303)  # another device was quicker
    except DomainError as error:
        return show_welcome(gettext(error.message, **error.params), typed,
                            429 if isinstance(error, links.TooManyTries) else 422)
    return auth.remember(redirect(here("welcome"), 303), device)


# --- one part after the other ---------------------------------------------------------------------------------------

@kiosk.get("/part/<key>")
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
        draft_key=f"form-{auth.current_link().link_id}-{section.key}", spots=spots(),
        has_places=any(one.kind is QuestionKind.REGIONS for one in fields.all_questions(section)),
        lang=sheet.definition.language, is_first=number == 1), status


def spots() -> list[tuple[body.Point, list[tuple[str, str]]]]:
    """The points of the list of places, each with the text key and the name of its sides."""
    return [(point, [(str(spot), spot.label(gettext)) for spot in (body.Spot(point.key, side) for side in point.sides)])
            for point in body.POINTS.values()]


@kiosk.post("/part/<key>")
def answer(key):
    """Keep what was typed, then go on, back, or show what is wrong; nothing typed is ever lost."""
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    sheet = load()
    section, go = sheet.part(key), request.form.get("go", "next")
    found = fields.read_section(section, request.form, sheet.answers, locale())
    sheet = Sheet(sheet.definition, found, sheet.step, sheet.saved_at, sheet.today)
    problems = problems_in(sheet, section) if go == "next" else []
    target = {"back": sheet.before(section)}.get(go, sheet.after(section)) or section
    step = sheet.number_of(section if problems or go == "more" else target)
    last = last_time(sheet, section) if go == "next" and not problems else None
    try:
        with transaction():
            drafts.save_draft(auth.current_actor(), last or found, step=step)
    except links.FormClosed:
        return auth.closed()
    except drafts.DraftTooBig as error:
        return show_part(sheet, section, [AnswerProblem("", error.message)], status=422)
    if problems:
        return show_part(sheet, section, problems, status=422)
    if go == "more":
        return show_part(sheet, section, rows=BLANK_ROWS + 1)
    if go == "next" and newly_open(sheet, section):
        return show_part(sheet, section, notice=gettext("Your answers opened a few more questions."))
    if go == "next" and sheet.after(section) is None:
        return redirect(here("review"), 303)
    return redirect(here("part", key=target.key, **({"filled": 1} if last else {})), 303)


@kiosk.post("/photo/<key>")
def photo(key):
    """A photo in place of a list of medicines, kept with everything else that was typed on this part."""
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    sheet = load()
    section, actor = sheet.part(key), auth.current_actor()
    found = fields.read_section(section, request.form, sheet.answers, locale())
    asked = [one for one in fields.all_questions(section) if one.kind is QuestionKind.MEDICINES]
    taken = [(one, upload) for one in asked for upload in request.files.getlist(fields.photo_name(one)) if upload]
    try:
        with transaction():
            for question, upload in taken:
                uid = hand_in(actor, actor.client_id, upload.read(LARGEST + 1), kind=FileKind.MEDICINES,
                              record="intake_link", record_id=actor.link_id)
                found[question.key] = [*found.get(question.key, []), {"file": uid}]
            drafts.save_draft(actor, found, step=sheet.number_of(section))
    except links.FormClosed:
        return auth.closed()
    except Invalid as error:
        sheet = Sheet(sheet.definition, found, sheet.step, sheet.saved_at, sheet.today)
        problem = AnswerProblem(taken[0][0].key, gettext(error.message, **error.params))
        return show_part(sheet, section, [problem], status=422)
    return redirect(here("part", key=section.key) + (f"#q-{taken[0][0].key}" if taken else ""), 303)


def last_time(sheet: Sheet, section: Section) -> dict[str, Any] | None:
    """What a returning client said last time, under what stands here, once the birth date is right."""
    actor = auth.current_actor()
    with transaction():
        found = prefill.from_last_form(actor, sheet.definition, section, sheet.answers)
    is_wrong = found is None and "birth_date" in sheet.answers and "birth_date" in {
        question.key for question in section.questions} and not prefill.is_own_birth_date(actor, sheet.answers)
    if is_wrong and prefill.has_last_form(actor):
        with guard.acting(system("a wrong birth date", address=actor.address)), transaction():
            links.count_failure(actor.link_id)
    return found


def newly_open(sheet: Sheet, section: Section) -> bool:
    """Whether answers opened follow-ups that this person, without scripts, has not seen yet."""
    if request.form.get("js"):
        return False
    seen = set(request.form.getlist("seen"))
    return any(is_follow_up and question.key not in seen for question, is_follow_up in met(section, sheet.answers))


def problems_in(sheet: Sheet, section: Section) -> list[AnswerProblem]:
    """What is wrong in this part; the signature has its own page."""
    signs = {question.key for question in sheet.definition.questions() if question.kind is QuestionKind.SIGNATURE}
    keys = {question.key for question, _follow in met(section, sheet.answers)} - signs | {f"group:{section.key}"}
    found = [problem for problem in validate_answers(sheet.definition, sheet.answers, on=sheet.today, final=True)
             if problem.question_key in keys]
    if sheet.answers.get(f"group:{section.key}") == NONE_OF_THESE and says_yes(sheet, section):
        found.insert(0, AnswerProblem(f"group:{section.key}",
                                      _("You chose “None of these” and named something too. Please take one back.")))
    return list({problem.question_key: problem for problem in reversed(found)}.values())[::-1]


def says_yes(sheet: Sheet, section: Section) -> bool:
    """Whether an answer of this part would propose something: "none of these" cannot be meant then."""
    for question, _follow in met(section, sheet.answers):
        picked = chosen(sheet.answers.get(question.key))
        options = [option for key in picked if question.kind in WITH_OPTIONS and (option := question.option(key))]
        if (question.proposes and "yes" in picked) or any(option.proposes for option in options):
            return True
    return False


def words_of(problems: list[AnswerProblem], definition: FormDefinition) -> list[dict]:
    """Each problem with its field, its label and its words, for the summary and the field."""
    labels = {question.key: question.label for question in definition.questions()}
    labels |= {f"group:{section.key}": gettext("None of these") for section in definition.sections}
    sections = {question.key: section.key for section in definition.sections
                for question in fields.all_questions(section)}
    return [{"key": problem.question_key, "label": labels.get(problem.question_key, ""),
             "section": sections.get(problem.question_key, problem.question_key.partition(":")[2]),
             "text": gettext(problem.message)} for problem in problems]


@kiosk.post("/save/<key>")
def save(key):
    """Every few seconds, by script: the part as it stands, checked later."""
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    sheet = load()
    section = sheet.part(key)
    found = fields.read_section(section, request.form, sheet.answers, locale())
    try:
        with transaction():
            draft = drafts.save_draft(auth.current_actor(), found, step=sheet.number_of(section))
            saved_at = wall_time(draft.saved_at)
    except links.FormClosed:
        return {"error": "closed"}, auth.CLOSED_STATUS
    except drafts.DraftTooBig as error:
        return {"error": gettext(error.message)}, 413
    return {"saved_at": saved_at}


# --- the last look, the signature, thanks ---------------------------------------------------------------------------

@kiosk.get("/review")
def review():
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    return show_review(load())


def show_review(sheet: Sheet, problems: list[AnswerProblem] = (), given: dict | None = None, status: int = 200):
    by = "guardian" if is_minor(sheet.answers, sheet.today) else "self"
    rows = told(sheet.definition, sheet.answers, on=sheet.today, translate=gettext,
                show_day=lambda day: format_date(day, "d MMMM y"))
    signs = [question.key for question in sheet.definition.questions() if question.kind is QuestionKind.SIGNATURE]
    problems = [replace(one, message=_("Please sign, or type your full name.")) if one.question_key in signs else one
                for one in problems]
    return render_template(
        "kiosk/review.html", sheet=sheet, told=rows, part=len(sheet.parts) + 1, parts=len(sheet.parts) + 1,
        problems=words_of(problems, sheet.definition), given=given or {"by": by, "typed": "", "strokes": []},
        last=sheet.parts[-1], action=here("send"), lang=sheet.definition.language, secret=auth.secret(),
        signature_keys=signs), status


@kiosk.post("/review")
def send():
    """Send the form: this spends the address. Pressed twice at once, it is sent once."""
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    sheet, given = load(), fields.read_signature(request.form)
    try:
        with transaction():
            receive_form(auth.current_actor(), sheet.answers, clean(given))
    except links.FormClosed:
        return redirect(here("thanks"), 303)  # the door says there whether it was sent
    except AnswersMissing as error:
        return show_review(sheet, error.problems, given, 422)
    return redirect(here("thanks"), 303)


@kiosk.get("/thanks")
def thanks():
    if auth.current_link().state is not LinkState.SPENT:
        return redirect(here("welcome"), 303)
    return make_response(render_template("kiosk/thanks.html", way=str(auth.current_link().way)))


# --- when something is refused --------------------------------------------------------------------------------------

def refused(code: int, title: str, text: str):
    return render_template("kiosk/error.html", title=title, text=text, back=here("welcome")), code


@kiosk.errorhandler(CSRFError)
def too_old(error):
    return refused(400, gettext("Please try again"),
                   gettext("This page was open too long or came from elsewhere. Go back, reload it, and try again."))


@kiosk.errorhandler(DomainError)
def domain_error(error):
    db.session.rollback()
    if isinstance(error, NotFound):
        return auth.closed()
    return refused(403 if isinstance(error, Forbidden) else 400, gettext("Please try again"),
                   gettext(error.message, **error.params))


@kiosk.errorhandler(HTTPException)
def http_error(error):
    if error.code == 404:
        return auth.closed()
    text = gettext("That is too big for this form.") if error.code == 413 else gettext("That did not work.")
    return refused(error.code or 400, gettext("Please try again"), text)


@kiosk.errorhandler(StatementError)
def bad_value(error):
    if isinstance(error, DataError) or isinstance(error.orig, OverflowError | UnicodeEncodeError):
        db.session.rollback()
        return refused(400, gettext("Please try again"), gettext("That did not work."))
    return server_error(error)


@kiosk.errorhandler(InternalServerError)
def server_error(error):
    db.session.rollback()
    number = secrets.token_hex(4)
    log.exception("error %s at %s %s", number, request.method, request.endpoint,
                  exc_info=getattr(error, "original_exception", None) or error)
    return refused(500, gettext("Something went wrong"),
                   gettext("It is not your fault. Please try again, or call us and give the number %(number)s.",
                           number=number))


def init_app(app: Flask) -> None:
    app.register_blueprint(kiosk)
