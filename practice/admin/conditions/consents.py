"""Consent for sensitive areas on the screen: each area with how it stands, given and taken back alone."""
from dataclasses import dataclass
from datetime import date

from flask import request
from flask_babel import gettext
from wtforms.validators import ValidationError

from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.conditions.form import read_when
from practice.core.body import REGIONS
from practice.core.errors import Invalid
from practice.core.text import _
from practice.safety.content import ProfileContent
from practice.safety.queries.book import rulebook
from practice.safety.rules import ConsentFact
from practice.safety.services import consents

FOR_THIS_VISIT, FOR_THE_PLAN, UNTIL_A_DAY = "visit", "plan", "day"


@dataclass(frozen=True)
class ConsentLine:
    """An area or technique, how its consent stands today, and what became of earlier ones."""

    key: str
    label: str
    is_given: bool
    words: str
    before: tuple[str, ...]


def consent_lines(profile: ProfileContent, today: date) -> list[ConsentLine]:
    """Every area and technique that needs a consent of its own."""
    found = []
    for key in consents.consent_keys():
        own = [one for one in profile.consents if key in one.regions or key in one.techniques]
        holding = next((one for one in reversed(own) if one.holds(today)), None)
        label = REGIONS[key].label if key in REGIONS else rulebook().techniques[key].label
        found.append(ConsentLine(key, gettext(label), holding is not None, _words(holding) if holding else "",
                                 tuple(_words(one) for one in own if one is not holding)))
    return found


def _words(one: ConsentFact) -> str:
    parts = [gettext("given on %(day)s", day=show.day(one.given_on)) if one.given_on else gettext("given")]
    if one.revoked_on:
        parts.append(gettext("taken back on %(day)s", day=show.day(one.revoked_on)))
    elif one.until and one.until == one.given_on:
        parts.append(gettext("for that visit"))
    else:
        parts.append(gettext("until %(day)s", day=show.day(one.until)) if one.until else gettext("for this plan"))
    if one.text_version:
        parts.append(gettext("words of %(version)s", version=one.text_version))
    return ", ".join(parts)


def save_consents(client_id: int, version: int) -> None:
    """What was posted: one area taken back, or those that are ticked given. Raises Invalid, Stale, NotFound."""
    taken_back = request.form.get("revoke", "")
    if taken_back:
        consents.revoke_consent(current_actor(), client_id, taken_back[:40], version=version)
        return
    given_on = _day("given_on") or show.today()
    length = request.form.get("length", FOR_THE_PLAN)
    until = given_on if length == FOR_THIS_VISIT else _day("until") if length == UNTIL_A_DAY else None
    if length == UNTIL_A_DAY and until is None:
        raise Invalid(_("Until which day?"), "until")
    consents.give_consent(current_actor(), client_id, request.form.getlist("consent")[:50], until=until,
                          given_on=given_on, version=version)


def _day(name: str) -> date | None:
    try:
        return read_when(request.form.get(name, "")[:40])
    except ValidationError as error:
        raise Invalid(str(error), name) from None
