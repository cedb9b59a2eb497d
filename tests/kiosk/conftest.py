"""A form of the made-up practice, as its client meets it."""
from datetime import date

import pytest

from tests.factories import intake


@pytest.fixture
def form(people):
    """The path of Ann's form, and its link."""
    client_id = intake.client_of(people, "theo", first_name="Annika", born_on=date(1988, 2, 21))
    actor, secret = intake.address(people, client_id)
    return f"/f/{secret}", actor
