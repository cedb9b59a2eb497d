"""Legal moves as a table. A move checks that it is legal and allowed, and sets the state, in one."""
from collections.abc import Callable, Mapping
from enum import StrEnum

from practice.core.errors import IllegalMove


class Moves:
    """The moves of one kind of record: `{(from, to): permission}`."""

    def __init__(self, table: Mapping[tuple[StrEnum, StrEnum], StrEnum]):
        self.table = dict(table)

    def targets(self, before: StrEnum) -> list[StrEnum]:
        """The states that can follow `before`, in the table's order."""
        return [after for (origin, after) in self.table if origin == before]

    def make(self, record, after: StrEnum, check: Callable[[StrEnum], None], attribute: str = "state") -> None:
        """Move `record`; `check` is called with the permission the move needs and raises where it is missing.

        Raises IllegalMove when the table has no such move.
        """
        before = getattr(record, attribute)
        permission = self.table.get((before, after))
        if permission is None:
            raise IllegalMove()
        check(permission)
        setattr(record, attribute, after)
