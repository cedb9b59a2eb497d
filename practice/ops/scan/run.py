"""A demo for each person, served and counted while both scanners work on it as them."""
import logging
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import waitress
from flask import Flask
from werkzeug.routing import UnicodeConverter
from werkzeug.wsgi import ClosingIterator

from practice.admin.auth import PUBLIC
from practice.ops.bench.browser import Browser
from practice.ops.scan.scanners import Found, sqlmap, wapiti
from practice.ops.scan.walk import Sent, walk
from practice.ops.server import THREADS

BROKEN_OFF = 599  # counted beside the status of an answer that ended in the middle
ASK_PASSWORD = {"account.password", "account.pin", "prove"}


@dataclass(frozen=True)
class Person:
    """Whom to be: a word for them, and how they sign in; nobody without an e-mail, who has been given addresses."""

    name: str
    email: str = ""
    password: str = ""
    starts_at: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What came of scanning as one person; `answers` counts the server's by their status.

    `tried` is what sqlmap tried, of what the application has at all.
    """

    person: Person
    tried: frozenset[str]  # endpoints
    all_that_take_text: frozenset[str]
    answers: Counter
    found: tuple[Found, ...]

    @property
    def problems(self) -> list[str]:
        """What is above info; a fault of the server is."""
        faults = [f"{count} answers " + ("broken off" if code == BROKEN_OFF else f"with {code}")
                  for code, count in sorted(self.answers.items()) if code >= 500]
        return faults + [line for one in self.found for line in one.problems]


@contextmanager
def served(app: Flask, answers: Counter) -> Iterator[int]:
    """Serve it in threads of this process and count its answers; gives the port on this machine."""
    def counted(environ, start):
        def begin(status, headers, *more):
            answers[int(status[:3])] += 1
            return start(status, headers, *more)
        pieces = app(environ, begin)
        return ClosingIterator(whole(pieces), getattr(pieces, "close", None))

    def whole(pieces):
        try:
            yield from pieces
        except Exception:
            answers[BROKEN_OFF] += 1
            raise

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = waitress.create_server(counted, host="127.0.0.1", port=0, threads=THREADS, ident=None)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(10)


def come(port: int, person: Person, before: Browser | None = None) -> Browser:
    """A browser of theirs, signed in; who does not sign in stays on the device of `before`, where a form was begun."""
    browser = Browser(port)
    if person.email:
        browser.sign_in(person.email, person.password)
    elif before is not None:
        browser.cookies |= before.cookies
    browser.read_token("/account/password" if person.email else "/sign-in")
    for address in person.starts_at if before is None else ():
        browser.post(address, {})
    return browser


def look(make_app: Callable[[Path], Flask], demo: Path, people: Iterable[Person], tools: dict[str, str], seconds: int,
         folder: Path, *, is_quick: bool = False) -> Iterator[Seen]:
    """Scan as each of `people`, each on a copy of their own of the file `demo`: scanners send every form they meet."""
    for person in people:
        place = folder / person.name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        app, answers = make_app(Path(shutil.copy(demo, place / "demo.db"))), Counter()
        with served(app, answers) as port, closing(come(port, person)) as browser:
            yield scan(app, port, person, browser, tools, seconds, place, answers, is_quick)


def scan(app: Flask, port: int, person: Person, browser: Browser, tools: dict[str, str], seconds: int, place: Path,
         answers: Counter, is_quick: bool) -> Seen:
    """Both scanners on the application at `port`, as the person whose browser this is."""
    origin = f"http://localhost:{port}"
    sent = {key: one for key, one in walk(browser, app.url_map.bind("localhost"), person.starts_at).items()
            if one.takes_text and (not person.email or key[0] not in PUBLIC)}
    found = (sqlmap(tools["sqlmap"], origin, partial(come, port, person, browser), *in_order(sent), place,
                    is_quick=is_quick),
             wapiti(tools["wapiti"], origin, browser, place, seconds))
    return Seen(person, frozenset(endpoint for endpoint, _method in sent), taking_text(app), answers, found)


def in_order(sent: dict[tuple[str, str], Sent]) -> tuple[list[Sent], list[Sent]]:
    """What is only read first, because forms change what there is to read; and apart what asks for the password: a few
    wrong ones, and nobody signs in for a while."""
    keys = sorted(sent, key=lambda key: (key[1], key[0]))
    return ([sent[key] for key in keys if key[0] not in ASK_PASSWORD],
            [sent[key] for key in keys if key[0] in ASK_PASSWORD])


def taking_text(app: Flask) -> frozenset[str]:
    """The endpoints whose address or form has room for text: those of forms, and of addresses with a part of any text.
    """
    return frozenset(rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods or any(
        isinstance(converter, UnicodeConverter) for converter in rule._converters.values()))
