"""Stored files."""
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, Enum_, UtcDateTime
from practice.core.db import db
from practice.core.sealed import Sealed, SealedRow, keyring, sealed_column


class FileKind(StrEnum):
    LETTER = "letter"
    REFERRAL = "referral"
    SCAN = "scan"
    MEDICINES = "medicines"  # a photo in place of a list, from the client's own form
    PAPER_FORM = "paper_form"  # photographed at the desk, for the therapist to type in


class File(SealedRow, db.Model):
    """A sealed file of a client's chart. `record` and `record_id` name the row it hangs on."""

    __tablename__ = "file"
    __table_args__ = (Index(None, "record", "record_id"), Index(None, "client_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    kind: Mapped[FileKind] = mapped_column(Enum_(FileKind))
    record: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(Integer)  # bytes
    _name = sealed_column()
    _content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # sealed bytes
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    name = Sealed()

    @property
    def content(self) -> bytes:
        """The bytes themselves; raises SealBroken."""
        return keyring().open_bytes(self._content, f"file:_content:{self.uid}")

    @content.setter
    def content(self, data: bytes) -> None:
        self._content = keyring().seal_bytes(data, f"file:_content:{self.uid}")
