"""The file a backup is: a stream sealed in pieces, so that no part can be read, changed, cut off or exchanged.

`magic | 8 bytes key id | 32 bytes salt | pieces`. A piece is up to 1 MiB under AES-256-GCM with a key of this file
alone (from the sealing key and the salt); its nonce is its place and whether it is the last one.
"""
import os
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from practice.core.sealed import Keyring, SealBroken

MAGIC = b"practice backup 1\n"
KEY_ID, SALT, TAG = 8, 32, 16
PIECE = 1 << 20  # bytes
HEAD = len(MAGIC) + KEY_ID + SALT
PURPOSE = "backup"
DAMAGED = "This backup is damaged or not complete; take another one."


class BackupBroken(Exception):
    """A file that is no backup, not a whole one, or sealed with a key that is not here; the sentence says which."""


def _nonce(place: int, is_last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes([is_last])


class Sealing:
    """Write into `file` what only this keyring opens. `close` writes the last piece, and leaves the file open."""

    def __init__(self, file: BinaryIO, keyring: Keyring):
        salt = os.urandom(SALT)
        self._file, self._place, self._waiting = file, 0, bytearray()
        self._head = MAGIC + keyring.first_id + salt
        self._cipher = AESGCM(keyring.derive_from(keyring.first_id, PURPOSE, salt))
        file.write(self._head)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._write(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        self._write(bytes(self._waiting), is_last=True)

    def _write(self, data: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._place, is_last), data, self._head))
        self._place += 1


class Opening:
    """Read what `Sealing` wrote. Raises BackupBroken at the first piece that is not as it was written."""

    def __init__(self, file: BinaryIO, keyring: Keyring):
        self._file, self._place, self._ready = file, 0, b""
        self._head = file.read(HEAD)
        if len(self._head) < HEAD or not self._head.startswith(MAGIC):
            raise BackupBroken("This file is not a backup of this program.")
        key_id, salt = self._head[len(MAGIC):len(MAGIC) + KEY_ID], self._head[-SALT:]
        try:
            self._cipher = AESGCM(keyring.derive_from(key_id, PURPOSE, salt))
        except SealBroken:
            raise BackupBroken("This backup was sealed with a key that is not in the file of PRACTICE_KEYS: "
                               "put the key file that belongs to it there.") from None
        self._next = file.read(PIECE + TAG)
        if not self._next:
            raise BackupBroken(DAMAGED)

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        while len(self._ready) < size and self._next:
            self._ready += self._open()
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def close(self) -> None:
        """Read to the end: what follows must be whole as well."""
        while self.read(PIECE):
            pass

    def _open(self) -> bytes:
        piece, self._next = self._next, self._file.read(PIECE + TAG)
        try:
            data = self._cipher.decrypt(_nonce(self._place, not self._next), piece, self._head)
        except Exception as error:  # InvalidTag, or too short to hold one
            raise BackupBroken(DAMAGED) from error
        self._place += 1
        return data
