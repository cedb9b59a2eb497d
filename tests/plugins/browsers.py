"""A real browser and a real server for the tests that need them."""

import os
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.personas import PASSWORD
from tests.plugins.commands import Command
from tests.plugins.databases import STRICT, Database

REQUIRED = STRICT or bool(os.environ.get("REQUIRE_BROWSER"))
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 800}
TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}
# What is asked where: what a page is built of changes with its width, its colours change with the theme, and no width
# between phone and desktop has colours of its own.
COLOURS = ("color-contrast", "link-in-text-block")
ONLY_COLOURS = {"runOnly": {"type": "rule", "values": list(COLOURS)}}
BUT_COLOURS = {"rules": {rule: {"enabled": False} for rule in COLOURS}}
LOOKS = ((DESKTOP, "light", {}), (DESKTOP, "dark", ONLY_COLOURS), (TABLET, "light", BUT_COLOURS), (PHONE, "light", {}),
         (PHONE, "dark", ONLY_COLOURS))
START_SECONDS = 180
PATIENCE = 60_000  # milliseconds until what is awaited on a page must be there, on a slow machine too
AXE = Axe().axe_script
# Loading the parts of a page once more, as axe does for its rule about sounds, is of use where one plays by itself.
RUN_AXE = """options => "axe" in window ? axe.run({...options, preload: !!document.querySelector("[autoplay]")})
    .then(result => result.violations) : null"""
# Scripts know nothing of the database: what they send is tried on both without a browser, the whole day in one on both.
ON_ONE_DATABASE = pytest.mark.only_on("sqlite", "what hands do does not depend on the database")
OWN = ("chrome://", "chrome-extension://")  # the browser's own viewer of PDF files


@dataclass(frozen=True)
class Server:
    """A server of its own process; `process` may be killed by tests about being killed."""

    url: str
    process: Command
    database: Database
    said: list[str]


def browser_path() -> str | None:
    """Chromium, Chrome or Edge as found on this machine."""
    found = (shutil.which(name) for name in NAMES)
    places = (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    )
    return next((path for path in (*found, *places) if path and Path(path).exists()), None)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the worker; each test opens its own context in it."""
    path = browser_path()
    if path is None:
        (pytest.fail if REQUIRED else pytest.skip)("no Chromium, Chrome or Edge on this machine")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def new_page(browser, live_server):
    """`new_page(size=PHONE, dark=True, **context options)`: a page in a context (cookies) of its own.

    When the test ends, every page must have been free of script errors, blocked content (CSP) and requests to
    other machines; a test about exactly that empties `page.problems` first.
    """
    contexts, pages = [], []

    def open_page(*, size=DESKTOP, dark=False, **options):
        scheme = "dark" if dark else "light"
        context = browser.new_context(base_url=live_server.url, viewport=size, color_scheme=scheme, **options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.problems = watch(page, live_server.url)
        contexts.append(context)
        pages.append(page)
        return page

    yield open_page
    problems = [problem for page in pages for problem in page.problems]
    for context in contexts:
        context.close()
    assert not problems, "the browser complained:\n" + "\n".join(problems)


@pytest.fixture
def page(new_page):
    """One page at desktop size on the live server; see `new_page`."""
    return new_page()


def sign_in(page, who: str, password: str = PASSWORD) -> None:
    """Through the door as somebody would: `who` is a name of the cast or an e-mail address."""
    page.goto("/sign-in")
    page.fill("#email", who if "@" in who else f"{who}@example.com")
    page.fill("#password", password)
    with page.expect_navigation():
        page.press("#password", "Enter")
    page.get_by_role("button", name="Sign out").first.wait_for(state="attached")


def violations(page, rules: dict | None = None) -> list[dict]:
    """What the accessibility checker finds on the page: by all its rules, or by some (options of axe-core)."""
    options = {"resultTypes": ["violations"], **(rules or {})}
    found = page.evaluate(RUN_AXE, options)
    if found is None:
        page.evaluate(AXE)
        found = page.evaluate(RUN_AXE, options)
    return found


def faults(page) -> list[str]:
    """The same as lines to read, each with its piece of the page."""
    return [f"{one['id']}: {node['html'][:200]}" for one in violations(page) for node in one["nodes"]]


def looks(page) -> Iterator[tuple[str, list[dict]]]:
    """The page in three sizes, light and dark: where ("390 dark"), and what the accessibility checker finds there.

    That it is wider than the window is a finding too.
    """
    for size, theme, rules in LOOKS:
        if page.viewport_size != size:
            page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found = violations(page, rules)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append({"id": "wider than the window", "nodes": []})
        yield f"{size['width']} {theme}", found
    page.set_viewport_size(DESKTOP)


def watch(page, base: str) -> list[str]:
    """Collect what a page must not do."""
    problems = []
    page.on("pageerror", lambda error: problems.append(f"script error on {page.url}: {error}"))

    def hear(message):
        if message.type == "error" and "Content Security Policy" in message.text:
            problems.append(f"blocked on {page.url}: {message.text}")

    def see(request):
        if not request.url.startswith((base, "data:", "blob:", "about:", *OWN)):
            problems.append(f"request to another machine from {page.url}: {request.url}")

    page.on("console", hear)
    page.on("request", see)
    return problems


@pytest.fixture
def live_server(cloned_database, tmp_path) -> Iterator[Server]:
    """`practice serve` in a process of its own on the test's `cloned_database`, which may be filled before or after."""
    with serving(cloned_database, tmp_path) as server:
        yield server


@contextmanager
def serving(database: Database, folder: Path, *, port: int | None = None, **environ: str) -> Iterator[Server]:
    """Start the real server on this database; stopped at the end. For fixtures of any scope."""
    said, ready = [], threading.Event()

    def hear(line: str) -> None:
        said.append(line)
        if "http://" in line or not line:
            ready.set()

    settings = database.environ(folder) | environ
    process = Command("serve", "--port", str(port or free_port()), environ=settings, hear=hear)
    try:
        ready.wait(START_SECONDS)
        address = re.search(r"http://\S+:\d+", "".join(said))
        if not address or process.poll() is not None:
            pytest.fail("the server did not start:\n" + "".join(said))
        yield Server(address.group(), process, database, said)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except TimeoutError:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
