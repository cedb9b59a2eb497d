"""What stands against the rows and the home care of a note, by cause: one reason per cause and visit. Pure."""
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from practice.core.body import Place
from practice.safety.rules import Verdict, check_home_care, check_row
from practice.safety.rules_verdict import Problem, ProblemKind
from practice.sessions.content import NoteContent, Override, WorkRow

SHORTEST_REASON = 3  # letters


@dataclass(frozen=True)
class Found:
    """A problem, and what it stands against: the row at that index, or something to do at home, by its key."""

    problem: Problem
    index: int | None = None
    row: WorkRow | None = None
    home_care: str = ""

    @property
    def cause(self) -> str:
        """What to do at home is a question of its own, also where the same rule stands against the work."""
        return f"home_care:{self.problem.cause}" if self.home_care else self.problem.cause


@dataclass(frozen=True)
class Cause:
    """What one reason is asked for: the problems that share a cause, and what was typed so far."""

    key: str
    found: tuple[Found, ...]
    reason: str

    @property
    def kind(self) -> ProblemKind:
        return self.found[0].problem.kind

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(dict.fromkeys(one.row.place for one in self.found if one.row))

    @property
    def home_care(self) -> tuple[str, ...]:
        """Keys of what to do at home that it stands against."""
        return tuple(dict.fromkeys(one.home_care for one in self.found if one.home_care))

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
        return Override(self.key, str(self.kind), self.labels, self.places, self.level, self.reason.strip(),
                        self.home_care)


def problems_of(content: NoteContent, verdict: Verdict) -> list[Found]:
    """Everything that stands against each row, warnings too, in the order of the rows; then against the home care."""
    rows = [Found(problem, index, row) for index, row in enumerate(content.rows)
            for problem in check_row(verdict, row.place, row.technique, row.pressure, with_heat=content.with_heat,
                                     products=content.product_names)]
    return rows + [Found(problem, home_care=key) for key, _dose in content.home_care
                   if (problem := against_home_care(verdict, key)) is not None]


def against_home_care(verdict: Verdict, key: str) -> Problem | None:
    """What stands most widely against home care that names no place; None where most of the body is free for it."""
    found = [problem for problem in check_home_care(verdict, key, ()) if problem.needs_reason]
    if not found:
        return None
    [(widest, _places)] = Counter(problem.cause for problem in found).most_common(1)
    return next(problem for problem in found if problem.cause == widest)


def causes_of(problems: list[Found], reasons: Mapping[str, str]) -> list[Cause]:
    """The causes that need a reason, in the order they turn up."""
    groups: dict[str, list[Found]] = {}
    for one in problems:
        if one.problem.needs_reason:
            groups.setdefault(one.cause, []).append(one)
    return [Cause(key, tuple(found), reasons.get(key, "")) for key, found in groups.items()]
