"""Eight desks at once, one act in ten failing in the middle, one killed and replaced: numbers and sums hold."""
import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.access.actor import system
from practice.billing.models.documents import Document, DocumentKind
from practice.core.db import db
from practice.ops.rush.run import prepare, rush
from practice.ops.rush.writers import measure

SECONDS = 4


@pytest.mark.requirement("never-locked", "sums")
def test_a_rush_at_the_desks(cloned_database, tmp_path):
    prepare()
    told = rush(cloned_database.environ(tmp_path), SECONDS, kills=1)
    assert told.errors == [] and told.broken == []
    assert told.acts["done"] > 10 and told.acts["failed on purpose"] > 0 and told.killed == 1
    with guard.acting(system("looking")):
        highest, count = db.session.execute(
            select(func.max(Document.number), func.count(Document.id))
            .where(Document.kind == DocumentKind.INVOICE)).one()
    assert highest == count > 0


@pytest.mark.requirement("audit-complete", "never-locked")
def test_what_the_trail_takes_is_counted(cloned_database, tmp_path):
    prepare()
    one, two = measure(cloned_database.environ(tmp_path), 1.0, (1, 2))
    assert (one.desks, two.desks) == (1, 2) and one.entries >= one.acts > 0 and two.entries > 0
