"""The client whom these tests are about."""
from datetime import date

import pytest

from tests.factories import intake


@pytest.fixture
def ann(people) -> int:
    """A grown-up client in Theo's care, without a form yet."""
    return intake.client_of(people, "theo", born_on=date(1988, 2, 21))
