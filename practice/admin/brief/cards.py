"""What each card of the brief shows: limits and their reasons, what to ask, the last session, the curve, the plan."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from practice.admin import charts, courses, show
from practice.admin.brief import words
from practice.admin.brief.read import Brief
from practice.admin.courses import Item
from practice.admin.words import gettext
from practice.catalog.techniques import Technique, home_care, in_a_word
from practice.core.body import UNASSESSED, Place, Spot, all_places, names
from practice.intake.answers import OpenPoint
from practice.intake.kinds import QuestionKind
from practice.safety.queries.forms import LastForm
from practice.safety.rules import is_home_care_refused, limits
from practice.safety.rules_verdict import AskBecause, Outcome, PointLimit, Reason, Shown, Status, Verdict
from practice.sessions.content import HOW_TAKEN_LABELS, NoteContent, Override, WorkRow
from practice.sessions.items import pain_at, place_of_pain, scored
from practice.sessions.outcomes import SCALE, chance_band, pain_change
from practice.sessions.plan import FREQUENCIES, HomeTask, PlanContent

MOST_ROWS, MOST_QUESTIONS = 4, 3
CURVE = 92  # pixels: the first screen of a tablet holds the whole brief
MEASURE_CURVE = 64  # pixels, further down
MOST_CURVES, MOST_SCORE_CURVES = 6, 3  # of measures and of scores, the others are said: drawing takes a brief's time
WHOLE, MOST = len(all_places()), len(all_places()) * 2 // 5
ASK_HOW_IT_WAS = timedelta(days=21)


# --- where not, and how deep ------------------------------------------------------------------------------------------


@dataclass
class Limit:
    """One row of the list beside the map; `said` is everything that limits there, each sentence once."""

    key: str
    level: int | str
    reason: str
    places: list[Place | Spot] = field(default_factory=list)
    said: dict[tuple, Reason] = field(default_factory=dict, repr=False)
    label: str = ""
    is_new: bool = False

    @property
    def reasons(self) -> list[Reason]:
        return list(self.said.values())

    @property
    def href(self) -> str | None:
        return f"#{self.key}" if self.said else None


def limit_rows(verdict: Verdict, new_refs: frozenset[str]) -> list[Limit]:
    """The verdict's limits, those with one level and one short reason said together, strictest first."""
    rows: dict[tuple, Limit] = {}
    for level, places, reasons, told in _limited(verdict):
        reason = words.short_reason(reasons) or gettext("Not everything is known")
        row = rows.setdefault((level, reason), Limit(f"why-{len(rows) + 1}", level, reason))
        row.places += places
        for one in told:
            row.said.setdefault(_said(one), one)
        row.is_new = row.is_new or any(one.ref in new_refs for one in reasons)
    found = [row for row in rows.values() if not (row.level == UNASSESSED and not verdict.has_form)]
    found.sort(key=lambda row: all(one.kind in words.EVERYBODYS for one in row.reasons))  # the client's own first
    for row in found:
        if len(row.places) == WHOLE:
            row.label = gettext("Whole body")
        elif len(row.places) > MOST:
            row.label = gettext("Everywhere else")
        else:
            row.label = names(row.places, gettext)
    if not verdict.has_form and len(found) != len(rows):
        found.append(Limit("why-none", UNASSESSED, gettext("No form yet"), label=gettext("Everywhere else")))
    return found


def _limited(verdict: Verdict):
    """Each limit of regions and of points: the level, the places, what sets it and all that is told of it."""
    for entry in limits(verdict):
        # places share their lists of reasons, and lists their reasons
        lists = {id(ceiling.reasons): ceiling.reasons for ceiling in map(verdict.ceilings.get, entry.places)}
        told = {id(one): one for reasons in lists.values() for one in reasons}.values()
        yield UNASSESSED if entry.level is None else entry.level, entry.places, entry.reasons, told
    for spot, point in own_points(verdict).items():
        yield point.level, (spot,), point.reasons, point.reasons


