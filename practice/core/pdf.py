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
_RTL_LANGUAGES = ("ar", "fa", "he", "ur", "yi")
_DIRECTION_CONTROLS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")  # not the marks LRM and RLM
_OWN_DIRECTION = "\N{FIRST STRONG ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"
_NOT_TEXT = ("accent", "paper", "svg", "png")  # keys of the data whose values are not printed as words
_compiling = Lock()  # a compiler holds one set of inputs at a time


class PdfFailed(DomainError):
    """The paper could not be set: the data does not fit the template."""

    message = _("The PDF could not be made.")


USUAL = (["ua-1"], [])
TO_KEEP = (["a-3a", "ua-1"],)


def render(template: str, data: dict, *, language: str, is_to_keep: bool = False) -> bytes:
    """The PDF of templates/documents/<template>.typ, tagged for screen readers (PDF/UA-1); `is_to_keep` for one that
    carries files and holds for decades (PDF/A-3), which fails where a letter has no font.

    `data` holds text, numbers, lists and dicts, and bytes for pictures (SVG or PNG); all words are already translated
    and all figures formatted. `language` (such as "en" or "pt_BR") sets quotes, direction and the language for readers.
    """
    compiler, inputs = setting(template, data, language)
    for standards in TO_KEEP if is_to_keep else USUAL:
        try:
            with _compiling:
                return compiler.compile(format="pdf", sys_inputs=inputs, timestamp=0, pdf_standards=standards)
        except (typst.TypstError, RuntimeError) as error:
            # A character that no font draws is a box on the paper and refused by PDF/UA: then without it.
            failure = error
    raise PdfFailed() from failure


def setting(template: str, data: dict, language: str) -> tuple[typst.Compiler, dict[str, str]]:
    """What sets a paper, and what it is given: for `render`, and to time typst alone. Raises PdfFailed."""
    source = TEMPLATES / f"{template}.typ"
    tongue = _LANGUAGE.fullmatch(language)
    if not _NAME.fullmatch(template) or not source.is_file() or not tongue:
        raise PdfFailed()
    is_rtl = tongue["lang"] in _RTL_LANGUAGES
    data = _cleaned(data)
    missing = _missing(_characters(data), _shipped())
    inputs = {
        "data": json.dumps(_isolated(data, is_rtl), ensure_ascii=False, sort_keys=True),
        "rtl": "yes" if is_rtl else "no",
        "lang": tongue["lang"],
        "region": tongue["region"] or "",
        "fallback": json.dumps(_families_for(missing)),
    }
    return _compiler(template, bool(missing)), inputs


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
        return unicodedata.normalize("NFC", "".join(map(_printable, value)))
    if value is None or isinstance(value, int):
        return value
    raise PdfFailed(_("A paper cannot hold a %(kind)s."), kind=type(value).__name__)


def _printable(sign: str) -> str:
    if unicodedata.bidirectional(sign) in _DIRECTION_CONTROLS:
        return ""
    category = unicodedata.category(sign)
    return " " if category == "Cc" else "\N{REPLACEMENT CHARACTER}" if category in ("Cs", "Co", "Cn") else sign


def _isolated(value, is_rtl: bool):
    """`value` with each text in its own direction, where one runs against the page: a phone number on an Arabic
    page, an address in Hebrew on an English one.
    """
    if isinstance(value, dict):
        return {key: each if key in (*_NOT_TEXT, "title") else _isolated(each, is_rtl) for key, each in value.items()}
    if isinstance(value, list):
        return [_isolated(each, is_rtl) for each in value]
    if (
        isinstance(value, str)
        and value
        and (is_rtl or any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in value))
    ):
        return _OWN_DIRECTION % value
    return value


def _characters(value) -> set[str]:
    """Every character of the texts in `value` that leaves ink on the paper."""
    if isinstance(value, dict):
        return set().union(*(_characters(each) for key, each in value.items() if key not in _NOT_TEXT))
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
