"""The client whom these tests are about, and what is done to the rulebook."""
from datetime import date

import pytest

from practice.access import guard
from practice.core.db import transaction
from tests.factories import intake


@pytest.fixture
def ann(people) -> int:
    """A grown-up client in Theo's care, without a form yet."""
    return intake.client_of(people, "theo", born_on=date(1988, 2, 21))


def do(people, verb, *args, who="olive", **values) -> int:
    """What the owner, or `who`, does in a transaction of its own; the version it left."""
    actor = getattr(people, who)
    with guard.acting(actor), transaction():
        return verb(actor, *args, **values).version
