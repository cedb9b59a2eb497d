"""What the editor of a note shows: limits, rows with what stands against them, the last note beside the new one."""
import json
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext

from practice.admin.auth import current_actor
from practice.admin.notes.form import (
    MOST_HOME_CARE,
    MOST_SCORES,
    PAIN_BOXES,
    SCORE_BOXES,
    NoteForm,
    typed_lines,
    wrong_figures,
)
from practice.catalog.techniques import by_kind, home_care, in_a_word, order_hints, placed
from practice.core.body import Place, all_places, join_sides
from practice.safety.queries.book import rulebook
from practice.safety.queries.known import Known
from practice.safety.queries.rows import reviewed_at
from practice.safety.rules import Verdict, home_care_keeps_off, levels
from practice.safety.rules_verdict import EVERYBODYS, ProblemKind, Shown
from practice.schedule.models import Appointment
from practice.sessions.checking import Cause, against_home_care, causes_of, problems_of
from practice.sessions.content import AFTER_LABELS, SAID_LABELS, NoteContent, Score
from practice.sessions.items import item_name, place_of_pain, scored
from practice.sessions.measures import SESSION_ITEMS
from practice.sessions.models import SessionNote
from practice.sessions.plan import PlanContent, compared
from practice.sessions.queries import notes as reading
from practice.sessions.queries.plans import care_plan_of

USUAL_DEPTH = 3
USUAL_MINUTES = 10
FREE_SCORES = 2
MOST_CHIPS, FEWEST_CHIPS = 5, 3
SORE = ("sore", "worse")
PLAIN_CHIPS = ("effleurage", "petrissage", "friction")
# Limits everybody has are on the map; the badges beside the name are for what is this client's own.


@dataclass(frozen=True)
class Setting:
    """All that is read for the editor in one go, after the reading was recorded."""

    appointment: Appointment
    note: SessionNote | None
    known: Known
    last: SessionNote | None
    last_content: NoteContent
    reviewed_at: object
    plan: PlanContent
    before_on: date | None


def read_setting(appointment: Appointment, note: SessionNote | None) -> Setting:
    """What the editor of this appointment's note stands on."""
    last = next(iter(reading.last_notes(appointment.client_id, 1, before=appointment.starts_at)), None)
    return Setting(appointment, note, reading.judged_by(appointment), last,
                   reading.content_of(last),
                   reviewed_at(appointment.client_id, appointment.id, current_actor().user_id),
                   care_plan_of(appointment.client_id), reading.visit_before(appointment))


def apply(content: NoteContent, do: str, setting: Setting) -> NoteContent:
    """A button of the editor: take out a row, lower a cause to its limit, the last note's rows or words."""
    verb, _sep, what = do.partition("-")
    if verb == "same":
        return content.same_work_as(setting.last_content) if setting.last else content
    if verb == "planned":
        return content.as_planned(setting.plan.rows) if setting.plan.rows else content
    if verb == "copy" and setting.last:
        try:
            return content.copy_of(what, setting.last_content)
        except KeyError:
            return content
    if verb == "remove" and what.isascii() and what.isdigit() and len(what) < 4:
        return replace(content, rows=tuple(row for number, row in enumerate(content.rows) if number != int(what)))
    if verb == "lower":
        return _back_to_the_limit(content, setting, what)
    return content


def _back_to_the_limit(content: NoteContent, setting: Setting, cause_key: str) -> NoteContent:
    """The rows of one cause at the limit; where there is no level to go back to, without them and its home care."""
    cause = next((one for one in causes(content, setting) if one.key == cause_key), None)
    if cause is None:
        return content
    level_at = {one.index: one.problem.level for one in cause.found if one.row}
    rows = []
    for number, row in enumerate(content.rows):
        if number not in level_at:
            rows.append(row)
        elif cause.kind is ProblemKind.TOO_DEEP and level_at[number]:
            rows.append(replace(row, pressure=level_at[number]))
    return replace(content, rows=tuple(rows),
                   home_care=tuple(item for item in content.home_care if item[0] not in cause.home_care))


