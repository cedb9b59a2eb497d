"""Asking a doctor, and what the doctor answered."""
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from practice.access.actor import Actor
from practice.core import clock
from practice.core.body import Place
from practice.core.errors import IllegalMove, Invalid, NotFound
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.safety.content import ConditionContent, ProfileContent
from practice.safety.letters import Letter, next_number, with_letter
from practice.safety.models import ConditionState, SafetyProfile
from practice.safety.queries.book import rulebook
from practice.safety.queries.rows import conditions_of
from practice.safety.services.profile import save_profile

MOST_LETTERS = 100


def ask_doctor(actor: Actor, client_id: int, condition_key: str, *, whom: str, questions: Sequence[str],
               version: int | None = None) -> SafetyProfile:
    """A doctor is asked about a condition. Raises Invalid, Stale, NotFound."""
    asked = tuple(dict.fromkeys(question.strip() for question in questions if question.strip()))
    if condition_key not in rulebook().rules:
        raise Invalid(_("The rulebook does not know this condition."), "condition")
    if not asked:
        raise Invalid(_("Ask at least one question."), "question")
    today = _today()

    def change(held: ProfileContent) -> ProfileContent:
        letter = Letter(next_number(held.letters), condition_key, today, whom.strip(), asked,
                        about=_live(client_id, condition_key))
        return replace(held, letters=(*held.letters, letter)[-MOST_LETTERS:])

    return save_profile(actor, client_id, change, version=version, what="doctor_asked")


def take_answer(actor: Actor, client_id: int, number: int, *, answers: Sequence[str], is_ok: bool,
                max_pressure: int | None = None, places: Sequence[Place] = (), heat_allowed: bool | None = None,
                by_whom: str, answered_on: date | None = None, until: date | None = None,
                version: int | None = None) -> SafetyProfile:
    """The doctor's answer, word for word and as the rules count it. It narrows a rule and never widens one.

    Raises Invalid, IllegalMove for a letter that is answered or ended, Stale, NotFound.
    """
    today = _today()
    answered_on = answered_on or today
    if not by_whom.strip():
        raise Invalid(_("Say who answered."), "by_whom")
    if max_pressure is not None and not 0 <= max_pressure <= 5:
        raise Invalid(_("A limit is a level from 0 to 5."), "max_pressure")
    if answered_on > today:
        raise Invalid(_("An answer cannot come on a day to come."), "answered_on")
    if until is not None and until < answered_on:
        raise Invalid(_("The answer would end before it came."), "until")

    def change(held: ProfileContent) -> ProfileContent:
        letter = _letter(held, number)
        if letter.is_ok is not None or letter.ended_on is not None:
            raise IllegalMove()
        return replace(held, letters=with_letter(held.letters, replace(
            letter, answers=tuple(answer.strip() for answer in answers)[:len(letter.questions)], is_ok=is_ok,
            max_pressure=max_pressure, places=tuple(places), heat_allowed=heat_allowed, by_whom=by_whom.strip(),
            answered_on=answered_on, until=until, about=letter.about or _live(client_id, letter.condition_key))))

    return save_profile(actor, client_id, change, version=version, what="doctor_answered")


def end_letter(actor: Actor, client_id: int, number: int, *, version: int | None = None) -> SafetyProfile:
    """It counts no longer, neither as an OK nor as a limit; it stays in the record.

    Raises IllegalMove, Stale, NotFound.
    """
    today = _today()

    def change(held: ProfileContent) -> ProfileContent:
        letter = _letter(held, number)
        if letter.ended_on is not None:
            raise IllegalMove()
        return replace(held, letters=with_letter(held.letters, replace(letter, ended_on=today)))

    return save_profile(actor, client_id, change, version=version, what="doctor_ended")


def _letter(held: ProfileContent, number: int) -> Letter:
    found = next((one for one in held.letters if one.number == number), None)
    if found is None:
        raise NotFound()
    return found


def _live(client_id: int, condition_key: str) -> tuple[int, ...]:
    """The conditions of the client that go by this rule now, those not yet decided too."""
    rows = conditions_of(client_id, ConditionState.ACCEPTED, ConditionState.PROPOSED)
    return tuple(row.id for row in rows if ConditionContent.from_json(row.content).key == condition_key)


def _today() -> date:
    return clock.local_date(clock.now(), the_practice().time_zone)
