"""Whether the locks are real: takes them out one at a time and counts the tests that notice."""
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
TESTS = ("tests/access", "tests/audit", "tests/core/test_db.py", "tests/core/test_sealed.py",
         "tests/house/test_doors.py")

# How many tests must turn red at least when the lock is out.
LEAST = {"row_rule": 14, "csrf_check": 1, "audit_write": 1, "seal_binding": 1, "transaction_guard": 1}


def red_tests(lock: str | None) -> tuple[list[str], int]:
    """The names of the tests that fail with that lock taken out (None: with all in place), and how many ran."""
    out = ["--break", lock] if lock else []
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "logical", "--tb=no", "-rf", *out, *TESTS],
                         cwd=ROOT, capture_output=True, text=True)
    red = sorted(set(re.findall(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.M)))
    counted = sum(int(number) for number in re.findall(r"(\d+) (?:passed|failed|error)", run.stdout.splitlines()[-1]))
    return red, counted


def show() -> bool:
    """Print the table; whether every lock is noticed, and nothing is red while all are in place."""
    console = Console()
    table = Table("Lock taken out", "Red", "At least", "of", "Tests that noticed")
    red, counted = red_tests(None)
    table.add_row("none", str(len(red)), "0 exactly", str(counted), "\n".join(red))
    good = not red
    for lock, least in LEAST.items():
        with console.status(f"without {lock} …"):
            red, counted = red_tests(lock)
        good = good and len(red) >= least
        names = sorted({re.sub(r"^tests/|\[.*\]$", "", name) for name in red})
        table.add_row(lock, str(len(red)), str(least), str(counted), "\n".join(names), end_section=True)
    console.print(table)
    return good
