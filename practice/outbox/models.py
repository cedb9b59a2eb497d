"""Messages and what is attached to them."""
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, Enum_, UtcDateTime
from practice.core.db import db
from practice.core.sealed import Sealed, SealedRow, sealed_column
from practice.outbox.states import MessageState

TO_SEND = "state IN ('waiting', 'sending')"


class Message(SealedRow, db.Model):
    """One mail to one address. `about` says in the posting room's words what it belongs to: "document:12"."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_to_send", "state", "next_at", "id", sqlite_where=text(TO_SEND),
                            postgresql_where=text(TO_SEND)), Index(None, "about", "id"))
    __audited__ = False  # who posts it writes the trail; what the mail server says is not a person's act

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    state: Mapped[MessageState] = mapped_column(Enum_(MessageState), default=MessageState.WAITING)
    about: Mapped[str] = mapped_column(String(60), default="")
    to_address: Mapped[str] = mapped_column(String(254))
    from_name: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(200))
    _body: Mapped[bytes | None] = sealed_column()
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted_by_id: Mapped[int | None] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by a sender, the last time
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    server_words: Mapped[str] = mapped_column(String(200), default="")  # what the mail server said last

    body = Sealed()


class Attachment(SealedRow, db.Model):
    """A file of a message. Its content is kept until the mail server has it; then its fingerprint is."""

    __tablename__ = "outbox_attachment"
    __table_args__ = (Index(None, "message_id"),)
    __audited__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    _content: Mapped[bytes | None] = sealed_column()  # base64

    content = Sealed()
