"""Papers as PDF, set by typst. The one door to it: a template's name and plain data in, bytes out.

Data travels as JSON and is never markup; typst reads nothing outside the folder of templates; the same data gives the
same bytes on the same machine. DejaVu Sans comes with the practice and draws Latin, Greek, Cyrillic, Arabic and Hebrew;
for other scripts a font of the machine is looked for.
"""

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from threading import Lock

import typst

from practice.core import glyphs
from practice.core.errors import DomainError
from practice.core.text import _

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "documents"
FONTS = Path(__file__).resolve().parent / "fonts"

_NAME = re.compile(r"[a-z][a-z_]*")
_LANGUAGE = re.compile(r"(?P<lang>[a-z]{2,3})(?:[-_][A-Z][a-z]{3})?(?:[-_](?P<region>[A-Z]{2}))?")
_compiling = Lock()  # a compiler holds one set of inputs at a time


class PdfFailed(DomainError):
    """The paper could not be set: the data does not fit the template."""

    message = _("The PDF could not be made.")


def render(template: str, data: dict, *, language: str) -> bytes:
    """The PDF of templates/documents/<template>.typ, tagged for screen readers.

    `data` holds text, numbers, lists and dicts, and bytes for pictures (SVG or PNG); all words are already translated
    and all figures formatted. `language` (such as "en" or "pt_BR") sets quotes, direction and the language for readers.
    """
    source = TEMPLATES / f"{template}.typ"
    tongue = _LANGUAGE.fullmatch(language)
    if not _NAME.fullmatch(template) or not source.is_file() or not tongue:
        raise PdfFailed()
    data = _cleaned(data)
    missing = _missing(_characters(data), _shipped())
    inputs = {
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True),
        "lang": tongue["lang"],
        "region": tongue["region"] or "",
        "fallback": json.dumps(_families_for(missing)),
    }
    compiler = _compiler(template, bool(missing))
    try:
        with _compiling:
            return compiler.compile(format="pdf", sys_inputs=inputs, timestamp=0)
    except (typst.TypstError, RuntimeError) as error:
        raise PdfFailed() from error


def missing_characters(data: dict) -> str:
    """The characters of `data` that no font here can draw, in order; "" when all is well. Ask before issuing."""
    missing = _missing(_characters(_cleaned(data)), _shipped())
    for _family, ranges in _machine_fonts() if missing else ():
        missing = _missing(missing, [ranges])
    return "".join(sorted(missing))


@cache
def _compiler(template: str, machine_fonts: bool) -> typst.Compiler:
    return typst.Compiler(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=[str(FONTS)],
        ignore_system_fonts=not machine_fonts,
    )


def _cleaned(value):
    """`value` as JSON can carry it: pictures spelled out, control characters gone, letters composed."""
    if isinstance(value, dict):
        return {key: _cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    if isinstance(value, bytes):
        if value.startswith(b"\x89PNG"):
            return {"png": list(value)}
        return {"svg": value.decode()}
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", str(value))
        return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") else sign for sign in text)
    if value is None or isinstance(value, int):
        return value
    raise PdfFailed(_("A paper cannot hold a %(kind)s."), kind=type(value).__name__)


def _characters(value) -> set[str]:
    """Every character of the texts in `value` that leaves ink on the paper."""
    if isinstance(value, dict):
        # A picture is no text.
        return set().union(*(_characters(each) for key, each in value.items() if key not in ("svg", "png")))
    if isinstance(value, list):
        return set().union(*map(_characters, value))
    if isinstance(value, str):
        return {sign for sign in set(value) if sign > "~" and unicodedata.category(sign)[0] not in "CZ"}
    return set()


def _missing(characters: set[str], fonts: list) -> set[str]:
    return {sign for sign in characters if not any(glyphs.draws(ranges, sign) for ranges in fonts)}


@cache
def _shipped() -> list:
    return [glyphs.covered(FONTS / "DejaVuSans.ttf")]


@cache
def _machine_fonts() -> list[tuple[str, tuple]]:
    """Upright regular fonts of this machine, sans serifs first: (family, ranges of code points)."""
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[]).fonts()
    regular = {
        font.family: (Path(font.path), font.index)
        for font in sorted(fonts, key=lambda font: str(font.path))
        if font.style == "normal" and font.weight == 400 and font.path
    }
    by_taste = sorted(regular, key=lambda family: ("Sans" not in family, "Serif" in family, len(family), family))
    return [(family, glyphs.covered(*regular[family])) for family in by_taste]


def _families_for(missing: set[str]) -> list[str]:
    """Families of this machine that together draw `missing` as far as they can, the most useful first."""
    families = []
    while missing:
        best = min(_machine_fonts(), key=lambda font: len(_missing(missing, [font[1]])), default=None)
        left = _missing(missing, [best[1]]) if best else missing
        if len(left) == len(missing):
            break
        families.append(best[0])
        missing = left
    return families
