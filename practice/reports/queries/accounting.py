"""The account map, and the batches that were handed to the accountant."""
from datetime import date, timedelta

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.billing.models.documents import LINE_LABELS, Document
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.methods import method_word
from practice.core.db import db, snapshot
from practice.core.errors import NotFound
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.reports.layouts import Sold
from practice.reports.models import AccountCode, ExportBatch
from practice.reports.period import Period
from practice.reports.queries.journal import Entry, beside_invoices, journal, sold

NAMES = {
    "clients": _("Owed by clients"), "credit": _("Credit of clients, deposits included"), "tips": _("Tips to hand out"),
    "vouchers": _("Vouchers of an amount"), "voucher_bonus": _("Given on top of vouchers"),
    "packages": _("Packages sold, not given yet"),
    "vouchers_one_treatment": _("Vouchers for a treatment, not given yet"), "written_off": _("Given up"),
    "card_fees": _("Fees kept of card payments"), "payout_bank": _("Bank account of card payouts"),
    "opening": _("Opening balances"), "expired": _("Expired unused"),
    "revenue:package_session": _("Earned with sessions of packages"),
    "revenue:voucher_session": _("Earned with vouchers for a treatment"),
    "datev:consultant": _("DATEV: number of the adviser"), "datev:client": _("DATEV: number of the client"),
}
LINES = {str(kind): label for kind, label in LINE_LABELS.items()}
DATEV = ("datev:consultant", "datev:client")


def name_of_key(key: str) -> tuple[str, str]:
    """In words, to be translated, and the rate that belongs to it: ("Treatment", "13.5 %")."""
    if key in NAMES:
        return NAMES[key], ""
    what, *rest, rate = key.split(":")
    if what == "method":
        return method_word(Method(rate)), ""
    title = _("Tax") if what == "tax" else LINES[rest[0]]
    percent = f"{int(rate) / 10_000:g} %"
    return title, percent if rest[-1] == "S" else f"{percent} ({rest[-1]})"


def codes() -> dict[str, AccountCode]:
    return {row.key: row for row in db.session.scalars(select(AccountCode).order_by(AccountCode.key))}


def batches() -> list[ExportBatch]:
    """The newest first."""
    return list(db.session.scalars(select(ExportBatch).order_by(ExportBatch.number.desc())))


def next_days() -> Period | None:
    """The closed days that are in no batch yet; None where there are none."""
    closed = the_practice().books_closed_on
    last = db.session.scalar(select(func.max(ExportBatch.last_on)))
    if last is None:
        begins = [day for day in (db.session.scalar(select(func.min(Document.issued_on))),
                                  db.session.scalar(select(func.min(Payment.received_on)))) if day]
        last = min(begins) - timedelta(days=1) if begins else None
    return Period(last + timedelta(days=1), closed) if last and closed and last < closed else None


def entries_of(actor: Actor, days: Period) -> list[Entry]:
    """The bookings of these days. Needs report:read."""
    require(actor, Permission.REPORT_READ)
    with snapshot():
        return journal(days)


def lines_of(actor: Actor, days: Period) -> list[Sold]:
    """The lines of what was sold in these days. Needs report:read."""
    require(actor, Permission.REPORT_READ)
    with snapshot():
        return sold(days)


def beside_invoices_of(actor: Actor, days: Period) -> list[Entry]:
    """The bookings of these days that are asked for beside the invoices. Needs report:read."""
    require(actor, Permission.REPORT_READ)
    with snapshot():
        return beside_invoices(days)


def keys_of(entries: list[Entry]) -> list[str]:
    """The accounts that are booked on, in order."""
    return sorted({key for entry in entries for key in (entry.debit, entry.credit)})


def get_batch(number: int) -> ExportBatch:
    """Raises NotFound."""
    row = db.session.scalars(select(ExportBatch).where(ExportBatch.number == number)).first()
    if row is None:
        raise NotFound()
    return row


def days_of(row: ExportBatch) -> Period:
    first: date = row.first_on
    return Period(first, row.last_on)
