"""A treatment that two therapists gave: shared to the last cent, on the report, on credit notes, on paper."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.access import guard
from practice.billing.models.documents import DocumentLine, LineShare
from practice.billing.models.vouchers import Voucher
from practice.billing.queries.documents import get_document
from practice.billing.services import documents
from practice.billing.services.checkout import checkout
from practice.billing.services.credit_notes import credit_note
from practice.billing.services.shares import SharedAhead, shares_of
from practice.billing.services.vouchers import pay_with_voucher, sell_voucher
from practice.core.db import db
from practice.core.errors import Invalid
from practice.ops.books.check import check_books
from practice.reports.period import Period
from practice.reports.queries.journal import journal
from practice.reports.queries.own import own_earnings
from practice.reports.queries.report import report
from tests.admin.test_checkout import fields, look
from tests.factories.billing import Stage
from tests.ops.test_books import unguarded

NOVEMBER = Period.month(2026, 11)
AMOUNTS = st.integers(-10**9, 10**9)


@given(AMOUNTS, AMOUNTS, st.integers(2, 5))
def test_shares_are_equal_to_the_cent_and_add_up(net, tax, count):
    rows = shares_of(range(1, count + 1), net, tax)
    for whole, parts in ((net, [row.net_amount for row in rows]), (tax, [row.tax_amount for row in rows])):
        assert sum(parts) == whole and max(parts) - min(parts) <= 1
    back = shares_of(range(1, count + 1), -net, -tax)
    assert [(-row.net_amount, -row.tax_amount) for row in back] == [(row.net_amount, row.tax_amount) for row in rows]


@pytest.fixture
def stage(people):
    return Stage(people)


@pytest.fixture
def shared(stage) -> int:
    """78.00 less 1.01, with 13.5 % tax: 67.83 + 9.16; 50.00 is paid."""
    session = stage.session()
    return stage.do(lambda: checkout(
        stage.rae, session, payments=[("card", 5000)], request_key="k", discount=101, discount_reason="regular",
        shared_with_id=stage.people.tara.user_id)).document_id


def by_therapist(stage) -> dict[int, tuple]:
    """What each earned, and what of it was paid, without tax, in the order in which people came."""
    with guard.acting(stage.people.olive):
        found = report(stage.people.olive, NOVEMBER)
        assert sum(row[8] for row in found.tables["therapists"]) == found.figures["earned"]
        return {row[0]: (row[8], row[9]) for row in found.tables["therapists"] if row[8] or row[9]}


def test_half_counts_for_each(stage, shared):
    theo, tara = stage.people.theo, stage.people.tara
    assert by_therapist(stage) == {theo.user_id: (3392, 2203), tara.user_id: (3391, 2203)}
    for actor, earned in ((theo, 3392), (tara, 3391)):
        with guard.acting(actor):
            assert own_earnings(actor, NOVEMBER).earned == earned
    with guard.acting(stage.people.olive):
        entries = journal(NOVEMBER)
    assert [entry.amount for entry in entries if entry.credit.startswith("revenue:")] == [3392, 3391]
    assert stage.read(lambda: get_document(shared).lines[0].given_by) == "Theo Marsh · Tara Lindqvist"


def test_what_is_credited_in_parts_is_taken_from_both_to_the_last_cent(stage, shared):
    for amount in (1, 333, 2000, None):
        stage.credit(shared, {1: amount} if amount else None)
        with guard.acting(stage.people.system):
            assert check_books() == []
    assert {earned for earned, _paid in by_therapist(stage).values()} <= {0}
    with guard.acting(stage.people.system):
        left = db.session.query(LineShare.therapist_id, db.func.sum(LineShare.net_amount),
                                db.func.sum(LineShare.tax_amount)).group_by(LineShare.therapist_id).all()
    assert sorted(tuple(row)[1:] for row in left) == [(0, 0), (0, 0)]


def test_an_invoice_that_is_not_shared_has_no_shares(stage):
    stage.credit(stage.invoice(7800))
    with guard.acting(stage.people.system):
        assert db.session.query(LineShare).count() == 0


def test_who_can_share(stage):
    people, session = stage.people, stage.session()
    for other in (people.theo.user_id, people.rae.user_id, 10**6):
        with pytest.raises(Invalid, match="Choose another therapist"):
            stage.do(lambda other=other: checkout(stage.rae, session, payments=[], request_key="k",
                                                  shared_with_id=other))
    package = stage.package()
    with pytest.raises(SharedAhead):
        stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="k", package_id=package,
                                  shared_with_id=people.tara.user_id))


def test_a_voucher_that_comes_later_does_not_take_the_other_half_away(stage, shared):
    number = stage.do(lambda: sell_voucher(stage.rae, client_id=stage.ann, text="Voucher", price_amount=7800,
                                           method="card", request_key="v", treatment_id=stage.treatment))
    code, before = stage.read(lambda: db.session.get(Voucher, number).code), by_therapist(stage)
    with pytest.raises(SharedAhead):
        stage.do(lambda: pay_with_voucher(stage.rae, shared, code))
    assert by_therapist(stage) == before


def test_a_form_makes_one_thing(stage):
    first, second = stage.invoice(), stage.invoice()
    note = stage.do(lambda: credit_note(stage.rae, first, reason="charged twice", amounts={1: 100}, request_key="n"))
    assert note == stage.do(lambda: credit_note(stage.rae, first, reason="charged twice", request_key="n"))
    with pytest.raises(Invalid, match="something else"):
        stage.do(lambda: credit_note(stage.rae, second, reason="charged twice", request_key="n"))


def test_names_that_do_not_fit_are_refused_not_cut(stage, monkeypatch):
    monkeypatch.setattr(documents, "LONGEST_NAMES", len("Theo Marsh · Tara Lindqvis"))
    session, tara = stage.session(), stage.people.tara.user_id
    with pytest.raises(Invalid, match="too long for one line"):
        stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="k", shared_with_id=tara))
    assert stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="k")).document_id


LAST, FIRST = (f"(SELECT {which}(id) FROM line_share)" for which in ("max", "min"))


@pytest.mark.parametrize("statements", [
    [f"UPDATE line_share SET net_amount = net_amount - 9 WHERE id = {FIRST}",
     f"UPDATE line_share SET net_amount = net_amount + 9 WHERE id = {FIRST} + 1"],
    [f"DELETE FROM line_share WHERE id >= {LAST} - 1"], [f"DELETE FROM line_share WHERE id < {LAST} - 1"],
    [f"UPDATE line_share SET therapist_id = (SELECT max(id) FROM user_account) WHERE id = {LAST}"],
    [f"UPDATE line_share SET therapist_id = (SELECT max(id) FROM user_account) WHERE id = {FIRST}"],
    ["DELETE FROM line_share"],
])
def test_the_books_see_shares_that_were_changed(stage, shared, statements):
    stage.credit(shared, {1: 333})
    with guard.acting(stage.people.system):
        found = unguarded(lambda wire: [wire.exec_driver_sql(one) for one in statements])
    assert "who shares a line" in {row.rule for row in found}


def test_at_the_desk(stage, as_person):
    desk, tara = as_person("rae"), stage.people.tara.user_id
    session = stage.session()
    page = look(desk, f"/checkout/{session}")
    assert f"shared={tara}" in page and "Gave it together" in page
    page = look(desk, f"/checkout/{session}?shared={tara}")
    assert "and Tara" in page and "Gave it together" not in page
    assert desk.post(f"/checkout/{session}?shared={tara}",
                     data=fields(page) | {"method": "card", "amount": "78.00"}).status_code == 302
    assert "Theo, Tara" in look(desk, "/money/")
    with guard.acting(stage.people.system):
        rows = db.session.query(DocumentLine.therapist_id, LineShare.therapist_id).join(LineShare).order_by(
            LineShare.id).all()
    assert [tuple(row) for row in rows] == [(stage.people.theo.user_id,) * 2, (stage.people.theo.user_id, tara)]
