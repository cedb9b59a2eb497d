"""A small world in which every address has something to show: Ann in Theo's care, Ben in Tara's.

Each kind of clinical text holds a word of its own that stands nowhere else, so that a leak can be found in any
response.
"""
import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import current_app

from practice.access import guard
from practice.access.actor import link
from practice.access.roles import Role
from practice.accounts.services.reset import make_link
from practice.accounts.services.users import add_user
from practice.audit import services as audit
from practice.billing.models.documents import Document, DocumentLine
from practice.billing.models.payments import Allocation, Method, Payment
from practice.billing.models.superbills import Superbill
from practice.billing.services.checkout import checkout
from practice.billing.services.documents import LineInput, issue_invoice
from practice.billing.services.fees import record_consent
from practice.billing.services.mailing import mail_paper
from practice.billing.services.memberships import start_membership
from practice.billing.services.opening import bring_credit, bring_debt
from practice.billing.services.packages import sell_package, use_package
from practice.billing.services.payments import take_deposit, take_payment
from practice.billing.services.payouts import record_payout
from practice.billing.services.reminders import remind
from practice.billing.services.superbills import add_referral
from practice.billing.services.till import open_the_till
from practice.billing.services.vouchers import sell_voucher
from practice.catalog.services import save_product
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.db import db, transaction
from practice.files.models import FileKind
from practice.files.queries import files_named
from practice.files.services import hand_in
from practice.intake.models import FormVersion
from practice.intake.services.forms import start_draft
from practice.intake.services.links import begin, invite
from practice.outbox.letter import File, MailServer
from practice.outbox.states import MessageState
from practice.premises.models import Issuer, Location, MethodKind, PaymentMethod, PriceGroup, Room, TaxCode
from practice.premises.queries import get_practice, tax_codes
from practice.premises.services import change_settings, save
from practice.reports.models import ExportBatch
from practice.safety.content import ConditionContent
from practice.safety.models import Condition
from practice.safety.queries.book import rulebook
from practice.safety.rules import AllergyFact
from practice.safety.services.conditions import add_condition
from practice.safety.services.letters import ask_doctor
from practice.safety.services.own_rules import save_rule
from practice.safety.services.profile import set_allergies
from practice.safety.services.receiving import receive_form
from practice.schedule.models import DeskMessage, Shift
from practice.schedule.services.blocks import block_time
from practice.schedule.services.messages import tell_therapist
from practice.schedule.states import AppointmentState as S
from practice.sessions.services.handover import hand_over
from practice.sessions.services.snippets import save_snippet
from tests import personas
from tests.factories import clients, intake, schedule, sessions
from tests.factories.pictures import jpeg
from tests.factories.rules import OWN_SPINE, THAI
from tests.factories.schedule import HOUR

IN_A_NOTE, IN_AN_ANSWER, IN_A_CONDITION, IN_A_MESSAGE, IN_AN_ALLERGY = (
    "quarrelflamingo", "violetpelican", "marmaladeosprey", "velvetwalrus", "copperibis")
FOR_THE_DESK = "amberlapwing"  # in the answer to a question that reception may see
CLINICAL_WORDS = (IN_A_NOTE, IN_AN_ANSWER, IN_A_CONDITION, IN_A_MESSAGE, IN_AN_ALLERGY)


@dataclass
class World:
    """The numbers of what was built, by the names that stand in addresses."""

    numbers: dict[str, int | str] = field(default_factory=dict)

    def value(self, endpoint: str, name: str):
        """What to put into an address of `endpoint` for its part `name`."""
        if name == "row_id":
            return self.numbers[f"row:{endpoint.split('.')[0]}"]
        if name == "appointment_id" and not endpoint.startswith(("notes.", "checkout.")):
            return self.numbers["coming_appointment_id"]
        if endpoint == "reset":
            return self.numbers["reset_secret"]
        if name == "form_id" and endpoint.startswith("form_edit."):
            return self.numbers["draft_form_id"]
        return self.numbers[name]

    def row_of(self, endpoint: str) -> int:
        """A row for the details of a list. Raises KeyError for a list nobody named."""
        return self.numbers[f"row:{endpoint.split('.')[0]}"]

    def field_names(self, browser, url: str) -> set[str]:
        """The names of the fields that the page at `url` sends."""
        page = browser.get(url).get_data(as_text=True)
        names = set(re.findall(r'<(?:input|select|textarea|button)[^>]*\sname="([^"]+)"', page))
        return (names | {"version", "reason", "words", "amount", "state", "text", "method"}) - {"csrf_token"}


