"""One checkout for several clients: an invoice each, the money given once and shared out to the cent."""
import io
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from practice.access import guard
from practice.billing.models.documents import Document
from practice.billing.models.payments import Payment
from practice.billing.queries.accounts import get_package
from practice.billing.queries.documents import credit_of, for_appointment, paid_together
from practice.billing.services.checkout import Along, CheckedOutMeanwhile, Extra, NotDoneYet, checkout
from practice.billing.services.packages import sell_package
from practice.billing.services.vouchers import sell_voucher
from practice.billing.settlement import share_out
from practice.core.db import db, transaction
from practice.core.errors import NotFound
from practice.ops.books.check import check_books
from practice.ops.scan.walk import Page
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.admin.test_checkout import fields, look
from tests.factories import schedule
from tests.factories.billing import Stage
from tests.factories.schedule import HOUR

SUMS = st.lists(st.integers(0, 20_000), min_size=1, max_size=4)


@given(SUMS, SUMS, st.integers(0, 500))
def test_shares_add_up_and_nobody_pays_twice(sums, open_amounts, tip):
    sums[0] += tip
    shares = share_out(sums, open_amounts, tip)
    assert [sum(row) for row in shares] == sums
    for number, wanted in enumerate(open_amounts[1:], 1):
        assert 0 <= sum(row[number] for row in shares) <= wanted
    if sum(row[0] for row in shares) - tip > open_amounts[0]:  # more than everything: nothing stays open
        assert all(sum(row[number] for row in shares) == wanted for number, wanted in enumerate(open_amounts) if number)


@pytest.fixture
def stage(people):
    return Stage(people)


def for_ben(stage, state=S.DONE) -> int:
    """Ben's session with Tara, at the time of Ann's."""
    if not hasattr(stage, "ben"):
        stage.ben = stage.client("Ben", "Brown")
    with guard.acting(stage.people.system), transaction():
        return schedule.appointment(stage.ben, stage.people.tara.user_id, stage.treatment,
                                    personas.NOW + stage.sessions * HOUR, state=state).id


def pay(stage, session, payments, *others, key="k", **values):
    return stage.do(lambda: checkout(stage.rae, session, payments=payments, request_key=key, **values,
                                     together=[one if isinstance(one, Along) else Along(one) for one in others]))


def money_of(stage) -> list[tuple]:
    with guard.acting(stage.people.system):
        return [(row.client_id, str(row.method), row.amount, row.paid_by_id)
                for row in db.session.query(Payment).order_by(Payment.id)]


def test_two_invoices_and_one_sum_however_often_one_clicks(stage):
    ann, ben = stage.session(), for_ben(stage)
    first = pay(stage, ann, [("card", 10_000), ("cash", 5600)], ben)
    assert pay(stage, ann, [("card", 10_000), ("cash", 5600)], ben) == first
    assert money_of(stage) == [(stage.ann, "card", 7800, None), (stage.ben, "card", 2200, stage.ann),
                               (stage.ben, "cash", 5600, stage.ann)]
    with guard.acting(stage.people.system):
        rows = db.session.query(Document).order_by(Document.id).all()
        assert [(row.client_id, row.open_amount, row.number) for row in rows] == [(stage.ann, 0, 1), (stage.ben, 0, 2)]
        assert [row.id for row in paid_together(rows[0].id)] == [rows[1].id]
        assert check_books() == []


def test_tip_and_what_is_too_much_are_who_pays(stage):
    ann, ben = stage.session(), for_ben(stage)
    pay(stage, ann, [("card", 18_400)], ben, extras=[Extra(stage.roller)], tip=500)
    assert money_of(stage) == [(stage.ann, "card", 10_600, None), (stage.ben, "card", 7800, stage.ann)]
    assert stage.read(lambda: (credit_of(stage.ann), credit_of(stage.ben))) == (500, 0)  # 7800 + 1800 + 7800 + 500
    with guard.acting(stage.people.system):
        assert check_books() == []


def test_less_than_all_leaves_the_last_open(stage):
    ann, ben = stage.session(), for_ben(stage)
    pay(stage, ann, [("card", 8000)], ben)
    assert stage.read(lambda: for_appointment(ben).open_amount) == 7600
    assert stage.read(lambda: credit_of(stage.ann)) == 0


def test_what_is_charged_or_not_done_is_refused_whole(stage):
    ann, ben = stage.session(), for_ben(stage)
    pay(stage, ben, [("card", 7800)], key="b")
    with pytest.raises(CheckedOutMeanwhile):
        pay(stage, ann, [("card", 15_600)], ben)
    with pytest.raises(NotDoneYet):
        pay(stage, ann, [("card", 15_600)], stage.session(S.BOOKED))
    assert stage.read(lambda: for_appointment(ann)) is None


def use_vouchers(stage) -> None:
    house = stage.people.system
    with guard.acting(house), transaction():
        change_settings(house, version=get_practice().version, has_vouchers=True)


