"""Before exports, grants and erasure a person shows once more who they are; what they typed meanwhile is not lost."""
import re
from datetime import timedelta

import pytest

from practice.access import guard
from practice.access.permissions import Permission as P
from practice.accounts.queries import get_user
from practice.accounts.services.signing_in import TRIES_HERE
from practice.admin import proof
from practice.admin.base import Guarded
from practice.core import clock
from practice.core.db import db
from tests.personas import NOW, PASSWORD

LATER = NOW + proof.LASTS + timedelta(seconds=1)
EXPORTS = ("/lists/clients/export/csv/", "/reports/2026-11.xlsx", "/reports/2026-11/pack.zip", "/money/owed/owed.csv",
           "/lists/users/export/csv/")
# Of their own practice: nothing leaves the house.
CHANGES_CODES = {("accounting", "save"), ("accounting", "make"), ("payouts", "new"), ("payouts", "fee"),
                 ("payouts", "back")}


@pytest.fixture
def olive(as_person):
    return as_person("olive")


@pytest.mark.requirement("proved-again")
@pytest.mark.parametrize("address", EXPORTS)
def test_an_export_asks_for_the_password_after_ten_minutes(olive, address):
    assert "prove" not in olive.get(address).headers.get("Location", "")
    with clock.frozen(LATER):
        asked = olive.get(address, headers={"Referer": "http://localhost/lists/clients/?page=2"})
        assert asked.headers["Location"].startswith("/prove?next=" + address), address
        assert olive.post(asked.headers["Location"], data={"proof": "wrong horse battery"}).status_code == 422
        assert "/prove" in olive.get(address).headers["Location"]
        done = olive.post(asked.headers["Location"], data={"proof": PASSWORD}).text
        assert f'content="0;url={address}"' in done and 'href="/lists/clients/"' in done
        assert "prove" not in olive.get(address).headers.get("Location", "")


@pytest.mark.requirement("proved-again")
def test_a_new_role_asks_and_nothing_typed_is_lost(olive, people):
    number = people.bo.user_id
    page = f"/setup/staff/{number}"
    with clock.frozen(LATER):
        assert olive.get(page).status_code == 200, "looking asks for nothing"
        version = re.search(r'name="version"[^>]*value="(\d+)"', olive.get(page).text)[1]
        sent = {"name": "Bo Haddad-Byrne", "email": "bo@example.com", "roles": ["bookkeeper", "reception"],
                "is_active": "y", "version": version, "colour": "1"}
        asked = olive.post(page, data=sent)
        assert asked.status_code == 403 and "Is it you?" in asked.text
        again = {}
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked.text):
            again.setdefault(name, []).append(value)
        again.pop("csrf_token")
        assert again == {name: value if isinstance(value, list) else [value] for name, value in sent.items()}
        assert olive.post(page, data=again | {"proof": "wrong horse battery"}).status_code == 403
        assert name_and_roles(people, number) == ("Bo Haddad", {"bookkeeper"})
        assert olive.post(page, data=again | {"proof": PASSWORD}).status_code == 302
    assert name_and_roles(people, number) == ("Bo Haddad-Byrne", {"bookkeeper", "reception"})


def name_and_roles(people, number: int):
    db.session.rollback()
    with guard.acting(people.system):
        user = get_user(number)
        return user.name, {row.role for row in user.roles}


@pytest.mark.requirement("proved-again")
@pytest.mark.parametrize("address", ["/setup/staff/new", "/setup/staff/{bo}/password",
                                     "/setup/staff/{bo}/second-step/out", "/account/second-step/out",
                                     "/account/second-step/codes",
                                     "/setup/practice/", "/clients/1/rights/lift", "/clients/1/rights/log/people"])
def test_grants_and_ways_in_ask(olive, people, address):
    with clock.frozen(LATER):
        answer = olive.post(address.format(bo=people.bo.user_id), data={"name": "<b>x"})
        assert answer.status_code == 403 and "Is it you?" in answer.text and "<b>x" not in answer.text


def test_guessing_there_is_slowed_down_like_at_the_door(olive, people):
    with clock.frozen(LATER):
        for _try in range(TRIES_HERE):
            olive.post("/prove", data={"proof": "wrong horse battery"})
        assert "Too many tries" in olive.post("/prove", data={"proof": PASSWORD}).text


@pytest.mark.requirement("no-open-redirect")
@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere_after_it(olive, target):
    answer = olive.post("/prove", query_string={"next": target, "back": target}, data={"proof": PASSWORD})
    assert answer.status_code == 200 and "evil" not in answer.text


@pytest.mark.requirement("proved-again")
def test_every_way_out_of_the_house_asks(app):
    """A page that exports and forgot to ask is found here."""
    forgotten = []
    for view in app.extensions["admin"][0]._views:
        if isinstance(view, Guarded):
            for name, needed in view.permissions.items():
                is_export = name == "export" or needed in (P.MONEY_EXPORT, P.CLIENT_EXPORT)
                if is_export and name not in view.asks_again and (view.endpoint, name) not in CHANGES_CODES:
                    forgotten.append((view.endpoint, name))
    assert forgotten == []
