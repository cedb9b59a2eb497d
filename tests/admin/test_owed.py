"""Ageing as of any day, statements, reminders, fees and one package on the screen."""
import re
from datetime import timedelta

import pytest

from practice.access import guard
from practice.billing.queries.accounts import uses_of
from practice.billing.services.checkout import checkout
from practice.core import clock
from practice.core.db import transaction
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def switch(stage, **values):
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, **values)


def at_day(days: int):
    clock.set_to(personas.NOW + timedelta(days=days))


def test_ages_as_of_any_day(stage, as_person):
    invoice = stage.invoice()
    at_day(40)
    bo, rae = as_person("bo"), as_person("rae")
    stage.pay(3000, invoice)
    page = bo.get("/money/owed/").text
    assert "€48.00" in page and "Ann Doyle" in page
    assert "€78.00" in bo.get("/money/owed/?on=2026-11-20").text
    assert "Nobody owed anything" in bo.get("/money/owed/?on=2026-11-01").text
    assert bo.get("/money/owed/?on=nonsense").status_code == 200
    assert b"Ann Doyle" in bo.get("/money/owed/owed.csv").data
    assert b"Ann Doyle" not in bo.get("/money/owed/owed.csv?plain=1").data
    page = rae.get(f"/money/owed/statements/{stage.ann}").text
    assert "Balance before" in page and "Payment, Card" in page and "€48.00" in page
    paper = rae.get(f"/money/owed/statements/{stage.ann}.pdf?first=2026-01-01&last=2026-12-31")
    assert paper.data.startswith(b"%PDF")
    assert f"/money/owed/statements/{stage.ann}" in rae.get(f"/money/clients/{stage.ann}/").text


def test_reminders(stage, as_person):
    invoice = stage.invoice()
    rae = as_person("rae")
    assert rae.get("/money/reminders/").status_code == 404
    switch(stage, has_reminders=True)
    assert "Nothing is overdue" in rae.get("/money/reminders/").text
    at_day(30)
    rae = as_person("rae")
    assert re.search(rf'value="{invoice}" checked', rae.get("/money/reminders/").text)
    for ids in ([], ["x"], ["999999"]):
        assert rae.post("/money/reminders/make", data={"document": ids}).status_code in (302, 404)
    rae.post("/money/reminders/make", data={"document": [str(invoice)]})
    page = rae.get("/money/reminders/").text
    letter = re.search(r'href="(/money/reminders/\d+\.pdf)"', page)[1]
    assert rae.get(letter).data.startswith(b"%PDF")
    assert not re.search(rf'value="{invoice}" checked', page)
    rae.post("/money/reminders/make", data={"document": [str(invoice)]})
    assert "made today already" in rae.get("/money/reminders/").text


def test_fees(stage, as_person):
    rae, session = as_person("rae"), stage.session(S.NO_SHOW)
    assert rae.get("/money/fees/").status_code == 404 and "/money/fees/" not in rae.get("/money/").text
    switch(stage, no_show_percent=50)
    page = rae.get("/money/fees/").text
    assert "€39.00" in page and "Charge the fee" not in page
    address = f"/money/fees/consent/{stage.ann}"
    assert "50 %" in rae.get(address).text
    assert rae.post(address, data={"how": "", "given_on": "2026-11-01"}).status_code == 422
    assert rae.post(address, data={"how": "on paper", "given_on": "2999-11-01"}).status_code == 422
    assert rae.post(address, data={"how": "on paper", "given_on": "2026-11-01"}).status_code == 302
    assert "Charge the fee" in rae.get("/money/fees/").text
    rae.post(f"/money/fees/{session}/charge")
    assert "No fees to ask" in rae.get("/money/fees/").text
    page = rae.get("/money/").text
    assert "€39.00" in page and "/money/fees/" not in as_person("bo").get("/money/").text
    stage.check_books()


def test_one_package(stage, as_person):
    package, session = stage.package(), stage.session()
    stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="u", package_id=package))
    use, rae = stage.read(lambda: uses_of(package)[0].id), as_person("rae")
    assert f"/money/package/{package}" in rae.get("/money/packages").text
    address = f"/money/package/{package}/uses/{use}/give-back"
    assert "2 of 3" in rae.get(f"/money/package/{package}").text
    for wrong in (f"/money/package/{stage.package()}/uses/{use}/give-back", f"{address[:-10]}999/give-back"):
        assert rae.post(wrong, data={"reason": "was ill"}).status_code == 404
    assert rae.post(address, data={"reason": ""}).status_code == 422
    assert rae.post(address, data={"reason": "was ill"}).status_code == 302
    page = rae.get(f"/money/package/{package}").text
    assert "3 of 3" in page and "was ill" in page
    assert rae.post(address, data={"reason": "was ill"}).status_code == 422
    assert as_person("bo").get(f"/money/package/{package}").status_code == 200
    stage.check_books()
