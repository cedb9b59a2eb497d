"""Superbills: the therapist enters the referrer's paper, the desk makes the superbill of an invoice without reading it.

It carries a diagnosis, so the desk neither prints nor mails it: who may open the chart does, from there. Of a package's
invoice it lists the sessions given until now, and is made anew when there are more."""
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.npi import is_npi
from practice.accounts.queries import registrations, user_names
from practice.audit import services as audit
from practice.billing.models.documents import Document, DocumentKind, DocumentState, LineKind
from practice.billing.models.packages import Package, PackageUse
from practice.billing.models.payments import Allocation
from practice.billing.models.superbills import Referral, Superbill
from practice.billing.profiles import Fault, NotReadyToIssue
from practice.billing.queries.documents import get_document
from practice.billing.queries.superbills import referral_for, superbill_of
from practice.billing.services.credit_notes import Credited, credited_lines
from practice.billing.services.documents import today
from practice.billing.services.locking import lock_account
from practice.billing.superbill import (
    MOST_DIAGNOSES,
    OFFICE,
    Given,
    SuperbillFacts,
    is_diagnosis,
    superbill_faults,
    units_of,
)
from practice.catalog.queries import billing_codes, get_treatment
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.money import round_half_up
from practice.core.sealed import new_uid, uid_of
from practice.core.text import _
from practice.schedule.models import Appointment
from practice.sessions.models import Handover
from practice.sessions.services.notes import require_chart


def add_referral(actor: Actor, client_id: int, *, referrer: str, npi: str = "", codes: Sequence[str],
                 member_number: str = "", from_on: date, until_on: date | None = None,
                 request_key: str | None = None) -> Referral:
    """Write down what a referrer's paper says; it stays as it is. `codes` are ICD-10-CM. The same paper sent again with
    the same `request_key` is the first one. Raises Invalid, NotFound."""
    require(actor, Permission.CHART_WRITE)
    client = get_client(client_id)
    require_chart(actor, client.id)
    wanted = [code.strip().upper() for code in codes if code.strip()]
    if len(referrer.strip()) < 3:
        raise Invalid(_("Enter who wrote the paper."), "referrer")
    if npi.strip() and not is_npi(npi.strip()):
        raise Invalid(_("This is no NPI: its last digit does not fit the others."), "npi")
    if not 1 <= len(wanted) <= MOST_DIAGNOSES or not all(map(is_diagnosis, wanted)):
        raise Invalid(_("One to four codes as they stand on the paper, such as M54.50"), "codes")
    if until_on is not None and until_on < from_on:
        raise Invalid(_("It ends before it begins."), "until_on")
    content = canonical_json({"referrer": referrer.strip()[:120], "npi": npi.strip(), "codes": wanted,
                              "member_number": member_number.strip()[:40]})
    uid = uid_of(f"{client.id}:{from_on}:{until_on}:{request_key}", content.encode()) if request_key else new_uid()
    lock_account(client.id)
    first = db.session.scalars(select(Referral).where(Referral.uid == uid)).first()
    if first is not None:
        return first
    row = Referral(uid=uid, client_id=client.id, from_on=from_on, until_on=until_on, entered_at=clock.now(),
                   entered_by_id=actor.user_id, content=content)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "referral.add", row, client_id=client.id)
    return row


def read_referral(row: Referral) -> dict:
    """referrer, npi, codes, member_number."""
    return json.loads(row.content)


def faults_of(document_id: int) -> list[Fault]:
    """What a superbill of this invoice still lacks, each with its place. Raises NotFound."""
    return _faults(get_document(document_id))


