"""What a signature binds: a hash over the note's text and everything it was written against. Pure."""
import hashlib
from datetime import UTC, date, datetime

from practice.core.columns import canonical_json


def fingerprint(content: str, *, uid: str, client_id: int, appointment_id: int, on_date: date, rulebook_version: str,
                submission_id: int | None, signed_by_id: int, signed_at: datetime) -> str:
    """SHA-256 in hex over the content (JSON text), whose it is, the versions used, by whom and when it was signed."""
    return hashlib.sha256(canonical_json({
        "content": content, "uid": uid, "client_id": client_id, "appointment_id": appointment_id,
        "on_date": on_date.isoformat(), "rulebook_version": rulebook_version, "submission_id": submission_id,
        "signed_by_id": signed_by_id, "signed_at": signed_at.astimezone(UTC).isoformat(),
    }).encode()).hexdigest()
