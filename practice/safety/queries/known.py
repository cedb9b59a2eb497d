"""Gathering what is known of clients, and the verdict over it."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import joinedload, load_only

from practice.clients.models import Client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import NotFound
from practice.intake.answers import Completeness, completeness
from practice.intake.definition import FormDefinition, birth_date
from practice.intake.models import VISIT_CHECK, FormVersion, Submission
from practice.intake.queries import answers_of, definition_of
from practice.premises.queries import the_practice
from practice.safety import proposals as named
from practice.safety.content import ConditionContent, ProfileContent
from practice.safety.models import Condition, ConditionState, SafetyProfile
from practice.safety.queries.book import rulebook
from practice.safety.rulebook import shipped
from practice.safety.rules import (
    AllergyFact,
    ConditionStatus,
    Facts,
    IntakeFact,
    Limit,
    PainMark,
    ProductFact,
    Request,
    Verdict,
    Wish,
    assess,
)
from practice.safety.rules_loosened import Loosened, loosened

CHECK_HOLDS_DAYS = 1
FORMS_EACH = 3  # of each kind of form, the newest: the present one and what it is compared with
LIVE = (ConditionState.PROPOSED, ConditionState.ACCEPTED)

# Today, the brief, the note and each of its savings ask for the same verdict: the last ones are kept, for about a day's
# clients of a practice. Other facts, another day or another rulebook are another question.
judged = lru_cache(maxsize=64)(assess)


@dataclass(frozen=True)
class LastForm:
    """A form of a client, opened. `completeness` leaves out what a therapist has read or asked since."""

    submission: Submission
    definition: FormDefinition
    answers: dict
    completeness: Completeness

    def feeds(self, what: str) -> bool:
        """Whether this form asks for it at all."""
        return self.definition.feeds(what)


@dataclass(frozen=True)
class Known:
    """All that is known of a client's safety on a day, and the verdict over it.

    `form` is the newest health history, `check` the day's check where there was one, `forms` every form read, newest
    first, `left_open` those with something still to read or to ask. `past` are conditions that ended or were put aside.
    """

    client_id: int
    conditions: tuple[tuple[Condition, ConditionContent], ...]
    past: tuple[Condition, ...]
    profile: ProfileContent
    profile_version: int
    profile_changed_at: datetime | None
    form: LastForm | None
    check: LastForm | None
    forms: tuple[LastForm, ...] = field(repr=False)
    left_open: tuple[LastForm, ...] = field(repr=False)
    facts: Facts = field(repr=False)
    verdict: Verdict = field(repr=False)

    @property
    def to_decide(self) -> list[tuple[Condition, ConditionContent]]:
        return [pair for pair in self.conditions if pair[0].state is ConditionState.PROPOSED]

    @property
    def active(self) -> list[tuple[Condition, ConditionContent]]:
        return [pair for pair in self.conditions if pair[0].state is ConditionState.ACCEPTED]

    @property
    def is_asked_for_the_day(self) -> bool:
        """Whether a check, or a health history that came in as lately, speaks of this day."""
        return self.check is not None or (self.form is not None and _is_fresh(self.form, self.facts.on))

    def verdict_with(self, products: Iterable[str]) -> Verdict:
        """The verdict with these products about to be used; the same one where there are none."""
        chosen = tuple(ProductFact(name) for name in products)
        if not chosen:
            return self.verdict
        return judged(replace(self.facts, requested=replace(self.facts.requested, products=chosen)), rulebook())

    def loosened(self) -> tuple[Loosened, ...]:
        """What the practice's own rules allow this client beyond the shipped rulebook."""
        if self.verdict.rulebook_version == shipped().version:
            return ()
        return loosened(judged(self.facts, shipped()), self.verdict)

    def seen(self) -> dict:
        """The versions of everything the verdict stands on: what a review or a signature is bound to."""
        return {"conditions": {str(row.id): row.version for row, _content in self.conditions},
                "profile": self.profile_version, "rulebook": self.verdict.rulebook_version,
                "forms": list(dict.fromkeys(form.submission.id for form in (self.form, self.check, *self.left_open)
                                            if form))}


def _newest_forms(ids: BindParameter) -> Select:
    order = (Submission.submitted_at.desc(), Submission.id.desc())
    rank = func.row_number().over(partition_by=(Submission.client_id, FormVersion.key), order_by=order)
    ranked = (select(Submission.id, rank.label("rank")).join(FormVersion, FormVersion.id == Submission.form_version_id)
              .where(Submission.client_id.in_(ids)).subquery())
    newest = select(ranked.c.id).where(ranked.c.rank <= FORMS_EACH)
    return (select(Submission).where(Submission.client_id.in_(ids), Submission.id.in_(newest)).order_by(*order)
            .options(load_only(Submission.client_id, Submission.form_version_id, Submission.submitted_at,
                               Submission.valid_until_on, Submission.uid, Submission._answers),
                     joinedload(Submission.form_version).load_only(FormVersion.content_hash)))


