"""Who owed what at the end of a day, by how long it was owed: from the same rows as the month's report."""
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from practice.core.db import db
from practice.reports.period import AGES, age_bucket
from practice.reports.queries import rows


@dataclass(frozen=True)
class ClientOwed:
    """What one client owes, by age, minor units."""

    client_id: int
    name: str
    ages: dict[str, int]
    documents: int

    @property
    def total(self) -> int:
        return sum(self.ages.values())


def owed_by_client(as_of: date, client_id: int | None = None) -> list[ClientOwed]:
    """Who owed what at the end of a day, the largest sum first."""
    ages, names, counts = defaultdict(lambda: dict.fromkeys(AGES, 0)), {}, defaultdict(int)
    for row in db.session.execute(rows.owed(as_of, client_id)):
        ages[row.client_id][age_bucket(as_of, row.due_on)] += int(row.owed)
        names[row.client_id] = row.billed_name
        counts[row.client_id] += 1
    found = [ClientOwed(one, names[one], buckets, counts[one]) for one, buckets in ages.items()]
    return sorted(found, key=lambda row: (-row.total, row.name))


def ages_of(client_id: int, as_of: date) -> dict[str, int]:
    """What one client owed, by age, minor units."""
    return next((row.ages for row in owed_by_client(as_of, client_id)), dict.fromkeys(AGES, 0))
