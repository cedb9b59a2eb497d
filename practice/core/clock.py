"""The one clock. Tests and the demo set it; nothing else in the house asks the machine for the time."""
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_fixed: datetime | None = None


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _fixed if _fixed is not None else datetime.now(UTC)


def set_to(instant: datetime | None) -> None:
    """Stop the clock at an aware `instant`; None lets it run again."""
    global _fixed
    if instant is not None and instant.tzinfo is None:
        raise ValueError("the clock needs an aware datetime")
    _fixed = instant.astimezone(UTC) if instant is not None else None


@contextmanager
def frozen(instant: datetime):
    """Within the block the clock stands at `instant`."""
    before = _fixed
    set_to(instant)
    try:
        yield
    finally:
        set_to(before)


@lru_cache
def zone(tz_name: str) -> ZoneInfo:
    """The time zone of that IANA name; raises ZoneInfoNotFoundError for an unknown one."""
    return ZoneInfo(tz_name)


def local(instant: datetime, tz_name: str) -> datetime:
    """`instant` on the wall clock of `tz_name` (aware)."""
    return instant.astimezone(zone(tz_name))


def local_date(instant: datetime, tz_name: str) -> date:
    """The business date of `instant` in `tz_name`."""
    return local(instant, tz_name).date()


def to_utc(wall: datetime, tz_name: str) -> datetime:
    """The instant of a naive wall-clock time in `tz_name`; a time skipped by summer time moves forward."""
    return wall.replace(tzinfo=zone(tz_name)).astimezone(UTC)


def day_bounds(day: date, tz_name: str) -> tuple[datetime, datetime]:
    """First instant of `day` and of the day after, in UTC: 23 to 25 hours apart."""
    first = to_utc(datetime.combine(day, time.min), tz_name)
    return first, to_utc(datetime.combine(day + timedelta(days=1), time.min), tz_name)
