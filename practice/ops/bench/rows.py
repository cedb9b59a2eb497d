"""The rows of a bench database: the same for the same size and day. Clinical text is sealed, the audit rows chained."""
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from practice.audit.chain import row_hash
from practice.billing.models.documents import DocumentKind, DocumentState, LineKind
from practice.billing.models.payments import METHOD_LABELS
from practice.clients.matching import normalise, prefix_key, search_text
from practice.clients.models import CareReason, ReminderChannel
from practice.core import sealed
from practice.core.columns import canonical_json
from practice.ops.bench.charts import (
    ANSWERS,
    BACK,
    CONDITIONS,
    FULL_CLIENT_ID,
    FULL_CONDITIONS,
    NECK,
    full_each,
    note_texts,
)
from practice.ops.bench.sizes import Size
from practice.ops.bench.stage import BUFFER, MINUTES, PRICE, TAX_RATE, Stage
from practice.premises.models import PriceMode, TaxCategory
from practice.safety.content import ConditionContent, ProfileContent
from practice.safety.models import ConditionState
from practice.safety.rules_facts import AllergyFact, Limit, Wish
from practice.schedule.states import AppointmentState as S
from practice.sessions.fingerprint import fingerprint
from practice.sessions.models import NoteState

NET, TAX = 6_608, 892  # of PRICE, which holds 13.5 % tax
FIRST_HOUR, PRESENT_HOUR = 8, 12  # UTC: the day begins at eight, the bench asks soon after noon
OPEN_EACH, CONDITION_EACH, UNCHARGED_EACH, CHANCE_OF_QUEUE = 50, 2, 4, 16
TIP_EACH, TIP, PACKAGE_EACH, PACKAGE_HOLDS = 10, 500, 100, timedelta(days=365)
UNCHARGED_FROM = 14  # days ago: beyond what Today still asks the desk to charge
CARE_BEFORE, CARE_AFTER = timedelta(days=7), timedelta(days=30)
FORM_HOLDS, FORMS_SPREAD = timedelta(days=365), 340  # days over which the forms came in

FIRST = "Ana Ben Cleo Dara Eoin Fay Gus Hana Ivo June Kai Lena Milo Nora Omar Pia Quin Rosa Sven Tess".split()
LAST = ("Archer Byrne Costa Duarte Engel Farouk Gallo Haddad Ito Jansen Kovacs Lind Marsh Novak Okafor Petrov Quist "
        "Raman Stein Tanaka Ueda Vega Weber Young Zeller").split()


