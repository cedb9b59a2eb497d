"""What pays for a session: package, voucher, credit, in this order, and never twice for one treatment."""
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as some

from practice.billing import settlement
from practice.billing.settlement import Ahead, Brought, OtherTreatment, TreatmentPaidAlready, settle

SUMS = some.integers(0, 10**9)


def test_the_worked_example_holds():
    assert doctest.testmod(settlement).failed == 0 and doctest.testmod(settlement).attempted == 2


@pytest.mark.parametrize(("means", "by", "left", "ahead"), [
    ({}, (0, 0, 0), 9600, None),
    ({"credit": 500}, (0, 0, 500), 9100, None),
    ({"voucher": Brought(5000), "credit": 10_000}, (0, 5000, 4600), 0, None),
    ({"voucher": Brought(50_000)}, (0, 9600, 0), 0, None),
    ({"voucher": Brought(6000, treatment_id=3), "credit": 500}, (0, 7800, 500), 1300, Ahead.VOUCHER),
    ({"has_package": True, "voucher": Brought(1000)}, (7800, 1000, 0), 800, Ahead.PACKAGE),
])
def test_each_takes_its_turn(means, by, left, ahead):
    paid = settle(9600, 1800, treatment_id=3, **means)
    assert (paid.by_package, paid.by_voucher, paid.by_credit) == by
    assert (paid.left, paid.ahead) == (left, ahead)


def test_a_treatment_is_paid_once_and_by_its_own_voucher():
    with pytest.raises(TreatmentPaidAlready):
        settle(7800, 0, treatment_id=3, has_package=True, voucher=Brought(6000, treatment_id=3))
    with pytest.raises(OtherTreatment):
        settle(7800, 0, treatment_id=4, voucher=Brought(6000, treatment_id=3))


@given(treatment=SUMS, rest=SUMS, held=SUMS, credit=SUMS, package=some.booleans(), own=some.booleans())
def test_the_parts_add_up(treatment, rest, held, credit, package, own):
    paid = settle(treatment + rest, rest, treatment_id=3, has_package=package, credit=credit,
                  voucher=Brought(held, 3 if own and not package else None))
    parts = paid.by_package, paid.by_voucher, paid.by_credit, paid.left
    assert min(parts) >= 0 and sum(parts) == treatment + rest and paid.by_credit <= credit
