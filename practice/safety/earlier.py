"""What stood in a sealed record before it was written over, kept inside it: so a brief can say what is new. Pure."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 20  # writings of one record


@dataclass(frozen=True)
class Earlier:
    """(instant, what of it stood differently before) of each writing, oldest first.

    `since` is when the first of them begins to tell all: None, where nothing was ever kept.
    """

    writings: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    since: str | None = None

    def with_writing(self, was: Mapping[str, Any], now: Mapping[str, Any], at: datetime, begun: datetime) -> "Earlier":
        """With a writing at `at`; `begun` is since when the record stood as it `was`, where nothing was kept yet."""
        since = self.since or begun.isoformat()
        before = {name: value for name, value in was.items() if value != now[name]}
        writings = (*self.writings, (at.isoformat(), before)) if before else self.writings
        if len(writings) > KEPT:
            since = writings[-KEPT - 1][0]
        return Earlier(writings[-KEPT:], since)

    def before(self, moment: datetime) -> dict[str, Any]:
        """What stood differently just before that moment, by name."""
        found: dict[str, Any] = {}
        for at, before in reversed(self.writings):
            if datetime.fromisoformat(at) < moment:
                break
            found |= before
        return found

    def tells(self, moment: datetime, changed_at: datetime) -> bool:
        """Whether that is all there was; where nothing is kept yet it tells from `changed_at` on."""
        since = datetime.fromisoformat(self.since) if self.since else changed_at
        return since <= moment

    def to_data(self) -> list:
        return [self.since, [list(one) for one in self.writings]]

    @classmethod
    def from_data(cls, data: list | None) -> "Earlier":
        return cls(tuple((at, before) for at, before in data[1]), data[0]) if data else cls()
