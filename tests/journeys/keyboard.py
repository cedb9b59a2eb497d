"""A desk that touches no mouse: the keyboard, what it would have clicked, and one working day after the other."""
from datetime import UTC, date, datetime, time, timedelta

from practice.access import guard
from practice.billing.models.documents import Document
from practice.billing.services.documents import issue_invoice
from practice.core import clock
from practice.core.db import db, transaction
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories import clients, schedule
from tests.factories.billing import Stage

FIRST = date(2026, 11, 2)
DAYS = [FIRST + timedelta(days=number) for number in range(30) if (FIRST + timedelta(days=number)).weekday() < 6]
MOST_TABS = 150


class Keyboard:
    """Somebody who touches no mouse: Tab to a control, Enter on it. `clicks` counts what a mouse would have clicked."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def reach(self, selector: str) -> None:
        """Tab until the control has the focus: one that cannot be reached so fails the month."""
        self.page.wait_for_selector(selector, state="attached")
        control = self.page.locator(selector).first.element_handle()
        for _tab in range(MOST_TABS):
            if control.evaluate("e => { const now = document.activeElement; return now === e"
                                " || (e.type === 'radio' && now.type === 'radio' && now.name === e.name) }"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {selector} on {self.page.url}")

    def press(self, selector: str, key: str = "Enter") -> None:
        self.reach(selector)
        self.clicks += 1
        self.page.keyboard.press(key)

    def submit(self, selector: str) -> None:
        """Press, and wait for the answer: the clock must not move on meanwhile."""
        with self.page.expect_navigation():
            self.press(selector)
        assert self.page.locator(".error-summary").count() == 0, self.page.inner_text(".error-summary")

    def pick(self, selector: str) -> None:
        """The first choice of a list, by the arrow key."""
        self.reach(selector)
        self.clicks += 1
        self.page.keyboard.press("ArrowDown")

    def type(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, name: str, value: str) -> None:
        """One of a group of radios, by the arrow keys."""
        self.reach(f"input[name={name}][value={value}]")
        self.clicks += 1
        for _step in range(10):
            if self.page.evaluate("document.activeElement.checked ? document.activeElement.value : ''") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} has no {value}")

    def key(self, key: str) -> None:
        """A shortcut, in the place of a click."""
        self.clicks += 1
        self.page.keyboard.press(key)

    def sees(self, words: str) -> None:
        self.page.wait_for_selector(f"text={words}")


class Desk:
    """One working day after the other."""

    def __init__(self, stage: Stage, keyboard: Keyboard):
        self.stage, self.keys, self.page = stage, keyboard, keyboard.page
        self.days, self.done = iter(DAYS), {}

    def new_day(self) -> None:
        """The next working day, ten in the morning; yesterday's sign-in is long over."""
        clock.set_to(datetime.combine(next(self.days), time(10), UTC))
        self.page.goto("/sign-in")
        self.keys.type("[name=email]", "rae@example.com")
        self.keys.type("[name=password]", personas.PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".nav")

    def client(self, name: str) -> int:
        with guard.acting(self.stage.people.system), transaction():
            return clients.client(name, "Desk", street="3 Quay", city="Dublin").id

    def session(self, client_id: int, state=S.DONE, hour: int = 8) -> int:
        with guard.acting(self.stage.people.system), transaction():
            at = clock.now().replace(hour=hour)
            return schedule.appointment(client_id, self.stage.people.theo.user_id, self.stage.treatment, at,
                                        state=state).id

    def count(self, what: str) -> None:
        self.done[what] = self.keys.clicks

    def begin(self, address: str) -> Keyboard:
        self.page.goto(address)
        self.keys.clicks = 0
        return self.keys

    def documents(self, client_id: int) -> list[int]:
        db.session.rollback()
        with guard.acting(self.stage.rae):
            return [row.id for row in db.session.query(Document).filter_by(client_id=client_id).order_by(Document.id)]

    def invoice(self, client_id: int, gross: int = 7800) -> int:
        return self.stage.do(lambda: issue_invoice(self.stage.rae, client_id=client_id,
                                                   lines=[self.stage.line(gross)]))
