"""The long lists on file from a filled database: how soon the first byte comes, how long it takes, how much memory.

Asked in this process, piece by piece as a browser takes them; nothing of the file is kept."""
import re
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from flask import Flask
from rich.console import Console
from rich.table import Table

from practice.ops.bench import measure, places, prepare
from practice.ops.bench.sizes import Size
from practice.ops.bench.stage import OWNER

LISTS = ("appointments", "invoices", "payments", "clients")
KINDS = ("csv", "xlsx")
MOST_MEGABYTES = 150
CLEAR, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
OF_A_MAXRSS = 1 if sys.platform == "darwin" else 1024  # bytes in the unit of ru_maxrss


@dataclass(frozen=True)
class Taken:
    name: str
    rows: int
    first_byte: float  # seconds
    seconds: float
    size: int  # bytes
    above_rest: int  # bytes of resident memory at its highest, above what the process had before


def run(size: Size, database: str, make_app, migrate) -> bool:
    """Print what each list takes; whether memory stays within its bound."""
    console = Console(width=None if sys.stdout.isatty() else 130)
    with places.place(database, size) as place:
        app, day = prepare.prepared(place, size, make_app, migrate, console)
        found = [take(app, measure.signed_in_here(app, OWNER), f"/lists/{name}/export/{kind}/")
                 for kind in KINDS for name in LISTS]
    table = Table(title=f"Lists on file, size {size.name}")
    for head in ("list", "rows", "first byte ms", "s", "file MB", "memory above rest MB"):
        table.add_column(head, justify="left" if head == "list" else "right")
    for one in found:
        table.add_row(one.name, f"{one.rows:,}", f"{one.first_byte * 1000:.0f}", f"{one.seconds:.1f}",
                      f"{one.size / 2**20:.1f}", f"{one.above_rest / 2**20:.0f}")
    console.print(table)
    return all(one.above_rest < MOST_MEGABYTES * 2**20 for one in found)


def take(app: Flask, browser, address: str) -> Taken:
    """Save one list and let go of it at once. Raises RuntimeError when it is refused."""
    forget_highest()
    rest, size, first = highest(), 0, None
    with app.app_context():
        begin = perf_counter()
        answer = browser.get(address, buffered=False)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
        for piece in answer.response:
            first = first or perf_counter() - begin
            size += len(piece)
        seconds = perf_counter() - begin
        answer.close()
    return Taken(address.removeprefix("/lists/"), int(answer.headers["X-Rows"]), first, seconds, size,
                 max(0, highest() - rest))


def forget_highest() -> None:
    """Linux alone can begin to measure anew; elsewhere the highest is that of the whole process."""
    if CLEAR.exists():
        CLEAR.write_text("5")


def highest() -> int:
    """The most bytes that were resident in this process since `forget_highest`."""
    if STATUS.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * OF_A_MAXRSS
