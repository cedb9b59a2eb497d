"""A returning client finds what they said last time, after the birth date; nobody else does."""
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.accounts.models import Attempt
from practice.core import clock
from practice.core.db import db
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
    _actor, secret = intake.address(people, client_id)
    return f"/f/{secret}"


def first_part(client, path, **changes):
    return client.post(f"{path}/part/about_you", data={**ABOUT, **changes, "go": "next"})


def test_what_was_said_last_time_stands_there_to_be_checked(people, form, client):
    answer = first_part(begun(client, form), form)
    assert answer.status_code == 303 and answer.headers["Location"].endswith("?filled=1")
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
