"""Reading documents and payments one by one, and how they stand."""
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, literal_column, or_, select
from sqlalchemy.orm import selectinload

from practice.billing.clicks import same
from practice.billing.models.documents import Document, DocumentKind, DocumentState, Series, number_text
from practice.billing.models.payments import Allocation, Method, Payment, Tip, WriteOff
from practice.billing.models.vouchers import Voucher
from practice.billing.states import PaymentState, payment_state
from practice.core.db import db
from practice.core.errors import Invalid, NotFound
from practice.core.text import _
from practice.premises.queries import issuer_for, main_location_id, series_year

ONE = (select(Document).options(selectinload(Document.lines), selectinload(Document.taxes))
       .where(Document.id == bindparam("document_id")))
HELD = ONE.with_for_update().execution_options(populate_existing=True)
STANDING_FOR = select(Document).where(
    Document.appointment_id == bindparam("appointment_id"), Document.kind == DocumentKind.INVOICE,
    Document.state == DocumentState.ISSUED)
# Written out, so that both databases see that the index of what is open fits.
IS_OPEN = Document.open_amount > literal_column("0")


def get_document(document_id: int, *, lock: bool = False) -> Document:
    """With its lines and taxes; `lock` for who changes it. Raises NotFound."""
    row = db.session.scalars(HELD if lock else ONE, {"document_id": document_id}).first()
    if row is None:
        raise NotFound()
    return row


def first_document(client_id: int, request_key: str | None, *, kind: DocumentKind = DocumentKind.INVOICE,
                   refers_to_id: int | None = None) -> Document | None:
    """The document an earlier click of the same form made. Raises Invalid for the form of another client or for
    something else."""
    if not request_key:
        return None
    row = db.session.scalars(select(Document).where(Document.request_key == request_key)).first()
    if row is not None and row.client_id != client_id:
        raise Invalid(_("This form belongs to another client. Please open it again."))
    return same(row, kind=kind, refers_to_id=refers_to_id)


def paid_together(document_id: int) -> list[Document]:
    """The other invoices of the checkout that paid for this one."""
    keys = db.session.scalars(select(Payment.request_key).join(Allocation, Allocation.payment_id == Payment.id)
                              .where(Allocation.document_id == document_id))
    first = {key.partition(":")[0] for key in keys if ":" in key}
    if not first:
        return []
    return list(db.session.scalars(
        select(Document).where(Document.id != document_id, Document.id.in_(
            select(Allocation.document_id).join(Payment, Payment.id == Allocation.payment_id)
            .where(or_(*(Payment.request_key.startswith(f"{key}:") for key in first)))))
        .order_by(Document.id)))


def for_appointment(appointment_id: int) -> Document | None:
    """The invoice of an appointment that was not taken back."""
    return db.session.scalars(STANDING_FOR, {"appointment_id": appointment_id}).first()


def state_of(row: Document, today: date) -> PaymentState | str:
    """How a document stands with money; "void" for one that was taken back, "" for a credit note."""
    if row.state is DocumentState.VOID:
        return "void"
    if row.kind is DocumentKind.CREDIT_NOTE:
        return ""
    paid = row.gross_amount - row.open_amount - row.written_off_amount
    return payment_state(gross=row.gross_amount, paid=paid, written_off=row.written_off_amount, due_on=row.due_on,
                         today=today)


def expected_number(therapist_id: int | None, today: date) -> str | None:
    """The number the next invoice will get if nobody else issues one before; None before the first of a series."""
    row = db.session.execute(
        select(Series.prefix, Series.next_number)
        .where(Series.issuer_id == issuer_for(therapist_id).id, Series.location_id == main_location_id(),
               Series.kind == DocumentKind.INVOICE, Series.year == series_year(today))).first()
    return number_text(*row) if row else None


@dataclass(frozen=True)
class Part:
    """Money, a voucher, a credit note or a write-off put against a document; `amount` below zero where it was taken
    off again."""

    on_date: date
    amount: int
    payment: Payment | None
    credit_note: Document | None
    write_off: WriteOff | None = None
    voucher: Voucher | None = None

    @property
    def is_credit(self) -> bool:
        """Whether the money was there before: the client's credit."""
        if self.payment is None or self.payment.method == Method.OPENING:
            return self.payment is not None
        return self.amount > 0 and self.payment.received_on < self.on_date


def parts_of(document_id: int) -> list[Part]:
    """What was put against a document, oldest first."""
    notes = {row.id: row for row in credit_notes_of(document_id)}
    rows = db.session.execute(
        select(Allocation.on_date, Allocation.amount, Payment, Allocation.credit_note_id, WriteOff, Voucher)
        .outerjoin(Payment, Payment.id == Allocation.payment_id)
        .outerjoin(WriteOff, WriteOff.id == Allocation.write_off_id)
        .outerjoin(Voucher, Voucher.id == Allocation.voucher_id)
        .where(Allocation.document_id == document_id).order_by(Allocation.id)).all()
    return [Part(row.on_date, row.amount, row.Payment, notes.get(row.credit_note_id), row.WriteOff, row.Voucher)
            for row in rows]


def credit_notes_of(document_id: int) -> list[Document]:
    """The credit notes of an invoice, oldest first."""
    return list(db.session.scalars(select(Document).where(Document.refers_to_id == document_id).order_by(Document.id)))


def reversal_of(payment_id: int) -> Payment | None:
    """The payment that took this one back."""
    return db.session.scalars(select(Payment).where(Payment.reverses_id == payment_id)).first()


def get_payment(payment_id: int) -> Payment:
    """Raises NotFound."""
    row = db.session.scalars(select(Payment).where(Payment.id == payment_id)).first()
    if row is None:
        raise NotFound()
    return row


def open_of_clients(client_ids: Iterable[int]) -> dict[int, list[Document]]:
    """What these clients still owe, oldest due first."""
    found: dict[int, list[Document]] = {}
    # Sorted here: asked for the order, SQLite walks through everything that is open instead of these clients.
    rows = db.session.scalars(select(Document).where(Document.client_id.in_(list(client_ids)), IS_OPEN)).all()
    for row in sorted(rows, key=lambda row: (row.due_on or row.issued_on, row.id)):
        found.setdefault(row.client_id, []).append(row)
    return found


def credits_of(client_ids: Collection[int]) -> dict[int, int]:
    """Of each of these clients the money that is not yet put against anything, tips apart, in minor units."""
    mine = Payment.client_id.in_(client_ids)
    found = dict.fromkeys(client_ids, 0)
    for sign, statement in (
            (1, select(Payment.client_id, func.sum(Payment.amount))),
            (-1, select(Payment.client_id, func.sum(Allocation.amount)).join(Allocation)),
            (-1, select(Payment.client_id, func.sum(Tip.amount)).join(Tip))):
        for client_id, amount in db.session.execute(statement.where(mine).group_by(Payment.client_id)):
            found[client_id] += sign * int(amount)
    return found


def credit_of(client_id: int) -> int:
    """Money of the client that is not yet put against anything, tips apart, in minor units."""
    return credits_of([client_id])[client_id]
