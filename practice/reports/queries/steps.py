"""The rows behind each step of a bridge, with its sign: they sum to the step.

Columns: number of the document (None: none), day, what, number, billed to or reference, amount in minor units.
"""
from datetime import date

from sqlalchemy import Select, String, case, literal, or_, select, type_coerce

from practice.billing.models.documents import Document, DocumentKind, DocumentLine
from practice.billing.models.payments import Allocation
from practice.core.db import db
from practice.core.errors import NotFound
from practice.reports.period import Period
from practice.reports.queries import rows
from practice.reports.queries.rows import APART, INVOICED, IS_EARNED, ISSUED, PREPAID

MONEY, NOTE, VOUCHER, WRITE_OFF = "money", "credit_note", "voucher", "write_off"
OLDER = ("earlier", "opening")
# Which settlements a step is made of: the source, of whose documents (of the time itself, of before, vouchers sold),
# and the sign.
SETTLED = {
    "bridge_vouchers": (VOUCHER, ("this",), -1), "bridge_written_off": (WRITE_OFF, ("this",), -1),
    "bridge_earlier": (MONEY, OLDER, 1), "bridge_voucher_sales": (MONEY, ("voucher_sale",), 1),
    "debt_paid": (MONEY, ("this", *OLDER), -1), "debt_credited": (NOTE, ("this", *OLDER), -1),
    "debt_vouchers": (VOUCHER, ("this", *OLDER), -1), "debt_written_off": (WRITE_OFF, ("this", *OLDER), -1)}
SOURCES = {MONEY: Allocation.payment_id, NOTE: Allocation.credit_note_id, VOUCHER: Allocation.voucher_id,
           WRITE_OFF: Allocation.write_off_id}


def step_rows(name: str, period: Period) -> list[tuple]:
    """The rows of one step, by its figure's name. Raises NotFound."""
    if name in SETTLED:
        return _settled(period, *SETTLED[name])
    if name not in OTHERS:
        raise NotFound()
    return OTHERS[name](period)


def _read(chosen: Select) -> list[tuple]:
    return [(*row[:-1], int(row[-1])) for row in db.session.execute(chosen)]


def _settled(period: Period, source: str, whats: tuple[str, ...], sign: int) -> list[tuple]:
    """What was put against documents in the period."""
    usual = Document.kind.not_in(APART)
    conditions = {"this": usual & (Document.issued_on >= period.first),
                  "earlier": usual & (Document.issued_on < period.first),
                  "voucher_sale": Document.kind == DocumentKind.VOUCHER_SALE,
                  "opening": Document.kind == DocumentKind.OPENING}
    return _read(select(Document.id, Allocation.on_date, literal(source), Document.number_text, Document.billed_name,
                        Allocation.amount * sign)
                 .join(Document, Document.id == Allocation.document_id)
                 .where(SOURCES[source].is_not(None), Allocation.on_date.between(period.first, period.last),
                        or_(*(conditions[what] for what in whats)))
                 .order_by(Allocation.on_date, Allocation.id))


def _documents(period: Period, kind: DocumentKind, sign: int = 1) -> list[tuple]:
    return _read(select(Document.id, Document.issued_on, literal(str(kind)), Document.number_text, Document.billed_name,
                        Document.gross_amount * sign)
                 .where(ISSUED if kind in APART else INVOICED, Document.kind == kind,
                        Document.issued_on.between(period.first, period.last))
                 .order_by(Document.issued_on, Document.id))


def _credited_earlier(period: Period) -> list[tuple]:
    """Credit notes of the period, less what they settled of its own invoices."""
    return _documents(period, DocumentKind.CREDIT_NOTE, -1) + _settled(period, NOTE, ("this",), -1)


def _owed(as_of: date, sign: int, *only) -> list[tuple]:
    """What was still owed at the end of a day."""
    owed = rows.owed_with((Document.id, Document.issued_on, type_coerce(Document.kind, String).label("kind"),
                           Document.number_text, Document.billed_name), as_of, *only)
    return _read(select(owed.c.id, owed.c.issued_on, owed.c.kind, owed.c.number_text, owed.c.billed_name,
                        owed.c.owed * sign).order_by(owed.c.issued_on, owed.c.id))


def _open(period: Period) -> list[tuple]:
    return _owed(period.last, -1, Document.issued_on >= period.first, Document.kind == DocumentKind.INVOICE)


def _credit(period: Period) -> list[tuple]:
    """Everything received, less tips, and less what was put against documents."""
    paid = [(None, row.received_on, "received", "", row.reference, row.amount)
            for row in db.session.execute(rows.payments(period))]
    tips = [(None, row.on_date, "tip", "", "", -row.amount) for row in db.session.execute(rows.tips(period))]
    put = _settled(period, MONEY, ("this", *OLDER, "voucher_sale"), -1)
    return sorted(paid + tips + put, key=lambda row: row[1])


def _lines(sign, *conditions) -> list[tuple]:
    return _read(select(Document.id, Document.issued_on, DocumentLine.kind, Document.number_text, Document.billed_name,
                        DocumentLine.net_amount * sign)
                 .join(Document, Document.id == DocumentLine.document_id).where(*conditions)
                 .order_by(Document.issued_on, Document.id, DocumentLine.position))


def _prepaid_sold(period: Period) -> list[tuple]:
    return _lines(-1, INVOICED, DocumentLine.kind.in_(PREPAID), Document.issued_on.between(period.first, period.last))


def _prepaid_given(period: Period) -> list[tuple]:
    earned = rows.earned(period)
    return _read(select(earned.c.document_id, earned.c.on_date, earned.c.source, earned.c.number_text, literal(""),
                        earned.c.amount)
                 .where(earned.c.source.in_(("package_session", "voucher_session", "expired")))
                 .order_by(earned.c.on_date, earned.c.document_id))


def _other_time(period: Period) -> list[tuple]:
    """Lines that count in the period and were issued outside it, less those issued in it that count outside."""
    counts = DocumentLine.recognised_on.between(period.first, period.last)
    issued = Document.issued_on.between(period.first, period.last)
    return _lines(case((counts, 1), else_=-1), ISSUED, IS_EARNED, counts != issued)


OTHERS = {
    "bridge_credited_earlier": _credited_earlier, "bridge_open": _open, "bridge_credit": _credit,
    "debt_before": lambda period: _owed(period.day_before, 1),
    "debt_invoiced": lambda period: _documents(period, DocumentKind.INVOICE),
    "debt_opening": lambda period: _documents(period, DocumentKind.OPENING),
    "step_prepaid_sold": _prepaid_sold, "step_prepaid_given": _prepaid_given, "step_other_time": _other_time}
