"""A device with a passkey, made of software: it signs as a browser does, or as one that cheats."""
import hashlib
import json
import secrets

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


class Device:
    """One passkey. `count` is how often it was used, by its own account."""

    def __init__(self, host: str = "localhost", origin: str = "http://localhost", *, counts: bool = True):
        self.host, self.origin, self.count, self.step = host, origin, 0, int(counts)
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)

    def _said(self, kind: str, options: str, origin: str | None) -> bytes:
        return json.dumps({"type": f"webauthn.{kind}", "challenge": json.loads(options)["challenge"],
                           "origin": origin or self.origin}).encode()

    def _data(self, flags: int, rest: bytes = b"") -> bytes:
        self.count += self.step
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + rest

    def _credential(self, said: bytes, **response: bytes) -> str:
        number = bytes_to_base64url(self.id)
        packed = {name: bytes_to_base64url(value) for name, value in {"clientDataJSON": said, **response}.items()}
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": packed,
                           "clientExtensionResults": {}})

    def make(self, options: str, *, flags: int = PRESENT | VERIFIED, origin: str | None = None) -> str:
        """What the browser sends when a passkey was made."""
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        data = self._data(flags | WITH_KEY, bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public)
        return self._credential(self._said("create", options, origin),
                                attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}))

    def show(self, options: str, *, flags: int = PRESENT | VERIFIED, origin: str | None = None) -> str:
        """What the browser sends when it was shown."""
        said, data = self._said("get", options, origin), self._data(flags)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(said, authenticatorData=data, signature=signature)
