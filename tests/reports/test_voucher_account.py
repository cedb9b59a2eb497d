"""The accounts of vouchers: what is left of them at the end, to the cent, and nothing where nothing is left."""
from datetime import timedelta

import pytest

from practice.access import guard
from practice.audit import services as audit
from practice.billing.models.payments import Method
from practice.billing.services.checkout import checkout
from practice.billing.services.vouchers import sell_voucher
from practice.catalog.models import Treatment
from practice.core import clock
from practice.core.db import db, snapshot, transaction
from practice.reports.period import Period
from practice.reports.queries.journal import journal
from practice.reports.queries.report import report
from tests import personas
from tests.factories.billing import Stage
from tests.reports.by_hand import exempt_code
from tests.reports.test_accounting import balances

DAYS = Period(personas.NOW.date(), personas.NOW.date() + timedelta(days=30))


@pytest.fixture
def stage(people):
    return Stage(people)


def sell(stage, **values) -> tuple[str, int]:
    return stage.do(lambda: _sold(stage, price_amount=10_000, method=Method.CARD, **values))


def _sold(stage, **values):
    row = sell_voucher(stage.rae, client_id=stage.ann, text="Voucher", request_key="v", **values)
    return row.code, row.document_id


def booked(stage) -> dict[str, int]:
    """What is left on each account; the liability is the report's."""
    olive = stage.people.olive
    with guard.acting(olive), snapshot():
        found = balances(journal(DAYS))
    with guard.acting(olive):
        held = report(olive, DAYS).figures["voucher_liability"]
    assert -found.get("vouchers", 0) - found.get("vouchers_one_treatment", 0) == held
    return {key: amount for key, amount in found.items() if amount}


def test_what_a_voucher_is_worth_beyond_its_price_is_given_with_it(stage):
    """120.00 for 100.00; 78.00 are used."""
    code, _sale = sell(stage, value_amount=12_000)
    session = stage.session()
    stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="s", voucher=code))
    assert booked(stage) == {"method:card": 10_000, "voucher_bonus": 2000, "vouchers": -4200, "tax:S:135000": -928,
                             "revenue:service:S:135000": -6872}


def test_what_expires_takes_its_part_of_that_along(stage):
    """Of 42.00 left 35.00 were paid for: they are earned, and 7.00 were never given."""
    code, _sale = sell(stage, value_amount=12_000, holds_days=20)
    session = stage.session()
    stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="s", voucher=code))
    with clock.frozen(personas.NOW + timedelta(days=30)):
        assert booked(stage) == {"method:card": 10_000, "voucher_bonus": 1300, "expired": -3500,
                                 "tax:S:135000": -928, "revenue:service:S:135000": -6872}


def test_a_sale_that_is_taken_back_leaves_nothing(stage):
    _code, sale = sell(stage, value_amount=12_000)
    stage.credit(sale)
    assert booked(stage) == {"method:card": 10_000, "credit": -10_000}


def test_one_for_an_exempt_treatment_leaves_the_account_it_came_to(stage, people):
    code = exempt_code(people)
    with guard.acting(people.system), transaction():
        db.session.get(Treatment, stage.treatment).tax_code_id = code
        audit.record(people.system, "stage.set")
    voucher, _sale = sell(stage, treatment_id=stage.treatment)
    assert booked(stage) == {"method:card": 10_000, "vouchers_one_treatment": -10_000}
    session = stage.session()
    stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="s", voucher=voucher))
    assert booked(stage) == {"method:card": 10_000, "revenue:voucher_session": -10_000}
