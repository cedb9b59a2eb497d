"""The forms of clients as safety reads them: opened, with what is still to be read or asked in each."""
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import joinedload, load_only

from practice.core import clock
from practice.core.db import db
from practice.intake.answers import Completeness, OpenPoint, completeness
from practice.intake.definition import FormDefinition
from practice.intake.models import VISIT_CHECK, FormVersion, Submission
from practice.intake.queries import answers_of, definition_of
from practice.premises.queries import the_practice
from practice.safety.content import ProfileContent

CHECK_HOLDS_DAYS = 1
FORMS_EACH = 3  # of each kind of form, the newest: the present one and what it is compared with


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


def _read_forms():
    order = (Submission.submitted_at.desc(), Submission.id.desc())
    rank = func.row_number().over(partition_by=(Submission.client_id, FormVersion.key), order_by=order)
    ids = bindparam("ids", expanding=True)
    ranked = (select(Submission.id, rank.label("rank")).join(FormVersion, FormVersion.id == Submission.form_version_id)
              .where(Submission.client_id.in_(ids)).subquery())
    newest = select(ranked.c.id).where(ranked.c.rank <= bindparam("each"))
    return (select(Submission)
            .where(Submission.client_id.in_(ids),
                   or_(Submission.id.in_(newest), Submission.id.in_(bindparam("waiting", expanding=True))))
            .order_by(*order)
            .options(load_only(Submission.client_id, Submission.form_version_id, Submission.submitted_at,
                               Submission.valid_until_on, Submission.uid, Submission._answers),
                     joinedload(Submission.form_version).load_only(FormVersion.content_hash)))


READ_FORMS = _read_forms()  # read for every brief and every signature, so built only once


def forms_of(profiles: Mapping[int, ProfileContent], each: int = FORMS_EACH) -> dict[int, tuple[LastForm, ...]]:
    """Of each client the newest forms of every kind and the older ones with something still open, newest first."""
    waiting = [number for profile in profiles.values() for number in profile.waiting]
    found: dict[int, list[LastForm]] = {client_id: [] for client_id in profiles}
    for row in db.session.scalars(READ_FORMS, {"ids": sorted(profiles), "each": each, "waiting": waiting or [0]}):
        found[row.client_id].append(_opened(row, profiles[row.client_id]))
    return {client_id: tuple(forms) for client_id, forms in found.items()}


def beyond(forms: Iterable[LastForm]) -> list[LastForm]:
    """Those that newer ones of their kind have pushed out of what is always read; `forms` come newest first."""
    met: dict[str, int] = {}
    found = []
    for one in forms:
        met[one.definition.key] = met.get(one.definition.key, 0) + 1
        if met[one.definition.key] > FORMS_EACH:
            found.append(one)
    return found


def newest_of(forms: Iterable[LastForm], on: date) -> tuple[LastForm | None, LastForm | None]:
    """The present health history, and the check of that day."""
    form = next((one for one in forms if one.definition.key != VISIT_CHECK), None)
    return form, next((one for one in forms if one.definition.key == VISIT_CHECK and is_fresh(one, on)), None)


def still_open(forms: Iterable[LastForm], form: LastForm | None, check: LastForm | None) -> tuple[LastForm, ...]:
    """The forms with something still to read or to ask, the present history first; `forms` come newest first.

    Own words stay open until a therapist has read them or a newer form repeats them. What a history left to be asked
    stays open until a newer one asks it: a shorter form that does not ask takes nothing back. What a check left to be
    asked stays open until the next check, however long ago it came: only what it said of its own day has aged.
    """
    found, newer = [], []
    for one in forms:
        state = one.completeness
        if not state.is_complete and one is not form and one is not check:
            state = _left_by(one, newer)
        newer.append(one)
        if not state.is_complete:
            found.append(one if state is one.completeness else replace(one, completeness=state))
    return tuple(sorted(found, key=lambda one: one.submission is not form.submission if form else False))


def _left_by(one: LastForm, newer: list[LastForm]) -> Completeness:
    """What is still open of a form after the newer ones."""
    state, is_check = one.completeness, one.definition.key == VISIT_CHECK
    unread = tuple(point for point in state.unread
                   if not any(other.answers.get(point.question_key) == one.answers.get(point.question_key)
                              for other in newer))
    if is_check and any(other.definition.key == VISIT_CHECK for other in newer):
        return Completeness(unread=unread)
    if is_check:
        return replace(state, required_missing=(), unanswered=(), unread=unread)
    asked = {question.key for other in newer if other.definition.key != VISIT_CHECK
             for question in other.definition.questions()}
    open_still = {part.name: tuple(point for point in getattr(state, part.name)
                                   if not asked.issuperset(_asked_by(one.definition, point)))
                  for part in fields(state)}
    return Completeness(**{**open_still, "unread": unread})


def _asked_by(definition: FormDefinition, point: OpenPoint) -> Iterator[str]:
    """The question left open, or each one of the page left for the visit."""
    page = point.question_key.removeprefix("group:")
    if page == point.question_key:
        yield page
    else:
        yield from (question.key for section in definition.sections if section.key == page
                    for question in section.questions)


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


def is_fresh(check: LastForm, on: date) -> bool:
    """Whether a form speaks of that day."""
    return 0 <= (on - sent_on(check.submission)).days <= CHECK_HOLDS_DAYS
