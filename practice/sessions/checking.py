"""What stands against the rows of a note, grouped by cause: one reason per cause and visit. Pure."""
from collections.abc import Mapping
from dataclasses import dataclass

from practice.core.body import Place
from practice.safety.rules import Verdict, check_row
from practice.safety.rules_verdict import Problem, ProblemKind
from practice.sessions.content import NoteContent, Override, WorkRow

SHORTEST_REASON = 3  # letters


@dataclass(frozen=True)
class RowProblem:
    """A problem of the row at that index."""

    index: int
    row: WorkRow
    problem: Problem


@dataclass(frozen=True)
class Cause:
    """What one reason is asked for: the problems that share a cause, and what was typed so far."""

    key: str
    found: tuple[RowProblem, ...]
    reason: str

    @property
    def kind(self) -> ProblemKind:
        return self.found[0].problem.kind

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(dict.fromkeys(one.row.place for one in self.found))

    @property
    def level(self) -> int | None:
        """The strictest limit that was passed over; None where the limit is no level."""
        levels = [one.problem.level for one in self.found if one.problem.level is not None]
        return min(levels) if levels else None

    @property
    def labels(self) -> tuple[str, ...]:
        """The rules it goes against, named once each."""
        return tuple(dict.fromkeys(reason.label for one in self.found for reason in one.problem.reasons))

    @property
    def is_answered(self) -> bool:
        return len(self.reason.strip()) >= SHORTEST_REASON

    def override(self) -> Override:
        return Override(self.key, str(self.kind), self.labels, self.places, self.level, self.reason.strip())


def problems_of(content: NoteContent, verdict: Verdict) -> list[RowProblem]:
    """Everything that stands against each row, warnings too, in the order of the rows."""
    return [RowProblem(index, row, problem) for index, row in enumerate(content.rows)
            for problem in check_row(verdict, row.place, row.technique, row.pressure, with_heat=content.with_heat,
                                     products=content.product_names)]


def causes_of(problems: list[RowProblem], reasons: Mapping[str, str]) -> list[Cause]:
    """The causes that need a reason, in the order they turn up."""
    groups: dict[str, list[RowProblem]] = {}
    for one in problems:
        if one.problem.needs_reason:
            groups.setdefault(one.problem.cause, []).append(one)
    return [Cause(key, tuple(found), reasons.get(key, "")) for key, found in groups.items()]