def causes(content: NoteContent, setting: Setting) -> list[Cause]:
    return causes_of(problems_of(content, judged(content, setting)), content.reasons)


def judged(content: NoteContent, setting: Setting) -> Verdict:
    """The verdict over what is known, with the products the note names."""
    return setting.known.verdict_with(content.product_names)


def work(content: NoteContent, setting: Setting, missing: frozenset[str] = frozenset()) -> dict:
    """What the part with the rows shows; `missing` are the causes a signature was refused for."""
    problems = problems_of(content, judged(content, setting))
    against, careful = {}, {}
    for one in problems:
        if one.row is None:
            continue
        (against if one.problem.needs_reason else careful).setdefault(one.index, []).append(one.problem)
    return {
        "content": content, "causes": causes_of(problems, content.reasons), "missing": missing,
        "against": against, "careful": careful,
        "hints": order_hints(((row.technique, row.pressure) for row in content.rows), rulebook().techniques),
        "worked": content.worked(), "short": short, "planned": planned_minutes(setting.appointment),
        "home_care": home_care(), "keeps_off": keeps_off(content, setting),
        "off_plan": [one for one in compared(setting.plan.rows, content.rows) if not one.is_as_planned],
    }


def page(content: NoteContent, form: NoteForm, setting: Setting) -> dict:
    """What the rest of the editor shows."""
    verdict = setting.known.verdict
    chips = technique_chips(content, setting)
    return {
        "form": form, "s": setting, "appointment": setting.appointment, "note": setting.note,
        "client": setting.appointment.client, "verdict": verdict, "levels": levels(verdict), "chips": chips,
        "techniques": by_kind(placed(rulebook().techniques)), "usual": json.dumps(usual_rows(setting)),
        "refused": json.dumps(refused_places(verdict)), "closed": closed_places(verdict),
        "allergies": [fact.substance for fact in verdict.allergies],
        "shown_as": verdict.shown_as if verdict.shown_as not in (Shown.GO_AHEAD, Shown.LIMITS) else None,
        "care_rows": [*content.home_care, ("", "")][:MOST_HOME_CARE],
        "most": {"care": MOST_HOME_CARE, "score": MOST_SCORES, "said": MOST_SCORES, "pain": MOST_SCORES},
        "snippets": [(row.field, row.id, json.loads(row.content)["title"]) for row in reading.snippets()],
        "session_items": SESSION_ITEMS, "score_rows": score_rows(content), "wrong": {},
        "pain_rows": pain_rows(content), "pain_places": pain_places(content, setting),
        "said_rows": [*content.said, ("", "")][:MOST_SCORES], "said_labels": SAID_LABELS, "after_labels": AFTER_LABELS,
        "tolerance": tolerance(setting), "sore": SORE, "before_on": setting.before_on,
    }


def score_rows(content: NoteContent) -> list[tuple[str, str, str]]:
    """The 0–10 items of the note as their boxes show them, and free lines; pain at a place has lines of its own."""
    there = [(item_name(one.name, gettext), *_boxes(one)) for one in content.scores if place_of_pain(one.name) is None]
    return [*there, *[("", "", "")] * FREE_SCORES][:MOST_SCORES]


def pain_rows(content: NoteContent) -> list[tuple[str, str, str]]:
    """Pain at further places as its boxes show it, and a free line."""
    there = [(str(place), *_boxes(one)) for one in content.scores if (place := place_of_pain(one.name))]
    return [*there, ("", "", "")][:MOST_SCORES]


def _boxes(one: Score) -> tuple[str, ...]:
    return tuple("" if figure is None else str(figure) for figure in (one.before, one.after))


def pain_places(content: NoteContent, setting: Setting) -> list[Place]:
    """Where pain is likely to be asked about: where it was last time, where the client marked it, where was worked."""
    last = (place_of_pain(name) for name in scored(setting.last_content))
    there = (*last, *(mark.place for mark in setting.known.facts.pains), *(row.place for row in content.rows))
    return [place for place in dict.fromkeys(there) if place]


