"""Where the parts of a chart stand. Pure: amounts in, positions out; `macros/charts.html` draws them.

Heights are pixels, horizontal positions per cent of the drawing's width, so a chart fits any width and its letters keep
their size. Amounts are whole numbers of any unit (cents, minutes); texts arrive formatted and translated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

TOP, PLOT, FOOT = 24, 140, 24
LINE_OF_TEXT = 14
LABEL_LETTERS = 18
MOST_LABELS = 12
CROWDED = 7
LOW = 80  # pixels of a drawing: one no higher says the first and last day alone, and fewer figures of the scale


@dataclass(frozen=True)
class Tick:
    """A line of the scale."""

    y: float
    text: str


@dataclass(frozen=True)
class Bar:
    """One upright bar. `last_amount` is the same time last year."""

    label: str
    text: str
    amount: int
    last_amount: int | None = None
    last_text: str = ""
    href: str | None = None


@dataclass(frozen=True)
class DrawnBar:
    """A bar in its place; `last_y` is None where last year is unknown."""

    bar: Bar
    x: float
    width: float
    centre: float
    y: float
    height: float
    text_y: float
    last_y: float | None
    last_x: float
    last_width: float
    has_label: bool


@dataclass(frozen=True)
class BarChart:
    """Upright bars on a scale."""

    bars: tuple[DrawnBar, ...]
    ticks: tuple[Tick, ...]
    height: int
    base_y: float
    label_y: float
    axis_width: int
    has_last: bool
    is_crowded: bool


@dataclass(frozen=True)
class HBar:
    """One row with a lying bar; `href` leads to its rows, `share` is shown after the amount."""

    label: str
    text: str
    amount: int
    href: str | None = None
    share: str = ""


@dataclass(frozen=True)
class DrawnHBar:
    """A row and the length of its bar in per cent of the track."""

    bar: HBar
    width: float


@dataclass(frozen=True)
class Step:
    """One step of a bridge: a total, or what is added to the total before it (negative takes away)."""

    label: str
    text: str
    amount: int
    is_total: bool = False
    href: str | None = None


@dataclass(frozen=True)
class DrawnStep:
    """A step in its place, upright (x, y, width, height) and lying for narrow screens (row_x, row_width)."""

    step: Step
    kind: str
    x: float
    width: float
    centre: float
    y: float
    height: float
    text_y: float
    lines: tuple[str, ...]
    join_y: float | None
    join_to: float
    row_x: float
    row_width: float


@dataclass(frozen=True)
class Bridge:
    """From one total to another. `adds_up` is false when a total is not the sum of what stands before it."""

    steps: tuple[DrawnStep, ...]
    height: int
    base_y: float
    label_y: float
    adds_up: bool
    starts_at_text: str


@dataclass(frozen=True)
class Visit:
    """The answer before and after one session; None where nobody asked."""

    label: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Dot:
    """One answer in its place."""

    x: float
    y: float
    value: int


@dataclass(frozen=True)
class Outcome:
    """Answers over the visits. Lines join neighbouring visits only: a gap stays a gap.

    Dots and lines are drawn as paths over a width of 100 that is stretched to the card, `height` pixels high.
    """

    visits: tuple[Visit, ...]
    labels: tuple[tuple[float, str], ...]
    ticks: tuple[Tick, ...]
    before: tuple[Dot, ...]
    after: tuple[Dot, ...]
    before_lines: tuple[tuple[Dot, Dot], ...]
    after_lines: tuple[tuple[Dot, Dot], ...]
    band: tuple[float, float] | None
    last: Dot | None
    height: int
    label_y: float
    axis_width: int

    @property
    def figures(self) -> str:
        """All answers in a line, for who does not see the drawing: "12 Oct 6 → 4, 19 Oct 5, 26 Oct –"."""
        return ", ".join(f"{one.label} {'–' if one.before is None else one.before}"
                         + (f" → {one.after}" if one.after is not None else "") for one in self.visits)

    @staticmethod
    def path_of_dots(dots: Sequence[Dot]) -> str:
        """A path of nothing but ends: the width of the line and the shape of its ends make the dots."""
        return "".join(f"M{dot.x} {dot.y}h0" for dot in dots)

    @staticmethod
    def path_of_lines(lines: Sequence[tuple[Dot, Dot]]) -> str:
        """A path from neighbour to neighbour."""
        return "".join(f"M{one.x} {one.y}L{two.x} {two.y}" for one, two in lines)


def nice_step(span: int, most: int = 4) -> int:
    """The smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `most` parts; at least 1."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if size * factor * most >= span:
                return size * factor
        size *= 10


