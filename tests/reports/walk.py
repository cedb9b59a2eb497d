"""A practice that lives on at random: documents, money, packages, vouchers; a day or a month passes now and then."""
import itertools
from collections import Counter
from datetime import timedelta

from hypothesis import strategies as st

from practice.access import guard
from practice.billing.models.payments import METHOD_LABELS, Method
from practice.billing.services.checkout import Along, checkout
from practice.billing.services.documents import issue_invoice
from practice.billing.services.packages import sell_package
from practice.billing.services.payments import reverse_payment, take_deposit, take_payment
from practice.billing.services.payouts import record_fee, record_payout, take_payout_back
from practice.billing.services.refunds import refund
from practice.billing.services.tips import pay_out_tips
from practice.billing.services.vouchers import sell_voucher
from practice.billing.services.write_offs import write_off
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import DomainError
from practice.reports.period import Period
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState
from tests import personas
from tests.factories.billing import Stage

ACTS = ("invoice", "invoice", "pay", "pay", "tip", "credit", "refund", "write_off", "package", "session", "voucher",
        "bring", "ahead", "along", "deposit", "reverse", "payout", "settle", "fee", "day", "day", "month")
# Each act with an amount and a number that says which, in any order; and everything, four times over.
HOW = st.lists(st.tuples(st.integers(1, 30_000), st.integers(0, 9)), min_size=len(ACTS), max_size=len(ACTS))
STEPS = st.tuples(st.permutations(ACTS), HOW).map(lambda found: [(act, *how) for act, how in zip(*found, strict=True)])
EVERYTHING = [(act, amount, which) for which, amount in enumerate((9000, 5000, 2000, 700)) for act in ACTS]


