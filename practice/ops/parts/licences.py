"""Under which licence each part stands, as its own metadata says."""
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from practice.ops.parts.pins import Pin

UNKNOWN = "unknown"
NOT_HERE = "not installed on this system"
LONGEST = 60  # characters: longer than that it is the licence's own text
# Licences that ask nothing of a practice that runs this for itself and shares it under its own terms.
FREE = re.compile(r"\b(MIT|BSD|Apache|ISC|PSF|Python Software|MPL|Mozilla Public|Unlicense|Zlib|0BSD|LGPL|Zope"
                  r"|Public Domain)", re.I)


@dataclass(frozen=True)
class Part:
    """One package with its licence and what it needs itself."""

    name: str
    version: str
    licence: str
    home: str
    needs: tuple[str, ...]

    @property
    def is_free(self) -> bool:
        """Whether the licence is known and one of the usual free ones."""
        return self.licence == NOT_HERE or bool(FREE.search(self.licence))


def parts(pins: list[Pin]) -> Iterator[Part]:
    """Each package of a list, as what is installed here describes it."""
    listed = {pin.name for pin in pins}
    for pin in pins:
        try:
            said = metadata.metadata(pin.name)
        except metadata.PackageNotFoundError:
            yield Part(pin.name, pin.version, NOT_HERE if pin.only else UNKNOWN, "", ())
            continue
        needs = {plain(re.split(r"[^A-Za-z0-9._-]", line)[0]) for line in metadata.requires(pin.name) or ()}
        yield Part(pin.name, pin.version, licence_of(said), home_of(said), tuple(sorted(needs & listed)))


def licence_of(said) -> str:
    """The licence in the words of the package: an expression, a classifier, or a short text."""
    named = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or ()
             if line.startswith("License ::") and line != "License :: OSI Approved"]
    short = (said["License"] or "").strip()
    return said["License-Expression"] or ", ".join(named) or (short if 0 < len(short) <= LONGEST else "") or UNKNOWN


def home_of(said) -> str:
    """Where the package lives, or nothing."""
    links = dict(line.split(", ", 1) for line in said.get_all("Project-URL") or () if ", " in line)
    return next((links[word] for word in ("Homepage", "Source", "Repository", "homepage") if word in links), "")


def plain(name: str) -> str:
    """One spelling for one package."""
    return re.sub(r"[-_.]+", "-", name).lower()