def build_world(people: personas.People) -> World:
    """Everything through the services; the clock stands at personas.NOW."""
    world = World()
    house = people.system
    with guard.acting(house), transaction():
        intake.publish(people)
        ann = clients.client("Annwen", "Quill", born_on=date(1988, 2, 21), phone="+353855550138")
        ben = clients.client("Benno", "Zett")
        treatment = schedule.treatment("Deep tissue 60", neutral_name="Treatment, 60 minutes")
        product = save_product(house, None, name="Foam roller", price_amount=1800, tax_code_id=tax_codes()[0].id)
        for person in (people.theo, people.tara):
            schedule.hours(person.user_id)
        done = schedule.appointment(ann.id, people.theo.user_id, treatment.id, personas.NOW - HOUR, state=S.DONE)
        coming = schedule.appointment(ann.id, people.theo.user_id, treatment.id, personas.NOW + 2 * HOUR)
        schedule.appointment(ben.id, people.tara.user_id, treatment.id, personas.NOW + 2 * HOUR)
        block = block_time(house, therapist_id=people.theo.user_id, starts_at=personas.NOW + 6 * HOUR,
                           ends_at=personas.NOW + 7 * HOUR)
        world.numbers |= {
            "client_id": ann.id, "appointment_id": done.id, "coming_appointment_id": coming.id, "block_id": block.id,
            "treatment_id": treatment.id, "product_id": product.id, "user_id": _spare_user(house)}
    _form(people, world)
    _rule(people, world)
    _chart(people, world)
    _owed(people, world)
    _money(people, world)
    _used(people, world)
    _link(people, world)
    _superbill(people, world)
    _mailed(people, world)
    _rest(people, world)
    return world


def _spare_user(house) -> int:
    """A colleague whom the tests may disable and rename."""
    return add_user(house, name="Una Spare", email="una@example.com", password=personas.PASSWORD,
                    roles={Role.THERAPIST}).id


def _form(people, world) -> None:
    """Ann's form as sent, with a word in an answer, and an open address for another."""
    numbers = world.numbers
    with guard.acting(people.rae), transaction():
        row, _secret = invite(people.rae, numbers["client_id"])
        link_id = row.id
    actor = link(link_id, numbers["client_id"])
    with guard.acting(actor), transaction():
        begin(actor)
        answers = intake.healthy(told_not="yes", told_not_words=f"My doctor said {IN_AN_ANSWER}.", thinners="yes",
                                 thinners_which="apixaban",
                                 emergency=f"{FOR_THE_DESK}, 085 555 0139")
        numbers["submission_id"] = receive_form(actor, answers, intake.TYPED)
    with guard.acting(people.rae), transaction():
        row, numbers["secret"] = invite(people.rae, numbers["client_id"], form_key="short")
        numbers["link_id"] = row.id


def _chart(people, world) -> None:
    """A condition, an allergy, a signed note, a hand-over, a message."""
    numbers, theo = world.numbers, people.theo
    with guard.acting(theo), transaction():
        content = ConditionContent(words=f"Something about {IN_A_CONDITION}", note=IN_A_CONDITION)
        numbers["condition_id"] = add_condition(theo, numbers["client_id"], content).id
        set_allergies(theo, numbers["client_id"], (AllergyFact(IN_AN_ALLERGY, reaction=IN_AN_ALLERGY),))
        ask_doctor(theo, numbers["client_id"], "anticoagulants", whom="Dr. Byrne", questions=[IN_A_CONDITION])
        numbers |= {"number": 1, "condition_key": "anticoagulants", "rule_key": "migraine",
                    "technique_key": "thai_stretch", "standing_key": "spine", "setting_key": "sensitive",
                    "own_key": "standing:spine"}
        uid = hand_in(theo, numbers["client_id"], jpeg(IN_AN_ANSWER.encode()),
                      kind=FileKind.PAPER_FORM, record="client", record_id=numbers["client_id"])
        numbers["file_id"] = files_named(numbers["client_id"], [uid])[0].id
        numbers["snippet_id"] = save_snippet(theo, None, field="plan", title="Two weeks", text="Back in two weeks").id
    with guard.acting(theo):
        numbers["note_id"] = sessions.signed(theo, numbers["appointment_id"],
                                             sessions.words(f"Better, says the {IN_A_NOTE}"))
    with guard.acting(theo), transaction():
        hand_over(theo, numbers["appointment_id"], treatment_id=numbers["treatment_id"], minutes=60, back_in_days=14,
                  message="Back in two weeks please")
    with guard.acting(people.rae), transaction():
        tell_therapist(people.rae, numbers["coming_appointment_id"], f"She asks about the {IN_A_MESSAGE}.")
    with guard.acting(people.system):
        numbers["message_id"] = db.session.query(DeskMessage).one().id


