"""The plan of a client's care: goals, how often, the work of a visit, what to do at home, when to look again. Pure."""
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from practice.core.body import Place
from practice.core.columns import canonical_json
from practice.core.text import _
from practice.sessions.content import WorkRow

FREQUENCIES = {
    "": (_("No rhythm yet"), None),
    "weekly": (_("Every week"), 7),
    "every_two_weeks": (_("Every two weeks"), 14),
    "monthly": (_("Every month"), 28),
    "own": (_("Own rhythm"), None),
}
COMBINED_LABELS = {
    "physiotherapy": _("Physiotherapy"), "exercise": _("Exercise"), "yoga": _("Yoga"),
    "doctor": _("Doctor's treatment"), "counselling": _("Counselling"), "other": _("Something else"),
}


@dataclass(frozen=True)
class HomeTask:
    """One thing to do at home: a key of catalog.techniques.home_care, its dose, and where (empty: nowhere special)."""

    key: str
    dose: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class PlanContent:
    """A plan as stored. `every_days` is the rhythm in days, also where it is the practice's own; `rows` is the work
    meant for a visit."""

    goals: tuple[str, ...] = ()
    frequency: str = ""
    every_days: int | None = None
    home_care: tuple[HomeTask, ...] = ()
    combined: tuple[str, ...] = ()
    combined_words: str = ""
    reassess_on: date | None = None
    note: str = ""
    rows: tuple[WorkRow, ...] = ()

    def to_json(self) -> str:
        return canonical_json({
            "goals": list(self.goals), "frequency": self.frequency, "every_days": self.every_days,
            "home_care": [[one.key, one.dose, [str(place) for place in one.places]] for one in self.home_care],
            "combined": list(self.combined), "combined_words": self.combined_words,
            "reassess_on": self.reassess_on.isoformat() if self.reassess_on else None, "note": self.note,
            "rows": [row.as_list() for row in self.rows]})

    @classmethod
    def from_json(cls, text: str | None) -> "PlanContent":
        if not text:
            return cls()
        data = json.loads(text)
        return cls(
            tuple(data["goals"]), data["frequency"], data["every_days"],
            tuple(HomeTask(key, dose, tuple(Place.parse(place) for place in places))
                  for key, dose, places in data["home_care"]),
            tuple(data["combined"]), data["combined_words"],
            date.fromisoformat(data["reassess_on"]) if data["reassess_on"] else None, data["note"],
            tuple(WorkRow.from_list(row) for row in data.get("rows", ())))


@dataclass(frozen=True)
class Compared:
    """What was planned for a place and what was done there."""

    place: Place
    planned: tuple[WorkRow, ...]
    done: tuple[WorkRow, ...]

    @property
    def is_as_planned(self) -> bool:
        """Same techniques, depths and minutes, whatever their order."""
        return sorted(map(str, self.planned)) == sorted(map(str, self.done))


def compared(planned: Sequence[WorkRow], done: Sequence[WorkRow]) -> list[Compared]:
    """Place by place, those of the plan first; empty where nothing was planned."""
    if not planned:
        return []
    places = dict.fromkeys(row.place for row in (*planned, *done))
    return [Compared(place, *(tuple(row for row in rows if row.place == place) for rows in (planned, done)))
            for place in places]
