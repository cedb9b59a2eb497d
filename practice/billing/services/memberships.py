"""Memberships: agreed once, invoiced month by month. A month is invoiced once, whoever asks and however often.

Each month's sessions are a package, so they are used at checkout, expire and are earned as packages are.
"""
from datetime import date, timedelta

from babel.dates import format_date
from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.documents import LineKind
from practice.billing.models.memberships import Membership, MembershipMonth
from practice.billing.models.packages import Package
from practice.billing.months import month, month_at, months_on
from practice.billing.queries.memberships import get_membership, memberships_of
from practice.billing.services.documents import LineInput, issue_invoice, today
from practice.billing.services.locking import lock_account
from practice.billing.services.packages import name_on_paper
from practice.catalog.queries import get_treatment
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import DomainError, Invalid
from practice.core.money import whole
from practice.core.text import _
from practice.premises.queries import the_practice

MOST_SESSIONS, MOST_KEPT, LARGEST = 31, 24, 10**9


class MembershipOver(DomainError):
    message = _("This membership has ended.")


def start_membership(actor: Actor, *, client_id: int, treatment_id: int, sessions: int, price_amount: int,
                     starts_on: date, keeps_months: int = 0, request_key: str | None = None) -> Membership:
    """Agree on so many sessions of a treatment a month; the first month is invoiced at once when it has begun.

    `price_amount` is for a month, minor units, net or gross as the practice's prices are. With the same
    `request_key` it is the one agreed on before. Raises Invalid, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    lock_account(client_id)
    first = _first_by_key(client_id, request_key) if request_key else None
    if first is not None:
        return first
    if not get_treatment(treatment_id).is_active:
        raise Invalid(_("This treatment is not offered any more."), "treatment")
    if not 1 <= whole(sessions) <= MOST_SESSIONS:
        raise Invalid(_("From 1 to 31 sessions a month."), "sessions")
    if not 0 < whole(price_amount) < LARGEST:
        raise Invalid(_("Enter an amount above zero."), "price")
    if not 0 <= whole(keeps_months) <= MOST_KEPT:
        raise Invalid(_("From 0 to 24 months."), "keeps_months")
    if not months_on(today(), -1) < starts_on <= months_on(today(), 12):
        raise Invalid(_("It begins less than a month ago, or within a year."), "starts_on")
    row = Membership(client_id=client_id, treatment_id=treatment_id, sessions=sessions, price_amount=price_amount,
                     keeps_months=keeps_months, starts_on=starts_on, next_on=starts_on, agreed_at=clock.now(),
                     agreed_by_id=actor.user_id, request_key=request_key)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "membership.start", row, client_id=client_id, sessions=sessions, amount=price_amount)
    _renew(actor, row)
    return row


def renew(actor: Actor, membership_id: int) -> list[int]:
    """Invoice every month that has begun and is not invoiced yet; gives the documents, none when there is nothing to
    do. Raises NotReadyToIssue, NotFound."""
    require(actor, Permission.INVOICE_ISSUE)
    return _renew(actor, _held(membership_id))


def pause(actor: Actor, membership_id: int, *, version: int | None) -> Membership:
    """From now on no month is invoiced until it is taken up again; what was invoiced holds. Raises MembershipOver,
    Stale, NotFound."""
    require(actor, Permission.INVOICE_ISSUE)
    row = _held(membership_id, version)
    if row.next_on is None:
        raise MembershipOver()
    if row.paused_on is None:
        row.paused_on = today()
        db.session.flush()
        audit.record(actor, "membership.pause", row, client_id=row.client_id)
    return row


def cancel(actor: Actor, membership_id: int, *, version: int | None) -> Membership:
    """End it with the month that runs today; one that has not begun does not begin. Raises MembershipOver, Stale,
    NotFound."""
    require(actor, Permission.INVOICE_ISSUE)
    row = _held(membership_id, version)
    if row.next_on is None:
        raise MembershipOver()
    number = month_at(row.starts_on, today())
    row.ends_on = month(row.starts_on, number)[1] if number >= 0 else row.starts_on - timedelta(days=1)
    if row.next_on > row.ends_on:
        row.next_on = None
    db.session.flush()
    audit.record(actor, "membership.cancel", row, client_id=row.client_id, last_on=row.ends_on)
    return row


def end_memberships(actor: Actor, client_id: int) -> None:
    """End all that go on: no month is invoiced any more, none is taken up again. For whoever erases the client."""
    lock_account(client_id)
    for row in memberships_of(client_id):
        row.ends_on, row.next_on = min(today(), row.next_on) - timedelta(days=1), None
        row.version += 1
        db.session.flush()
        audit.record(actor, "membership.cancel", row, client_id=client_id, last_on=row.ends_on)


def take_up(actor: Actor, membership_id: int, *, version: int | None) -> Membership:
    """Go on after a pause, or after all: months that began meanwhile stay free, the next one is invoiced again.

    Raises MembershipOver once its last day is past, Stale, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    row = _held(membership_id, version)
    if row.ends_on is not None and row.ends_on < today():
        raise MembershipOver()
    _renew(actor, row)  # of a paused one: the months that began are passed over
    row.paused_on = row.ends_on = None
    row.next_on = month(row.starts_on, _count(row))[0]
    db.session.flush()
    audit.record(actor, "membership.take_up", row, client_id=row.client_id)
    return row