def _rule(people, world) -> None:
    """A rule of the practice's own, and a draft of a form."""
    with guard.acting(people.olive), transaction():
        first = db.session.query(FormVersion).order_by(FormVersion.id).first()
        world.numbers["draft_form_id"] = start_draft(people.olive, first.id).id
    with guard.acting(people.olive), transaction():
        save_rule(people.olive, {
            "key": "migraine", "label": "Migraine", "client": "migraine", "kind": "caution", "cap": 3,
            "why": "Light brings it on.", "sources": ["Olive's twenty years"], "grade": "low", "basis": "editor",
            "warn": ["aromatherapy"], "ask": ["When was the last one?"]}, version=0)
        save_rule(people.olive, THAI, version=0)
        save_rule(people.olive, OWN_SPINE, version=0)
        world.numbers["version"] = rulebook().version


def _money(people, world) -> None:
    """The till open, the done session checked out with a tip, a package sold."""
    numbers, rae = world.numbers, people.rae
    with guard.acting(rae), transaction():
        numbers["till_day_id"] = open_the_till(rae, float_amount=10_000).id
        take_deposit(rae, client_id=numbers["client_id"], appointment_id=numbers["coming_appointment_id"], amount=1000,
                     method=Method.CARD, request_key="the deposit")
        take_payment(rae, client_id=numbers["client_id"], amount=500, method=Method.CASH, request_key="the tip",
                     tip=500, tip_for_id=people.theo.user_id)
        checkout(rae, numbers["appointment_id"], payments=[(Method.CARD, 5000)], request_key="the world")
        numbers["package_id"] = sell_package(rae, client_id=numbers["client_id"],
                                             treatment_id=numbers["treatment_id"], sessions=5, price_amount=30_000).id
    with guard.acting(people.system):
        numbers["document_id"] = db.session.query(Document).filter(
            Document.appointment_id.is_not(None)).order_by(Document.id).first().id
        numbers["payment_id"] = db.session.query(Payment).order_by(Payment.id).first().id


def _switch_on(people) -> None:
    """Everything of money that a practice may use."""
    olive = people.olive
    with guard.acting(olive), transaction():
        change_settings(olive, version=get_practice().version, **dict.fromkeys(
            ("has_till", "has_tips", "has_deposits", "has_packages", "has_vouchers", "has_memberships",
             "has_reminders", "has_payouts"), True),
            no_show_percent=50, late_cancel_percent=50)


def _owed(people, world) -> None:
    """An invoice of two months ago, before all others, with consent to fees."""
    numbers, rae = world.numbers, people.rae
    _switch_on(people)
    with clock.frozen(personas.NOW - timedelta(days=60)), guard.acting(rae), transaction():
        line = LineInput("Treatment", 4000, tax_codes()[0].id)
        numbers["overdue_id"] = issue_invoice(rae, client_id=numbers["client_id"], lines=[line]).id
        record_consent(rae, numbers["client_id"], how="on paper", on=clock.now().date())


def _mailed(people, world) -> None:
    """A mail server is set, and a message the server refused."""
    current_app.config["MAIL_SERVER"] = MailServer("127.0.0.1", 1, "desk@example.com")
    with guard.acting(people.rae), transaction():
        row = mail_paper(people.rae, client_id=world.numbers["client_id"], to="ann@example.com", subject="Invoice",
                         about=f"document:{world.numbers['document_id']}", body="Good morning",
                         paper=File("invoice.pdf", "application/pdf", b"%PDF-"))
        row.state = MessageState.REFUSED
        world.numbers["mail_id"] = row.id


def _superbill(people, world) -> None:
    """A referrer's paper and the superbill of the invoice."""
    numbers, theo = world.numbers, people.theo
    with guard.acting(theo), transaction():
        paper = add_referral(theo, numbers["client_id"], referrer="Dr Reed", codes=["M54.50"],
                             from_on=clock.now().date())
        row = Superbill(document_id=numbers["document_id"], client_id=numbers["client_id"], referral_id=paper.id,
                        facts=FACTS, content_hash=hashlib.sha256(canonical_json(FACTS).encode()).hexdigest(),
                        made_on=paper.from_on, made_at=clock.now(),
                        made_by_id=people.rae.user_id)
        db.session.add(row)
        db.session.flush()
        numbers["superbill_id"] = row.id


