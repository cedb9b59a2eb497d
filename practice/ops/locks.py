"""Whether the locks are real: takes them out one at a time and counts the tests that notice."""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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


# Each trigger by itself.
TRIGGER = "tests/ops/test_triggers.py::test_each_trigger_refuses[{database}-{lock}]"
KEPT = "tests/billing/test_documents.py::test_the_database_keeps_what_was_issued"
OF_THE_DATABASE = ("append_only", "issued_document", "fixed_money", "closed_books", "signed_note", "kept_rules",
                   "overlap")

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
    # The database's own: what practice/ops/triggers.py puts into it.
    "append_only": Lock("audit-chain", "tests/audit/test_chain.py::test_rows_are_append_only_for_the_application", 2),
    "issued_document": Lock("issued-immutable", KEPT, 7),
    "fixed_money": Lock("issued-immutable", KEPT, 4),
    "closed_books": Lock("closed-months", "tests/reports/test_closing.py::test_the_database_refuses_it_by_itself", 2),
    "signed_note": Lock("signed-note", "tests/sessions/test_notes.py::test_the_database_itself_keeps_a_signed_note", 2),
    "kept_rules": Lock("rules-kept", "tests/safety/test_rule_history.py::test_the_database_itself_keeps_the_history",
                       2),
    "overlap": Lock("no-double-booking", "tests/schedule/test_booking_rules.py::test_the_database_refuses_an_overlap",
                    3),
}


def tests_of(name: str, database: str) -> list[str]:
    """What must notice that the lock is gone."""
    each = [TRIGGER.format(database=database, lock=name)] if name in OF_THE_DATABASE else []
    return [LOCKS[name].tests, *each]


def red_tests(lock: str | None, database: str, tests: list[str]) -> tuple[list[str], int]:
    """The names of the tests that fail with that lock taken out (None: with all in place), and how many ran."""
    out = ["--break", lock] if lock else []
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-n0", "--tb=no", "-rf", "--database", database, *out,
                          *tests], cwd=ROOT, capture_output=True, text=True)
    red = sorted(set(re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", run.stdout, re.M)))
    last = (run.stdout.splitlines() or [""])[-1]
    return red, sum(int(number) for number in re.findall(r"(\d+) (?:passed|failed|error)", last))


def show(only: tuple[str, ...] = (), database: str = "sqlite") -> bool:
    """Print the table; whether every lock is noticed, and nothing is red while all are in place.

    Each lock has a run of its own; as many at once as there are processors.
    """
    console, chosen = Console(), {name: LOCKS[name] for name in only or LOCKS}
    table = Table("Lock taken out", "Promise", "Red", "At least", "of", "Tests that noticed")
    every = list(dict.fromkeys(test for name in chosen for test in tests_of(name, database)))
    with console.status("taking them out, one at a time …"), ThreadPoolExecutor(os.cpu_count()) as pool:
        whole = pool.submit(red_tests, None, database, every)
        runs = {name: pool.submit(red_tests, name, database, tests_of(name, database)) for name in chosen}
    red, counted = whole.result()
    table.add_row("none", "", str(len(red)), "0 exactly", str(counted), "\n".join(red), end_section=True)
    good = not red and counted > 0
    for name, lock in chosen.items():
        red, counted = runs[name].result()
        good = good and len(red) >= lock.least
        names = sorted({re.sub(r"^tests/|\[.*$", "", one) for one in red})
        shown = names[:4] + ([f"and {len(names) - 4} more"] if len(names) > 4 else [])
        table.add_row(name, lock.promise, str(len(red)), str(lock.least), str(counted), "\n".join(shown),
                      end_section=True)
    console.print(table)
    return good
