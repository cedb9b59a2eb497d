"""What a camera writes beside a picture is not kept; a picture that is none, or far too large, is not taken."""
import struct

import pytest

from practice.access import guard
from practice.core.db import transaction
from practice.core.errors import Invalid
from practice.files import services
from practice.files.models import FileKind
from practice.files.pictures import NoPicture, bare
from practice.files.queries import files_named
from tests.factories import intake
from tests.factories.pictures import chunk, jpeg, png, segment

PLACE = b"52 31 12.1 N 13 24 17.8 E"


def exif(order: str, orientation: int) -> bytes:
    """What a telephone writes: which way is up, its maker, and further on the place."""
    tiff = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}IH", 8, 2)
    tiff += struct.pack(f"{order}HHII", 0x010F, 2, len(PLACE), 38)
    tiff += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(f"{order}I", 0) + PLACE
    return segment(0xE1, b"Exif\0\0" + tiff)


@pytest.mark.requirement("uploads")
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_keeps_its_picture_and_which_way_is_up(order):
    colours = segment(0xE2, b"ICC_PROFILE\0\1\1 colours")
    beside = (exif(order, 6) + colours + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE)
              + segment(0xE2, b"MPF\0" + PLACE) + segment(0xED, PLACE) + segment(0xFE, PLACE))
    found, pixels = bare(jpeg(b"what it\xff\0 shows\xff\xd1 all of it", beside=beside) + b"a film " + PLACE)
    assert PLACE not in found and pixels == 1200
    assert b"what it\xff\0 shows\xff\xd1 all of it\xff\xd9" in found and colours in found
    up = segment(0xE1, b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0))
    assert up in found and bare(found) == (found, 1200)


@pytest.mark.requirement("uploads")
def test_a_png_keeps_its_picture():
    beside = chunk(b"tEXt", PLACE) + chunk(b"eXIf", PLACE) + chunk(b"iTXt", PLACE) + chunk(b"gAMA", b"\0\0\xb1\x8f")
    assert bare(png(beside=beside) + PLACE) == (png(beside=chunk(b"gAMA", b"\0\0\xb1\x8f")), 1200)


@pytest.mark.requirement("uploads")
@pytest.mark.parametrize("content", [
    b"\xff\xd8\xff", b"\xff\xd8\xff\xe0" + b"a" * 90, jpeg()[:-2], jpeg()[:30], b"\xff\xd8\xff\xd9" + b" " * 30,
    png()[:-12], png()[:20], b"\x89PNG\r\n\x1a\n" + b"a" * 90, png()[:8] + png()[33:]])
def test_what_does_not_fit_together_is_no_picture(content):
    with pytest.raises(NoPicture):
        bare(content)


@pytest.mark.requirement("uploads")
def test_what_is_handed_in(people):
    client_id = intake.client_of(people, "theo")

    def hand_in(content: bytes) -> str:
        with guard.acting(people.rae), transaction():
            return services.hand_in(people.rae, client_id, content, kind=FileKind.PAPER_FORM, record="client",
                                    record_id=client_id)

    for content, why in ((jpeg(width=65_000, height=65_000), "too large"), (png()[:-12], "cannot be read")):
        with pytest.raises(Invalid, match=why):
            hand_in(content)
    uid = hand_in(jpeg(beside=exif("<", 1)))
    with guard.acting(people.theo):
        row = files_named(client_id, [uid])[0]
        assert PLACE not in row.content and row.size == len(row.content)
