"""The server that is timed: waitress in a process of its own, with files of the pages' sizes to compare with."""
import logging
import multiprocessing
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import waitress
from flask import Flask

from practice.core import clock
from practice.ops.server import THREADS, settle


@contextmanager
def server(make_app: Callable[[object], Flask], config, now: datetime, folder: Path) -> Iterator[int]:
    """Serve an application of these settings, its clock standing at `now`; gives the port on this machine.

    /static/ answers with the files in `folder`, by the same route and hooks as with the files of the product.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(make_app, config, now, str(folder), listener), daemon=True)
    process.start()
    try:
        yield listener.getsockname()[1]
    finally:
        process.terminate()
        process.join()
        listener.close()


def _serve(make_app, config, now: datetime, folder: str, listener: socket.socket) -> None:
    app = make_app(config)
    app.static_folder = folder
    clock.set_to(now)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    settle()
    waitress.serve(app, sockets=[listener], threads=THREADS, ident=None, _quiet=True)
