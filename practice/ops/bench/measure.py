"""Asks the daily pages of a filled database over HTTP, and times them against files of the same size."""
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import func, select

from practice.clients.models import Client
from practice.core import clock
from practice.core.db import db
from practice.ops.bench import raw
from practice.ops.bench.browser import Browser, form_token
from practice.ops.bench.charts import FULL_CLIENT_ID
from practice.ops.bench.prepare import uncharged
from practice.ops.bench.rows import PRESENT_HOUR
from practice.ops.bench.stage import DESK, OWNER, PASSWORD, PRICE
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState

ROUNDS, ASKED, REPLAYED = 11, 12, 30
CHECKOUTS = 40
LARGEST_RATIO, LARGEST_EXPONENT = 15, 0.15

# what is typed: very many fit, two letters, few fit, the last digits of a phone, an address, nobody
FRAGMENTS = ("ana", "by", "costab", "4321", "c77@", "novak, june", "zzqx")


@dataclass
class Case:
    """A page asked again and again; `who` signs in. Times in seconds, each round's median; the least are shown."""

    name: str
    who: str
    address: str
    has_target: bool = True
    asked: int = ASKED  # times a round
    size: int = 0
    rounds: list[float] = field(default_factory=list)
    static_rounds: list[float] = field(default_factory=list)
    raw: float | None = None
    statements: int = 0

    @property
    def seconds(self) -> float:
        return min(self.rounds)

    @property
    def static(self) -> float:
        return min(self.static_rounds)

    @property
    def ratios(self) -> list[float]:
        """Each round's page against the file asked right after it: both at the machine's pace of that moment."""
        return [page / static for page, static in zip(self.rounds, self.static_rounds, strict=True)]

    @property
    def ratio(self) -> float:
        """The median round's. The least times of all would not do: on a machine of changing pace a file, asked in a
        tenth of a page's time, finds a better moment than any page."""
        return median(self.ratios)


def noon(day: date) -> datetime:
    """The moment at which the bench asks."""
    return datetime(day.year, day.month, day.day, PRESENT_HOUR, 30, tzinfo=UTC)