@dataclass
class Rows:
    """Everything by number: sessions count up in time, the last of them is the last of `today`."""

    size: Size
    stage: Stage
    today: date

    def __post_init__(self):
        self.at = datetime(self.today.year, self.today.month, self.today.day, FIRST_HOUR, tzinfo=UTC)
        self.now = self.at.replace(hour=PRESENT_HOUR, minute=30)
        self.seal = sealed.keyring().seal
        self.full_each = full_each(self.size)
        self.full_at = (FIRST_HOUR + 7 - PRESENT_HOUR) * self.size.therapists  # sessions before the last one

    # --- which session is whose, when, and how far it came ------------------------------------------------------

    def sessions(self, wanted: Callable[[int], bool] | None = None) -> Iterator[tuple[int, datetime]]:
        """(number, moment) of the sessions, oldest first."""
        for number in range(self.size.sessions):
            if wanted is None or wanted(number):
                yield number, self.moment(number)

    def moment(self, number: int) -> datetime:
        days_ago, left = divmod(self.size.sessions - 1 - number, self.size.a_day)
        return self.at - timedelta(days=days_ago, hours=left // self.size.therapists - 7)

    def therapist(self, number: int) -> int:
        return self.stage.therapist_ids[(self.size.sessions - 1 - number) % self.size.therapists]

    def client(self, number: int) -> int:
        if (self.size.sessions - 1 - number) % self.full_each == self.full_at % self.full_each:
            return FULL_CLIENT_ID
        return (number * 7919) % self.size.clients + 1

    def state(self, number: int) -> S:
        back = self.size.sessions - 1 - number
        hour = FIRST_HOUR + 7 - back // self.size.therapists
        if back >= self.size.a_day or hour < PRESENT_HOUR:
            return S.DONE
        if hour == PRESENT_HOUR:
            return S.IN_SESSION
        return S.ARRIVED if hour == PRESENT_HOUR + 1 and number % 4 == 0 else S.BOOKED

    def is_done(self, number: int) -> bool:
        return self.state(number) is S.DONE

    def is_charged(self, number: int) -> bool:
        """Not: what is still to come, a few of today, and a stock of some weeks ago."""
        back = self.size.sessions - 1 - number
        if back < self.size.a_day:
            return self.is_done(number) and number % CHANCE_OF_QUEUE != 0
        back -= UNCHARGED_FROM * self.size.a_day
        return not (0 <= back < self.size.uncharged * UNCHARGED_EACH and back % UNCHARGED_EACH == 0)

    def is_paid(self, number: int) -> bool:
        return number % OPEN_EACH != 0 and self.is_charged(number)

    def is_tipped(self, number: int) -> bool:
        return number % TIP_EACH == 1 and self.is_paid(number)

    def is_package(self, number: int) -> bool:
        """Whether two sessions were sold with it; the first is given at once, the other is left to run out."""
        return number % PACKAGE_EACH == 2 and self.is_charged(number)

    # --- people -------------------------------------------------------------------------------------------------

    def clients(self) -> Iterator[dict]:
        for number in range(1, self.size.clients + 1):
            first = FIRST[number % len(FIRST)]
            last = f"{LAST[number // len(FIRST) % len(LAST)]}{letters(number // 500)}"
            phone, email = f"+35385{number * 7919 % 10_000_000:07}", f"c{number}@example.com"
            yield {
                "id": number, "uid": f"{number:032x}", "first_name": first, "last_name": last, "phone": phone,
                "email": email, "born_on": date(1950 + number % 50, number % 12 + 1, number % 28 + 1),
                "search_text": search_text(first, last, None, phone, email), "sort_key": prefix_key(last, first),
                "first_key": normalise(first), "last_key": normalise(last), "created_at": self.at, "version": 1,
                "preferred_name": "", "pronouns": "", "street": f"{number % 90 + 1} Long Lane", "postal_code": "D01",
                "city": "Dublin", "country": "IE", "language": "", "reminder_channel": ReminderChannel.SMS}

    def appointments(self) -> Iterator[dict]:
        for number, starts in self.sessions():
            yield {
                "id": number + 1, "client_id": self.client(number), "user_id": self.therapist(number),
                "treatment_id": self.stage.treatment_id, "location_id": self.stage.location_id,
                "starts_at": starts, "ends_at": starts + timedelta(minutes=MINUTES),
                "busy_until_at": starts + timedelta(minutes=MINUTES + BUFFER), "on_date": starts.date(),
                "state": self.state(number), "state_at": starts, "desk_note": "",
                "booked_at": starts - CARE_BEFORE, "version": 1}

    def care(self) -> Iterator[dict]:
        for number, starts in self.sessions():
            yield {"id": number + 1, "client_id": self.client(number), "user_id": self.therapist(number),
                   "from_at": starts - CARE_BEFORE, "until_at": starts + CARE_AFTER, "reason": CareReason.BOOKING,
                   "words": "", "appointment_id": number + 1}

    def sent(self, client_id: int) -> datetime:
        """When the client's form came in; all of them hold still."""
        return self.at - timedelta(days=client_id % FORMS_SPREAD)

    # --- clinical -----------------------------------------------------------------------------------------------

    def notes(self) -> Iterator[dict]:
        texts = note_texts()
        for number, at in self.sessions(self.is_done):
            uid, content, client_id, therapist = (f"{number:032x}", texts[number % len(texts)], self.client(number),
                                                  self.therapist(number))
            signed = {"uid": uid, "client_id": client_id, "appointment_id": number + 1, "on_date": at.date(),
                      "rulebook_version": "", "submission_id": None, "signed_by_id": therapist, "signed_at": at}
            yield {
                **signed, "id": number + 1, "therapist_id": therapist, "state": NoteState.SIGNED,
                "_content": self.seal(content, f"session_note:_content:{uid}"), "created_at": at, "saved_at": at,
                "content_hash": fingerprint(content, **signed), "version": 2}

    def submissions(self) -> Iterator[dict]:
        answers = canonical_json(ANSWERS)
        for number in range(1, self.size.clients + 1):
            uid = f"{number:032x}"
            yield {"id": number, "uid": uid, "client_id": number, "form_version_id": self.stage.form_id, "way": "link",
                   "submitted_at": self.sent(number), "_answers": self.seal(answers, f"submission:_answers:{uid}"),
                   "content_hash": "0" * 64, "valid_until_on": (self.sent(number) + FORM_HOLDS).date()}

    def arrivals(self) -> Iterator[dict]:
        for number in range(1, self.size.clients + 1):
            yield {"id": number, "client_id": number, "submission_id": number, "title": "Health form",
                   "arrived_at": self.sent(number), "arrived_on": self.sent(number).date(),
                   "valid_until_on": (self.sent(number) + FORM_HOLDS).date()}

    def conditions(self) -> Iterator[dict]:
        for number, (client_id, content) in enumerate(self.known(), 1):
            uid = f"{number:032x}"
            yield {"id": number, "uid": uid, "client_id": client_id, "state": ConditionState.ACCEPTED,
                   "_content": self.seal(content, f"condition:_content:{uid}"), "created_at": self.at, "version": 1}

    def known(self) -> Iterator[tuple[int, str]]:
        """(client, what is stored of a condition) of everybody who has one."""
        texts = [ConditionContent(key=key, note="Asked at the first visit.").to_json() for key in CONDITIONS]
        for number in range(1, self.size.clients // CONDITION_EACH + 1):
            yield number * CONDITION_EACH, texts[number % len(texts)]
        for content in FULL_CONDITIONS:
            yield FULL_CLIENT_ID, content.to_json()

    def profiles(self) -> Iterator[dict]:
        content = ProfileContent(
            allergies=(AllergyFact("Almond oil", "mild", "itching", "grape seed oil"),),
            allergies_asked_on=self.today - timedelta(days=60), wishes=(Wish(3), Wish(2, NECK)),
            therapist_limits=(Limit(2, BACK, "Disc, some years ago"),)).to_json()
        for number in range(1, self.size.clients + 1):
            uid = f"{number:032x}"
            yield {"id": number, "uid": uid, "client_id": number, "changed_at": self.at, "version": 1,
                   "_content": self.seal(content, f"safety_profile:_content:{uid}")}

    # --- money --------------------------------------------------------------------------------------------------

    def series(self) -> Iterator[dict]:
        """A series for every year; the counters stand behind what was issued."""
        counts = {self.today.year: 0}
        for _number, at in self.sessions(self.is_charged):
            counts[at.year] = counts.get(at.year, 0) + 1
        for year, count in counts.items():
            yield {"id": year, "issuer_id": self.stage.issuer_id, "location_id": self.stage.location_id,
                   "kind": DocumentKind.INVOICE, "year": year, "prefix": f"{year}-", "next_number": count + 1}

    def documents(self) -> Iterator[dict]:
        counts: dict[int, int] = {}
        empty = hashlib.sha256(b"bench").hexdigest()
        for number, at in self.sessions(self.is_charged):
            year, day, client_id = at.year, at.date(), self.client(number)
            counts[year] = counts.get(year, 0) + 1
            yield {
                "id": number + 1, "kind": DocumentKind.INVOICE, "state": DocumentState.ISSUED, "series_id": year,
                "number": counts[year], "number_text": f"{year}-{counts[year]:04}", "issuer_id": self.stage.issuer_id,
                "location_id": self.stage.location_id, "client_id": client_id, "appointment_id": number + 1,
                "currency": "EUR", "price_mode": PriceMode.GROSS, "language": "en",
                "billed_name": f"{FIRST[client_id % len(FIRST)]} {client_id}", "billed_address": "", "issuer_head": {},
                "reason": "", "issued_at": at, "issued_on": day, "due_on": day + timedelta(days=14), "net_amount": NET,
                "tax_amount": TAX, "gross_amount": PRICE, "open_amount": 0 if self.is_paid(number) else PRICE,
                "content_hash": empty, "version": 1}

    def lines(self) -> Iterator[dict]:
        for number, at in self.sessions(self.is_charged):
            day = at.date()
            yield {
                "id": number + 1, "document_id": number + 1, "position": 1,
                "kind": LineKind.PACKAGE if self.is_package(number) else LineKind.SERVICE,
                "text": "Treatment, 50 minutes", "therapist_id": self.therapist(number),
                "given_by": "", "treatment_id": self.stage.treatment_id, "service_on": day, "recognised_on": day,
                "quantity": 1000, "unit_price_amount": PRICE, "discount_amount": 0, "discount_reason": "",
                "tax_category": TaxCategory.STANDARD, "tax_rate": TAX_RATE, "tax_reason": "", "net_amount": NET,
                "tax_amount": TAX, "gross_amount": PRICE}

    def taxes(self) -> Iterator[dict]:
        for number, _at in self.sessions(self.is_charged):
            yield {"id": number + 1, "document_id": number + 1, "category": TaxCategory.STANDARD, "rate": TAX_RATE,
                   "net_amount": NET, "tax_amount": TAX}

    def payments(self) -> Iterator[dict]:
        methods = list(METHOD_LABELS)
        for number, at in self.sessions(self.is_paid):
            yield {
                "id": number + 1, "client_id": self.client(number), "location_id": self.stage.location_id,
                "method": methods[number % len(methods)], "currency": "EUR",
                "amount": PRICE + TIP * self.is_tipped(number), "received_at": at,
                "received_on": at.date(), "received_by_id": self.therapist(number), "reference": "",
                "request_key": f"{number * 2654435761 % 2**32:08x}:{number}", "reason": ""}

    def allocations(self) -> Iterator[dict]:
        for number, at in self.sessions(self.is_paid):
            yield {"id": number + 1, "payment_id": number + 1, "document_id": number + 1, "amount": PRICE,
                   "on_date": at.date(), "made_at": at, "version": 1}

    def packages(self) -> Iterator[dict]:
        for number, at in self.sessions(self.is_package):
            yield {"id": number + 1, "client_id": self.client(number), "treatment_id": self.stage.treatment_id,
                   "document_id": number + 1, "sessions_bought": 2, "sessions_left": 1, "value_left_amount": NET // 2,
                   "sold_on": at.date(), "expires_on": at.date() + PACKAGE_HOLDS, "version": 1}

    def package_uses(self) -> Iterator[dict]:
        for number, at in self.sessions(self.is_package):
            yield {"id": number + 1, "package_id": number + 1, "appointment_id": number + 1,
                   "therapist_id": self.therapist(number), "value_amount": NET // 2, "used_on": at.date(),
                   "used_at": at, "reason": ""}

    def tips(self) -> Iterator[dict]:
        for number, at in self.sessions(self.is_tipped):
            yield {"id": number + 1, "payment_id": number + 1, "therapist_id": self.therapist(number), "amount": TIP,
                   "on_date": at.date()}

    # --- the trail ----------------------------------------------------------------------------------------------

    def audit(self, count: int, last: str) -> Iterator[dict]:
        """A row per session, chained after the `count` rows that end with the hash `last`."""
        key = sealed.keyring().derive("audit chain")
        for number, at in self.sessions():
            fields = {"id": count + number + 1, "at": at.isoformat(), "actor_kind": "staff",
                      "actor_id": self.therapist(number), "action": "note.sign", "entity": "session_note",
                      "entity_id": number + 1, "client_id": self.client(number), "address": "", "facts": {}}
            last = row_hash(key, last, fields)
            yield {**fields, "at": at, "hash": last}


def letters(number: int) -> str:
    """What tells equal names apart: "", "a" … "z", "aa" …"""
    return "" if not number else letters((number - 1) // 26) + "abcdefghijklmnopqrstuvwxyz"[(number - 1) % 26]
