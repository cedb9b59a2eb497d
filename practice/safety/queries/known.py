"""Gathering what is known of clients, and the verdict over it."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import bindparam, select

from practice.clients.models import Client
from practice.core.dates import age
from practice.core.db import db
from practice.core.errors import NotFound
from practice.intake.definition import birth_date
from practice.safety import proposals as named
from practice.safety.content import ConditionContent, ProfileContent
from practice.safety.models import Condition, ConditionState, SafetyProfile
from practice.safety.queries.book import rulebook
from practice.safety.queries.forms import (
    FORMS_EACH,
    LastForm,
    beyond,
    forms_of,
    is_fresh,
    newest_of,
    sent_on,
    still_open,
)
from practice.safety.queries.rows import profile_row
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

LIVE = (ConditionState.PROPOSED, ConditionState.ACCEPTED)
UNDECIDED = (ConditionState.PROPOSED, ConditionState.DISMISSED)  # put aside later: at the time it waited

# Today, the brief, the note and each of its savings ask for the same verdict: the last ones are kept, for about a day's
# clients of a practice. Other facts, another day or another rulebook are another question.
judged = lru_cache(maxsize=64)(assess)


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
    def newest_form(self) -> int:
        """The id of the newest form read here; 0 where there is none."""
        return max((form.submission.id for form in self.forms), default=0)

    @property
    def to_decide(self) -> list[tuple[Condition, ConditionContent]]:
        return [pair for pair in self.conditions if pair[0].state is ConditionState.PROPOSED]

    @property
    def active(self) -> list[tuple[Condition, ConditionContent]]:
        return [pair for pair in self.conditions if pair[0].state is ConditionState.ACCEPTED]

    @property
    def is_asked_for_the_day(self) -> bool:
        """Whether a check, or a health history that came in as lately, speaks of this day."""
        return self.check is not None or (self.form is not None and is_fresh(self.form, self.facts.on))

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


# Read for every brief and every signature, so built only once.
IDS = bindparam("ids", expanding=True)
BORN = (select(Client.id, Client.born_on, SafetyProfile)
        .outerjoin(SafetyProfile, SafetyProfile.client_id == Client.id).where(Client.id.in_(IDS)))
CONDITIONS = select(Condition).where(Condition.client_id.in_(IDS)).order_by(Condition.id)


def known(client_id: int, on: date, requested: Request | None = None, until: datetime | None = None) -> Known:
    """Everything about a client's safety on day `on`, through the row rule of the chart. Raises NotFound.

    With `until`, an instant of the past: as it stood then, whatever came in, was decided or ended since.
    """
    found = known_of([client_id], on, requested, until)
    if client_id not in found:
        raise NotFound()
    return found[client_id]


def known_of(client_ids: Iterable[int], on: date, requested: Request | None = None,
             until: datetime | None = None) -> dict[int, Known]:
    """The same for several clients; four queries, whatever their number. Clients not to be seen are left out."""
    rows = db.session.execute(BORN, {"ids": sorted(set(client_ids))})
    return _known_of({row.id: (row.born_on, row.SafetyProfile) for row in rows}, on, requested, until)


def known_with(client: Client, profile: SafetyProfile | None, on: date) -> Known:
    """The same for a client who was read already, with the profile."""
    return _known_of({client.id: (client.born_on, profile)}, on)[client.id]


def _known_of(people: Mapping[int, tuple[date | None, SafetyProfile | None]], on, requested=None,
              until=None) -> dict[int, Known]:
    ids = sorted(people)
    profiles = {client_id: ProfileContent.from_json(row.content if row else None)
                for client_id, (_born, row) in people.items()}
    conditions: dict[int, list] = {}
    for row in db.session.scalars(CONDITIONS, {"ids": ids}):
        conditions.setdefault(row.client_id, []).append(row)
    forms = forms_of(profiles)
    if until is not None:
        profiles = {client_id: profile.before(until) for client_id, profile in profiles.items()}
        forms = {client_id: tuple(one for one in those if one.submission.submitted_at < until)
                 for client_id, those in forms.items()}
    return {client_id: _known(client_id, born_on, on, conditions.get(client_id, []), row, profiles[client_id],
                              forms[client_id], requested or Request(), until)
            for client_id, (born_on, row) in people.items()}


def to_keep_open(client_id: int, on: date) -> tuple[int, ...]:
    """The submissions no longer read by themselves in which something is still to be read, asked or decided."""
    row = profile_row(client_id)
    profile = ProfileContent.from_json(row.content if row else None)
    forms = forms_of({client_id: profile}, FORMS_EACH + 1)[client_id]
    is_open = {one.submission.id for one in still_open(forms, *newest_of(forms, on))}
    undecided = {fact.substance.casefold() for fact in allergies_of(profile, forms)
                 if fact.status is ConditionStatus.PROPOSED}
    return tuple(sorted(one.submission.id for one in beyond(forms)
                        if one.submission.id in is_open or undecided & _allergies_in(one)))


def _allergies_in(form: LastForm) -> set[str]:
    return {item.substance.casefold() for item in
            named.allergies_named(form.definition, form.answers, sent_on(form.submission))}


def _known(client_id, born_on, on, rows, profile_row_, profile, forms, requested, until) -> Known:
    live = tuple((row, _stood(row, until)) for row in rows if _is_live(row, until))
    past = tuple(row for row in rows if row.state not in LIVE)
    form, check = newest_of(forms, on)
    left_open = still_open(forms, form, check)
    facts = _facts(on, born_on, live, profile, forms, form, left_open, requested)
    version, changed_at = (profile_row_.version, profile_row_.changed_at) if profile_row_ else (0, None)
    return Known(client_id, live, past, profile, version, changed_at, form, check, forms, left_open, facts,
                 judged(facts, rulebook()))


def _is_live(row: Condition, until: datetime | None) -> bool:
    if until is None:
        return row.state in LIVE
    gone = gone_at(row)
    return row.created_at < until and (gone is None or gone >= until)


def _stood(row: Condition, until: datetime | None) -> ConditionContent:
    content = ConditionContent.from_json(row.content)
    return content if until is None else content.before(until)


def gone_at(row: Condition) -> datetime | None:
    """When a condition was ended or put aside; None while it counts."""
    if row.state in LIVE:
        return None
    return row.ended_at if row.state is ConditionState.ENDED else row.decided_at


def _born_on(born_on: date | None, forms: Iterable[LastForm]) -> date | None:
    """The client's record or the newest form that says it; where they differ the later day: the stricter age."""
    said = next((day for form in forms if (day := birth_date(form.answers))), None)
    return max((day for day in (born_on, said) if day), default=None)


