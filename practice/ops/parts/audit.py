"""Whether a known weakness is in what is shipped. Where no source of advisories answers, it is not audited: never fine.
"""
import json
import subprocess
import sys
from dataclasses import dataclass

from practice.ops.parts.pins import FOLDER

PATIENCE = 300  # seconds


@dataclass(frozen=True)
class Audit:
    """What an audit found: packages looked up, sentences about weak ones, packages nobody could tell about."""

    looked_up: int
    weak: tuple[str, ...]
    unknown: tuple[str, ...]
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every package was looked up, and there was one."""
        return self.looked_up > 0 and not self.unknown and not self.reason


def audit(name: str = "shipped") -> Audit:
    """Ask for each package of a list, by name and version."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(FOLDER / f"{name}.txt"), "--require-hashes",
               "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return Audit(0, (), (), "no answer in time")
    return heard(done.stdout, done.stderr)


def heard(said: str, complained: str = "") -> Audit:
    """What pip-audit's JSON means; an answer that is none means that nothing was audited."""
    try:
        rows = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Audit(0, (), (), (complained.strip().splitlines() or ["no answer"])[-1])
    weak = tuple(f"{row['name']} {row['version']}: {one['id']}, mended in {' '.join(one['fix_versions']) or 'nothing'}"
                 for row in rows for one in row.get("vulns", ()))
    unknown = tuple(row["name"] for row in rows if "vulns" not in row)
    return Audit(len(rows) - len(unknown), weak, unknown)
