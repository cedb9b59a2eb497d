"""What the sealed text of a note holds, as frozen values to and from JSON. Pure."""
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from practice.core.body import Place
from practice.core.columns import canonical_json
from practice.core.text import _

SOAP = ("subjective", "objective", "assessment", "plan")
WORK = ("rows", "planned", "copied_rows")
DEPTHS = (1, 2, 3, 4, 5)
MOST_ROWS = 60
LONGEST_ROW = 480  # minutes
HOW_TAKEN_LABELS = {
    "well": _("Took it well"),
    "firmer": _("Asked for firmer"),
    "lighter": _("Asked for lighter"),
    "sore": _("Was sore"),
}

# What the client said when asked about the pressure on the way.
SAID_LABELS = {"good": _("Just right"), "firmer": _("Firmer, please"), "lighter": _("Lighter, please"),
               "stop": _("Stop there")}
# How the client was a day and two days after the visit before.
AFTER_LABELS = {"better": _("Better"), "same": _("As before"), "sore": _("Sore"), "worse": _("Worse")}
AFTER_HOURS = (24, 48)


@dataclass(frozen=True)
class Score:
    """A 0–10 item before and after: a key of measures.SESSION_ITEMS, "pain:calf:left", or a name of one's own."""

    name: str
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class WorkRow:
    """One line of what was done: where, how, how deep (level 1–5) and for how many minutes."""

    place: Place
    technique: str
    pressure: int
    minutes: int

    def __str__(self) -> str:
        return f"{self.place} {self.technique} {self.pressure} {self.minutes}"

    def as_list(self) -> list:
        """For JSON; back by `from_list`."""
        return [str(self.place), self.technique, self.pressure, self.minutes]

    @classmethod
    def from_list(cls, row: list) -> "WorkRow":
        place, technique, pressure, minutes = row
        return cls(Place.parse(place), technique, pressure, minutes)


