"""Forms filled in at the practice: on a tablet that is handed over, and from paper by the therapist."""
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.core import clock
from practice.core.db import db, transaction
from practice.intake.models import IntakeLink, Submission, Way
from practice.intake.queries import answers_of
from tests.factories import intake
from tests.kiosk.test_pages import fill
from tests.personas import NOW


@pytest.fixture
def ann(people) -> int:
    client_id = intake.client_of(people, "theo", first_name="Annika", born_on=date(1988, 2, 21))
    with guard.acting(people.system), transaction():
        intake.publish(people)
    return client_id


def open_here(browser, client_id: int, what: str) -> str:
    """The path of the form that opens on this device."""
    answer = browser.post(f"/clients/{client_id}/form-link/{what}", data={"form": "full"})
    assert answer.status_code == 302
    return re.sub(r"^https?://[^/]+", "", answer.headers["Location"])


def send(browser, path: str) -> str:
    assert browser.post(path).status_code == 303
    fill(browser, path)
    answer = browser.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"})
    return browser.get(answer.headers["Location"]).text


def stored(people) -> Submission:
    db.session.rollback()
    with guard.acting(people.system):
        row = db.session.scalars(select(Submission)).one()
        return row.way, row.entered_by_id


def test_a_tablet_handed_over_reaches_nothing_but_the_form_and_ends_locked(people, as_person, ann):
    tablet = as_person("rae")
    path = open_here(tablet, ann, "tablet")
    for address in ("/", "/calendar/day", f"/clients/{ann}", "/clients/"):
        answer = tablet.get(address)
        assert answer.status_code == 302 and "/sign-in" in answer.headers["Location"], address
    thanks = send(tablet, path)
    assert "Please give the tablet back." in thanks and stored(people) == (Way.TABLET, None)
    assert tablet.get("/").status_code == 302 and tablet.get(f"{path}/part/heart").status_code == 404


def test_a_tablet_begins_anew_and_holds_for_hours(people, as_person, ann, app):
    path = open_here(as_person("rae"), ann, "tablet")
    phone = app.test_client()
    phone.post(path)
    phone.post(f"{path}/part/about_you", data={"q-full_name": "Ann Doyle", "q-boundaries": "secretword", "go": "back"})
    again = open_here(as_person("rae"), ann, "tablet")
    tablet = app.test_client()
    tablet.post(again)
    assert "Ann Doyle" not in tablet.get(f"{again}/part/about_you").text, "what was typed before is not shown here"
    assert phone.get(path).status_code == 404
    with clock.frozen(NOW + timedelta(hours=4)):
        assert tablet.get(again).status_code == 404


def test_a_paper_form_is_typed_in_by_the_therapist(people, as_person, ann):
    theo = as_person("theo")
    path = open_here(theo, ann, "paper")
    assert "Back to the practice" in send(theo, path)
    assert stored(people) == (Way.PAPER, people.theo.user_id)
    assert theo.get("/").status_code == 200, "still signed in"


def test_what_was_left_unticked_on_paper_is_typed_in_as_it_stands(people, as_person, ann):
    theo = as_person("theo")
    path = open_here(theo, ann, "paper")
    theo.post(path)
    fill(theo, path)
    left = theo.post(f"{path}/part/agree", data={"q-agreements": ["true"], "go": "next"})
    assert left.status_code == 303 and left.headers["Location"].startswith(f"{path}/review")
    assert theo.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"}).status_code == 303
    db.session.rollback()
    with guard.acting(people.system):
        assert answers_of(db.session.scalars(select(Submission)).one())["agreements"] == ["true"]


def test_who_may(people, as_person, ann):
    for name in ("rae", "olive", "bo"):
        assert as_person(name).post(f"/clients/{ann}/form-link/paper", data={"form": "full"}).status_code == 403
    assert as_person("tara").post(f"/clients/{ann}/form-link/paper", data={"form": "full"}).status_code == 404
    assert as_person("rae").post(f"/clients/{ann}/form-link/tablet", data={"form": "x"}).status_code in (302, 400, 422)
    page = as_person("rae").get(f"/clients/{ann}/form-link/").text
    assert "Hand over this tablet" in page and "Type in a paper form" not in page
    with guard.acting(people.system):
        assert db.session.scalars(select(IntakeLink)).all() == []
