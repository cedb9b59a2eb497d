"""Where a list that goes on in pages has nothing before the row somebody names, it says so."""
import pytest

from practice.access import guard
from practice.core.db import transaction
from tests.factories import clients


@pytest.mark.requirement("no-5xx")
@pytest.mark.parametrize("address", ["/money/?shown=all", "/money/payments?", "/money/packages?", "/clients/?"])
def test_nothing_before_the_first_row(as_person, people, address):
    with guard.acting(people.system), transaction():
        first = clients.client("Aaron", "Aaronson").id
    assert as_person("sol").get(f"{address}&before={first}").status_code == 200
