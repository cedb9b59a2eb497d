"""Papers for insurers in the United States: what the referrer wrote, and the superbills made of invoices."""
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, JsonText, UtcDateTime
from practice.core.db import db
from practice.core.sealed import Sealed, SealedRow, sealed_column


class Referral(SealedRow, db.Model):
    """A referrer's paper: who it is from, the diagnosis codes on it and the client's number with the insurer (sealed
    JSON), and the days it holds for. Part of the chart; a row never changes, a new paper is a new row."""

    __tablename__ = "referral"
    __table_args__ = (Index(None, "client_id", "from_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    _content = sealed_column()
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    content = Sealed()


class Superbill(db.Model):
    """An invoice as an insurer wants it, as it was when it was made; made anew, the newest counts. Without the
    diagnosis: that is the referral's."""

    __tablename__ = "superbill"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    facts: Mapped[dict] = mapped_column(JsonText)
    content_hash: Mapped[str] = mapped_column(String(64))
    made_on: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
