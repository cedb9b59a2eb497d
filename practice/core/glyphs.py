"""Which characters a font can draw, read from its own table: typst leaves a hole without a word where it finds none."""

import struct
from bisect import bisect_right
from functools import cache
from pathlib import Path


@cache
def covered(path: Path, index: int = 0) -> tuple[tuple[int, int], ...]:
    """Sorted, closed ranges of code points that the font file has a glyph for; none if it cannot be read.

    Reads the "cmap" table (OpenType specification, formats 4 and 12); `index` is the font's place in a collection.
    """
    try:
        return tuple(_merged(_ranges(path.read_bytes(), index)))
    except (OSError, struct.error, KeyError, ValueError):
        return ()


def draws(ranges: tuple[tuple[int, int], ...], character: str) -> bool:
    """Whether a font with these `ranges` has the character."""
    place = bisect_right(ranges, (ord(character), 0x110000)) - 1
    return place >= 0 and ranges[place][0] <= ord(character) <= ranges[place][1]


def _ranges(font: bytes, index: int) -> list[tuple[int, int]]:
    start = 0
    if font[:4] == b"ttcf":
        (start,) = struct.unpack_from(">I", font, 12 + 4 * index)
    (count,) = struct.unpack_from(">H", font, start + 4)
    records = (struct.unpack_from(">4sIII", font, start + 12 + 16 * n) for n in range(count))
    cmap = {tag: offset for tag, _checksum, offset, _length in records}[b"cmap"]
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    offsets = {cmap + struct.unpack_from(">HHI", font, cmap + 4 + 8 * n)[2] for n in range(count)}
    found = []
    for offset in offsets:
        (kind,) = struct.unpack_from(">H", font, offset)
        if kind == 4:
            found += _segments(font, offset)
        elif kind == 12:
            (groups,) = struct.unpack_from(">I", font, offset + 12)
            found += [struct.unpack_from(">II", font, offset + 16 + 12 * n) for n in range(groups)]
    return found


def _segments(font: bytes, offset: int) -> list[tuple[int, int]]:
    (twice,) = struct.unpack_from(">H", font, offset + 6)
    ends = struct.unpack_from(f">{twice // 2}H", font, offset + 14)
    starts = struct.unpack_from(f">{twice // 2}H", font, offset + 16 + twice)
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start != 0xFFFF]


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