FACTS = {"head": {"name": "Practice", "address": "1 Main St", "tax_number": "12-3456789", "phone": ""},
         "client": "Ann Adams", "address": "", "born_on": "1990-01-01", "number": "2026-0001",
         "issued_on": "2026-11-02",
         "currency": "USD", "charged": 8000, "paid": 0,
         "lines": [{"on": "2026-11-02", "code": "97124", "units": 4, "place": "11", "charge": 8000,
                    "npi": "1234567893", "name": "Theo Thorne", "licence": "LMT 1"}]}


def _link(people, world) -> None:
    """A link to a new password for the colleague whom tests may change."""
    with guard.acting(people.olive), transaction():
        world.numbers["reset_secret"] = make_link(people.olive, world.numbers["user_id"])


def _used(people, world) -> None:
    """A reminder of it, a package session used, an appointment that was not kept."""
    numbers, rae = world.numbers, people.rae
    with guard.acting(rae), transaction():
        numbers["reminder_id"] = remind(rae, numbers["overdue_id"]).id
        numbers["voucher_id"] = sell_voucher(rae, client_id=numbers["client_id"], text="Voucher", price_amount=4000,
                                             value_amount=5000, method=Method.CARD, request_key="a voucher").id
        today = clock.now().date()
        numbers["membership_id"] = start_membership(
            rae, client_id=numbers["client_id"], treatment_id=numbers["treatment_id"], sessions=2, price_amount=9000,
            starts_on=today).id
    with guard.acting(people.olive), transaction():
        bring_debt(people.olive, numbers["client_id"], amount=2500, on=today, due_on=today, reference="R-1")
        bring_credit(people.olive, numbers["client_id"], amount=100, on=today, reference="R-2")
    with guard.acting(people.system), transaction():
        theo, ann = people.theo.user_id, numbers["client_id"]
        done = schedule.appointment(ann, theo, numbers["treatment_id"], personas.NOW - 4 * HOUR, state=S.DONE)
        schedule.appointment(ann, theo, numbers["treatment_id"], personas.NOW - 6 * HOUR, state=S.NO_SHOW)
        numbers["use_id"] = use_package(people.system, numbers["package_id"], done, numbers["treatment_id"]).id


def _rest(people, world) -> None:
    """What the rest of the addresses name."""
    numbers = world.numbers
    with guard.acting(people.olive), transaction():
        numbers["payment_method_id"] = save(people.olive, PaymentMethod, None, name="TWINT", kind=MethodKind.CARD).id
        numbers["payout_id"] = record_payout(people.olive, method=Method.CARD, first_on=personas.NOW.date(),
                                             last_on=personas.NOW.date(), paid_on=personas.NOW.date(),
                                             bank_amount=9000, fee_amount=150, request_key="payout").id
        numbers["price_group_id"] = save(people.olive, PriceGroup, None, name="Student").id
    with guard.acting(people.system), transaction():
        db.session.add(ExportBatch(number=1, first_on=date(2026, 10, 1), last_on=date(2026, 10, 31), entries=0,
                                   made_at=clock.now(), made_by_id=people.bo.user_id))
        audit.record(people.system, "batch.make", number=1)
    with guard.acting(people.system):
        first = {name: db.session.query(model).order_by(model.id).first().id for name, model in (
            ("room_id", Room), ("tax_code_id", TaxCode), ("location_id", Location), ("issuer_id", Issuer),
            ("form_id", FormVersion), ("shift_id", Shift), ("line_id", DocumentLine), ("allocation_id", Allocation))}
        proposed = db.session.query(Condition).order_by(Condition.id).first()
        numbers["proposed_id"] = proposed.id
    numbers |= first
    numbers |= {
        "filename": "app.css", "key": "about_you", "export_type": "csv", "month": "2026-11", "kind": "csv",
        "layout": "journal", "number": 1, "verb": "pause",
        "name": "documents",
        "day": clock.now().date().isoformat(), "sign_in_id": 999_999, "passkey_id": 999_999,
        "therapist_id": people.theo.user_id, "correction_id": 1}
    numbers |= {f"row:{name}_list": numbers[f"{name}_id"] for name in (
        "client", "note", "submission", "condition", "appointment", "block", "document", "payment", "package", "form",
        "shift", "line", "allocation", "issuer", "location", "payment_method", "price_group", "product", "room",
        "tax_code", "treatment", "user")}
    numbers |= {f"row:setup_{page}": numbers[f"{name}_id"] for page, name in (
        ("rooms", "room"), ("locations", "location"), ("taxes", "tax_code"), ("products", "product"),
        ("methods", "payment_method"), ("groups", "price_group"))}
