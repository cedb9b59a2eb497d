"""Concession prices: set at the treatment, chosen at the client, charged and shown wherever the price counts."""
import pytest

from practice.access import guard
from practice.billing.queries.documents import for_appointment, get_document
from practice.billing.queries.fees import fee_of
from practice.billing.services.checkout import checkout
from practice.billing.services.uncharged import uncharged
from practice.catalog.queries import get_treatment, price_of
from practice.core.db import db, transaction
from practice.premises.models import PriceGroup
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.states import AppointmentState as S
from tests.admin.test_checkout import fields, look
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


@pytest.fixture
def student(stage, as_person, people) -> int:
    """A price group, its price of 60.00 for the treatment, and Ann in it: all by the screens."""
    owner = as_person("olive")
    assert owner.post("/setup/price-groups/new", data={"name": "Student", "is_active": "y"}).status_code == 302
    with guard.acting(people.system):
        group, row = db.session.query(PriceGroup).one().id, get_treatment(stage.treatment)
        form = {"name": row.name, "neutral_name": row.neutral_name, "minutes": row.minutes, "price": "78",
                "buffer_minutes": row.buffer_minutes, "tax_code_id": row.tax_code_id, "is_active": "y",
                "version": row.version}
    address = f"/setup/treatments/{stage.treatment}"
    assert owner.post(address, data=form | {f"group-{group}": "a lot"}).status_code == 422
    assert owner.post(address, data=form | {f"group-{group}": "60"}).status_code == 302
    assert 'value="60.00"' in look(owner, address)
    desk = as_person("rae")
    page = look(desk, f"/clients/{stage.ann}/edit")
    assert "Price group" in page
    version = page.split('name="version" type="hidden" value="')[1].split('"')[0]
    assert desk.post(f"/clients/{stage.ann}/edit", data={
        "first_name": "Ann", "last_name": "Adams", "reminder_channel": "none", "price_group_id": group,
        "version": version}).status_code == 302
    return group


def test_it_is_charged_and_shown(stage, student, as_person):
    session, desk = stage.session(), as_person("rae")
    assert "Student" in look(desk, f"/clients/{stage.ann}")
    assert "Student: " in look(desk, f"/booking/new?client_id={stage.ann}")
    page = look(desk, f"/checkout/{session}")
    assert "Student price" in page and fields(page)["due"] == "6000"
    (_visit, amount), = stage.read(lambda: uncharged(stage.today, stage.today))
    assert amount == 6000  # as Today says it
    stage.do(lambda: checkout(stage.rae, session, payments=[("card", 6000)], request_key="k"))
    assert stage.read(lambda: for_appointment(session).gross_amount) == 6000


def test_others_pay_the_usual_price(stage, student):
    group = student
    assert stage.read(lambda: [price_of(get_treatment(stage.treatment), one) for one in (None, group, 999)]) == [
        7800, 6000, 7800]


def test_a_fee_is_a_share_of_what_they_pay(stage, student):
    missed, olive = stage.session(S.NO_SHOW), stage.people.olive
    with guard.acting(olive), transaction():
        change_settings(olive, version=get_practice().version, no_show_percent=50)
    assert stage.read(lambda: fee_of(get_appointment(missed), None)) == 3000


def test_an_invoice_keeps_its_price(stage, student, as_person, people):
    session = stage.session()
    number = stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="k")).document_id
    with guard.acting(people.system):
        version = db.session.query(PriceGroup).one().version
    answer = as_person("olive").post(f"/setup/price-groups/{student}", data={"name": "Pupil", "version": version})
    assert answer.status_code == 302
    assert stage.read(lambda: get_document(number).gross_amount) == 6000
    assert "Pupil price" in look(as_person("rae"), f"/checkout/{stage.session()}")  # out of use, theirs still
