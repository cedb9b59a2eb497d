"""Reading documents and payments. Lists are paged by key, never counted."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import selectinload

from practice.billing.models.documents import Document, DocumentKind, DocumentState
from practice.billing.models.payments import Allocation, Payment
from practice.billing.states import PaymentState, payment_state
from practice.core.db import db
from practice.core.errors import NotFound
from practice.core.text import _

PAGE = 25


def get_document(document_id: int, *, lock: bool = False) -> Document:
    """With its lines and taxes; `lock` for who changes it. Raises NotFound."""
    chosen = (select(Document).options(selectinload(Document.lines), selectinload(Document.taxes))
              .where(Document.id == document_id))
    if lock:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(chosen).first()
    if row is None:
        raise NotFound()
    return row


def for_appointment(appointment_id: int) -> Document | None:
    """The invoice of an appointment that was not taken back."""
    return db.session.scalars(
        select(Document).where(Document.appointment_id == appointment_id, Document.kind == DocumentKind.INVOICE,
                               Document.state == DocumentState.ISSUED)).first()


def charged(appointment_ids: Iterable[int]) -> set[int]:
    """Which of these appointments have an invoice that stands."""
    return set(db.session.scalars(
        select(Document.appointment_id).where(Document.appointment_id.in_(list(appointment_ids)),
                                              Document.state == DocumentState.ISSUED)))


class Shown(StrEnum):
    """The saved filters of the list."""

    ALL = "all"
    OPEN = "open"
    OVERDUE = "overdue"
    PAID = "paid"


SHOWN_LABELS = {Shown.ALL: _("All"), Shown.OPEN: _("Open"), Shown.OVERDUE: _("Overdue"), Shown.PAID: _("Paid")}


@dataclass(frozen=True)
class DocumentPage:
    rows: list[Document]
    has_before: bool
    has_after: bool


def list_documents(shown: Shown, today: date, *, number: str = "", after: tuple[date, int] | None = None,
                   limit: int = PAGE) -> DocumentPage:
    """One page, newest first; open and overdue ones by due date, oldest first. `after` is the last row's key."""
    chosen = select(Document).where(Document.state != DocumentState.DRAFT).limit(limit + 1)
    if number:
        chosen = chosen.where(Document.number_text >= number, Document.number_text < number + "\U0010ffff")
    if shown in (Shown.OPEN, Shown.OVERDUE):
        key = tuple_(Document.due_on, Document.id)
        chosen = chosen.where(Document.open_amount > 0)
        if shown is Shown.OVERDUE:
            chosen = chosen.where(Document.due_on < today)
        if after:
            chosen = chosen.where(key > after)
        chosen = chosen.order_by(Document.due_on, Document.id)
    else:
        key = tuple_(Document.issued_on, Document.id)
        if shown is Shown.PAID:
            chosen = chosen.where(Document.open_amount == 0, Document.kind == DocumentKind.INVOICE)
        if after:
            chosen = chosen.where(key < after)
        chosen = chosen.order_by(Document.issued_on.desc(), Document.id.desc())
    rows = list(db.session.scalars(chosen))
    return DocumentPage(rows[:limit], after is not None, len(rows) > limit)


def key_of(row: Document, shown: Shown) -> tuple[date, int]:
    """Where a list goes on after this row."""
    return (row.due_on if shown in (Shown.OPEN, Shown.OVERDUE) else row.issued_on), row.id


def state_of(row: Document, today: date) -> PaymentState | str:
    """How a document stands with money; "void" for one that was taken back, "" for a credit note."""
    if row.state is DocumentState.VOID:
        return "void"
    if row.kind is DocumentKind.CREDIT_NOTE:
        return ""
    paid = row.gross_amount - row.open_amount
    return payment_state(gross=row.gross_amount, paid=paid, due_on=row.due_on, today=today)


@dataclass(frozen=True)
class Part:
    """Money put against a document."""

    on_date: date
    amount: int
    payment: Payment | None
    credit_note: Document | None


def parts_of(document_id: int) -> list[Part]:
    """What was put against a document, oldest first."""
    note = select(Document).where(Document.refers_to_id == document_id)
    notes = {row.id: row for row in db.session.scalars(note)}
    rows = db.session.execute(
        select(Allocation.on_date, Allocation.amount, Payment, Allocation.credit_note_id)
        .outerjoin(Payment, Payment.id == Allocation.payment_id)
        .where(Allocation.document_id == document_id).order_by(Allocation.id)).all()
    return [Part(row.on_date, row.amount, row.Payment, notes.get(row.credit_note_id)) for row in rows]


def get_payment(payment_id: int) -> Payment:
    """Raises NotFound."""
    row = db.session.scalars(select(Payment).where(Payment.id == payment_id)).first()
    if row is None:
        raise NotFound()
    return row


def open_of_clients(client_ids: Iterable[int]) -> dict[int, list[Document]]:
    """What these clients still owe, oldest due first."""
    found: dict[int, list[Document]] = {}
    for row in db.session.scalars(
            select(Document).where(Document.client_id.in_(list(client_ids)), Document.open_amount > 0)
            .order_by(Document.due_on, Document.id)):
        found.setdefault(row.client_id, []).append(row)
    return found


def credit_of(client_id: int) -> int:
    """Money of the client that is not yet put against anything, in minor units."""
    received = db.session.scalar(select(func.coalesce(func.sum(Payment.amount), 0))
                                 .where(Payment.client_id == client_id))
    used = db.session.scalar(select(func.coalesce(func.sum(Allocation.amount), 0))
                             .join(Payment, Payment.id == Allocation.payment_id)
                             .where(Payment.client_id == client_id))
    return int(received) - int(used)