def _first_by_key(client_id: int, request_key: str) -> Membership | None:
    """The membership an earlier click of the same form made."""
    first = db.session.scalars(select(Membership).where(Membership.request_key == request_key)).first()
    if first is not None and first.client_id != client_id:
        raise Invalid(_("This form belongs to another client. Please open it again."))
    return first


def _held(membership_id: int, version: int | None = None) -> Membership:
    lock_account(get_membership(membership_id).client_id)
    row = get_membership(membership_id, lock=True)
    if version is not None:
        check_version(row, version)
    return row


def _count(row: Membership) -> int:
    return db.session.scalar(select(func.count(MembershipMonth.id)).where(MembershipMonth.membership_id == row.id))


def _renew(actor: Actor, row: Membership) -> list[int]:
    made = []
    while row.next_on is not None and row.next_on <= today():
        number = _count(row)
        first, last = month(row.starts_on, number)
        package = None if row.paused_on else _invoice(actor, row, first, last)
        begun = MembershipMonth(membership_id=row.id, first_on=first, last_on=last,
                                package_id=package.id if package else None)
        db.session.add(begun)
        following = month(row.starts_on, number + 1)[0]
        row.next_on = following if row.ends_on is None or following <= row.ends_on else None
        row.version += 1
        db.session.flush()
        audit.record(actor, "membership.renew", begun, client_id=row.client_id, is_paused=not package)
        made += [package.document_id] if package else []
    return made


def _invoice(actor: Actor, row: Membership, first: date, last: date) -> Package:
    """The month's invoice and its sessions. Those of a month that is over already hold for one from today."""
    treatment = get_treatment(row.treatment_id)
    language = get_client(row.client_id).language or the_practice().language
    days = " – ".join(format_date(day, "d MMM y", locale=language) for day in (first, last))
    text = f"{row.sessions} × {name_on_paper(treatment, row.client_id)}, {days}"
    document = issue_invoice(actor, client_id=row.client_id, lines=[LineInput(
        text, row.price_amount, treatment.tax_code_id, LineKind.PACKAGE, treatment_id=treatment.id)])
    on = document.issued_on
    holds = last if last >= on else months_on(on, 1)
    package = Package(client_id=row.client_id, treatment_id=row.treatment_id, document_id=document.id,
                      sessions_bought=row.sessions, sessions_left=row.sessions, value_left_amount=document.net_amount,
                      sold_on=on, expires_on=months_on(holds, row.keeps_months))
    db.session.add(package)
    db.session.flush()
    return package
