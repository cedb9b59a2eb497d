"""Fills a bench database in bulk: the same rows for the same size, clinical text sealed, an audit row per session.

Rows go in by Core inserts with the triggers out of the way; triggers, search table and exclusion constraints are put
back afterwards, over all rows. Bench databases hold nothing of anybody.
"""
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from rich.progress import Progress
from sqlalchemy import Connection, func, insert, select, text

from practice.audit.chain import START, row_hash
from practice.core import sealed
from practice.core.columns import canonical_json
from practice.core.db import Base
from practice.ops import triggers
from practice.ops.bench.sizes import Size

BATCH = 5_000
FIRST = ("Ana", "Ben", "Cleo", "Dara", "Eoin", "Fay", "Gus", "Hana", "Ivo", "June", "Kai", "Lena", "Milo", "Nora", "Omar",
         "Pia", "Quin", "Rosa", "Sven", "Tess")
LAST = ("Archer", "Byrne", "Costa", "Duarte", "Engel", "Farouk", "Gallo", "Haddad", "Ito", "Jansen", "Kovacs", "Lind",
        "Marsh", "Novak", "Okafor", "Petrov", "Quist", "Raman", "Stein", "Tanaka", "Ueda", "Vega", "Weber", "Young", "Zeller")
NOTE = canonical_json({
    "subjective": "Stiff after long days at the desk, better since last time.", "objective": "Turning is freer.",
    "assessment": "Took medium well.", "plan": "Again in two weeks.",
    "rows": [["upper_back:left", "petrissage", 3, 20], ["neck_posterior:middle", "effleurage", 2, 10]],
    "pain_before": 5, "pain_after": 3})


def table(name: str):
    return Base.metadata.tables[name]