# Read for every brief and every signature, so built only once.
IDS = bindparam("ids", expanding=True)
BORN = (select(Client.id, Client.born_on, SafetyProfile)
        .outerjoin(SafetyProfile, SafetyProfile.client_id == Client.id).where(Client.id.in_(IDS)))
CONDITIONS = select(Condition).where(Condition.client_id.in_(IDS)).order_by(Condition.id)
NEWEST_FORMS = _newest_forms(IDS)


def known(client_id: int, on: date, requested: Request | None = None) -> Known:
    """Everything about a client's safety on day `on`, through the row rule of the chart. Raises NotFound."""
    found = known_of([client_id], on, requested)
    if client_id not in found:
        raise NotFound()
    return found[client_id]


def known_of(client_ids: Iterable[int], on: date, requested: Request | None = None) -> dict[int, Known]:
    """The same for several clients; four queries, whatever their number. Clients not to be seen are left out."""
    rows = db.session.execute(BORN, {"ids": sorted(set(client_ids))})
    return _known_of({row.id: (row.born_on, row.SafetyProfile) for row in rows}, on, requested)


def known_with(client: Client, profile: SafetyProfile | None, on: date) -> Known:
    """The same for a client who was read already, with the profile."""
    return _known_of({client.id: (client.born_on, profile)}, on)[client.id]


def _known_of(people: Mapping[int, tuple[date | None, SafetyProfile | None]], on, requested=None) -> dict[int, Known]:
    ids = sorted(people)
    conditions, forms = (_by_client(chosen, ids) for chosen in (CONDITIONS, NEWEST_FORMS))
    return {client_id: _known(client_id, born_on, on, conditions.get(client_id, []), profile, forms.get(client_id, []),
                              requested or Request())
            for client_id, (born_on, profile) in people.items()}


def _by_client(chosen, ids: list[int]) -> dict[int, list]:
    found: dict[int, list] = {}
    for row in db.session.scalars(chosen, {"ids": ids}):
        found.setdefault(row.client_id, []).append(row)
    return found


def _known(client_id, born_on, on, rows, profile_row_, submissions, requested) -> Known:
    live = tuple((row, ConditionContent.from_json(row.content)) for row in rows if row.state in LIVE)
    past = tuple(row for row in rows if row.state not in LIVE)
    profile = ProfileContent.from_json(profile_row_.content if profile_row_ else None)
    forms = tuple(_opened(row, profile) for row in submissions)
    form = next((one for one in forms if one.definition.key != VISIT_CHECK), None)
    check = next((one for one in forms if one.definition.key == VISIT_CHECK and _is_fresh(one, on)), None)
    left_open = _left_open(forms, form, check)
    facts = _facts(on, born_on, live, profile, forms, form, left_open, requested)
    version, changed_at = (profile_row_.version, profile_row_.changed_at) if profile_row_ else (0, None)
    return Known(client_id, live, past, profile, version, changed_at, form, check, forms, left_open, facts,
                 judged(facts, rulebook()))


def _left_open(forms: tuple[LastForm, ...], form: LastForm | None, check: LastForm | None) -> tuple[LastForm, ...]:
    """The forms with something still to read or to ask, the present history first.

    Own words stay open until a therapist has read them, in every check and in the newest history of each kind: the next
    form does not repeat them. What a check left to be asked stays open until the next check, however long ago it came:
    only what it said of its own day has aged.
    """
    found, met = [], set()
    for one in forms:
        state, key = one.completeness, one.definition.key
        if one is not form and one is not check:
            if key == VISIT_CHECK and key not in met:
                state = replace(state, required_missing=(), unanswered=())
            else:
                state = Completeness(unread=state.unread if key == VISIT_CHECK or key not in met else ())
        met.add(key)
        if not state.is_complete:
            found.append(one if state is one.completeness else replace(one, completeness=state))
    return tuple(sorted(found, key=lambda one: one.submission is not form.submission if form else False))


def _opened(row: Submission, profile: ProfileContent) -> LastForm:
    definition, answers = definition_of(row.form_version), answers_of(row)
    settled = profile.read_keys(row.id)
    state = completeness(definition, answers, on=sent_on(row), read=settled)
    left = {part.name: tuple(point for point in getattr(state, part.name) if point.question_key not in settled)
            for part in fields(state)}
    return LastForm(row, definition, answers, Completeness(**left))


def sent_on(row: Submission) -> date:
    """The practice's local day on which a form came in."""
    return clock.local_date(row.submitted_at, the_practice().time_zone)


def _is_fresh(check: LastForm, on: date) -> bool:
    return 0 <= (on - sent_on(check.submission)).days <= CHECK_HOLDS_DAYS


