"""The bench's tables, on the terminal."""
from math import log

from rich.console import Console
from rich.table import Table

from practice.ops.bench.measure import LARGEST_EXPONENT, LARGEST_RATIO, Case
from practice.ops.bench.sizes import Size


def milliseconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1000:.2f}"


def exponent(before: Case, after: Case, smaller: Size, larger: Size) -> float:
    """How the time of a page grows with the number of sessions: 0 not at all, 1 in proportion."""
    return log(after.seconds / before.seconds) / log(larger.sessions / smaller.sessions)


def show_rows(console: Console, counts: dict[str, int]) -> None:
    """Every table and its rows, three to a line; empty ones by name only."""
    table = Table("Table", "Rows", "Table", "Rows", "Table", "Rows", title="Rows")
    filled = [(name, f"{count:,}") for name, count in counts.items() if count]
    for at in range(0, len(filled), 3):
        table.add_row(*(cell for pair in filled[at:at + 3] for cell in pair))
    console.print(table)
    console.print("Empty: " + ", ".join(name for name, count in counts.items() if not count), style="dim")


def show_cases(console: Console, title: str, cases: list[Case]) -> bool:
    """One table of a size; whether every page with a target keeps to it. Times are the least, ratios the median."""
    table = Table("Asked, signed in", "Page kB", "Page ms", "Static ms", "Page : static", "of all rounds", "SQL ms",
                  "Page : SQL", "Statements", title=title)
    for case in cases:
        is_slow = case.has_target and case.ratio > LARGEST_RATIO
        ratio = f"{case.ratio:.1f}" + (f" above {LARGEST_RATIO}" if is_slow else "")
        table.add_row(case.name, f"{case.size / 1000:.1f}", milliseconds(case.seconds), milliseconds(case.static),
                      f"[red]{ratio}[/]" if is_slow else ratio, f"{min(case.ratios):.1f}–{max(case.ratios):.1f}",
                      milliseconds(case.raw),
                      f"{case.seconds / case.raw:.1f}" if case.raw else "–", str(case.statements or "–"))
    console.print(table)
    return all(case.ratio <= LARGEST_RATIO for case in cases if case.has_target)


def show_growth(console: Console, smaller: Size, before: list[Case], larger: Size, after: list[Case]) -> bool:
    """From one size to the next; whether every page with a target keeps to it."""
    table = Table("Page", f"{smaller.name} ms", f"{larger.name} ms", "Exponent",
                  title=f"Growth from {smaller.name} ({smaller.sessions:,} sessions) to {larger.name} "
                        f"({larger.sessions:,})")
    good = True
    for one, other in zip(before, after, strict=True):
        found = exponent(one, other, smaller, larger)
        is_steep = other.has_target and found > LARGEST_EXPONENT
        good = good and not is_steep
        words = f"{found:+.2f}" + (f" above {LARGEST_EXPONENT}" if is_steep else "")
        table.add_row(one.name, milliseconds(one.seconds), milliseconds(other.seconds),
                      f"[red]{words}[/]" if is_steep else words)
    console.print(table)
    return good