def make_superbill(actor: Actor, document_id: int) -> Superbill:
    """Make the superbill of an invoice that stands: asked again, a new one only when something on it is different now.

    Raises NotReadyToIssue, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    document = get_document(document_id, lock=True)
    faults = _faults(document)
    if faults:
        raise NotReadyToIssue(*faults)
    facts, referral_id, before = _facts(document), _referral(document), superbill_of(document.id)
    if before is not None and (before.facts, before.referral_id) == (facts, referral_id):
        return before
    row = Superbill(document_id=document.id, client_id=document.client_id, referral_id=referral_id, facts=facts,
                    content_hash=hashlib.sha256(canonical_json(facts).encode()).hexdigest(), made_on=today(),
                    made_at=clock.now(), made_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "superbill.make", row, client_id=document.client_id, number=document.number_text)
    return row


def is_out_of_date(row: Superbill) -> bool:
    """Whether a new one of the same invoice can be made and would say something else. Raises NotFound."""
    document = get_document(row.document_id)
    return not _faults(document) and (row.facts, row.referral_id) != (_facts(document), _referral(document))


@dataclass(frozen=True)
class Session:
    """A treatment that was given, and what it is charged with tax, minor units."""

    on: date | None
    treatment_id: int | None
    therapist_id: int | None
    minutes: int
    charge: int


def _sessions(document: Document) -> list[Session]:
    """Treatments that were not credited whole; of a package sold on the invoice, the sessions given until now."""
    credited = credited_lines(document.id)
    lines = [(line, line.gross_amount - credited.get(line.position, Credited()).gross) for line in document.lines
             if line.kind is LineKind.SERVICE]
    return [Session(line.service_on, line.treatment_id, line.therapist_id,
                    _minutes(document.appointment_id, line.treatment_id), charge)
            for line, charge in lines if charge or not line.gross_amount] + _of_package(document)


def _of_package(document: Document) -> list[Session]:
    """A session is worth its part of what the package cost, and its tax."""
    sold = next((line for line in document.lines if line.kind is LineKind.PACKAGE and line.net_amount), None)
    if sold is None:
        return []
    given = db.session.execute(
        select(PackageUse.appointment_id, PackageUse.therapist_id, PackageUse.value_amount, Package.treatment_id,
               Appointment.on_date)
        .join(Package, Package.id == PackageUse.package_id)
        .join(Appointment, Appointment.id == PackageUse.appointment_id)
        .where(Package.document_id == document.id, PackageUse.given_back_on.is_(None)).order_by(PackageUse.id))
    return [Session(one.on_date, one.treatment_id, one.therapist_id, _minutes(one.appointment_id, one.treatment_id),
                    round_half_up(one.value_amount * sold.gross_amount, sold.net_amount)) for one in given]


def _paid(document: Document) -> int:
    """Money and vouchers, less what was freed again: neither what was written off nor what was credited."""
    return int(db.session.scalar(
        select(func.coalesce(func.sum(Allocation.amount), 0))
        .where(Allocation.document_id == document.id,
               or_(Allocation.payment_id.is_not(None), Allocation.voucher_id.is_not(None)))))


def _referral(document: Document) -> int | None:
    days = [one.on for one in _sessions(document) if one.on]
    return referral_for(document.client_id, min(days), max(days)) if days else None


def _given(sessions: Sequence[Session]) -> list[Given]:
    npis = registrations({one.therapist_id for one in sessions if one.therapist_id})
    codes = billing_codes({one.treatment_id for one in sessions if one.treatment_id})
    return [Given(one.on, codes.get(one.treatment_id, ""), one.minutes, npis.get(one.therapist_id, ("", "", ""))[2],
                  one.therapist_id, one.treatment_id) for one in sessions]


def _minutes(appointment_id: int | None, treatment_id: int | None) -> int:
    """As the therapist handed over, else as the treatment is sold."""
    given = db.session.scalar(select(Handover.minutes).where(Handover.appointment_id == appointment_id))
    return given or (get_treatment(treatment_id).minutes if treatment_id else 0)


def _faults(document: Document) -> list[Fault]:
    is_standing = document.kind is DocumentKind.INVOICE and document.state is DocumentState.ISSUED
    return list(dict.fromkeys(superbill_faults(SuperbillFacts(
        document.client_id, is_standing, get_client(document.client_id).born_on, _referral(document) is not None,
        tuple(_given(_sessions(document)))))))


def _facts(document: Document) -> dict:
    """Everything that stands on it but the diagnosis, as it is now."""
    sessions, names = _sessions(document), user_names()
    numbers = registrations({one.therapist_id for one in sessions if one.therapist_id})
    lines = [{"on": one.on.isoformat(), "code": one.code, "units": units_of(one.minutes), "place": OFFICE,
              "charge": session.charge, "npi": one.npi, "name": names.get(one.therapist_id, ""),
              "licence": numbers[one.therapist_id][0]}
             for one, session in zip(_given(sessions), sessions, strict=True)]
    charged = sum(line["charge"] for line in lines)
    return {"head": document.issuer_head, "client": document.billed_name, "address": document.billed_address,
            "born_on": get_client(document.client_id).born_on.isoformat(), "number": document.number_text,
            "issued_on": document.issued_on.isoformat(), "currency": document.currency, "lines": lines,
            "charged": charged, "paid": min(charged, _paid(document))}
