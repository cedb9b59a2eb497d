"""Every check, one after the other, in one moment of the database."""
from collections.abc import Iterator

from practice.access.actor import system
from practice.access.guard import acting
from practice.core.db import snapshot
from practice.ops.books import accounts, closings, documents, payouts, prepaid, superbills, till
from practice.ops.books.broken import Broken
from practice.premises.queries import settings

CHECKS = (*documents.CHECKS, *accounts.CHECKS, *prepaid.CHECKS, *till.CHECKS, *closings.CHECKS,
          *superbills.CHECKS, *payouts.CHECKS)


def check_books() -> list[Broken]:
    """All rows with which the books do not close; empty when they do, and before the first run."""
    with acting(system("checking the books")), snapshot():
        return list(_all()) if settings() else []


def _all() -> Iterator[Broken]:
    for check in CHECKS:
        yield from check()
