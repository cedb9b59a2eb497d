"""Who works in the soak: four desks and four therapists, each with a browser and a list of what they were told is done.
"""
import json
import random
import string
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from practice.core import clock
from practice.ops.bench.stage import DESK, PASSWORD, TIME_ZONE, email_of
from practice.ops.soak.surviving import Surviving

FIRST_HOUR, HOURS = 8, 9
TURNS = 4  # savings of one note
NOT_ASKED = dict.fromkeys(("pain_place", "pain_before", "pain_after", "how_taken", "back_in_days"), "")


@dataclass
class Told:
    """What the server has said is done; `answers` counts the codes, `lost` what was open when it was killed."""

    registered: list[tuple[str, str]] = field(default_factory=list)
    booked: list[tuple[int, str]] = field(default_factory=list)  # therapist, local time
    charged: list[int] = field(default_factory=list)
    noted: dict[int, int] = field(default_factory=dict)  # appointment: turn
    answers: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lost: int = 0


@dataclass
class Work:
    """What one person works on. `booked` counts their bookings: each takes the next free hour of one therapist."""

    number: int
    therapist_id: int
    treatment_id: int
    client_id: int
    sessions: list[int]
    booked: int = 0


class Person(threading.Thread):
    """Works until told to stop."""

    email = ""

    def __init__(self, house, work: Work, told: Told, is_over: threading.Event):
        super().__init__(daemon=True)
        self.work, self.told, self.is_over = work, told, is_over
        self.chance = random.Random(work.number)
        self.pages = Surviving(lambda: house.port)

    def arrive(self) -> None:
        self.pages.browser.sign_in(self.email, PASSWORD)
        self.pages.browser.read_token(self.form)

    def run(self) -> None:
        try:
            while not self.is_over.is_set():
                self.chance.choice(self.acts)(self)
        except Exception as error:
            self.told.wrong.append(f"{type(self).__name__} {self.work.number}: {type(error).__name__}: {error}")

    def ask(self, address: str, fields: dict | None = None) -> tuple[int, bytes]:
        def lost():
            self.told.lost += 1

        code, body = self.pages.ask(address, fields, lost)
        self.told.answers[code] += 1
        if code >= 500:
            self.told.wrong.append(f"{address} answers {code}")
        return code, body

    def look(self, *addresses: str) -> None:
        for address in addresses:
            code, _body = self.ask(address)
            if code != 200:
                self.told.wrong.append(f"{address} answers {code}")

    def is_done(self, address: str, fields: dict, also: int = 0) -> bool:
        """Whether it is; `also` is what the server answers to what it has done and could not say before it died."""
        lost = self.told.lost
        code, body = self.ask(address, fields)
        if code == 302 or (code == also and self.told.lost > lost):
            return True
        self.told.wrong.append(f"{address} answers {code}: {body[-300:]!r}")
        return False


class Desk(Person):
    """Registers, books, checks out, looks."""

    email, form = DESK, "/clients/new"

    def see(self) -> None:
        self.look("/", "/calendar/day", "/clients/")

    def register(self) -> None:
        first, last = ("".join(self.chance.choices(string.ascii_lowercase, k=9)).capitalize() for _part in range(2))
        if self.is_done("/clients/new", {"first_name": first, "last_name": last, "reminder_channel": "none"}, 422):
            self.told.registered.append((first, last))

    def book(self) -> None:
        self.work.booked += 1
        turn = self.work.booked
        day = clock.local_date(clock.now(), TIME_ZONE) + timedelta(days=1 + turn // HOURS)
        at = f"{day.isoformat()} {FIRST_HOUR + turn % HOURS:02}:00"
        fields = {"client_id": self.work.client_id, "treatment": self.work.treatment_id, "room": 0, "time": at,
                  "therapist": self.work.therapist_id, "minutes": "", "desk_note": ""}
        if self.is_done("/booking/new", fields, 422):
            self.told.booked.append((self.work.therapist_id, at))

    def check_out(self) -> None:
        if self.work.sessions:
            number = self.work.sessions.pop()
            if self.is_done(f"/checkout/{number}", {"due": "7500", "amount": "75", "method": "card",
                                                    "request_key": f"soak{number}"}):
                self.told.charged.append(number)

    acts = (see, register, book, check_out, check_out)


class Therapist(Person):
    """Writes notes, saving as they type, and looks."""

    @property
    def email(self) -> str:
        return email_of(self.work.number)

    @property
    def form(self) -> str:
        return f"/notes/{self.work.sessions[-1]}/edit"

    def see(self) -> None:
        self.look("/", "/calendar/day")

    def write(self) -> None:
        if not self.work.sessions:
            return self.see()
        number, version = self.work.sessions.pop(), 0
        for turn in range(1, TURNS + 1):
            while True:
                fields = NOT_ASKED | {"subjective": f"turn {turn}", "version": version}
                code, body = self.ask(f"/notes/{number}/save", fields)
                if code not in (200, 409):  # 409: it was written before the server died
                    self.told.wrong.append(f"saving answers {code}")
                    return
                version = json.loads(body)["version"]
                if code == 200:
                    self.told.noted[number] = turn
                    break

    acts = (see, write, write)
