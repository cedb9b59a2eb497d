"""What a check finds, and what the checks share."""
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from practice.core.db import db


@dataclass(frozen=True)
class Broken:
    """A row with which the books do not close. Amounts in `what` are in minor units."""

    rule: str
    table: str
    row_id: int
    what: str


def sums(column, *by, where=(), joined=None) -> dict:
    """{key: sum of an amount}, grouped by one column or several."""
    chosen = select(*by, func.coalesce(func.sum(column), 0)).group_by(*by)
    if joined is not None:
        chosen = chosen.join(*joined)
    for condition in where:
        chosen = chosen.where(condition)
    found = db.session.execute(chosen)
    return {(row[0] if len(by) == 1 else tuple(row[:-1])): int(row[-1]) for row in found}


def unequal(rule: str, table: str, row_id: int, says: str, is_now: int, comes_to: int) -> Iterator[Broken]:
    """Nothing when both are the same."""
    if is_now != comes_to:
        yield Broken(rule, table, row_id, f"{says} {is_now}, the rows come to {comes_to}")