def _said(reason: Reason) -> tuple:
    """What is read of a reason: the same for several regions is said once."""
    return reason.label, reason.why, reason.level, reason.words, reason.note, reason.since, reason.is_proposed


def own_points(verdict: Verdict) -> dict[Spot, PointLimit]:
    """Points that are this client's own; those of caution for everybody are in the list of reasons."""
    return {spot: point for spot, point in verdict.points.items() if point.is_own}


def also(verdict: Verdict) -> list[str]:
    """What no region of the map can say: how to lie, heat, techniques refused everywhere, the client's wish."""
    if verdict.shown_as is Shown.DO_NOT:
        return []
    found = [gettext(position.words) for position in verdict.positioning]
    if verdict.pregnancy_week:
        found.insert(0, gettext("Week %(week)s of pregnancy", week=verdict.pregnancy_week))
    found += [gettext("You decide: %(what)s", what=fact.words or fact.key or "") for fact in verdict.you_decide]
    if verdict.heat.status is Status.REFUSED:
        found.append(gettext("No heat"))
    elif verdict.heat.status is Status.WARNED or verdict.heat.refused_at:
        found.append(gettext("Heat with care"))
    wishes = {wish.level for wish in verdict.wishes.values()}
    if len(wishes) == 1:
        found.append(gettext("Wish: %(now)s", now=words.wish_words(wishes.pop())))
    refused = refused_techniques(verdict)
    if refused:
        few = ", ".join(refused[:3]) + (f" +{len(refused) - 3}" if len(refused) > 3 else "")
        found.append(gettext("Not at all: %(techniques)s", techniques=few))
    return found


def refused_techniques(verdict: Verdict) -> list[str]:
    """Techniques refused at any pressure for reasons of this client, in everyday words."""
    return [in_a_word(gettext(verdict.catalogue[key].label)) for key, one in verdict.techniques.items()
            if one.status is Status.REFUSED and any(reason.kind not in words.EVERYBODYS for reason in one.reasons)]


def technique_rows(verdict: Verdict) -> list[tuple[str, str]]:
    """(technique, "refused" or "with care" and the reasons) of everything a rule of this client speaks of."""
    rows = []
    for key, one in verdict.techniques.items():
        own = [reason for reason in one.reasons if reason.kind not in words.EVERYBODYS]
        if own and one.status is not Status.ALLOWED:
            word = gettext("refused") if one.status is Status.REFUSED else gettext("with care")
            why = (gettext(label) for label in list(dict.fromkeys(reason.label for reason in own))[:2])
            rows.append((gettext(verdict.catalogue[key].label), ", ".join((word, *why))))
    return rows


def allergies(verdict: Verdict) -> dict:
    """What the allergy panel shows: the names, and what is used instead or what happens."""
    facts = verdict.allergies
    instead = [gettext("Use %(product)s.", product=fact.use_instead) for fact in facts if fact.use_instead]
    said = dict.fromkeys(fact.reaction for fact in facts if fact.reaction)
    reacts = [f"{one}." for one in said] if len(said) == 1 else [f"{fact.substance}: {fact.reaction}." for fact in facts
                                                                 if fact.reaction]
    severe = [gettext("%(substance)s was an emergency.", substance=fact.substance) for fact in facts if fact.severity]
    lines = " ".join(dict.fromkeys((*severe, *instead, *reacts)))
    return {"names": ", ".join(fact.substance for fact in facts), "instead": words.clip(lines, 90)}


# --- to decide, to read, to ask ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Open:
    """A question of a form that is still open: `said` is what the client wrote there, "" where nothing was said."""

    submission_id: int
    key: str
    question: str
    said: str = ""


def to_read(brief: Brief) -> list[Open]:
    """Own words of the client that no therapist has read."""
    return [Open(form.submission.id, point.question_key, point.words, said(form, point))
            for form in _forms(brief) for point in form.completeness.unread]


