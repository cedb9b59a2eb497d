"""Consent in writing for sensitive areas: given for one visit, a plan or until a day, and taken back at any time."""
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from practice.access.actor import Actor
from practice.core import clock
from practice.core.errors import Invalid
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.safety.models import SafetyProfile
from practice.safety.queries.book import rulebook, techniques
from practice.safety.rules import ConsentFact
from practice.safety.services.profile import save_profile

# What the client agrees to, by version: words that were ever agreed to stay, new ones get a line and a version.
TEXTS = {"2026-11": _(
    "I agree that the areas ticked are treated. I was told why and how, I can have them covered, and I can take this "
    "back at any time, also during the treatment, without giving a reason.")}
TEXT_VERSION = max(TEXTS)
MOST_KEPT = 100  # consents of a client, the newest: each is a line of the record


def give_consent(actor: Actor, client_id: int, keys: Iterable[str], *, until: date | None = None,
                 given_on: date | None = None, version: int | None = None) -> SafetyProfile:
    """The client has consented in writing: a line for each region or technique of `keys`.

    `until` None means for this plan, `given_on` None means today. Raises Invalid, Stale, NotFound.
    """
    wanted, today = list(dict.fromkeys(keys)), _today()
    given_on = given_on or today
    if not wanted or any(key not in consent_keys() for key in wanted):
        raise Invalid(_("Choose what the client has consented to."), "consent")
    if given_on > today:
        raise Invalid(_("A consent cannot be given on a day to come."), "given_on")
    if until is not None and until < given_on:
        raise Invalid(_("The consent would end before it was given."), "until")
    fresh = tuple(_one(key, until, given_on) for key in wanted)
    return save_profile(actor, client_id, version=version, what="consent_given",
                        change=lambda held: replace(held, consents=(*held.consents, *fresh)[-MOST_KEPT:]))


def revoke_consent(actor: Actor, client_id: int, key: str, *, version: int | None = None) -> SafetyProfile:
    """The client takes a consent back: from today on the area is closed. What was given stays in the record.

    Raises Invalid when no such consent holds, Stale, NotFound.
    """
    today = _today()

    def change(held):
        if not any(key in _keys(one) and one.holds(today) for one in held.consents):
            raise Invalid(_("There is no such consent to take back."))
        return replace(held, consents=tuple(part for one in held.consents for part in _without(one, key, today)))

    return save_profile(actor, client_id, change, version=version, what="consent_revoked")


def consent_keys() -> tuple[str, ...]:
    """The regions and techniques that need a consent of their own."""
    return (*rulebook().sensitive, *(key for key, one in techniques().items() if one.needs_consent))


def _keys(consent: ConsentFact) -> tuple[str, ...]:
    return (*consent.regions, *consent.techniques)


def _one(key: str, until: date | None, given_on: date) -> ConsentFact:
    region = () if key in rulebook().techniques else (key,)
    return ConsentFact(region, () if region else (key,), until, given_on=given_on, text_version=TEXT_VERSION)


def _without(consent: ConsentFact, key: str, today: date) -> Iterator[ConsentFact]:
    """A consent as it stands without `key`, and the part that was taken back."""
    if key not in _keys(consent) or not consent.holds(today):
        yield consent
        return
    rest = replace(consent, regions=tuple(one for one in consent.regions if one != key),
                   techniques=tuple(one for one in consent.techniques if one != key))
    if _keys(rest):
        yield rest
    yield replace(_one(key, consent.until, consent.given_on or today), given_on=consent.given_on, revoked_on=today,
                  text_version=consent.text_version)


def _today() -> date:
    return clock.local_date(clock.now(), the_practice().time_zone)
