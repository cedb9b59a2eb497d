"""The queue of what is done and not charged, and the sums beside it."""
import pytest

from practice.access import guard
from practice.billing.services.checkout import what_to_charge
from practice.billing.services.packages import sell_package
from practice.billing.services.papers import totals_of
from practice.billing.services.uncharged import UNCHARGED, uncharged
from practice.catalog.queries import get_treatment
from practice.catalog.services import save_treatment
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import Forbidden
from practice.premises.models import TaxCategory, TaxCode
from practice.premises.services import save
from practice.schedule.states import AppointmentState as S
from tests.billing.test_checkout import hand_over, pay
from tests.factories import schedule
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def queue(stage):
    return stage.read(lambda: uncharged(stage.today, stage.today))


def test_only_what_is_done_and_has_neither_invoice_nor_package(stage):
    billed, open_one, packaged = stage.session(), stage.session(), stage.session()
    stage.session(S.ARRIVED)
    package = stage.do(lambda: sell_package(stage.rae, client_id=stage.ann, treatment_id=stage.treatment, sessions=5,
                                            price_amount=30_000))
    pay(stage, billed)
    pay(stage, packaged, [], key="b", package_id=package)
    assert [(row.id, row.client_name, row.treatment_name) for row, _cost in queue(stage)] == [
        (open_one, "Ann Doyle", "Deep tissue 60")]
    assert stage.read(lambda: uncharged(stage.today.replace(day=1), stage.today.replace(day=2))) == []


def test_the_sum_is_the_one_the_checkout_will_ask(stage):
    with guard.acting(stage.people.system), transaction():
        longer = schedule.treatment("Deep tissue 90", neutral_name="Treatment, 90 minutes", minutes=90, price=11_000).id
    plain, handed = stage.session(), stage.session()
    hand_over(stage, handed, longer, minutes=90, products=[[stage.roller, 2]])
    costs = {row.id: cost for row, cost in queue(stage)}
    assert costs == {plain: 7800, handed: 11_000 + 2 * 1800}
    assert costs == stage.read(lambda: {one: totals_of(what_to_charge(one).lines).gross for one in costs})


def test_a_tax_that_is_no_longer_in_use_still_prices_what_was_booked(stage):
    house = stage.people.system
    with guard.acting(house), transaction():
        old = save(house, TaxCode, None, name="Old", category=TaxCategory.STANDARD, rate=100_000).id
        save_treatment(house, stage.treatment, version=get_treatment(stage.treatment).version, name="Deep tissue 60",
                       neutral_name="Treatment, 60 minutes", minutes=60, price_amount=7800, tax_code_id=old)
    stage.session()
    with guard.acting(house), transaction():
        save(house, TaxCode, old, version=1, is_active=False)
    assert [cost for _row, cost in queue(stage)] == [7800]


def test_a_therapist_has_no_queue_of_charges(stage, people):
    stage.session()
    with pytest.raises(Forbidden), guard.acting(people.theo):
        uncharged(stage.today, clock.now().date())


def test_postgresql_may_order_its_joins_freely():
    """Up to eight tables (join_collapse_limit): the sessions, six that are joined to them, and those that wait."""
    assert str(UNCHARGED).count(" JOIN ") <= 6