def to_ask(brief: Brief) -> list[Open]:
    """What the forms left open, "don't know" included, and pain nobody was asked about."""
    found = []
    for form in _forms(brief):
        state = form.completeness
        points = (*state.required_missing, *state.asked_at_visit, *state.dont_know, *state.unanswered)
        found += [Open(form.submission.id, point.question_key, point.words, words.places(point.places))
                  for point in points]
    return found + _pain_to_ask(brief)


def _pain_to_ask(brief: Brief) -> list[Open]:
    marks = [mark.place for mark in brief.known.facts.pains if mark.is_acute is None]
    form = next((one for one in brief.known.forms if one.feeds("pain")), None)
    if not marks or form is None:
        return []
    key = next(question.key for question in form.definition.questions() if question.feeds == "pain")
    return [Open(form.submission.id, key, gettext("Is this pain new, sudden or after an injury?"), words.places(marks))]


def _forms(brief: Brief) -> list[LastForm]:
    return list(brief.known.left_open)


def said(form: LastForm, point: OpenPoint) -> str:
    """An answer in plain words: a text as it is, medicines one after the other."""
    value = form.answers.get(point.question_key)
    if isinstance(value, list):
        rows = [" ".join(str(row.get(name) or "") for name in ("name", "dose")).strip() if isinstance(row, dict)
                else str(row) for row in value]
        return "; ".join(row or gettext("a photo") for row in rows)
    return str(value or "")


def question_of(brief: Brief, key: str) -> str:
    """The question an answer belongs to, in the form's own words."""
    for form in brief.known.forms:
        for question in form.definition.questions():
            if question.key == key:
                return question.label
    return ""


# --- the last session, the curve, the plan ----------------------------------------------------------------------------


def work_rows(content: NoteContent, techniques: Mapping[str, Technique]) -> list[dict]:
    """What was done: the same work on both sides said once, its minutes together."""
    groups: dict[tuple, list[WorkRow]] = {}
    for row in content.rows:
        groups.setdefault((row.place.region, row.technique, row.pressure), []).append(row)
    return [{"places": words.places({row.place for row in rows}), "level": pressure,
             "technique": in_a_word(gettext(techniques[key].label)) if key in techniques else key,
             "minutes": sum(row.minutes for row in rows)} for (_region, key, pressure), rows in groups.items()]


def how_taken(content: NoteContent) -> str:
    """How it was taken, what was found, and pain before and after."""
    label = HOW_TAKEN_LABELS.get(content.how_taken)
    parts = [gettext(label) if label else "", words.clip(content.assessment, 80)]
    if content.pain_before is not None and content.pain_after is not None:
        parts.append(gettext("Pain %(before)s → %(after)s", before=content.pain_before, after=content.pain_after))
    return ". ".join(part.rstrip(".") for part in parts if part) + ("." if any(parts) else "")


def what_anyway(one: Override) -> str:
    """Where the therapist went ahead against which limit, or with what at home."""
    care = [gettext(home_care()[key].label) if key in home_care() else key for key in one.home_care]
    against = ", ".join(gettext(label) for label in one.labels)
    return (", ".join(care) or words.places(one.places)) + (f" ({against})" if against else "")


@dataclass(frozen=True)
class Curve:
    """Pain at one place over the visits, oldest first; `change` compares the first answer with the newest."""

    place: Place
    chart: charts.Outcome
    first: int
    latest: int
    change: object


def curve(brief: Brief) -> Curve | None:
    """The place the latest note measured, over the last visits and what today's form says of it."""
    told = [(note, scored(content)) for note, content in brief.notes]
    place = next((place for _note, said in told for name, one in said.items()
                  if one.before is not None and (place := place_of_pain(name))), None)
    if place is None:
        return None
    visits = [charts.Visit(show.day_short(note.on_date), one.before, one.after)
              for note, said in reversed(told) if (one := said.get(pain_at(place)))]
    today = next((mark.score for mark in brief.known.facts.pains if mark.place == place), None)
    if brief.is_form_of_the_day and today is not None:
        visits = [*visits[-5:], charts.Visit(gettext("today"), today, None)]
    answers = [visit.before for visit in visits if visit.before is not None]
    drawn = charts.outcome(visits, scale=SCALE, band=chance_band(answers[0]), plot=CURVE)
    return Curve(place, drawn, answers[0], answers[-1], pain_change(answers[0], answers[-1]))


