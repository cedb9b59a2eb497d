"""Ages: whole years from a birth date."""
from datetime import date

import pytest

from practice.core.dates import age


@pytest.mark.parametrize(("born_on", "on", "years"), [
    (date(2008, 11, 17), date(2026, 11, 16), 17),
    (date(2008, 11, 17), date(2026, 11, 17), 18),
    (date(2008, 12, 1), date(2026, 11, 30), 17),
    (date(2008, 2, 29), date(2026, 2, 28), 17),
    (date(2008, 2, 29), date(2026, 3, 1), 18),
    (date(2026, 11, 17), date(2026, 11, 17), 0),
])
def test_a_year_of_age_is_full_on_the_birthday(born_on, on, years):
    assert age(born_on, on) == years