@dataclass(frozen=True)
class Override:
    """Why the therapist went against a limit: fixed when the note is signed, so that it reads the same for ever.

    `kind` is a safety.rules_verdict.ProblemKind, `labels` the rules it went against, `level` the limit there was,
    `home_care` the keys of what was given along in spite of it.
    """

    cause: str
    kind: str
    labels: tuple[str, ...]
    places: tuple[Place, ...]
    level: int | None
    words: str
    home_care: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoteContent:
    """A note as it stands: SOAP text, rows of work, pain from 0 to 10, reasons by cause, what comes next.

    `home_care` holds (key of catalog.techniques.home_care, dose); `copied` names the fields taken over from the last
    note, `copied_rows` are the rows that came from it; `setting` is position and room, `products` what was used on the
    skin, separated by commas; `how_taken` is a key of HOW_TAKEN_LABELS or empty. `said` are (key of SAID_LABELS, words)
    of the pressure check-ins, `after_last` how it was 24 and 48 hours after the visit before (keys of
    AFTER_LABELS), which was on `after_on`, `travels_to` where pain goes from the painful place, `adverse` an event
    nobody wanted. `overrides`, `reviewed_at` (of the brief, as text), `planned` (the work of the plan at that
    moment) and `consent_version` (of the safety profile) are set by signing.
    """

    subjective: str = ""
    objective: str = ""
    assessment: str = ""
    plan: str = ""
    rows: tuple[WorkRow, ...] = ()
    pain_place: Place | None = None
    pain_before: int | None = None
    pain_after: int | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    back_in_days: int | None = None
    home_care: tuple[tuple[str, str], ...] = ()
    how_taken: str = ""
    setting: str = ""
    copied: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    consent_version: int | None = None
    products: str = ""
    with_heat: bool = False
    scores: tuple[Score, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    after_last: tuple[str, str] = ("", "")
    after_on: date | None = None
    travels_to: Place | None = None
    adverse: str = ""
    reviewed_at: str | None = None
    planned: tuple[WorkRow, ...] = ()
    copied_rows: tuple[WorkRow, ...] = ()

    @property
    def product_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name.strip() for name in self.products.split(",") if name.strip()))

    @property
    def minutes(self) -> int:
        """All minutes entered."""
        return sum(row.minutes for row in self.rows)

    @property
    def is_empty(self) -> bool:
        return not self.rows and not any(getattr(self, name).strip() for name in SOAP)

    @property
    def pain_change(self) -> int | None:
        """Points better (positive) or worse after the session; None when one of the two was not asked."""
        if self.pain_before is None or self.pain_after is None:
            return None
        return self.pain_before - self.pain_after

    def worked(self) -> dict[str, int]:
        """Text key of each place worked -> the deepest level there, for the body map."""
        deepest: dict[str, int] = {}
        for row in self.rows:
            key = str(row.place)
            deepest[key] = max(row.pressure, deepest.get(key, 0))
        return deepest

    def remembering(self, previous: "NoteContent") -> "NoteContent":
        """A new note with the products, position and room of the last one: they rarely change."""
        return replace(self, products=previous.products, setting=previous.setting)

    def same_work_as(self, previous: "NoteContent") -> "NoteContent":
        """This note with the rows of the last one under its own, marked as taken over where there are any."""
        found = self.as_planned(previous.rows)
        added = found.rows[len(self.rows):]
        return replace(found, copied=_with(self.copied, "rows"),
                       copied_rows=tuple(dict.fromkeys((*self.copied_rows, *added)))) if added else found

    def as_planned(self, rows: tuple[WorkRow, ...]) -> "NoteContent":
        """This note with the rows of the client's plan under its own; a technique entered at a place stays as it is."""
        there = {(row.place, row.technique) for row in self.rows}
        added = (row for row in rows if (row.place, row.technique) not in there)
        return replace(self, rows=(*self.rows, *added)[:MOST_ROWS])

    def copy_of(self, name: str, previous: "NoteContent") -> "NoteContent":
        """This note with one SOAP field of the last one under what stands there already. KeyError for other names."""
        if name not in SOAP:
            raise KeyError(name)
        text, own = getattr(previous, name).strip(), getattr(self, name).strip()
        if not text or text in own:
            return replace(self, copied=_with(self.copied, name)) if text else self
        return replace(self, **{name: f"{own}\n{text}" if own else text}, copied=_with(self.copied, name))

    def as_template(self, texts: Mapping[str, str]) -> "NoteContent":
        """What may be kept for other clients: the work, home care and rhythm, with `texts` in place of this note's."""
        return NoteContent(rows=self.rows, home_care=self.home_care, back_in_days=self.back_in_days,
                           **{name: texts.get(name, "").strip() for name in SOAP})

    def with_template(self, template: "NoteContent") -> "NoteContent":
        """This note with a template under what stands there already; what stands there is never lost."""
        texts = {name: "\n".join(filter(None, (getattr(self, name).rstrip(), getattr(template, name))))
                 for name in SOAP if getattr(template, name) not in getattr(self, name)}
        rows = (*self.rows, *(row for row in template.rows if row not in self.rows))
        return replace(self, **texts, rows=rows[:MOST_ROWS], home_care=self.home_care or template.home_care,
                       back_in_days=self.back_in_days or template.back_in_days)

    @property
    def rows_as_copied(self) -> tuple[WorkRow, ...]:
        """The rows that stand as they were taken over."""
        return tuple(row for row in self.rows if row in self.copied_rows)

    def unchanged_copies(self, previous: "NoteContent | None") -> tuple[str, ...]:
        """What was taken over and left as it was: SOAP fields word for word those of the last note, and "rows"."""
        if previous is None:
            return ()
        rows = ("rows",) if self.rows_as_copied else ()
        return rows + tuple(name for name in SOAP if name in self.copied and getattr(self, name).strip()
                            and getattr(self, name).strip() == getattr(previous, name).strip())

    def to_json(self) -> str:
        return canonical_json({
            **{name: getattr(self, name) for name in SOAP},
            "rows": [row.as_list() for row in self.rows], "planned": [row.as_list() for row in self.planned],
            "copied_rows": [row.as_list() for row in self.copied_rows],
            "pain": [str(self.pain_place) if self.pain_place else None, self.pain_before, self.pain_after],
            "reasons": dict(self.reasons), "back_in_days": self.back_in_days,
            "home_care": [list(item) for item in self.home_care], "how_taken": self.how_taken, "setting": self.setting,
            "copied": list(self.copied), "consent_version": self.consent_version, "products": self.products,
            "with_heat": self.with_heat, "scores": [[one.name, one.before, one.after] for one in self.scores],
            "said": [list(one) for one in self.said], "after_last": list(self.after_last), "adverse": self.adverse,
            "travels_to": str(self.travels_to) if self.travels_to else None, "reviewed_at": self.reviewed_at,
            **({"after_on": self.after_on.isoformat()} if self.after_on else {}),
            "overrides": [[one.cause, one.kind, list(one.labels), [str(place) for place in one.places], one.level,
                           one.words, list(one.home_care)] for one in self.overrides],
        })

    @classmethod
    def from_json(cls, text: str | None) -> "NoteContent":
        if not text:
            return cls()
        data: dict[str, Any] = json.loads(text)
        pain_place, pain_before, pain_after = data.get("pain", (None, None, None))
        return cls(
            **{name: data.get(name, "") for name in (*SOAP, "how_taken", "setting", "products", "adverse")},
            **{name: tuple(WorkRow.from_list(row) for row in data.get(name, ())) for name in WORK},
            pain_place=Place.parse(pain_place) if pain_place else None, pain_before=pain_before, pain_after=pain_after,
            reasons=data.get("reasons", {}), back_in_days=data.get("back_in_days"),
            home_care=tuple((key, dose) for key, dose in data.get("home_care", ())),
            copied=tuple(data.get("copied", ())), consent_version=data.get("consent_version"),
            with_heat=data.get("with_heat", False), reviewed_at=data.get("reviewed_at"),
            scores=tuple(Score(*row) for row in data.get("scores", ())),
            said=tuple((key, words) for key, words in data.get("said", ())),
            after_last=tuple(data.get("after_last", ("", ""))),
            after_on=date.fromisoformat(data["after_on"]) if data.get("after_on") else None,
            travels_to=Place.parse(data["travels_to"]) if data.get("travels_to") else None,
            overrides=tuple(
                Override(cause, kind, tuple(labels), tuple(Place.parse(key) for key in places), level, words,
                         tuple(key for keys in later for key in keys))  # notes signed earlier have none
                for cause, kind, labels, places, level, words, *later in data.get("overrides", ())))


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names else (*names, name)


def write_rows(rows: Iterable[WorkRow]) -> str:
    """Rows as one line of text, as a form carries them: "calf:left petrissage 3 10; neck_posterior:middle ..."."""
    return "; ".join(str(row) for row in rows)


def read_rows(text: str, techniques: Iterable[str]) -> tuple[WorkRow, ...]:
    """Rows from that line of text. ValueError for anything that is no place, technique, level or time."""
    known, rows = set(techniques), []
    for part in text.split(";"):
        if not part.strip():
            continue
        place, technique, pressure, minutes = part.split()
        rows.append(work_row(Place.parse(place), technique, _digits(pressure), _digits(minutes), known))
    if len(rows) > MOST_ROWS:
        raise ValueError("too many rows")
    return tuple(rows)


def work_row(place: Place, technique: str, pressure: int, minutes: int, techniques: Iterable[str]) -> WorkRow:
    """A row whose parts are known ones. ValueError otherwise."""
    if technique not in techniques or pressure not in DEPTHS or not 1 <= minutes <= LONGEST_ROW:
        raise ValueError(f"not a row of work: {technique!r} {pressure} {minutes}")
    return WorkRow(place, technique, pressure, minutes)


def _digits(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise ValueError(f"not a number: {text!r}")
    return int(text)