def _born_on(born_on: date | None, forms: Iterable[LastForm]) -> date | None:
    """The client's record or the newest form that says it; where they differ the later day: the stricter age."""
    said = next((day for form in forms if (day := birth_date(form.answers))), None)
    return max((day for day in (born_on, said) if day), default=None)


def _facts(on, born_on, conditions, profile, forms, form, left_open, requested) -> Facts:
    born = _born_on(born_on, forms)
    return Facts(
        on=on, age=clock.age(born, on) if born else None,
        conditions=tuple(content.fact(is_proposed=row.state is ConditionState.PROPOSED, ref=str(row.id))
                         for row, content in conditions),
        pains=_pains(forms, profile), allergies=allergies_of(profile, forms),
        allergies_asked_on=_asked_on(profile, forms), wishes=wishes_of(profile, forms),
        never_more_than=(*profile.never_more_than, *never_more_of(forms)),
        therapist_limits=profile.therapist_limits, consents=profile.consents, clearances=profile.clearances,
        blood_pressure=profile.blood_pressure,
        intake=_intake(form, left_open), has_guardian_consent=bool(form and _guardian_signed(form.answers)),
        requested=requested)


def _asking(forms: Iterable[LastForm], what: str) -> LastForm | None:
    """The newest form that asks for it: a shorter form that does not ask takes nothing back."""
    return next((form for form in forms if form.feeds(what)), None)


def _intake(form: LastForm | None, left_open: Iterable[LastForm]) -> IntakeFact:
    """Until when the health history holds, and what is open in it and in the other forms."""
    fact = IntakeFact(current_until=form.submission.valid_until_on if form else None)
    for one in left_open:
        more = named.intake_fact(one.definition, one.completeness)
        fact = replace(fact, **{name: (*getattr(fact, name), *getattr(more, name))
                                for name in ("missing", "unanswered", "dont_know", "asked_at_visit", "unread",
                                             "about_products")})
    return fact


def _guardian_signed(answers: Mapping) -> bool:
    return any(isinstance(value, Mapping) and value.get("by") == "guardian" for value in answers.values())


def _pains(forms, profile: ProfileContent) -> tuple[PainMark, ...]:
    """The places marked as painful. An acute one came in as a proposal of its own and counts there until it is decided;
    the mark itself closes nothing. A pain nobody was asked about stays open until the therapist has asked."""
    form = _asking(forms, "pain")
    if form is None:
        return ()
    keys = {question.key for question in form.definition.questions() if question.feeds == "pain"}
    is_settled = bool(keys & profile.read_keys(form.submission.id))
    marks = named.pain_marks(form.definition, form.answers, sent_on(form.submission))
    return tuple(replace(mark, is_acute=False) if mark.is_acute or is_settled else mark for mark in marks)


def allergies_of(profile: ProfileContent, forms) -> tuple[AllergyFact, ...]:
    """Those a therapist has taken down, and those the form names that nobody has decided yet."""
    form = _asking(forms, "allergies")
    if form is None:
        return profile.allergies
    decided = {fact.substance.casefold() for fact in profile.allergies}
    if form.submission.id <= (profile.allergies_form or 0):
        decided |= {substance.casefold() for substance in profile.allergies_refused}
    fresh = named.allergies_named(form.definition, form.answers, sent_on(form.submission))
    return (*profile.allergies, *(
        AllergyFact(item.substance, item.severity, item.reaction, status=ConditionStatus.PROPOSED)
        for item in fresh if item.substance.casefold() not in decided))


def _asked_on(profile: ProfileContent, forms) -> date | None:
    days = [sent_on(form.submission) for form in forms if form.feeds("allergies")
            and named.were_allergies_asked(form.definition, form.answers, sent_on(form.submission))]
    return max([*days, *([profile.allergies_asked_on] if profile.allergies_asked_on else [])], default=None)


def wishes_of(profile: ProfileContent, forms) -> tuple[Wish, ...]:
    form = _asking(forms, "wish")
    if form is None or profile.wishes:  # what was asked at a visit goes before the form
        return profile.wishes
    return tuple(Wish(item.level, item.place, item.words)
                 for item in named.wishes_named(form.definition, form.answers, sent_on(form.submission)))


def never_more_of(forms) -> list[Limit]:
    """What the client called "never more than", and where they do not want to be touched."""
    limits: dict[Limit, None] = {}
    for what in ("never_more", "avoid_places"):
        form = _asking(forms, what)
        if form is None:
            continue
        keys = {question.key for question in form.definition.questions() if question.feeds == what}
        for item in named.never_more_named(form.definition, form.answers, sent_on(form.submission)):
            if item.question_key in keys:
                limits[Limit(item.level, item.place, item.words, f"form:{item.question_key}")] = None
    return list(limits)
