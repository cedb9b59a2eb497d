"""A month ends at the practice's midnight, wherever the practice and the server are, on both clock changes too."""
from datetime import UTC, datetime, timedelta

import pytest

from practice.access import guard
from practice.core import clock
from practice.core.db import transaction
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.reports.period import Period
from practice.reports.queries.report import report
from practice.schedule.services.shifts import Hours, set_hours
from tests.factories.billing import Stage

# where, the first instant of a month there in UTC, and that month
MIDNIGHTS = [
    ("America/Toronto", datetime(2026, 11, 1, 4, tzinfo=UTC), "2026-11"),  # the clock goes back later that night
    ("America/Toronto", datetime(2027, 3, 1, 5, tzinfo=UTC), "2027-03"),
    ("Europe/Berlin", datetime(2026, 10, 31, 23, tzinfo=UTC), "2026-11"),
    ("Europe/Berlin", datetime(2027, 3, 31, 22, tzinfo=UTC), "2027-04"),
    ("Pacific/Auckland", datetime(2026, 9, 30, 11, tzinfo=UTC), "2026-10"),  # summer time since the 27th
    ("Pacific/Auckland", datetime(2027, 4, 30, 12, tzinfo=UTC), "2027-05"),
]


@pytest.mark.parametrize(("zone", "midnight", "month"), MIDNIGHTS)
def test_half_an_hour_around_midnight(people, zone, midnight, month):
    stage = Stage(people)
    with guard.acting(people.olive), transaction():
        change_settings(people.olive, version=get_practice().version, time_zone=zone)
    half = timedelta(minutes=30)
    for instant, amount in ((midnight - half, 100), (midnight + half, 1000)):
        clock.set_to(instant)
        stage.pay(amount, stage.invoice(amount))
    later = Period.parse(month)
    with guard.acting(people.olive):
        for period, amount in ((later.before, 100), (later, 1000)):
            figures = report(people.olive, period).figures
            assert (figures["received"], figures["invoiced_gross"]) == (amount, amount)


@pytest.mark.parametrize(("zone", "day", "minutes"), [
    ("America/Toronto", "2026-11-01", 660), ("Europe/Berlin", "2027-03-28", 540),
    ("Pacific/Auckland", "2026-09-27", 540),
    ("Europe/Berlin", "2026-11-01", 600)])
def test_working_time_is_what_passes_when_the_clocks_change(people, zone, day, minutes):
    """Ten hours from midnight on the wall, less the hour that falls out, and the one that comes twice counted twice."""
    with guard.acting(people.olive), transaction():
        change_settings(people.olive, version=get_practice().version, time_zone=zone)
    set_sunday_hours(people)
    with guard.acting(people.olive):
        assert report(people.olive, Period.parse(f"{day}..{day}")).figures["utilisation"] == (0, minutes)


def set_sunday_hours(people) -> None:
    with guard.acting(people.system), transaction():
        set_hours(people.system, people.theo.user_id, [Hours(6, 0, 10 * 60)])
