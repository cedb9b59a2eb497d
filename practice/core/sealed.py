"""Sealed text: AES-256-GCM with a key outside the database, bound to table, column and row.

A sealed value is `version byte | 8 bytes key id | 12 bytes nonce | ciphertext`. The additional data is
`table:column:uid`, so a value moved to another row, column or table does not open. The binding does not cover the
row's owner column (a client id changed by hand is not noticed here; the audit trail is there for that).
"""
import hashlib
import hmac
import os
import uuid
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

VERSION = b"\x01"


class SealBroken(Exception):
    """A sealed value that does not open: wrong key, changed bytes, or moved from another row."""


class Keyring:
    """The keys: the first seals, all of them open. Keys are 32 bytes.

    `changed()` gives the keys anew when their file is another than at the last call, else None: a key that was added
    while this process runs is used from then on.
    """

    def __init__(self, keys: list[bytes], changed: Callable[[], list[bytes] | None] = lambda: None):
        self._changed = changed
        self._take(keys)

    def _take(self, keys: list[bytes]) -> None:
        if not keys or any(len(key) != 32 for key in keys):
            raise ValueError("a keyring needs at least one key of 32 bytes")
        self._by_id = {hashlib.sha256(b"key id" + key).digest()[:8]: key for key in keys}
        self._ciphers = {key_id: AESGCM(key) for key_id, key in self._by_id.items()}
        self._first_id = next(iter(self._by_id))

    def seal(self, text: str, bound_to: str) -> bytes:
        return self.seal_bytes(text.encode(), bound_to)

    def open(self, value: bytes, bound_to: str) -> str:
        return self.open_bytes(value, bound_to).decode()

    def seal_bytes(self, data: bytes, bound_to: str) -> bytes:
        self.look_again()
        nonce, key_id = os.urandom(12), self._first_id
        return VERSION + key_id + nonce + self._ciphers[key_id].encrypt(nonce, data, bound_to.encode())

    def open_bytes(self, value: bytes, bound_to: str) -> bytes:
        """The data inside; raises SealBroken when it does not open."""
        if value[1:9] not in self._ciphers:
            self.look_again()
        cipher = self._ciphers.get(value[1:9])
        if value[:1] != VERSION or cipher is None:
            raise SealBroken("unknown key")
        try:
            return cipher.decrypt(value[9:21], value[21:], bound_to.encode())
        except InvalidTag as error:
            raise SealBroken(bound_to.split(":")[0]) from error

    def look_again(self) -> None:
        """Take up what was put into the file of the keys since."""
        keys = self._changed()
        if keys:
            self._take(keys)

    @property
    def first_id(self) -> bytes:
        """The id (8 bytes) of the key that seals."""
        return self._first_id

    def derive_from(self, key_id: bytes, purpose: str, salt: bytes) -> bytes:
        """A 32-byte key for one file, from the key of that id; raises SealBroken when that is not here."""
        if key_id not in self._by_id:
            raise SealBroken("unknown key")
        return HKDF(SHA256(), 32, salt, purpose.encode()).derive(self._by_id[key_id])

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for another purpose (audit chain, look-up hashes), from the oldest key."""
        return hmac.new(list(self._by_id.values())[-1], purpose.encode(), hashlib.sha256).digest()


_keyring: Keyring | None = None


def use(keyring: Keyring | None) -> None:
    """Set the keyring of this process; the application does it once when it starts."""
    global _keyring
    _keyring = keyring


def keyring() -> Keyring:
    """The keyring of this process; raises RuntimeError before `use` was called."""
    if _keyring is None:
        raise RuntimeError("no keyring: the application has not been started")
    return _keyring


def new_uid() -> str:
    return uuid.uuid4().hex


def uid_of(request_key: str, content: bytes) -> str:
    """The uid of what one form sends: the same however often it is sent. The random key of the form keeps the
    content from being guessed by it."""
    return hashlib.sha256(request_key.encode() + hashlib.sha256(content).digest()).hexdigest()[:32]


def sealed_column(**options):
    """The LargeBinary column that a Sealed attribute of the same name, without the underscore, writes to."""
    return mapped_column(LargeBinary, nullable=True, **options)


class Sealed:
    """A text attribute kept sealed in the column `_<name>` of a SealedRow.

    A plain descriptor: a column type cannot know its row. Unchanged text does not touch the row.
    """

    def __set_name__(self, owner, name):
        self.column = f"_{name}"

    def __get__(self, row, owner=None):
        if row is None:
            return self
        value = getattr(row, self.column)
        return None if value is None else keyring().open(value, self.bound_to(row))

    def __set__(self, row, text: str | None):
        if text is None:
            setattr(row, self.column, None)
        elif getattr(row, self.column) is None or self.__get__(row) != text:
            setattr(row, self.column, keyring().seal(text, self.bound_to(row)))

    def bound_to(self, row) -> str:
        return f"{row.__tablename__}:{self.column}:{row.uid}"


class SealedRow:
    """Mixin for rows that hold sealed text: gives the `uid`, made by the client, that the seal is bound to."""

    uid: Mapped[str] = mapped_column(String(32), unique=True, nullable=False)

    def __init__(self, **values):
        super().__init__(uid=values.pop("uid", None) or new_uid())
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)
