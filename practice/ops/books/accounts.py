"""Payments, what they were put against, and how every client stands."""
from collections.abc import Iterator

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from practice.billing.models.documents import Document, DocumentState
from practice.billing.models.payments import METHOD_LABELS, Allocation, Method, Payment, Tip, TipPayout, WriteOff
from practice.billing.queries.methods import own_methods
from practice.core.db import db
from practice.ops.books.broken import Broken, sums, unequal


def payments_hold() -> Iterator[Broken]:
    """Nothing is put against documents beyond what a payment was; what was taken back holds nothing."""
    used = sums(Allocation.amount, Allocation.payment_id, where=[Allocation.payment_id.is_not(None)])
    undone = {row.reverses_id: row for row in db.session.execute(
        select(Payment.id, Payment.reverses_id, Payment.amount, Payment.client_id, Payment.method)
        .where(Payment.reverses_id.is_not(None)))}
    tips = sums(Tip.amount, Tip.payment_id)
    for row in db.session.execute(select(Payment.id, Payment.amount, Payment.client_id, Payment.method)):
        back, put = undone.get(row.id), used.get(row.id, 0)
        if back is not None:
            yield from unequal("a reversal is the whole payment", "payment", back.id, "amount is", back.amount,
                               -row.amount)
            if (back.client_id, back.method) != (row.client_id, row.method):
                yield Broken("a reversal is the whole payment", "payment", back.id, "client or method differ")
        holds = 0 if back is not None else max(row.amount, 0)
        if back is None:
            put += max(tips.get(row.id, 0), 0)
        elif tips.get(row.id, 0) != -tips.get(back.id, 0):
            yield Broken("a reversal is the whole payment", "payment", back.id, "its tip is not taken back")
        if put > holds:
            yield Broken("not more than the payment", "payment", row.id, f"{put} were used of {holds}")
    parts = sums(Allocation.amount, Allocation.payment_id, Allocation.document_id,
                 where=[Allocation.payment_id.is_not(None)])
    for (payment_id, document_id), amount in parts.items():
        if amount < 0:
            yield Broken("not more taken off than was put", "payment", payment_id,
                         f"{amount} on document {document_id}")


def methods() -> Iterator[Broken]:
    """Each payment came in a way that exists; who paid for somebody else is somebody else."""
    known = {*METHOD_LABELS, *own_methods(), Method.OPENING}
    for row in db.session.execute(select(Payment.id, Payment.method, Payment.client_id, Payment.paid_by_id)):
        if row.method not in known:
            yield Broken("a method that exists", "payment", row.id, f"{row.method} is no method of payment")
        if row.paid_by_id == row.client_id:
            yield Broken("paid by somebody else", "payment", row.id, "the client is named as another who paid")


def own_client() -> Iterator[Broken]:
    """Money and credit notes pay for documents of the same client, and a credit note only for its invoice."""
    note = aliased(Document)
    chosen = (select(Allocation.id, Allocation.document_id).join(Document, Document.id == Allocation.document_id)
              .outerjoin(Payment, Payment.id == Allocation.payment_id)
              .outerjoin(note, note.id == Allocation.credit_note_id)
              .where(or_(Payment.client_id != Document.client_id, note.refers_to_id != Document.id)))
    for row in db.session.execute(chosen):
        yield Broken("paid by its own client", "allocation", row.id, f"pays for document {row.document_id}")


def balances() -> Iterator[Broken]:
    """For every client: documents - payments + tips - written off - vouchers = still owed - credit, and no credit is
    below zero."""
    issued = [Document.state != DocumentState.DRAFT]
    asked = sums(Document.gross_amount, Document.client_id, where=issued)
    owed = sums(Document.open_amount, Document.client_id, where=issued)
    paid = sums(Payment.amount, Payment.client_id)
    used = sums(Allocation.amount, Payment.client_id, joined=(Payment, Payment.id == Allocation.payment_id))
    tips = sums(Tip.amount, Payment.client_id, joined=(Payment, Payment.id == Tip.payment_id))
    lost = sums(Allocation.amount, Document.client_id,
                where=[or_(Allocation.write_off_id.is_not(None), Allocation.voucher_id.is_not(None))],
                joined=(Document, Document.id == Allocation.document_id))
    for client_id in asked.keys() | paid.keys():
        credit = paid.get(client_id, 0) - used.get(client_id, 0) - tips.get(client_id, 0)
        if credit < 0:
            yield Broken("credit is never below zero", "client", client_id, f"credit is {credit}")
        yield from unequal("balance = documents - payments", "client", client_id, "owed less credit is",
                           owed.get(client_id, 0) - credit, asked.get(client_id, 0) - paid.get(client_id, 0)
                           + tips.get(client_id, 0) - lost.get(client_id, 0))


def one_invoice_an_appointment() -> Iterator[Broken]:
    """An appointment has one invoice that stands."""
    chosen = (select(Document.appointment_id, func.max(Document.id))
              .where(Document.appointment_id.is_not(None), Document.state == DocumentState.ISSUED)
              .group_by(Document.appointment_id).having(func.count() > 1))
    for appointment_id, row_id in db.session.execute(chosen):
        yield Broken("one invoice an appointment", "document", row_id, f"appointment {appointment_id} has another")


def write_offs() -> Iterator[Broken]:
    """What was written off stands against its invoice, of its day, and the invoice says so."""
    put = sums(Allocation.amount, Allocation.write_off_id, where=[Allocation.write_off_id.is_not(None)])
    for row in db.session.execute(select(WriteOff.id, WriteOff.amount)):
        if not 0 <= put.get(row.id, 0) <= row.amount:
            yield Broken("write-off stands against its invoice", "write_off", row.id,
                         f"{put.get(row.id, 0)} of {row.amount}")
    strange = (select(WriteOff.id).join(Allocation, Allocation.write_off_id == WriteOff.id)
               .where(Allocation.document_id != WriteOff.document_id))
    for (row_id,) in db.session.execute(strange):
        yield Broken("write-off stands against its invoice", "write_off", row_id, "it settles another invoice")
    lost = sums(Allocation.amount, Allocation.document_id, where=[Allocation.write_off_id.is_not(None)])
    for row in db.session.execute(select(Document.id, Document.written_off_amount)):
        yield from unequal("write-off stands against its invoice", "document", row.id, "written_off_amount is",
                           row.written_off_amount, lost.get(row.id, 0))


def tips_paid_out() -> Iterator[Broken]:
    """No therapist was handed more tips than they were given, but for tips that were taken back afterwards."""
    taken = sums(Tip.amount, Tip.therapist_id, where=[Tip.amount > 0])
    for therapist_id, paid in sums(TipPayout.amount, TipPayout.therapist_id).items():
        if paid > taken.get(therapist_id, 0):
            yield Broken("tips paid out were given", "user_account", therapist_id,
                         f"{paid} paid out of {taken.get(therapist_id, 0)}")


CHECKS = (payments_hold, methods, own_client, balances, one_invoice_an_appointment, write_offs, tips_paid_out)
