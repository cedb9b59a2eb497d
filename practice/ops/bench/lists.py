"""The long lists on file from a filled database: how soon the first byte comes, how long it takes, how much memory.

Asked in this process, piece by piece as a browser takes them; nothing of the file is kept. Memory is the process's own:
pages of the database's file that the system maps into it belong to the file, and go when somebody needs the room."""
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
STATUS = Path("/proc/self/status")
OF_A_MAXRSS = 1 if sys.platform == "darwin" else 1024  # bytes in the unit of ru_maxrss


@dataclass(frozen=True)
class Taken:
    name: str
    rows: int
    first_byte: float  # seconds
    seconds: float
    size: int  # bytes
    above_rest: int  # bytes of its own memory at its highest, above what the process had before


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
    rest = highest = own_memory()
    size, first = 0, None
    with app.app_context():
        begin = perf_counter()
        answer = browser.get(address, buffered=False)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
        for piece in answer.response:
            first = first or perf_counter() - begin
            size += len(piece)
            highest = max(highest, own_memory())
        seconds = perf_counter() - begin
        answer.close()
    return Taken(address.removeprefix("/lists/"), int(answer.headers["X-Rows"]), first, seconds, size,
                 highest - rest)


def own_memory() -> int:
    """Bytes that are resident and of no file; where nothing says so, the most that ever were resident."""
    if STATUS.exists():
        return int(re.search(r"RssAnon:\s+(\d+) kB", STATUS.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * OF_A_MAXRSS
