"""Commands of the product, each in a process of its own, without the seconds that loading the product takes.

Each process that runs tests has one beside it that has loaded the product and done nothing with it; commands are
forked from that. `python -m practice` itself, from its first line, is what tests/test_main.py and
tests/test_cli.py run.
"""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOADED = ["tests.plugins.loaded", "tests.plugins.commands"]


class Command:
    """`practice <arguments>` at work; `hear` is handed each line it says as it comes, and "" when it says no more.

    `largest_file`, in bytes, is what a full disk would leave it.
    """

    def __init__(self, *arguments: str, environ: Mapping[str, str],
                 hear: Callable[[str], None] = lambda _line: None, largest_file: int | None = None):
        self.said, self.wrong, self.listeners, writers = [], [], [], []
        for heard in (self.said, self.wrong):
            reader, writer = starting().Pipe(duplex=False)
            writers.append(writer)
            self.listeners.append(threading.Thread(target=listen, args=(reader, heard, hear), daemon=True))
        self.process = starting().Process(target=carry_out, daemon=True,
                                          args=(arguments, dict(environ), largest_file, *writers))
        self.process.start()
        for writer, listener in zip(writers, self.listeners, strict=True):
            writer.close()
            listener.start()
        self.pid, self.kill, self.terminate = self.process.pid, self.process.kill, self.process.terminate

    def poll(self) -> int | None:
        """Its exit code; None while it works, -9 when it was killed."""
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutError."""
        self.process.join(timeout)
        if self.poll() is None:
            raise TimeoutError(f"still at work after {timeout} seconds")
        for listener in self.listeners:
            listener.join(timeout)
        return self.poll()

    def finish(self, timeout: float = 300) -> tuple[int, str, str]:
        """When it has ended: its exit code, what it said, and what it said of what is wrong."""
        return self.wait(timeout), "".join(self.said), "".join(self.wrong)


def starting():
    """How processes are started: where there is no forking, they load the product themselves."""
    if os.name == "nt":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    return context


def listen(reader, heard: list[str], hear: Callable[[str], None]) -> None:
    with reader, open(reader.fileno(), encoding="utf-8", closefd=False) as lines:
        for line in lines:
            heard.append(line)
            hear(line)
    hear("")


def carry_out(arguments: tuple[str, ...], environ: dict[str, str], largest_file: int | None, said, wrong) -> None:
    """In the process of its own: what `python -m practice` does once everything is loaded."""
    from practice.__main__ import run_here

    os.environ.clear()
    os.environ.update(environ)
    os.chdir(ROOT)
    for number, writer in ((1, said), (2, wrong)):
        os.dup2(writer.fileno(), number)
        writer.close()
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", buffering=1, closefd=False) for number in (1, 2))
    if largest_file is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    run_here(list(arguments))
