"""Pictures whose parts fit together as a reader expects them; what they show is no matter."""
import struct
import zlib


def segment(marker: int, body: bytes) -> bytes:
    """One segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(words: bytes = b"a picture", *, beside: bytes = b"", width: int = 40, height: int = 30) -> bytes:
    """A JPEG with `words` where its data are, and `beside` among what is written before them."""
    return (b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0") + beside
            + segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
            + segment(0xDA, b"\1\1\0\0\x3f\0") + words + b"\xff\xd9")


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(words: bytes = b"a picture", *, beside: bytes = b"", width: int = 40, height: int = 30) -> bytes:
    """A PNG with `words` where its data are, and `beside` among what is written before them."""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) + beside
            + chunk(b"IDAT", words) + chunk(b"IEND", b""))