def cases(app: Flask) -> list[Case]:
    """The pages, with addresses into the middle of what is there."""
    with app.app_context():
        clients, rows = Client.__table__, Appointment.__table__
        connection = db.session.connection()
        middle = connection.execute(select(clients.c.id).order_by(clients.c.sort_key, clients.c.id)
                                    .offset(app.config["BENCH_SIZE"].clients // 2).limit(1)).scalar_one()
        people = db.metadata.tables["user_account"]
        in_session = (select(rows.c.id, rows.c.user_id, people.c.email).join(people, people.c.id == rows.c.user_id)
                      .where(rows.c.state == AppointmentState.IN_SESSION).order_by(rows.c.id).limit(1))
        now = connection.execute(in_session.where(rows.c.client_id != FULL_CLIENT_ID)).one()
        of_full = connection.execute(in_session.where(rows.c.client_id == FULL_CLIENT_ID)).one()
        last = connection.scalar(select(func.max(rows.c.on_date)).where(rows.c.state == AppointmentState.DONE))
        month = f"{last.replace(day=1) - timedelta(days=1):%Y-%m}"
        db.session.rollback()
    return [
        *(Case(f"Search “{words}”", DESK, address(app, "search.suggest", q=words)) for words in FRAGMENTS),
        Case("Search in the list of clients", DESK, address(app, "clients.index", q="ana")),
        Case("Clients, first page", DESK, address(app, "clients.index")),
        Case("Clients, a page in the middle", DESK, address(app, "clients.index", after=middle)),
        Case("Brief, its audit commit included", now.email, address(app, "brief.page", appointment_id=now.id)),
        Case("Brief of a full chart", of_full.email, address(app, "brief.page", appointment_id=of_full.id)),
        Case("Today, desk", DESK, address(app, "today.index")),
        Case("Free times for a booking", DESK, address(app, "booking.first_free"), has_target=False),
        Case("Month, with two to compare", OWNER, address(app, "reports.month", month=month), has_target=False,
             asked=1),
        Case("Who saw a client", OWNER, address(app, "trail.client", client_id=middle), has_target=False),
        Case("Whose records an account saw", OWNER, address(app, "trail.index", user=now.user_id), has_target=False),
        Case("Overdue invoices", DESK, address(app, "money.index", shown="overdue"))]


def address(app: Flask, endpoint: str, **values) -> str:
    """The path of a page of this application."""
    return app.url_map.bind("localhost").build(endpoint, values)


def record_raw(app: Flask, found: list[Case], day: date) -> None:
    """Run each page once in this process, and then its statements alone; nothing of it stays."""
    recorded = []
    with clock.frozen(noon(day)), raw.nothing_stays(app) as connection:
        browsers = {}
        for case in found:
            if case.who not in browsers:
                browsers[case.who] = signed_in_here(app, case.who)
            ask = in_a_context(app, browsers[case.who], case.address)
            ask()  # what is read once a process is not the page's
            recorded.append((case, raw.statements_of(connection, ask)))
    with app.app_context():
        for case, statements in recorded:
            case.statements = len(statements)
            case.raw = raw.replay(db.engine, statements, REPLAYED if case.asked > 1 else 2)


def signed_in_here(app: Flask, email: str):
    browser = app.test_client()
    with app.app_context():
        token = form_token(browser.get("/sign-in").get_data())
        answer = browser.post("/sign-in", data={"email": email, "password": PASSWORD, "csrf_token": token})
    if answer.status_code != 302:
        raise RuntimeError(f"{email} cannot sign in: {answer.status_code}")
    return browser


def in_a_context(app: Flask, browser, address: str) -> Callable[[], None]:
    def ask():
        with app.app_context():
            answer = browser.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
    return ask


def measure(port: int, folder: Path, found: list[Case]) -> None:
    """Time every page and the file of its size, in turns, over connections kept open."""
    browsers: dict[str, Browser] = {}
    for number, case in enumerate(found):
        if case.who not in browsers:
            browsers[case.who] = Browser(port)
            browsers[case.who].sign_in(case.who, PASSWORD)
        code, body = browsers[case.who].get(case.address)
        if code != 200:
            raise RuntimeError(f"{case.address} answers {code}")
        case.size = len(body)
        (folder / f"{number}.html").write_bytes(body)
    for turn in range(ROUNDS + 1):  # the first one warms up
        for number, case in enumerate(found):
            page = timed(browsers[case.who], case.address, case.asked)
            static = timed(browsers[case.who], f"/static/{number}.html")
            if turn:
                case.rounds.append(page)
                case.static_rounds.append(static)
    for browser in browsers.values():
        browser.close()


def timed(browser: Browser, address: str, asked: int = ASKED) -> float:
    times = []
    for _time in range(asked):
        code, _body = browser.get(address)
        if code != 200:
            raise RuntimeError(f"{address} answers {code}")
        times.append(browser.seconds)
    return median(times)


def measure_checkouts(app: Flask, port: int, folder: Path) -> Case:
    """Issue and pay: sessions that are done, each checked out once."""
    with app.app_context():
        waiting = uncharged(CHECKOUTS)
        db.session.rollback()
    browser = Browser(port)
    browser.sign_in(DESK, PASSWORD)
    browser.read_token(address(app, "checkout.page", appointment_id=waiting[0]))
    case = Case("Issue an invoice and take the money", DESK, "", has_target=False)
    times = []
    for number in waiting:
        code, body = browser.post(address(app, "checkout.page", appointment_id=number), {
            "due": str(PRICE), "request_key": f"bench{number}", "method": "card", "amount": "75.00"})
        if code != 302:
            raise RuntimeError(f"the checkout of {number} answers {code}")
        case.size = len(body)
        times.append(browser.seconds)
    (folder / "checkout.html").write_bytes(b"." * case.size)
    group = len(times) // 4
    case.rounds = [median(times[at:at + group]) for at in range(0, group * 4, group)]
    case.static_rounds = [timed(browser, "/static/checkout.html") for _turn in range(4)]
    browser.close()
    return case


