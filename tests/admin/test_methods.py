"""A practice's own method of payment: set up by the owner, then everywhere where money comes, goes and is counted."""
import pytest

from practice.access import guard
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.till import expected, get_till_day
from practice.billing.services.payments import correct_method, take_payment
from practice.billing.services.till import close_the_till, open_the_till
from practice.core.db import db, transaction
from practice.core.errors import Invalid
from practice.ops.books.check import check_books
from practice.premises.models import PaymentMethod
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.reports.period import Period
from practice.reports.queries.accounting import entries_of, keys_of, name_of_key
from practice.reports.queries.report import report
from tests.admin.test_checkout import fields, look
from tests.factories.billing import Stage

FORM = {"name": "TWINT", "kind": "card", "account": "1090", "is_active": "y"}


@pytest.fixture
def stage(people):
    stage = Stage(people)
    with guard.acting(people.olive), transaction():
        change_settings(people.olive, version=get_practice().version, has_till=True)
    return stage


@pytest.fixture
def twint(as_person, people) -> Method:
    answer = as_person("olive").post("/setup/methods/new", data=FORM)
    assert answer.status_code == 302
    with guard.acting(people.system):
        return Method(f"own-{db.session.query(PaymentMethod).one().id}")


def test_it_is_offered_at_checkout_paid_counted_and_reported(stage, twint, as_person, people):
    till = stage.do(lambda: open_the_till(stage.rae, float_amount=0))
    session, desk = stage.session(), as_person("rae")
    page = look(desk, f"/checkout/{session}")
    assert f'value="{twint}"' in page and "Take {amount} by TWINT" in page and 'data-key="5"' in page
    answer = desk.post(f"/checkout/{session}", data=fields(page) | {"method": twint, "amount": "78.00"})
    assert answer.status_code == 302
    assert "TWINT" in look(desk, f"/checkout/{session}/receipt")
    assert "TWINT" in look(desk, f"/money/payments?method={twint}") and "TWINT" in look(desk, "/money/till/")
    assert stage.read(lambda: [(one.method, one.amount) for one in expected(get_till_day(till))]) == [
        ("cash", 0), (twint, 7800)]
    stage.do(lambda: close_the_till(stage.rae, till, counted={Method.CASH: 0, twint: 7700}))
    days = Period(stage.today, stage.today)
    with guard.acting(people.bo):
        found = report(people.bo, days).tables
        assert found["methods"] == [(twint, "TWINT", 7800)]
        assert found["days"] == [(None, stage.today, 0, 7800, 0, 7800, -100)]  # among the cards
        assert f"method:{twint}" in keys_of(entries_of(people.bo, days))
        assert name_of_key(f"method:{twint}") == ("TWINT", "")
    owner = as_person("olive")
    assert "TWINT" in look(owner, f"/reports/{str(stage.today)[:7]}") and "1090" in look(owner, "/reports/accounting/")
    assert "TWINT" in look(owner, "/lists/payment-methods/export/csv/")
    with guard.acting(people.system):
        assert check_books() == []


def test_what_is_out_of_use_is_not_offered_but_can_be_put_right(stage, twint, as_person):
    payment = stage.pay(500, method=twint)
    owner = as_person("olive")
    address = f"/setup/methods/{twint.own_id}"
    assert owner.post(address, data=FORM | {"version": "1", "is_active": ""}).status_code == 302
    assert "TWINT" not in look(as_person("rae"), f"/checkout/{stage.session()}")
    with pytest.raises(Invalid):
        stage.pay(500, method=twint)
    with pytest.raises(Invalid):
        stage.do(lambda: take_payment(stage.rae, client_id=stage.ann, amount=1, method="own-9", request_key="x"))
    right = stage.do(lambda: correct_method(stage.rae, payment, method=Method.BANK, reason="by bank"))
    assert stage.read(lambda: db.session.get(Payment, right).method) == Method.BANK
    assert "TWINT" in look(as_person("rae"), "/money/payments")


def test_the_name_is_its_own(twint, as_person):
    owner = as_person("olive")
    for name in ("Cash", "TWINT"):
        answer = owner.post("/setup/methods/new", data=FORM | {"name": name})
        assert answer.status_code == 422 and "one with this name already" in answer.get_data(as_text=True)
    assert owner.post("/setup/methods/new", data=FORM | {"name": "Cheque", "account": "!"}).status_code == 422
