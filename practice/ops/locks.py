"""Whether the locks are real: takes them out one at a time and counts the tests that notice."""
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Lock:
    """A lock that can be taken out (tests/plugins/broken.py): the promise of requirements.json that hangs on it, the
    tests that must notice, and how many of them at least."""

    promise: str
    tests: str
    least: int = 1


LOCKS = {
    "row_rule": Lock("own-rows", "tests/access", 14),
    "foreign_write": Lock("no-hidden-write", "tests/access"),
    "permission": Lock("post-checks-role", "tests/accounts/test_users.py"),
    "door": Lock("deny-by-default", "tests/house/test_doors.py::test_doors"),
    "csrf_check": Lock("csrf", "tests/house/test_doors.py::test_every_change_needs_a_token"),
    "headers": Lock("csp", "tests/house/test_every_page.py::test_headers_of_every_address"),
    "way_back": Lock("no-open-redirect", "tests/admin/test_sign_in.py"),
    "brake": Lock("sign-in-brake", "tests/accounts/test_signing_in.py"),
    "common_passwords": Lock("password-common", "tests/accounts/test_passwords.py"),
    "end_of_sign_in": Lock("sign-out", "tests/admin/test_sign_in.py"),
    "version": Lock("lost-update", "tests/clients/test_services.py"),
    "request_key": Lock("paid-once", "tests/billing/test_payments.py"),
    "transaction_guard": Lock("durable", "tests/core/test_db.py"),
    "audit_write": Lock("audit-complete", "tests/audit"),
    "chain": Lock("audit-chain", "tests/audit"),
    "seal_binding": Lock("sealed", "tests/core/test_sealed.py"),
    "formula": Lock("formula", "tests/core/test_spreadsheet.py"),
}


def red_tests(lock: str | None, *tests: str) -> tuple[list[str], int]:
    """The names of the tests that fail with that lock taken out (None: with all in place), and how many ran."""
    out = ["--break", lock] if lock else []
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-n0", "--tb=no", "-rf", "--database", "sqlite", *out,
                          *tests], cwd=ROOT, capture_output=True, text=True)
    red = sorted(set(re.findall(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.M)))
    last = (run.stdout.splitlines() or [""])[-1]
    return red, sum(int(number) for number in re.findall(r"(\d+) (?:passed|failed|error)", last))


def show(only: tuple[str, ...] = ()) -> bool:
    """Print the table; whether every lock is noticed, and nothing is red while all are in place."""
    console, chosen = Console(), {name: LOCKS[name] for name in only or LOCKS}
    table = Table("Lock taken out", "Promise", "Red", "At least", "of", "Tests that noticed")
    with console.status("with all locks in place …"):
        red, counted = red_tests(None, *{lock.tests for lock in chosen.values()})
    table.add_row("none", "", str(len(red)), "0 exactly", str(counted), "\n".join(red), end_section=True)
    good = not red and counted > 0
    for name, lock in chosen.items():
        with console.status(f"without {name} …"):
            red, counted = red_tests(name, lock.tests)
        good = good and len(red) >= lock.least
        names = sorted({re.sub(r"^tests/|\[.*\]$", "", one) for one in red})
        shown = names[:4] + ([f"and {len(names) - 4} more"] if len(names) > 4 else [])
        table.add_row(name, lock.promise, str(len(red)), str(lock.least), str(counted), "\n".join(shown),
                      end_section=True)
    console.print(table)
    return good