def items(brief: Brief, shown: Curve | None) -> list[Item]:
    """The 0–10 items in the last notes that were asked for twice; not the curve that is `shown`."""
    return courses.repeated(brief.notes, MEASURE_CURVE, MOST_SCORE_CURVES, but=pain_at(shown.place) if shown else "")


def plan(brief: Brief) -> list[str]:
    """Goals of the form, the plan of the last note, when to come back, what to do at home."""
    found = _planned(brief.care_plan, brief.known.verdict) or _goals(brief)
    if brief.notes:
        note, content = brief.notes[0]
        if content.plan.strip():
            found.append(words.clip(content.plan, 110))
        if content.back_in_days:
            back = note.on_date + timedelta(days=content.back_in_days)
            found.append(gettext("Meant to come back about %(day)s", day=show.day_short(back)))
        for key, dose in content.home_care[:2]:
            item = home_care().get(key)
            found.append(gettext("Home: %(what)s", what=", ".join(
                part for part in (gettext(item.label) if item else key, gettext(dose) if dose else "") if part)))
    return found


def _planned(content: PlanContent, verdict: Verdict) -> list[str]:
    """The plan of care in a few lines: goals, rhythm and day to look again, what is done at home."""
    days = [gettext(FREQUENCIES[content.frequency][0])] if content.frequency else []
    if content.reassess_on:
        days.append(gettext("look again on %(day)s", day=show.day_short(content.reassess_on)))
    home = [_at_home(task, verdict) for task in content.home_care[:2] if task.key in home_care()]
    return [line for line in (words.clip("; ".join(content.goals), 110), " · ".join(days), *home) if line]


def _at_home(task: HomeTask, verdict: Verdict) -> str:
    label = gettext(home_care()[task.key].label)
    # Going over the whole body takes its time: what names no place is looked at where much may be closed.
    is_looked_at = task.places or verdict.outcome in (Outcome.DO_NOT_TREAT, Outcome.NEEDS_CLEARANCE)
    if is_looked_at and is_home_care_refused(verdict, task.key, task.places):
        return gettext("Home: %(what)s: not for this client now", what=label)
    return gettext("Home: %(what)s", what=", ".join((label, gettext(task.dose))))


def _goals(brief: Brief) -> list[str]:
    """What the client would like from the visits: options of the question of that name."""
    form = brief.known.form
    if form is None:
        return []
    for question in form.definition.questions():
        if question.key == "goals" and question.kind is QuestionKind.MULTI_CHOICE:
            picked = form.answers.get("goals") or []
            labels = [option.label for option in question.options if option.key in picked]
            return [", ".join(labels)] if labels else []
    return []


def ask_today(brief: Brief) -> list[str]:
    """What to ask before the work begins: what is asked at each visit and was not today, conditions that have aged,
    don't knows, how the days after were."""
    verdict, asked = brief.known.verdict, []
    if brief.is_check_due:
        asked.append(gettext("The questions before each visit: not answered for today"))
    for one in verdict.ask_again:
        if one.because is not AskBecause.UNDECIDED:
            label = gettext(one.label)
            asked.append(f"{label}: {gettext(one.questions[0])}" if one.questions else gettext("Still: %(label)s?",
                                                                                             label=label))
    asked += [words.clip(one.question, 70) + (f" ({one.said})" if one.said else "") for one in to_ask(brief)]
    if brief.notes and _is_recent(brief.notes[0][0].on_date, brief.on):
        asked.append(gettext("How were the two days after the last session?"))
    return list(dict.fromkeys(asked))


def _is_recent(last: date, on: date) -> bool:
    return timedelta(0) <= on - last <= ASK_HOW_IT_WAS
