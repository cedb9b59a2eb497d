"""Serving the application with waitress: a free port, a plain address, an orderly end."""

import gc
import logging
import signal
import socket
import sys

import click
import waitress

from practice.ops import cleaner, crier, log, postman

THREADS = 8
PORTS_TRIED = 20
MADE_BEFORE_TIDYING = 50_000  # objects; a page makes a few thousand and lets go of nearly all of them
LOCAL = ("localhost", "127.0.0.1", "::1", "[::1]")


def serve(app, host: str, port: int) -> None:
    """Serve until stopped (Ctrl+C or SIGTERM), on `port` or the next free one; prints the address."""
    settle()
    log.use()
    listener = listen(host, port)
    found = listener.getsockname()[1]
    if found != port:
        click.echo(f"Port {port} is taken: using {found} instead.")
    click.echo(f"Serving on {address(host, found)} (stop with Ctrl+C)")
    if host not in LOCAL and set(app.config["TRUSTED_HOSTS"]) <= set(LOCAL):
        click.echo("Other machines are refused until TRUSTED_HOSTS names what they type, for example desk.local.")
    # A browser loading a page's files together is no reason for a warning in the terminal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, _stop)
    sys.stdout.flush()
    with postman.at_work(app), crier.at_work(app), cleaner.at_work(app):
        waitress.serve(app, sockets=[listener], threads=THREADS, ident=None, _quiet=True,
                       clear_untrusted_proxy_headers=not app.config["PROXIES"])  # else the application reads them


def settle() -> None:
    """What was loaded at the start stays for good: the collector need not walk through it with every request, nor look
    several times a page for the little that a page leaves in circles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BEFORE_TIDYING, 10, 10)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket on the first free port from `port` on. Leaves with a sentence when there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":  # there it would share the port with whoever has it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
        except PermissionError:
            listener.close()
            raise click.ClickException(f"Port {candidate} may not be used by this user: try --port 8000.") from None
        except OSError as error:
            listener.close()
            if isinstance(error, socket.gaierror):
                raise click.ClickException(f"{host} is not an address of this machine.") from None
            continue
        listener.listen()  # whoever reads the address may call at once
        return listener
    raise click.ClickException(f"Ports {port} to {candidate} of {host} cannot be used: is that this machine's address?")


def address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    if host in ("0.0.0.0", "::", "127.0.0.1", "::1"):
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _stop(number, frame):
    raise SystemExit(0)
