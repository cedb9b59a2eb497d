"""The client's form twice at once: in two tabs, or on two devices."""
import threading
from datetime import date

from sqlalchemy import func, select

from practice.access import guard
from practice.core.db import db, transaction
from practice.intake.models import Submission
from practice.intake.services import drafts
from tests.factories import intake
from tests.kiosk.test_pages import ABOUT, begun, draft_of, fill
from tests.personas import open_house


def test_sent_twice_at_once_both_see_the_thanks(cloned_database):
    people = open_house()
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    _actor, secret = intake.address(people, client_id)
    db.session.remove()
    app, path = cloned_database.app, f"/f/{secret}"
    browser = begun(app.test_client(), path)
    fill(browser, path)
    cookie = browser.get_cookie("form_device", path="/f/").value
    together, answers = threading.Barrier(2), []

    def press():
        with app.app_context():
            other = app.test_client()
            other.set_cookie("form_device", cookie, path="/f/")
            together.wait()
            answers.append(other.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"}))
            answers.append(other.get(f"{path}/thanks"))

    threads = [threading.Thread(target=press) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 303, 303]
    guard.bind(people.system)
    assert db.session.scalar(select(func.count(Submission.id))) == 1
    guard.bind(None)


def test_what_was_saved_while_a_part_was_on_its_way_is_kept(cloned_database):
    people = open_house()
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    actor, secret = intake.address(people, client_id)
    app, path = cloned_database.app, f"/f/{secret}"
    browser = begun(app.test_client(), path)
    sent = threading.Thread(target=lambda: browser.post(f"{path}/part/about_you", data={**ABOUT, "go": "next"}))
    with guard.acting(actor), transaction():
        drafts.save_draft(actor, {"work": "Baker, nights"}, step=2)
        sent.start()
        sent.join(0.3)
        assert sent.is_alive()  # it waits for this address here; what it read before would be of yesterday
    sent.join(30)
    found = draft_of(people)
    assert found["work"] == "Baker, nights" and found["full_name"] == ABOUT["q-full_name"]
