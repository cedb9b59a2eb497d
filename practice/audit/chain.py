"""The hash chain, pure: each row's hash covers the row and the hash before it."""
import hashlib
import hmac

from practice.core.columns import canonical_json

START = "0" * 64


def row_hash(key: bytes, previous: str, fields: dict) -> str:
    """HMAC-SHA-256 over the previous hash and the row's fields, in hex."""
    return hmac.new(key, (previous + canonical_json(fields)).encode(), hashlib.sha256).hexdigest()
