"""The lists in .pins: every package that may be installed, with the SHA-256 of each of its files.

One list for what is shipped, one with the driver of PostgreSQL, one with the test tools; each is complete, so that pip
refuses whatever is not on it. They are made from pyproject.toml by uv, for every system and Python the project runs on.
"""
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from config import ROOT

FOLDER = ROOT / ".pins"
LISTS = {"shipped": (), "postgres": ("postgres",), "test": ("test",)}
OLDEST_PYTHON = "3.11"
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))? \\$((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?$)+)", re.M)


class NoMaker(Exception):
    """uv, which makes the lists, is not here."""


class PinsFailed(Exception):
    """uv could not make a list; its own words."""


@dataclass(frozen=True)
class Pin:
    """One package of a list; `only` is the condition under which it is installed at all, in pip's words."""

    name: str
    version: str
    only: str
    hashes: tuple[str, ...]


def read(name: str, folder: Path = FOLDER) -> list[Pin]:
    """The packages of one of the LISTS."""
    text = (folder / f"{name}.txt").read_text(encoding="utf-8")
    return [Pin(package, version, only or "", tuple(re.findall(r"sha256:([0-9a-f]{64})", hashes)))
            for package, version, only, hashes in ENTRY.findall(text)]


def asked_for(name: str) -> dict[str, str]:
    """{package: version} of what pyproject.toml itself asks for in this list, the build tools included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = list(project["project"]["dependencies"]) + list(project["build-system"]["requires"])
    for extra in LISTS[name]:
        lines += project["project"]["optional-dependencies"][extra]
    pairs = (line.split(";")[0].split("==") for line in lines)
    return {package.split("[")[0].strip().lower(): version.strip() for package, version in pairs}


def make() -> list[Path]:
    """Write the lists anew from pyproject.toml; what is on them already keeps its version where it may."""
    uv = [sys.executable, "-m", "uv"] if importlib.util.find_spec("uv") else [shutil.which("uv")]
    if uv == [None]:
        raise NoMaker("This needs uv: install it beside this Python.")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    made = []
    for name, extras in LISTS.items():
        path = FOLDER / f"{name}.txt"
        command = [*uv, "pip", "compile", "pyproject.toml", "-", "--universal", "--generate-hashes", "--quiet",
                   "--no-header", "--no-annotate", "--python-version", OLDEST_PYTHON, "--output-file", str(path)]
        command += [word for extra in extras for word in ("--extra", extra)]
        done = subprocess.run(command, cwd=ROOT, input="\n".join(project["build-system"]["requires"]),
                              capture_output=True, text=True)
        if done.returncode:
            raise PinsFailed(done.stderr.strip())
        made.append(path)
    return made
