"""The plan of a client's care: goals, how often, what to do at home, what goes along, when to look again. Pure."""
import json
from dataclasses import dataclass
from datetime import date

from practice.core.body import Place
from practice.core.columns import canonical_json
from practice.core.text import _

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
    """A plan as stored. `every_days` is the rhythm in days, also where it is the practice's own."""

    goals: tuple[str, ...] = ()
    frequency: str = ""
    every_days: int | None = None
    home_care: tuple[HomeTask, ...] = ()
    combined: tuple[str, ...] = ()
    combined_words: str = ""
    reassess_on: date | None = None
    note: str = ""

    def to_json(self) -> str:
        return canonical_json({
            "goals": list(self.goals), "frequency": self.frequency, "every_days": self.every_days,
            "home_care": [[one.key, one.dose, [str(place) for place in one.places]] for one in self.home_care],
            "combined": list(self.combined), "combined_words": self.combined_words,
            "reassess_on": self.reassess_on.isoformat() if self.reassess_on else None, "note": self.note})

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
            date.fromisoformat(data["reassess_on"]) if data["reassess_on"] else None, data["note"])
