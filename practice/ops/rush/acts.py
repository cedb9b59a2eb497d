"""What a desk does with money, at random, on clients that all desks share."""
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.billing.models.documents import Document, DocumentKind, DocumentState
from practice.billing.models.packages import Package
from practice.billing.models.payments import METHOD_LABELS, Method, Payment
from practice.billing.queries.deposits import free_credit
from practice.billing.services.checkout import Along, checkout
from practice.billing.services.credit_notes import credit_note
from practice.billing.services.documents import LineInput, issue_invoice, today
from practice.billing.services.packages import sell_package
from practice.billing.services.payments import correct_method, give_back, reverse_payment, take_payment, use_credit
from practice.billing.services.refunds import refund, refundable
from practice.billing.services.write_offs import write_off
from practice.core import clock
from practice.core.db import db
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState

PRICES = (1800, 4999, 7500, 7800, 12_345)  # minor units
WHY = "in the rush"


@dataclass
class Desk:
    """One of the desks: who works there, which clients there are, and the therapist whose sessions it charges."""

    actor: Actor
    clients: list[int]
    therapist_id: int
    treatment_id: int
    location_id: int
    tax_code_id: int
    chance: random.Random
    sessions: int = 0

    def client(self) -> int:
        return self.chance.choice(self.clients)

    def method(self) -> Method:
        return self.chance.choice(list(METHOD_LABELS))

    def pick(self, column, *where):
        """A row of the last ones that fit, None when there is none; every desk picks from the same ones."""
        rows = db.session.scalars(select(column).where(*where).order_by(column.desc()).limit(20)).all()
        return self.chance.choice(rows) if rows else None


def sell(desk: Desk) -> None:
    """An invoice of one to four lines, paid in full, in part, too much, or not at all."""
    lines = [LineInput("Treatment", desk.chance.choice(PRICES), desk.tax_code_id)
             for _line in range(desk.chance.randint(1, 4))]
    row = issue_invoice(desk.actor, client_id=desk.client(), lines=lines)
    amount = desk.chance.choice((0, row.gross_amount, row.gross_amount // 3, row.gross_amount + 1000))
    if amount:
        take_payment(desk.actor, client_id=row.client_id, amount=amount, method=desk.method(),
                     request_key=secrets.token_hex(8), document_id=row.id)


def check_out(desk: Desk) -> None:
    """A done session charged, with credit, a package where there is one, and now and then a tip."""
    client_id = desk.client()
    row = _done(desk, client_id)
    package = desk.pick(Package.id, Package.client_id == client_id, Package.sessions_left > 0)
    amount = desk.chance.choice((0, 7500, 9000))
    checkout(desk.actor, row.id, payments=[(desk.method(), amount)], request_key=secrets.token_hex(8),
             with_credit=desk.chance.random() < 0.5, package_id=package, tip=500 if amount == 9000 else 0)


def check_out_together(desk: Desk) -> None:
    """Two sessions charged at once, paid by one of the clients, now and then not in full."""
    first, second = _done(desk, desk.client()), _done(desk, desk.client())
    package = desk.pick(Package.id, Package.client_id == second.client_id, Package.sessions_left > 0)
    checkout(desk.actor, first.id, payments=[(desk.method(), desk.chance.choice((9000, 15_000, 20_000)))],
             request_key=secrets.token_hex(8), together=[Along(second.id, package)])


def _done(desk: Desk, client_id: int) -> Appointment:
    desk.sessions += 1
    start = clock.now() - timedelta(hours=2 * desk.sessions)
    end = start + timedelta(minutes=50)
    row = Appointment(
        client_id=client_id, user_id=desk.therapist_id, treatment_id=desk.treatment_id, location_id=desk.location_id,
        starts_at=start, ends_at=end, busy_until_at=end, on_date=start.date(), state=AppointmentState.DONE,
        state_at=end, booked_at=start)
    db.session.add(row)
    db.session.flush()
    return row


def pay_later(desk: Desk) -> None:
    document_id = desk.pick(Document.id, Document.open_amount > 0)
    if document_id is not None:
        client_id = db.session.scalar(select(Document.client_id).where(Document.id == document_id))
        take_payment(desk.actor, client_id=client_id, amount=desk.chance.randint(1, 9000), method=desk.method(),
                     request_key=secrets.token_hex(8), document_id=document_id, is_for_oldest=True)


def with_credit(desk: Desk) -> None:
    document_id = desk.pick(Document.id, Document.open_amount > 0)
    if document_id is not None:
        use_credit(desk.actor, document_id)


def take_back(desk: Desk) -> None:
    document_id = desk.pick(Document.id, Document.kind == DocumentKind.INVOICE,
                            Document.state == DocumentState.ISSUED)
    if document_id is not None:
        credit_note(desk.actor, document_id, reason=WHY,
                    amounts={1: desk.chance.randint(1, 3000)} if desk.chance.random() < 0.6 else None)


def refund_part(desk: Desk) -> None:
    document_id = desk.pick(Document.id, Document.kind == DocumentKind.INVOICE,
                            Document.state == DocumentState.ISSUED, Document.open_amount == 0)
    most = refundable(db.session.get(Document, document_id)) if document_id is not None else 0
    if most > 0:
        refund(desk.actor, document_id, amount=desk.chance.randint(1, most), method=desk.method(),
               request_key=secrets.token_hex(8), reason=WHY)


def reverse(desk: Desk) -> None:
    payment_id = desk.pick(Payment.id, Payment.amount > 0)
    if payment_id is not None:
        reverse_payment(desk.actor, payment_id, reason=WHY)


def correct(desk: Desk) -> None:
    payment_id = desk.pick(Payment.id, Payment.amount > 0)
    if payment_id is not None:
        correct_method(desk.actor, payment_id, method=desk.method(), reason=WHY)


def pay_out_credit(desk: Desk) -> None:
    client_id = desk.client()
    free = free_credit(client_id)
    if free:
        give_back(desk.actor, client_id=client_id, amount=desk.chance.randint(1, free), method=desk.method(),
                  request_key=secrets.token_hex(8), reason=WHY)


def lose(desk: Desk) -> None:
    document_id = desk.pick(Document.id, Document.open_amount > 0)
    if document_id is not None:
        write_off(desk.actor, document_id, amount=desk.chance.randint(1, 500), on=today(), reason=WHY)


def sell_sessions(desk: Desk) -> None:
    client_id = desk.client()
    if not db.session.scalar(select(func.sum(Package.sessions_left)).where(Package.client_id == client_id)):
        sell_package(desk.actor, client_id=client_id, treatment_id=desk.treatment_id, sessions=3, price_amount=20_000)


ACTS: tuple[Callable[[Desk], None], ...] = (
    sell, sell, sell, check_out, check_out,
    check_out_together, pay_later, pay_later, with_credit, take_back, refund_part,
    reverse, correct, pay_out_credit, lose, sell_sessions)