def of_ben(stage, price=15_000) -> int:
    """A package of two sessions that Ben bought."""
    return stage.do(lambda: sell_package(stage.rae, client_id=stage.ben, treatment_id=stage.treatment, sessions=2,
                                         price_amount=price))


def test_each_brings_what_is_their_own(stage, as_person):
    """Ben's session is paid by his package, the next one in part by a voucher; Ann pays what is left of all."""
    use_vouchers(stage)
    ann, ben, cid, desk = stage.session(), for_ben(stage), stage.session(), as_person("rae")
    package = of_ben(stage)
    code = stage.do(lambda: sell_voucher(stage.rae, client_id=stage.ben, text="Voucher", price_amount=3000,
                                         value_amount=3000, method="card", request_key="v").code)
    address = f"/checkout/{ann}?with={ben}&with={cid}"
    assert f"package-{ben}={package}" in look(desk, address).replace("&amp;", "&")
    address += f"&package-{ben}={package}"
    page = look(desk, f"{address}&voucher={code}&for={cid}")
    assert fields(page)["due"] == str(7800 + 7800 - 3000) and f"voucher-{cid}=" in page
    twice = look(desk, f"{address}&voucher-{cid}={code}&voucher={code}", 422)
    assert "take it off the other one" in twice
    answer = desk.post(f"{address}&voucher-{cid}={code}", data=fields(page) | {"method": "card", "amount": "126.00"})
    assert answer.status_code == 302
    assert stage.read(lambda: (for_appointment(ben), get_package(package).sessions_left)) == (None, 1)
    assert stage.read(lambda: [for_appointment(one).open_amount for one in (ann, cid)]) == [0, 0]
    assert [amount for _client, _method, amount, _by in money_of(stage)[-2:]] == [7800, 4800]
    with guard.acting(stage.people.system):
        assert check_books() == []


def test_a_voucher_of_who_is_paid_along_leaves_the_package_of_who_pays(stage, as_person):
    use_vouchers(stage)
    ann, ben, desk = stage.session(), for_ben(stage), as_person("rae")
    package = stage.package(2, 15_000)
    code = stage.do(lambda: sell_voucher(stage.rae, client_id=stage.ben, text="Voucher", price_amount=3000,
                                         value_amount=3000, method="card", request_key="v").code)
    page = look(desk, f"/checkout/{ann}?package={package}&with={ben}")
    form = next(fields for _method, _address, fields in Page(page).found if "voucher" in fields)
    page = look(desk, f"/checkout/{ann}?" + urlencode(form | {"voucher": code, "for": ben}))
    assert fields(page)["due"] == str(7800 - 3000)


def test_who_is_paid_along_brings_their_credit_once(stage, as_person):
    ann, ben, _own, again, desk = (stage.session(), for_ben(stage), stage.session(), for_ben(stage),
                                    as_person("rae"))
    stage.pay(2000, client_id=stage.ben)
    address = f"/checkout/{ann}?with={ben}&with={again}"
    assert f"credit-{ben}=1" in look(desk, address)
    page = look(desk, f"{address}&credit-{ben}=1&credit-{again}=1")
    assert fields(page)["due"] == str(3 * 7800 - 2000) and page.count("Credit used") == 1
    answer = desk.post(f"{address}&credit-{ben}=1&credit-{again}=1",
                       data=fields(page) | {"method": "card", "amount": "214.00"})
    assert answer.status_code == 302
    assert stage.read(lambda: [for_appointment(one).open_amount for one in (ann, ben, again)]) == [0, 0, 0]
    with guard.acting(stage.people.system):
        assert check_books() == []


def test_nobody_uses_a_package_of_another(stage):
    ann, ben = stage.session(), for_ben(stage)
    with pytest.raises(NotFound):
        pay(stage, ben, [("card", 15_600)], Along(ann, of_ben(stage)))
    assert stage.read(lambda: for_appointment(ben)) is None


def test_at_the_desk(stage, as_person):
    ann, ben, desk = stage.session(), for_ben(stage), as_person("rae")
    page = look(desk, f"/checkout/{ann}")
    assert f"with={ben}" in page and "Ben Brown" in page
    page = look(desk, f"/checkout/{ann}?with={ben}")
    assert "Each client has papers of their own." in page
    assert fields(page)["due"] == "15600" and "Paid along" not in page  # nobody else is left
    answer = desk.post(f"/checkout/{ann}?with={ben}", data=fields(page) | {"method": "card", "amount": "156.00"})
    assert answer.status_code == 302
    assert f"/checkout/{ben}/receipt" in look(desk, f"/checkout/{ann}/receipt")
    of_ben = stage.read(lambda: for_appointment(ben).id)
    assert "paid by Ann" in look(desk, f"/money/invoices/{of_ben}")
    assert "paid by Ann" in PdfReader(
        io.BytesIO(desk.get(f"/checkout/receipt/{of_ben}.pdf").data)).pages[0].extract_text()
