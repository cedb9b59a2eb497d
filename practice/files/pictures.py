"""What a picture is made of: how large it is, and the picture without what a camera wrote beside it: where it was
taken, when, with which device. Colours and which way is up stay.

JPEG: ITU-T T.81, annex B; Exif 2.32. PNG: W3C Recommendation, third edition.
"""
import struct
from collections.abc import Iterator

START, END, SCAN, EXIF = 0xD8, 0xD9, 0xDA, 0xE1
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
KEPT = {0xE0, 0xE2, 0xEE}  # what the file is, its colours (ICC), how they are coded (Adobe)
BESIDE = range(0xE0, 0xF0)
COMMENT = 0xFE
ORIENTATION = 0x0112
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
PNG_BESIDE = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}


class NoPicture(ValueError):
    """The parts do not fit together."""


def bare(content: bytes) -> tuple[bytes, int]:
    """A JPEG or PNG picture without what is written beside it, and how many pixels it has. Raises NoPicture."""
    try:
        return _bare_png(content) if content.startswith(PNG_HEAD) else _bare_jpeg(content)
    except (struct.error, IndexError) as error:
        raise NoPicture(str(error)) from None


def _bare_jpeg(content: bytes) -> tuple[bytes, int]:
    kept, pixels = [content[:2]], 0
    for marker, part in _segments(content):
        if marker in FRAMES:
            height, width = struct.unpack(">HH", part[5:9])
            pixels = height * width
        if marker == EXIF and part[4:10] == b"Exif\0\0":
            kept.append(_only_orientation(part[10:]))
        elif marker in KEPT and not part[4:].startswith(b"MPF\0") or marker not in BESIDE and marker != COMMENT:
            kept.append(part)
    if not pixels:
        raise NoPicture("no size")
    return b"".join(kept), pixels


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with its whole segment, the bytes of a scan with the scan's; what follows the end is left out."""
    at = 2
    while True:
        if content[at] != 0xFF:
            raise NoPicture("no marker")
        while content[at + 1] == 0xFF:  # filling
            at += 1
        marker = content[at + 1]
        if marker == END:
            yield marker, content[at:at + 2]
            return
        begin, at = at, at + 2 + struct.unpack(">H", content[at + 2:at + 4])[0]
        if marker == SCAN:
            at = _after_scan(content, at)
        if at > len(content):
            raise NoPicture("cut off")
        yield marker, content[begin:at]


def _after_scan(content: bytes, at: int) -> int:
    """Where the next marker stands that is not part of the picture's data; the end of a picture that is cut off."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise NoPicture("cut off")
        if content[at + 1] != 0 and not 0xD0 <= content[at + 1] <= 0xD7 and content[at + 1] != 0xFF:
            return at
        at += 1 if content[at + 1] == 0xFF else 2


def _only_orientation(tiff: bytes) -> bytes:
    """An Exif segment that says which way is up and nothing else; empty when it is not said."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return b""
    begin = struct.unpack(f"{order}I", tiff[4:8])[0]
    for number in range(struct.unpack(f"{order}H", tiff[begin:begin + 2])[0]):
        at = begin + 2 + 12 * number
        tag, _kind, _count, value = struct.unpack(f"{order}HHIH", tiff[at:at + 10])
        if tag == ORIENTATION:
            told = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, value, 0, 0)
            return b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told
    return b""


def _bare_png(content: bytes) -> tuple[bytes, int]:
    width, height = struct.unpack(">II", content[16:24])
    kept, at = [PNG_HEAD], len(PNG_HEAD)
    while True:
        name, end = content[at + 4:at + 8], at + 12 + struct.unpack(">I", content[at:at + 4])[0]
        if end > len(content) or at == len(PNG_HEAD) and name != b"IHDR":
            raise NoPicture("cut off")
        if name not in PNG_BESIDE:
            kept.append(content[at:end])
        if name == b"IEND":
            return b"".join(kept), width * height
        at = end