class Walk:
    """Each walk begins where the one before ended: numbers of documents never go back in time."""

    def __init__(self, stage: Stage):
        self.stage, self.now, self.keys = stage, personas.NOW, itertools.count()
        self.bea = stage.client("Bea", "Doyle")
        self.invoices, self.packages, self.codes, self.payments = [], [], [], []
        self.done = Counter()
        self.settled = self.now.date() - timedelta(days=1)  # the last day the processor paid out

    def begin(self) -> Period:
        """Leave what was behind, at the first of a later month; gives that month."""
        self.now += timedelta(days=40)
        self.invoices, self.packages, self.codes, self.payments = [], [], [], []
        clock.set_to(self.now)
        return Period.of(self.now.date())

    def live(self, steps) -> None:
        """Do as told; what the practice refuses does not happen."""
        for act, amount, which in steps:
            self.now += timedelta(days={"day": 1, "month": 31}.get(act, 0), minutes=90)
            clock.set_to(self.now)
            try:
                getattr(self, f"_{act}", lambda _amount, _which: None)(amount, which)
                self.done[act] += 1
            except DomainError:
                pass

    def _key(self) -> str:
        return f"walk-{next(self.keys)}"

    def _any(self, found: list, which: int):
        return found[which % len(found)] if found else None

    def _invoice(self, amount, which):
        stage, people = self.stage, self.stage.people
        therapist = (people.theo.user_id, people.tara.user_id, None)[which % 3]
        second = people.tara.user_id if which in (0, 6) else None  # given by both
        lines = [stage.line(amount, therapist_id=therapist, shared_with_id=second),
                 stage.line(amount // 3 + 1, therapist_id=people.theo.user_id)]
        self.invoices.append(stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann,
                                                               lines=lines[:1 + which % 2])))

    def _pay(self, amount, which, tip=0):
        number = self._any(self.invoices, which)
        method = list(METHOD_LABELS)[which % 3]
        self.payments.append(self.stage.do(lambda: take_payment(
            self.stage.rae, client_id=self.stage.ann, amount=amount + tip, method=method, request_key=self._key(),
            document_id=number, tip=tip, tip_for_id=self.stage.people.tara.user_id if tip else None)))

    def _tip(self, amount, which):
        self._pay(amount, which, tip=amount // 10 + 1)

    def _ahead(self, amount, which):
        self.stage.pay(amount)

    def _along(self, amount, which):
        """Paid for together with Bea, who has some credit."""
        stage = self.stage
        stage.pay(amount % 9000 + 1, client_id=self.bea, method=Method.BANK)
        own = self._done()
        self.now += timedelta(minutes=90)
        clock.set_to(self.now)
        hers = self._done(client_id=self.bea)
        stage.do(lambda: checkout(stage.rae, own, payments=[(Method.CARD, 7800 + which * 700)], together=[
            Along(hers, with_credit=True)], request_key=self._key()))

    def _deposit(self, amount, which):
        """For a session to come, which is charged at once where the number is odd."""
        stage, state = self.stage, AppointmentState.ARRIVED
        session = stage.session_at(self.now, state)
        self.payments.append(stage.do(lambda: take_deposit(
            stage.rae, client_id=stage.ann, appointment_id=session, amount=amount, method=Method.CARD,
            request_key=self._key())))
        if which % 2:
            with guard.acting(stage.people.system), transaction():
                set_state(stage.people.system, session, AppointmentState.DONE)
            stage.do(lambda: checkout(stage.rae, session, payments=[], request_key=self._key(),
                                      with_credit=True))

    def _reverse(self, _amount, which):
        payment = self._any(self.payments, which)
        if payment:
            self.stage.do(lambda: reverse_payment(self.stage.rae, payment, reason="wrong card"))

    def _payout(self, amount, _which):
        self.stage.do(lambda: pay_out_tips(self.stage.rae, therapist_id=self.stage.people.tara.user_id,
                                           amount=amount % 900 + 1, method=Method.CASH, request_key=self._key()))

    def _settle(self, amount, which):
        """The processor pays out the days since the payout before, and keeps a fee; now and then it is taken back."""
        bo, now = self.stage.people.bo, clock.now().date()
        with guard.acting(bo), transaction():
            row = record_payout(bo, method=Method.CARD, first_on=self.settled + timedelta(days=1), last_on=now,
                                paid_on=now, bank_amount=amount, fee_amount=amount // 50, request_key=self._key())
            if which % 4:
                self.settled = now
            else:
                take_payout_back(bo, row.id, reason="of another month")

    def _fee(self, amount, _which):
        """Billed apart."""
        bo = self.stage.people.bo
        with guard.acting(bo), transaction():
            record_fee(bo, method=Method.CARD, paid_on=clock.now().date(), fee_amount=amount // 50 + 1,
                       request_key=self._key())

    def _credit(self, amount, which):
        number = self._any(self.invoices, which)
        if number:
            self.stage.credit(number, {1: amount} if which % 2 else None)

    def _refund(self, amount, which):
        """Of an invoice that was paid."""
        stage = self.stage
        number = stage.invoice(amount)
        stage.pay(amount, number)
        self.invoices.append(number)
        stage.do(lambda: refund(stage.rae, number, amount=amount // (which + 1) + 1, method=Method.CASH,
                                request_key=self._key(), reason="as agreed"))

    def _write_off(self, amount, which):
        stage = self.stage
        number = stage.invoice(amount)
        self.invoices.append(number)
        stage.do(lambda: write_off(stage.rae, number, amount=amount // (which + 1) + 1, on=clock.now().date(),
                                   reason="moved away"))

    def _package(self, amount, which):
        stage = self.stage
        package, document = stage.do(lambda: _sold(stage, which % 4 + 1, amount + 1000))
        self.packages.append(package)
        self.invoices.append(document)

    def _session(self, amount, which):
        package = self._any(self.packages, which)
        session = self._done()
        stage = self.stage
        stage.do(lambda: checkout(stage.rae, session, payments=[], request_key=self._key(), package_id=package))

    def _voucher(self, amount, which):
        stage = self.stage
        self.codes.append(stage.do(lambda: sell_voucher(
            stage.rae, client_id=stage.ann, text="Voucher", price_amount=amount, value_amount=amount + which * 100,
            method=Method.CARD, request_key=self._key(), holds_days=20 if which % 2 else None).code))

    def _bring(self, amount, which):
        code, stage = self._any(self.codes, which), self.stage
        session = self._done()
        if code:
            self.invoices.append(stage.do(lambda: checkout(stage.rae, session, payments=[], request_key=self._key(),
                                                           voucher=code).document_id))

    def _done(self, *, client_id=None) -> int:
        """A session that has just ended."""
        return self.stage.session_at(self.now, client_id=client_id)


def _sold(stage, sessions, price):
    row = sell_package(stage.rae, client_id=stage.ann, treatment_id=stage.treatment, sessions=sessions,
                       price_amount=price)
    return row.id, row.document_id
