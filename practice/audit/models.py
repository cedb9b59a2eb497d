"""The audit trail's two tables."""
from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, JsonText, UtcDateTime
from practice.core.db import db


class AuditRow(db.Model):
    """One thing that happened. Ids have no gap; the actor is kept as an id, without a relationship."""

    __tablename__ = "audit_row"
    __table_args__ = (Index(None, "client_id", "at"), Index(None, "actor_id", "at", "client_id", "action"),
                      Index(None, "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(64))
    entity: Mapped[str | None] = mapped_column(String(64))
    entity_id: Mapped[int | None] = mapped_column(BigInteger)
    client_id: Mapped[int | None] = mapped_column(BigInteger)
    address: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict] = mapped_column(JsonText)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(db.Model):
    """How many rows there are and the last hash; locked last in every transaction."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
