"""A client with sessions to charge, invoices, payments; and the proof that the books close."""
import secrets

from practice.access import guard
from practice.billing.models.payments import Method
from practice.billing.queries.documents import credit_of, get_document
from practice.billing.services.credit_notes import credit_note
from practice.billing.services.documents import LineInput, issue_invoice
from practice.billing.services.packages import sell_package
from practice.billing.services.payments import take_payment
from practice.catalog.services import save_product
from practice.core.db import transaction
from practice.ops.books.check import check_books
from practice.premises.queries import tax_codes
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories import clients, schedule
from tests.factories.schedule import HOUR


class Stage:
    """Ann Doyle, Theo's treatment for 78.00, a foam roller for 18.00. Rae does what is done; ids come back."""

    def __init__(self, people):
        self.people, self.rae, self.sessions = people, people.rae, 0
        with guard.acting(people.system), transaction():
            self.ann = clients.client("Ann", "Doyle", street="3 Quay", postal_code="D02", city="Dublin").id
            self.tax = tax_codes()[0].id
            self.treatment = schedule.treatment("Deep tissue 60", price=7800).id
            self.roller = save_product(people.system, None, name="Foam roller", price_amount=1800,
                                       tax_code_id=self.tax).id
            schedule.hours(people.theo.user_id)
        self.today = personas.NOW.date()

    def do(self, work):
        """Rows do not outlive the block: what has an id gives it."""
        with guard.acting(self.rae), transaction():
            result = work()
            return getattr(result, "id", result)

    def read(self, work):
        with guard.acting(self.rae):
            return work()

    def client(self, first: str, last: str) -> int:
        with guard.acting(self.people.system), transaction():
            return clients.client(first, last).id

    def line(self, gross=7800, **values) -> LineInput:
        return LineInput("Treatment", gross, self.tax, **values)

    def invoice(self, *gross: int, client_id=None) -> int:
        return self.do(lambda: issue_invoice(self.rae, client_id=client_id or self.ann,
                                             lines=[self.line(amount) for amount in gross or (7800,)]))

    def pay(self, amount, document_id=None, *, key=None, method=Method.CARD, client_id=None) -> int:
        return self.do(lambda: take_payment(self.rae, client_id=client_id or self.ann, amount=amount, method=method,
                                            request_key=key or secrets.token_hex(8), document_id=document_id))

    def credit(self, document_id, amounts=None) -> int:
        return self.do(lambda: credit_note(self.rae, document_id, reason="charged twice", amounts=amounts))

    def package(self, sessions=3, price=20_000) -> int:
        return self.do(lambda: sell_package(self.rae, client_id=self.ann, treatment_id=self.treatment,
                                            sessions=sessions, price_amount=price))

    def session(self, state=S.DONE, *, client_id=None) -> int:
        """An appointment with Theo, two hours after the one before."""
        at = personas.NOW + self.sessions * 2 * HOUR
        self.sessions += 1
        return self.session_at(at, state, client_id=client_id)

    def session_at(self, at, state=S.DONE, *, client_id=None) -> int:
        with guard.acting(self.people.system), transaction():
            return schedule.appointment(client_id or self.ann, self.people.theo.user_id, self.treatment, at,
                                        state=state).id

    def open(self, document_id) -> int:
        return self.read(lambda: get_document(document_id).open_amount)

    def credit_left(self) -> int:
        return self.read(lambda: credit_of(self.ann))

    def check_books(self) -> None:
        """Every sum of money is proved from the rows."""
        assert check_books() == []
