"""What a record remembers of itself."""
from datetime import UTC, datetime, timedelta

from practice.safety.content import ProfileContent
from practice.safety.earlier import KEPT, Earlier
from practice.safety.rules import Limit

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return BEGUN + timedelta(days=number)


def written(times: int) -> ProfileContent:
    """A profile whose own limit went up by one on each of the days."""
    content = ProfileContent()
    for number in range(1, times + 1):
        now = ProfileContent(therapist_limits=(Limit(number),))
        content = ProfileContent.from_json(now.written_over(content, day(number), BEGUN).to_json())
    return content


def test_a_record_tells_how_it_stood_at_any_time():
    content = written(5)
    assert [content.before(day(number)).therapist_limits for number in (1, 3, 5)] == [(), (Limit(2),), (Limit(4),)]
    assert content.before(day(6)) is content and content.before(day(5) + timedelta(seconds=1)) is content


def test_what_was_written_over_unchanged_is_no_writing():
    content = written(1)
    assert content.written_over(content, day(2), BEGUN).earlier == content.earlier


def test_it_says_from_when_on_it_tells_all():
    long = written(KEPT + 3).earlier
    assert len(long.writings) == KEPT and long.tells(day(3), day(99)) and not long.tells(day(2), day(99))
    assert written(2).earlier.tells(BEGUN, day(99)) and not written(2).earlier.tells(BEGUN - timedelta(days=1), day(99))
    assert Earlier().tells(day(2), day(2)) and not Earlier().tells(day(1), day(2))
