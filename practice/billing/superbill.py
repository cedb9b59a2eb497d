"""What a superbill must carry: the paper with which a client in the United States asks an insurer for the money back.
Pure: facts in, what is missing out.

Codes 97124 (massage) and 97140 (manual therapy) are counted in units of 15 minutes; a unit counts from its eighth
minute (Medicare's rule of eight minutes). A massage therapist does not diagnose: the code is the referrer's.
"""
import re
from dataclasses import dataclass
from datetime import date

from practice.accounts.npi import is_npi
from practice.billing.profiles import Fault
from practice.core.text import _

UNIT = 15  # minutes
OFFICE = "11"  # place of service
SERVICE_CODE = re.compile(r"[0-9]{5}|[A-Z][0-9]{4}")
DIAGNOSIS = re.compile(r"[A-TV-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
MOST_DIAGNOSES = 4


def is_service_code(text: str) -> bool:
    """Whether it has the shape of a code for a service: 97124, G0283."""
    return SERVICE_CODE.fullmatch(text) is not None


def is_diagnosis(text: str) -> bool:
    """Whether it has the shape of an ICD-10-CM code: M54.50."""
    return DIAGNOSIS.fullmatch(text) is not None


def units_of(minutes: int) -> int:
    """Units of 15 minutes, each counted from its eighth minute: 60 minutes are 4, 50 are 3, 7 are none."""
    return (minutes + 7) // UNIT


@dataclass(frozen=True)
class Given:
    """A treatment that was given: its code, how long it was, and whose it is."""

    on: date | None
    code: str
    minutes: int
    npi: str
    therapist_id: int | None = None
    treatment_id: int | None = None


@dataclass(frozen=True)
class SuperbillFacts:
    """What is about to go onto a superbill. `has_diagnosis`: a referrer's code is on file for every day of it."""

    client_id: int
    is_issued: bool
    born_on: date | None
    has_diagnosis: bool
    given: tuple[Given, ...]


def superbill_faults(facts: SuperbillFacts):
    """What is missing, each with the place where it is entered."""
    if not facts.is_issued:
        yield Fault(_("A superbill is made of an invoice that stands."))
    if not facts.given:
        yield Fault(_("No treatment on this invoice has been given yet."))
    if facts.born_on is None:
        yield Fault(_("The superbill must carry the client's date of birth: it is entered on the client's page, Edit."),
                    "client", facts.client_id)
    if not facts.has_diagnosis:
        yield Fault(_("The therapist has not entered the referrer's paper for these days yet."), "referral",
                    facts.client_id)
    if any(one.on is None for one in facts.given):
        yield Fault(_("Each treatment on a superbill has its day."))
    for one in facts.given:
        if not is_service_code(one.code):
            yield Fault(_("The treatment has no code for insurers: it is entered in Set-up, Treatments."), "treatment",
                        one.treatment_id)
        if not is_npi(one.npi):
            yield Fault(_("The therapist's NPI is missing: it is entered in Set-up, Staff."), "staff", one.therapist_id)
        if units_of(one.minutes) == 0:
            yield Fault(_("A treatment of less than eight minutes is no unit."))
    for day in {one.on for one in facts.given}:
        if {"97124", "97140"} <= {one.code for one in facts.given if one.on == day}:
            yield Fault(_("97124 and 97140 on one day are paid for separate regions only: charge them on an invoice "
                          "each."))