def batches(rows: Iterable[dict]) -> Iterator[list[dict]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


class Loader:
    """Loads one size; `today` is the day on which the bench will ask."""

    def __init__(self, connection: Connection, size: Size, today: date, progress: Progress):
        self.connection, self.size, self.today, self.progress = connection, size, today, progress
        self.at = datetime(today.year, today.month, today.day, 8, tzinfo=UTC)
        self.random = random.Random(f"bench {size.name}")

    def put(self, name: str, rows: Iterable[dict], total: int) -> None:
        task = self.progress.add_task(name, total=total)
        into = insert(table(name))
        for batch in batches(rows):
            self.connection.execute(into, batch)
            self.progress.advance(task, len(batch))

    def load(self) -> None:
        """Everything, table by table."""
        size = self.size
        self.put("client", self.clients(), size.clients)
        self.put("appointment", self.appointments(), size.sessions)
        self.put("care", self.care(), size.clients)
        self.put("session_note", self.notes(), size.sessions)
        self.put("document", self.documents(), size.sessions)
        self.put("document_line", self.lines(), size.sessions)
        self.put("document_tax", self.taxes(), size.sessions)
        self.put("payment", self.payments(), size.sessions)
        self.put("allocation", self.allocations(), size.sessions)
        self.put("submission", self.submissions(), size.clients)
        self.put("intake_arrival", self.arrivals(), size.clients)
        self.put("condition", self.conditions(), size.clients // 2)
        self.audit()

    # --- which session is whose ---------------------------------------------------------------------------------

    def therapist(self, number: int) -> int:
        return self.therapist_ids[number % self.size.therapists]

    def client(self, number: int) -> int:
        return (number * 7919) % self.size.clients + 1

    def moment(self, number: int) -> datetime:
        """Session number `number`: the newest are today's; eight a day and therapist, an hour apart."""
        back = self.size.sessions - 1 - number
        day, within = divmod(back, self.size.therapists * 8)
        return self.at - timedelta(days=day) + timedelta(hours=within // self.size.therapists)

    def is_future(self, number: int) -> bool:
        return self.moment(number).date() >= self.today

    # --- rows ---------------------------------------------------------------------------------------------------

    def clients(self) -> Iterator[dict]:
        from practice.clients.matching import normalise, prefix_key, search_text

        for number in range(1, self.size.clients + 1):
            first = FIRST[number % len(FIRST)]
            last = f"{LAST[number // len(FIRST) % len(LAST)]}{_letters(number // 500)}"
            phone, email = f"+35385555{number:07}"[:14], f"c{number}@example.com"
            yield {
                "id": number, "uid": f"{number:032x}", "first_name": first, "last_name": last, "phone": phone,
                "email": email, "born_on": date(1950 + number % 50, number % 12 + 1, number % 28 + 1),
                "search_text": search_text(first, last, None, phone, email), "sort_key": prefix_key(last, first),
                "first_key": normalise(first), "last_key": normalise(last), "created_at": self.at, "version": 1,
                "preferred_name": "", "pronouns": "", "street": "", "postal_code": "", "city": "", "country": "IE",
                "language": "", "reminder_channel": "none"}

    def appointments(self) -> Iterator[dict]:
        for number in range(self.size.sessions):
            starts = self.moment(number)
            yield {
                "id": number + 1, "client_id": self.client(number), "user_id": self.therapist(number),
                "treatment_id": self.treatment_id, "location_id": self.location_id, "room_id": None,
                "starts_at": starts, "ends_at": starts + timedelta(minutes=50),
                "busy_until_at": starts + timedelta(minutes=60), "on_date": starts.date(),
                "state": "booked" if self.is_future(number) else "done", "state_at": starts, "desk_note": "",
                "booked_at": starts, "version": 1}

    def care(self) -> Iterator[dict]:
        """Each client is in the care of the therapist of their newest session."""
        newest: dict[int, int] = {}
        for number in range(self.size.sessions):
            newest[self.client(number)] = number
        for client_id, number in newest.items():
            yield {"client_id": client_id, "user_id": self.therapist(number), "from_at": self.at - timedelta(days=900),
                   "until_at": self.at + timedelta(days=30), "reason": "booking", "words": "",
                   "appointment_id": number + 1}

    def notes(self) -> Iterator[dict]:
        seal = sealed.keyring().seal
        for number in range(self.size.sessions):
            if self.is_future(number):
                continue
            uid, at = f"{number:032x}", self.moment(number)
            yield {
                "id": number + 1, "uid": uid, "appointment_id": number + 1, "client_id": self.client(number),
                "therapist_id": self.therapist(number), "on_date": at.date(), "state": "signed",
                "_content": seal(NOTE, f"session_note:_content:{uid}"), "rulebook_version": "", "created_at": at,
                "saved_at": at, "signed_at": at, "signed_by_id": self.therapist(number), "content_hash": "0" * 64,
                "version": 2}

    def documents(self) -> Iterator[dict]:
        for number in range(self.size.sessions):
            if self.is_future(number):
                continue
            day = self.moment(number).date()
            yield {
                "id": number + 1, "kind": "invoice", "state": "issued", "series_id": self.series_id,
                "number": number + 1, "number_text": f"B-{number + 1:07}", "issuer_id": self.issuer_id,
                "location_id": self.location_id, "client_id": self.client(number), "appointment_id": number + 1,
                "currency": "EUR", "price_mode": "gross", "language": "en", "billed_name": f"Client {number}",
                "billed_address": "", "issuer_head": {}, "reason": "", "issued_at": self.moment(number),
                "issued_on": day, "due_on": day + timedelta(days=14), "net_amount": 6608, "tax_amount": 892,
                "gross_amount": 7500, "open_amount": 0 if number % 50 else 7500, "content_hash": "0" * 64, "version": 1}

    def lines(self) -> Iterator[dict]:
        for number in range(self.size.sessions):
            if self.is_future(number):
                continue
            day = self.moment(number).date()
            yield {
                "id": number + 1, "document_id": number + 1, "position": 1, "kind": "service", "text": "Treatment, 60 min",
                "therapist_id": self.therapist(number), "treatment_id": self.treatment_id, "service_on": day,
                "recognised_on": day, "quantity": 1000, "unit_price_amount": 7500, "discount_amount": 0,
                "discount_reason": "", "tax_category": "S", "tax_rate": 135000, "tax_reason": "", "net_amount": 6608,
                "tax_amount": 892, "gross_amount": 7500}

    def taxes(self) -> Iterator[dict]:
        for number in range(self.size.sessions):
            if not self.is_future(number):
                yield {"id": number + 1, "document_id": number + 1, "category": "S", "rate": 135000,
                       "net_amount": 6608, "tax_amount": 892}

    def payments(self) -> Iterator[dict]:
        for number in range(self.size.sessions):
            if number % 50 and not self.is_future(number):
                at = self.moment(number)
                yield {
                    "id": number + 1, "client_id": self.client(number), "location_id": self.location_id,
                    "method": ("card", "cash", "bank")[number % 3], "currency": "EUR", "amount": 7500,
                    "received_at": at, "received_on": at.date(), "received_by_id": self.therapist(number),
                    "reference": "", "request_key": f"bench-{number}", "reason": ""}

    def allocations(self) -> Iterator[dict]:
        for number in range(self.size.sessions):
            if number % 50 and not self.is_future(number):
                at = self.moment(number)
                yield {"id": number + 1, "payment_id": number + 1, "document_id": number + 1, "amount": 7500,
                       "on_date": at.date(), "made_at": at, "version": 1}

    def submissions(self) -> Iterator[dict]:
        seal, answers = sealed.keyring().seal, canonical_json({})
        for number in range(1, self.size.clients + 1):
            uid = f"{number:032x}"
            yield {"id": number, "uid": uid, "client_id": number, "form_version_id": self.form_id, "way": "link",
                   "submitted_at": self.at - timedelta(days=60), "_answers": seal(answers, f"submission:_answers:{uid}"),
                   "content_hash": "0" * 64, "valid_until_on": self.today + timedelta(days=300)}

    def arrivals(self) -> Iterator[dict]:
        for number in range(1, self.size.clients + 1):
            yield {"id": number, "client_id": number, "submission_id": number, "title": "Health form",
                   "arrived_at": self.at - timedelta(days=60), "arrived_on": self.today - timedelta(days=60),
                   "valid_until_on": self.today + timedelta(days=300)}

    def conditions(self) -> Iterator[dict]:
        from practice.safety.content import ConditionContent

        content, seal = ConditionContent(key="anticoagulants").to_json(), sealed.keyring().seal
        for number in range(1, self.size.clients // 2 + 1):
            uid = f"{number:032x}"
            yield {"id": number, "uid": uid, "client_id": number * 2, "state": "accepted",
                   "_content": seal(content, f"condition:_content:{uid}"), "created_at": self.at, "version": 1}

    def audit(self) -> None:
        """A chained row per session, after those of the stage."""
        head = self.connection.execute(select(table("audit_head"))).first()
        count, last, key = head.count, head.hash, sealed.keyring().derive("audit chain")

        def rows() -> Iterator[dict]:
            nonlocal count, last
            for number in range(self.size.sessions):
                count += 1
                fields = {"id": count, "at": self.moment(number).isoformat(), "actor_kind": "staff",
                          "actor_id": self.therapist(number), "action": "note.sign", "entity": "session_note",
                          "entity_id": number + 1, "client_id": self.client(number), "address": "", "facts": {}}
                last = row_hash(key, last, fields)
                yield {**fields, "at": self.moment(number), "hash": last}

        self.put("audit_row", rows(), self.size.sessions)
        self.connection.execute(table("audit_head").update().values(count=count, hash=last))


def _letters(number: int) -> str:
    """A syllable that tells names apart: "", "a", "b" …"""
    return "" if not number else _letters((number - 1) // 26) + "abcdefghijklmnopqrstuvwxyz"[(number - 1) % 26]


def without_triggers(connection: Connection) -> None:
    """Take out what would look at every row while it is loaded; `triggers.recreate` puts it back over all of them."""
    if connection.dialect.name == "sqlite":
        for name in triggers.SQLITE_TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql("DROP TABLE IF EXISTS client_search")
        return
    for name in triggers.POSTGRESQL_EXCLUSIONS:
        connection.exec_driver_sql(f"ALTER TABLE appointment DROP CONSTRAINT IF EXISTS {name}")
    connection.exec_driver_sql(f"DROP INDEX IF EXISTS {triggers.SEARCH_INDEX}")


def follow_sequences(connection: Connection) -> None:
    """PostgreSQL: the next generated number comes after those that were loaded."""
    for name in Base.metadata.tables:
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{name}"'})
        if sequence:
            connection.execute(text(f"SELECT setval('{sequence}', (SELECT coalesce(max(id), 1) FROM \"{name}\"))"))


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table holds."""
    return {name: connection.scalar(select(func.count()).select_from(item))
            for name, item in sorted(Base.metadata.tables.items())}

