"""Gathering what is known of a client, and the verdict over it."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from practice.clients.models import Client
from practice.core.db import db
from practice.core.errors import NotFound
from practice.intake.answers import Completeness, completeness
from practice.intake.definition import FormDefinition
from practice.intake.models import Submission
from practice.intake.queries import answers_of, definition_of, latest_submission
from practice.safety import proposals as named
from practice.safety.content import ConditionContent, ProfileContent
from practice.safety.models import BriefReview, Condition, ConditionState, ConsequenceRow, SafetyProfile
from practice.safety.rulebook import Rulebook, shipped
from practice.safety.rules import (
    AllergyFact,
    ConditionStatus,
    Facts,
    IntakeFact,
    Limit,
    PainMark,
    Request,
    Verdict,
    Wish,
    assess,
)
from practice.safety.rules_verdict import Consequence


def rulebook() -> Rulebook:
    """The rulebook in force."""
    return shipped()


@dataclass(frozen=True)
class LastForm:
    """The newest form of a client, opened."""

    submission: Submission
    definition: FormDefinition
    answers: dict
    completeness: Completeness


@dataclass(frozen=True)
class Known:
    """All that is known of a client's safety on a day, and the verdict over it."""

    client_id: int
    conditions: tuple[tuple[Condition, ConditionContent], ...]
    profile: ProfileContent
    form: LastForm | None
    facts: Facts
    verdict: Verdict

    @property
    def to_decide(self) -> list[tuple[Condition, ConditionContent]]:
        return [pair for pair in self.conditions if pair[0].state is ConditionState.PROPOSED]

    @property
    def active(self) -> list[tuple[Condition, ConditionContent]]:
        return [pair for pair in self.conditions if pair[0].state is ConditionState.ACCEPTED]


def conditions_of(client_id: int, *states: ConditionState) -> list[Condition]:
    """A client's conditions in these states (all when none is named), oldest first."""
    chosen = select(Condition).where(Condition.client_id == client_id).order_by(Condition.id)
    if states:
        chosen = chosen.where(Condition.state.in_(states))
    return list(db.session.scalars(chosen))


def get_condition(condition_id: int) -> Condition:
    """Raises NotFound."""
    row = db.session.scalars(select(Condition).where(Condition.id == condition_id)).first()
    if row is None:
        raise NotFound()
    return row


def profile_row(client_id: int) -> SafetyProfile | None:
    return db.session.scalars(select(SafetyProfile).where(SafetyProfile.client_id == client_id)).first()


def last_form(client_id: int, on: date, profile: ProfileContent) -> LastForm | None:
    submission = latest_submission(client_id)
    if submission is None:
        return None
    definition, answers = definition_of(submission.form_version), answers_of(submission)
    read = profile.read_keys(submission.id)
    return LastForm(submission, definition, answers, completeness(definition, answers, on=on, read=read))


def known(client_id: int, on: date, requested: Request | None = None) -> Known:
    """Everything about a client's safety on day `on`, through the row rule of the chart. Raises NotFound."""
    born_on = _born_on(client_id)
    live = (ConditionState.PROPOSED, ConditionState.ACCEPTED)
    conditions = tuple((row, ConditionContent.from_json(row.content)) for row in conditions_of(client_id, *live))
    row = profile_row(client_id)
    profile = ProfileContent.from_json(row.content if row else None)
    form = last_form(client_id, on, profile)
    facts = _facts(on, born_on, conditions, profile, form, requested or Request())
    return Known(client_id, conditions, profile, form, facts, assess(facts, rulebook()))


def _born_on(client_id: int) -> date | None:
    row = db.session.execute(select(Client.id, Client.born_on).where(Client.id == client_id)).first()
    if row is None:
        raise NotFound()
    return row.born_on


def _age(born_on: date | None, on: date) -> int | None:
    if born_on is None:
        return None
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _facts(on, born_on, conditions, profile, form, requested) -> Facts:
    return Facts(
        on=on, age=_age(born_on, on),
        conditions=tuple(content.fact(is_proposed=row.state is ConditionState.PROPOSED, ref=str(row.id))
                         for row, content in conditions),
        pains=_pains(form, on), allergies=_allergies(profile, form, on),
        allergies_asked_on=_asked_on(profile, form, on),
        wishes=(*profile.wishes, *_wishes(profile, form, on)),
        never_more_than=(*profile.never_more_than, *_never_more(form, on)),
        therapist_limits=profile.therapist_limits, consents=profile.consents, clearances=profile.clearances,
        intake=_intake(form), requested=requested)


def _intake(form: LastForm | None) -> IntakeFact:
    return named.intake_fact(form.completeness, form.submission.valid_until_on) if form else IntakeFact()


def _pains(form: LastForm | None, on: date) -> tuple[PainMark, ...]:
    return tuple(named.pain_marks(form.definition, form.answers, on)) if form else ()


def _allergies(profile: ProfileContent, form: LastForm | None, on: date) -> tuple[AllergyFact, ...]:
    """Those a therapist has taken down, and those the form names that nobody has decided yet."""
    decided = {fact.substance.casefold() for fact in profile.allergies}
    decided |= {substance.casefold() for substance in profile.allergies_refused}
    fresh = named.allergies_named(form.definition, form.answers, on) if form else ()
    return (*profile.allergies, *(
        AllergyFact(item.substance, item.severity, item.reaction, status=ConditionStatus.PROPOSED)
        for item in fresh if item.substance.casefold() not in decided))


def _asked_on(profile: ProfileContent, form: LastForm | None, on: date) -> date | None:
    if form and named.were_allergies_asked(form.definition, form.answers, on):
        asked = form.submission.submitted_at.date()
        return max(asked, profile.allergies_asked_on or asked)
    return profile.allergies_asked_on


def _wishes(profile: ProfileContent, form: LastForm | None, on: date) -> list[Wish]:
    if form is None or profile.wishes:  # what was asked at a visit is newer than the form
        return []
    return [Wish(item.level, item.place, item.words) for item in named.wishes_named(form.definition, form.answers, on)]


def _never_more(form: LastForm | None, on: date) -> list[Limit]:
    if form is None:
        return []
    return [Limit(item.level, item.place, item.words, f"form:{item.question_key}")
            for item in named.never_more_named(form.definition, form.answers, on)]


def consequences_of(client_ids: Iterable[int]) -> dict[int, tuple[Consequence, ...]]:
    """What the desk must know of these clients, never why."""
    found: dict[int, tuple[Consequence, ...]] = {}
    rows = db.session.execute(select(ConsequenceRow.client_id, ConsequenceRow.kind)
                              .where(ConsequenceRow.client_id.in_(list(client_ids))).order_by(ConsequenceRow.kind))
    for client_id, kind in rows:
        found[client_id] = (*found.get(client_id, ()), Consequence(kind))
    return found


def last_review(client_id: int, appointment_id: int) -> BriefReview | None:
    """When the brief was read before that appointment."""
    return db.session.scalars(
        select(BriefReview).where(BriefReview.client_id == client_id, BriefReview.appointment_id == appointment_id)
        .order_by(BriefReview.id.desc()).limit(1)).first()