def _facts(on, born_on, conditions, profile, forms, form, left_open, requested) -> Facts:
    born = _born_on(born_on, forms)
    return Facts(
        on=on, age=age(born, on) if born else None,
        conditions=tuple(content.fact(is_proposed=row.state in UNDECIDED, ref=str(row.id))
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


def allergies_of(profile: ProfileContent, forms: Iterable[LastForm]) -> tuple[AllergyFact, ...]:
    """Those a therapist has taken down, and those any form names that nobody has decided yet: a later form that does
    not name them takes nothing back. What a newer form says worse of one taken down is to be decided anew."""
    found = {fact.substance.casefold(): fact for fact in profile.allergies}
    refused = {substance.casefold() for substance in profile.allergies_refused}
    for form in forms:
        if not form.feeds("allergies"):
            continue
        is_newer = form.submission.id > (profile.allergies_form or 0)
        for item in named.allergies_named(form.definition, form.answers, sent_on(form.submission)):
            name = item.substance.casefold()
            held = found.get(name)
            if held is None and (is_newer or name not in refused):
                found[name] = AllergyFact(item.substance, item.severity, item.reaction,
                                          status=ConditionStatus.PROPOSED)
            elif held is not None and (is_newer or held.status is ConditionStatus.PROPOSED):
                found[name] = _worse(held, item)
    return tuple(found.values())


def _worse(held: AllergyFact, said: named.AllergyNamed) -> AllergyFact:
    """An allergy with what a form says worse of it. What happens is told once for all of them, in words to be read."""
    if held.status is ConditionStatus.ACCEPTED and (not said.severity or held.severity == said.severity):
        return held
    is_told = said.reaction.casefold() in held.reaction.casefold().split("; ")
    reaction = "; ".join(part for part in (held.reaction, "" if is_told else said.reaction) if part)
    return replace(held, severity=said.severity or held.severity, reaction=reaction, status=ConditionStatus.PROPOSED)


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
