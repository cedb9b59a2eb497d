"""Erasing a client: all of it once nothing has to be kept, how to reach them before. Holds stop both.

Invoices keep their numbers, days, lines and sums, and lose who they were for. What was erased is also written into a
file beside the backups, so that a restored backup forgets the same people again.
"""
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Engine, delete, select, update

from practice.access import guard
from practice.access.actor import Actor, system
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.documents import LINE_LABELS, Document, DocumentLine
from practice.billing.services.documents import content_hash
from practice.billing.services.locking import lock_account
from practice.billing.services.memberships import end_memberships
from practice.clients.matching import prefix_key, search_text
from practice.clients.models import Client, ReminderChannel
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import Base, db
from practice.core.errors import DomainError
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.safety.queries.known import judged
from practice.transfer.models import Erasure, ErasureKind, LegalHold
from practice.transfer.queries.belongings import BELONGINGS
from practice.transfer.queries.keeping import kept
from practice.transfer.services.closed_reports import forget_in_reports, told_of_payments

FIRST_NAME = _("Erased client")
CONTACT = {"phone": "", "email": "", "street": "", "postal_code": "", "city": "", "country": "",
           "reminder_channel": ReminderChannel.NONE}
WHO = {"preferred_name": "", "pronouns": "", "born_on": None, "language": "", "usual_therapist_id": None,
       "price_group_id": None}
DOCUMENT = Document.__table__
FREE_TEXT = (DocumentLine.treatment_id.is_(None), DocumentLine.product_id.is_(None))
BY_TABLE = {one.model.__table__: one for one in BELONGINGS}


class HeldBack(DomainError):
    message = _("There is a hold on this client: nothing may be erased until it is lifted.")


class StillOpen(DomainError):
    message = _("Something is open with this client: credit, a debt, sessions paid ahead or a membership. "
                "Settle it first.")


class ErasedAlready(DomainError):
    message = _("This client is erased already.")


@dataclass(frozen=True)
class Erased:
    """What was done: all of it, or how to reach them; then `until` is the day from which the rest may go."""

    kind: ErasureKind
    until: object


def erase(actor: Actor, client_id: int) -> Erased:
    """Erase what may go today. Raises HeldBack, StillOpen, ErasedAlready, NotFound."""
    require(actor, Permission.CLIENT_RIGHTS)
    lock_account(client_id)  # a hold set, money taken or a month invoiced meanwhile: one after the other
    client = get_client(client_id)
    if db.session.scalar(select(LegalHold.id).where(LegalHold.client_id == client.id, LegalHold.lifted_at.is_(None))):
        raise HeldBack()
    with guard.acting(system("what is kept of a client")) as house:
        dates = kept(house, [client_id])[0]
    if dates.erased is ErasureKind.WHOLE:
        raise ErasedAlready()
    is_free = dates.is_over(clock.local_date(clock.now(), the_practice().time_zone))
    if is_free and dates.is_open:
        raise StillOpen()
    kind = ErasureKind.WHOLE if is_free else ErasureKind.CONTACT
    carry_out(actor, client_id, kind)
    return Erased(kind, None if is_free else dates.until)


def carry_out(actor: Actor, client_id: int, kind: ErasureKind) -> None:
    """Erase, without asking whether it may be: that was decided, now or before a backup was restored."""
    db.session.flush()
    with guard.acting(system("an erasure")):
        client = db.session.scalars(select(Client).where(Client.id == client_id)).one()
        row = Erasure(client_id=client.id, client_uid=client.uid, kind=kind, began_at=clock.now(), by_id=actor.user_id)
        db.session.add(row)
        db.session.flush()
        words = _words_of(client_id)
        payments = told_of_payments(client_id)
        _empty_tables(client_id, kind)
        _empty_client(client, kind)
        if kind is ErasureKind.WHOLE:
            _empty_papers(actor, client_id, words, payments)
        end_memberships(actor, client_id)
        row.finished_at = clock.now()
        db.session.flush()
        audit.record(actor, "client.erase", row, client_id=client_id, kind=kind)
        db.session.flush()


def _empty_tables(client_id: int, kind: ErasureKind) -> None:
    """Rows go and texts are emptied, what hangs on something before what it hangs on."""
    connection = db.session.connection()
    for table in reversed(Base.metadata.sorted_tables):
        one = BY_TABLE.get(table)
        if one is None or not (kind is ErasureKind.WHOLE or one.is_contact):
            continue
        if one.goes:
            connection.execute(delete(table).where(one.rows), {"whose": client_id})
        elif one.emptied:
            connection.execute(update(table).where(one.rows).values(one.emptied), {"whose": client_id})


def _empty_client(client: Client, kind: ErasureKind) -> None:
    values = CONTACT | WHO if kind is ErasureKind.WHOLE else CONTACT
    for name, value in values.items():
        setattr(client, name, value)
    if kind is ErasureKind.WHOLE:
        client.first_name, client.last_name = FIRST_NAME, str(client.id)
    client.archived_at = client.archived_at or clock.now()
    client.search_text = search_text(client.first_name, client.last_name, client.preferred_name or None, None, None)
    client.sort_key = prefix_key(client.last_name, client.first_name)
    client.first_key, client.last_key = prefix_key(client.first_name), prefix_key(client.last_name)
    client.version += 1
    db.session.flush()


def _words_of(client_id: int) -> dict[str, str]:
    """What stands on a client's papers, and what stands there afterwards."""
    own = select(Document.id).where(Document.client_id == client_id)
    words = {line.text: LINE_LABELS[line.kind] for line in db.session.execute(
        select(DocumentLine.text, DocumentLine.kind).where(DocumentLine.document_id.in_(own), *FREE_TEXT))}
    chosen = select(Document.billed_name).where(Document.client_id == client_id)
    return words | dict.fromkeys(db.session.scalars(chosen), f"{FIRST_NAME} {client_id}")


def _empty_papers(actor: Actor, client_id: int, words: dict[str, str], payments: Counter) -> None:
    """Documents are for nobody any more; their fingerprints are taken anew, sums and numbers stay."""
    connection, own = db.session.connection(), Document.client_id == client_id
    connection.execute(update(DOCUMENT).where(own).values(billed_name=f"{FIRST_NAME} {client_id}"))
    for kind, label in LINE_LABELS.items():
        connection.execute(update(DocumentLine.__table__).where(
            DocumentLine.kind == kind, *FREE_TEXT, DocumentLine.document_id.in_(select(Document.id).where(own)))
            .values(text=label))
    db.session.expire_all()
    for document in db.session.scalars(select(Document).where(own, Document.content_hash.is_not(None))).all():
        connection.execute(update(DOCUMENT).where(DOCUMENT.c.id == document.id)
                           .values(content_hash=content_hash(document)))
    db.session.expire_all()
    forget_in_reports(actor, client_id, words, payments)


def press_out() -> None:
    """After the commit: this process forgets what it has judged, and on SQLite the log of changes is brought into the
    file, so that nothing of before is left in it."""
    db.session.rollback()
    judged.cache_clear()
    bind = db.session.get_bind()
    if isinstance(bind, Engine) and bind.dialect.name == "sqlite":  # not inside somebody else's transaction
        with bind.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