def typed_rows() -> dict:
    """The lists of the page as they were typed, with what is wrong in them: they could not be kept."""
    return {"score_rows": typed_lines(*SCORE_BOXES) or score_rows(NoteContent()),
            "pain_rows": typed_lines(*PAIN_BOXES) or pain_rows(NoteContent()),
            "said_rows": typed_lines("said", "said_words") or [("", "")],
            "care_rows": typed_lines("care_key", "care_dose") or [("", "")], "wrong": wrong_figures()}


def tolerance(setting: Setting) -> str:
    """What sore days after the last visit suggest; it changes nothing by itself. Nothing is known without its note."""
    if not setting.last_content.rows or setting.last.on_date != setting.before_on:
        return ""
    deepest = max(row.pressure for row in setting.last_content.rows)
    return gettext("Last time the deepest was %(level)s. Perhaps one lighter today.", level=deepest)


def planned_minutes(appointment: Appointment) -> int:
    return int((appointment.ends_at - appointment.starts_at).total_seconds() // 60)


def short(key: str) -> str:
    """A technique in one word where its label has one: "Petrissage (kneading)" is "Kneading"."""
    technique = rulebook().techniques.get(key)
    return in_a_word(gettext(technique.label)) if technique else key


def technique_chips(content: NoteContent, setting: Setting) -> list[str]:
    """The treatment's usual techniques; where they are few, those of this note and the last one, and plain strokes."""
    usual = setting.appointment.treatment.usual_techniques
    others = [row.technique for row in (*content.rows, *setting.last_content.rows)]
    there = placed(rulebook().techniques)
    known = [key for key in dict.fromkeys((*usual, *others, *PLAIN_CHIPS)) if key in there]
    return known[:min(MOST_CHIPS, max(FEWEST_CHIPS, len(usual)))]


def usual_rows(setting: Setting) -> dict[str, list]:
    """Text key of each place -> what the editor offers there: depth, technique, minutes, by the last note or the plan.

    Where neither says anything the depth alone: technique and minutes stay as they were last chosen in this visit.
    """
    known = {}
    for row in (*setting.last_content.rows, *setting.plan.rows):
        known.setdefault(row.place, [row.pressure, row.technique, row.minutes])
    return {str(place): known.get(place) or [_offered_depth(setting, place)] for place in all_places()}


def _offered_depth(setting: Setting, place: Place) -> int:
    """The depth the client wishes, medium without a wish, never past the limit, never less than skin only."""
    wish, ceiling = setting.known.verdict.wishes.get(place), setting.known.verdict.ceilings[place].level
    wanted = wish.level if wish else USUAL_DEPTH
    return max(1, wanted if ceiling is None else min(wanted, ceiling))


def refused_places(verdict) -> dict[str, list[str] | str]:
    """Technique -> the places that refuse it, "*" for all of them."""
    everywhere = len(all_places())
    return {key: "*" if len(answer.refused_at) == everywhere else [str(place) for place in answer.refused_at]
            for key, answer in verdict.techniques.items() if answer.refused_at and verdict.catalogue[key].is_placed}


def closed_places(verdict) -> list[str]:
    """Names of the places closed for this client: both sides of a region said once, the whole body in one word."""
    closed = [place for place, ceiling in verdict.ceilings.items()
              if ceiling.level == 0 and any(reason.kind not in EVERYBODYS for reason in ceiling.set_by)]
    if len(closed) == len(all_places()):
        return [gettext("Everywhere")]
    return [one.label(gettext) if isinstance(one, Place) else gettext(one.label) for one in join_sides(closed)]


def keeps_off(content: NoteContent, setting: Setting) -> dict[str, list[Place]]:
    """Key of the home care given along -> where it must not be used; what needs a reason as a whole says so itself."""
    verdict = setting.known.verdict
    return {key: home_care_keeps_off(verdict, key) for key, _dose in content.home_care
            if against_home_care(verdict, key) is None}
