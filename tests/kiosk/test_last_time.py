"""A returning client finds what they said last time, after the birth date; nobody else does, the desk least of all."""
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.accounts.models import Attempt
from practice.clients.models import Client
from practice.core import clock
from practice.core.db import db, transaction
from practice.intake.models import Way
from practice.safety.services.receiving import receive_form
from tests.factories import intake
from tests.factories.safety import send
from tests.kiosk.test_pages import ABOUT, begun, draft_of
from tests.personas import NOW


@pytest.fixture
def form(people):
    """The path of a form for somebody who sent one a year ago."""
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    with clock.frozen(NOW - timedelta(days=365)):
        send(people, client_id, thinners="yes", thinners_which="apixaban", goals=["sleep"], stress=7, clot="no",
             pain_where={"calf:left": 6}, pain_acute="no", work="Baker, nights")
    _actor, secret = intake.address(people, client_id, who="theo")
    return f"/f/{secret}"


def first_part(client, path, **changes):
    return client.post(f"{path}/part/about_you", data={**ABOUT, **changes, "go": "next"})


def test_what_was_said_last_time_stands_there_to_be_checked(people, form, client):
    answer = first_part(begun(client, form), form)
    assert answer.status_code == 303 and answer.headers["Location"].endswith("&filled=1")
    assert "what you told us last time" in client.get(answer.headers["Location"]).text
    found = draft_of(people)
    assert found["thinners_which"] == "apixaban" and found["goals"] == ["sleep"] and found["work"] == "Baker, nights"
    assert found["phone"] == "085 555 0138"
    for anew in ("pain_where", "pain_acute", "stress", "agreements", "signature", "clot"):
        assert anew not in found, anew
    assert not any(key.startswith("group:") for key in found), "none of these is pressed again"
    assert "apixaban" in client.get(f"{form}/part/heart").text


def test_it_is_filled_in_once(people, form, client):
    first_part(begun(client, form), form)
    client.post(f"{form}/part/heart", data={"go": "back"})
    assert "thinners" not in draft_of(people)
    first_part(client, form)
    assert "thinners" not in draft_of(people), "what was taken out stays out"


def test_another_birth_date_shows_nothing_and_is_counted(people, form, client):
    begun(client, form)
    for day in range(1, 8):
        first_part(client, form, **{"q-birth_date": f"{day} Mar 1988"})
    assert "thinners" not in draft_of(people)
    with guard.acting(people.system):
        assert db.session.scalar(select(func.count(Attempt.id))) >= 5
    first_part(client, form)
    assert "thinners" not in draft_of(people), "after too many tries the right one shows nothing either"


def test_a_first_form_is_empty(people, client):
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    _actor, secret = intake.address(people, client_id)
    path = f"/f/{secret}"
    answer = first_part(begun(client, path), path)
    assert "filled" not in answer.headers["Location"] and set(draft_of(people)) == {"full_name", "birth_date", "phone"}


@pytest.mark.requirement("no-clinical-at-desk")
@pytest.mark.parametrize("way", [Way.LINK, Way.TABLET])
def test_whoever_knows_address_and_birth_date_from_the_desk_reads_nothing(people, form, client, way):
    """On a phone of their own, or on the tablet: nobody is signed in there."""
    _actor, secret = intake.address(people, the_client(people), way=way)
    path = f"/f/{secret}"
    answer = first_part(begun(client, path), path)
    assert answer.status_code == 303 and "filled" not in answer.headers["Location"]
    assert set(draft_of(people)) == {"full_name", "birth_date", "phone"}
    assert "apixaban" not in client.get(f"{path}/part/heart").text


@pytest.mark.parametrize("is_own", [True, False])
def test_the_phone_that_sent_the_last_form_is_known_by_the_next(people, app, is_own):
    """The desk's address is enough there: the device is the client's own."""
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    actor, secret = intake.address(people, client_id)
    own = begun(app.test_client(), f"/f/{secret}")
    with guard.acting(actor), transaction():
        receive_form(actor, intake.healthy(thinners="yes", thinners_which="apixaban"), intake.TYPED)
    path = f"/f/{intake.address(people, client_id)[1]}"
    browser = begun(own if is_own else app.test_client(), path)
    answer = first_part(browser, path)
    assert ("filled" in answer.headers["Location"]) is is_own
    assert ("apixaban" in browser.get(f"{path}/part/heart").text) is is_own


def test_a_tablet_of_the_practice_is_nobodys_own(people, app):
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    actor, secret = intake.address(people, client_id, way=Way.TABLET)
    tablet = begun(app.test_client(), f"/f/{secret}")
    with guard.acting(actor), transaction():
        receive_form(actor, intake.healthy(thinners="yes", thinners_which="apixaban"), intake.TYPED)
    _actor, secret = intake.address(people, client_id)
    answer = first_part(begun(tablet, f"/f/{secret}"), f"/f/{secret}")
    assert "filled" not in answer.headers["Location"]


def the_client(people) -> int:
    """The only client there is."""
    with guard.acting(people.system):
        return db.session.scalars(select(Client.id)).one()