def bars(data: Sequence[Bar], *, tick_text: Callable[[int], str]) -> BarChart:
    """Place upright bars. The scale always holds zero."""
    amounts = [amount for bar in data for amount in (bar.amount, bar.last_amount) if amount is not None]
    scale = _scale([0, *amounts])
    base = scale.y(0)
    slot = 100 / max(len(data), 1)
    width = min(slot * 0.6, 14)
    every = -(-len(data) // MOST_LABELS)
    drawn = []
    for index, bar in enumerate(data):
        centre = slot * (index + 0.5)
        edge = scale.y(bar.amount)
        last_y = None if bar.last_amount is None else scale.y(bar.last_amount)
        top = min(edge, base)
        drawn.append(
            DrawnBar(
                bar=bar,
                x=_round(centre - width / 2),
                width=_round(width),
                centre=_round(centre),
                y=top,
                height=_round(abs(edge - base)),
                text_y=_clear_of(top - 6, last_y),
                last_y=last_y,
                last_x=_round(centre - width * 0.6),
                last_width=_round(width * 1.2),
                has_label=(len(data) - 1 - index) % every == 0,
            )
        )
    ticks = tuple(Tick(scale.y(value), tick_text(value)) for value in scale.ticks)
    return BarChart(
        bars=tuple(drawn),
        ticks=ticks,
        height=TOP + PLOT + FOOT,
        base_y=base,
        label_y=TOP + PLOT + 18,
        axis_width=_axis_width(ticks),
        has_last=any(bar.last_amount is not None for bar in data),
        is_crowded=len(data) > CROWDED,
    )


def hbars(data: Sequence[HBar]) -> tuple[DrawnHBar, ...]:
    """Lying bars against the longest of them; nothing and less than nothing have no length."""
    longest = max([bar.amount for bar in data], default=0)
    return tuple(DrawnHBar(bar, _round(100 * max(bar.amount, 0) / longest) if longest > 0 else 0.0) for bar in data)


def bridge(data: Sequence[Step], *, tick_text: Callable[[int], str]) -> Bridge:
    """Place the steps from one total to another.

    The axis is cut when every level lies in the upper half; `starts_at_text` then holds where it starts, else "".
    """
    spans, adds_up = _levels(data)
    levels = [level for span in spans for level in span]
    start = _cut(levels)
    scale = _scale([start, *levels], exact=True)
    spans = [(start if step.is_total else low, high) for step, (low, high) in zip(data, spans, strict=True)]
    slot = 100 / max(len(data), 1)
    width = slot * 0.68
    drawn = []
    for index, (step, (begin, end)) in enumerate(zip(data, spans, strict=True)):
        centre = slot * (index + 0.5)
        top = min(scale.y(begin), scale.y(end))
        row = sorted((scale.share(begin), scale.share(end)))
        is_last = index == len(data) - 1
        drawn.append(
            DrawnStep(
                step=step,
                kind="total" if step.is_total else "plus" if step.amount >= 0 else "minus",
                x=_round(centre - width / 2),
                width=_round(width),
                centre=_round(centre),
                y=top,
                height=_round(abs(scale.y(begin) - scale.y(end))),
                text_y=_round(top - 7),
                lines=_wrap(step.label),
                join_y=None if is_last else scale.y(end),
                join_to=_round(centre + slot - width / 2),
                row_x=_round(row[0]),
                row_width=_round(row[1] - row[0]),
            )
        )
    most_lines = max([len(step.lines) for step in drawn], default=1)
    return Bridge(
        steps=tuple(drawn),
        height=TOP + PLOT + 8 + LINE_OF_TEXT * most_lines,
        base_y=scale.y(start),
        label_y=TOP + PLOT + 18,
        adds_up=adds_up,
        starts_at_text=tick_text(start) if start else "",
    )


def outcome(visits: Sequence[Visit], *, scale: tuple[int, int], band: tuple[int, int] | None = None,
            plot: int = PLOT) -> Outcome:
    """Place the answers of one question, `scale` from its least to its greatest value.

    `band` is the span in which a change from the first answer may be chance (minimal detectable change); `plot` is the
    height of the drawing without its labels, in pixels.
    """
    low, high = scale
    axis = _Scale(low, high, tuple(range(low, high + 1, nice_step(high - low, 5 if plot > LOW else 3))), plot)
    slot = 100 / max(len(visits), 1)
    places = [_round(slot * (index + 0.5)) for index in range(len(visits))]
    every = -(-len(visits) // 6) if plot > LOW else max(len(visits) - 1, 1)
    before = [_dot(axis, x, visit.before) for x, visit in zip(places, visits, strict=True)]
    after = [_dot(axis, x, visit.after) for x, visit in zip(places, visits, strict=True)]
    known = tuple(dot for dot in before if dot)
    ticks = tuple(Tick(axis.y(value), str(value)) for value in axis.ticks)
    return Outcome(
        visits=tuple(visits),
        labels=tuple(
            (x, visit.label)
            for index, (x, visit) in enumerate(zip(places, visits, strict=True))
            if (len(visits) - 1 - index) % every == 0
        ),
        ticks=ticks,
        before=known,
        after=tuple(dot for dot in after if dot),
        before_lines=_neighbours(before),
        after_lines=_neighbours(after),
        band=None if band is None else (axis.y(max(band)), _round(axis.y(min(band)) - axis.y(max(band)))),
        last=known[-1] if known else None,
        height=TOP + plot + FOOT,
        label_y=TOP + plot + 18,
        axis_width=_axis_width(ticks),
    )


@dataclass(frozen=True)
class _Scale:
    low: int
    high: int
    ticks: tuple[int, ...]
    plot: int = PLOT

    def share(self, value: int) -> float:
        """Per cent of the way from low to high."""
        return 100 * (value - self.low) / max(self.high - self.low, 1)

    def y(self, value: int) -> float:
        """Pixels from the top of the drawing."""
        return round(TOP + self.plot * (1 - (value - self.low) / max(self.high - self.low, 1)), 2)


def _scale(values: Sequence[int], exact: bool = False) -> _Scale:
    low, high = min(values), max(values)
    step = nice_step(high - low)
    if exact:
        return _Scale(low, high, ())
    low, high = low // step * step, max(-(-high // step) * step, low // step * step + step)
    return _Scale(low, high, tuple(range(low, high + 1, step)))


def _levels(data: Sequence[Step]) -> tuple[list[tuple[int, int]], bool]:
    """Where each step begins and ends, and whether every later total is the sum of what stands before it."""
    spans, level, adds_up = [], 0, True
    for index, step in enumerate(data):
        if step.is_total:
            adds_up = adds_up and (index == 0 or level == step.amount)
            spans.append((step.amount, step.amount))
            level = step.amount
        else:
            spans.append((level, level + step.amount))
            level += step.amount
    return spans, adds_up


def _cut(levels: Sequence[int]) -> int:
    """Where the axis starts: a round number a little under the lowest level, or 0 when there is no need to cut."""
    low, high = min(levels, default=0), max(levels, default=0)
    if low <= 0 or low * 2 <= high or low == high:
        return 0
    step = nice_step(high - low, 2)
    start = low // step * step
    return start if low - start >= (high - low) // 4 else max(start - step, 0)


def _dot(axis: _Scale, x: float, value: int | None) -> Dot | None:
    return None if value is None else Dot(x, axis.y(value), value)


def _neighbours(dots: Sequence[Dot | None]) -> tuple[tuple[Dot, Dot], ...]:
    return tuple((one, two) for one, two in pairwise(dots) if one and two)


def _clear_of(text_y: float, dash_y: float | None) -> float:
    """Lift a value above the dash of last year where the two would lie on each other."""
    if dash_y is not None and text_y - 12 < dash_y < text_y + 3:
        return _round(dash_y - 5)
    return _round(text_y)


def _axis_width(ticks: Sequence[Tick]) -> int:
    return 12 + 7 * max([len(tick.text) for tick in ticks], default=0)


def _wrap(label: str) -> tuple[str, ...]:
    lines: list[str] = []
    for word in label.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LABEL_LETTERS:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return tuple(lines)


def _round(value: float) -> float:
    return round(value, 2)
