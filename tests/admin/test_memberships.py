"""Memberships on screen: nowhere while they are off; agreed, renewed, paused and cancelled with a click each."""
import re
from datetime import date, timedelta

import pytest

from practice.access import guard
from practice.billing.queries.memberships import get_membership, memberships_of
from practice.billing.services.memberships import start_membership
from practice.core import clock
from practice.core.db import db, transaction
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests import personas
from tests.factories.billing import Stage
from tests.plugins.commands import Command


@pytest.fixture
def stage(people):
    return Stage(people)


def switch_on(stage):
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, has_memberships=True)


def test_what_is_off_is_nowhere(stage, as_person):
    rae = as_person("rae")
    assert rae.get("/money/memberships/").status_code == 404
    assert rae.get(f"/money/memberships/start/{stage.ann}").status_code == 404
    for page in ("/money/", f"/money/clients/{stage.ann}/", "/money/packages"):
        assert "embership" not in rae.get(page).get_data(as_text=True)


def test_a_month_at_the_desk(stage, as_person):
    switch_on(stage)
    rae = as_person("rae")
    assert "A membership" in rae.get(f"/money/clients/{stage.ann}/").get_data(as_text=True)
    typed = {"treatment": str(stage.treatment), "sessions": "2", "price": "120", "keeps_months": "0",
             "starts_on": stage.today.isoformat()}
    start = f"/money/memberships/start/{stage.ann}"
    assert rae.post(start, data=typed | {"price": "lots"}).status_code == 422
    assert rae.post(start, data=typed | {"starts_on": "2020-01-01"}).status_code == 422
    typed["request_key"] = re.search(r'name="request_key"[^>]*value="(\w+)"', rae.get(start).get_data(as_text=True))[1]
    page = rae.post(start, data=typed).location
    assert rae.post(start, data=typed).location == page  # the same click twice is one membership
    shown = rae.get(page).get_data(as_text=True)
    assert "2026-0002" not in rae.get("/money/").get_data(as_text=True)
    assert "2026-0001" in shown and "2 of 2" in shown and "€120.00" in shown
    clock.set_to(personas.NOW + timedelta(days=30))
    rae = as_person("rae")
    assert "Invoice 1 month that has begun" in rae.get("/money/memberships/").get_data(as_text=True)
    for said in ("1 invoice made", "0 invoices made"):
        assert rae.post("/money/memberships/renew").status_code == 302
        assert said in rae.get("/money/memberships/").get_data(as_text=True)
    for verb, word in (("pause", "Paused"), ("take_up", "Going on"), ("cancel", "ends on")):
        version = re.search(r'name="version" value="(\d+)"', rae.get(page).get_data(as_text=True))[1]
        rae.post(f"{page}/{verb}", data={"version": version})
        assert word in rae.get(page).get_data(as_text=True)
    with guard.acting(stage.rae):
        assert memberships_of(stage.ann) == []
        assert get_membership(int(page.rsplit("/", 1)[1])).ends_on.isoformat() == "2027-01-16"
    stage.check_books()


def test_the_command_renews_once(cloned_database, tmp_path):
    clock.set_to(personas.NOW)
    stage = Stage(personas.open_house())

    def said():
        db.session.rollback()
        code, out, wrong = Command("memberships", "renew", environ=cloned_database.environ(tmp_path)).finish()
        assert code == 0, wrong
        return out

    switch_on(stage)
    stage.do(lambda: start_membership(stage.rae, client_id=stage.ann, treatment_id=stage.treatment, sessions=2,
                                      price_amount=9000, starts_on=date(2026, 10, 20)))
    assert int(said().split()[0]) >= 1  # by the clock of this machine the next month has begun
    assert said() == "0 invoices made.\n"
    stage.check_books()
