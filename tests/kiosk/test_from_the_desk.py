"""Ways by which the desk might read a client's form on a device where nobody is signed in: none of them leads there."""
import io
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select

from practice.access import guard
from practice.access.roles import Role
from practice.accounts.models import User, UserRole
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.clients.models import Client
from practice.core import clock
from practice.core.db import db, transaction
from practice.files.models import File
from practice.intake.models import FormState, FormVersion, Way
from practice.intake.services import drafts, links, submissions
from practice.intake.services.mailing import invite_by_mail
from practice.outbox.models import Message
from tests.factories import clients, intake
from tests.factories.pictures import jpeg
from tests.kiosk.test_here import open_here
from tests.kiosk.test_last_time import first_part
from tests.kiosk.test_pages import begun
from tests.personas import NOW, open_house
from tests.plugins.people import sign_in

pytestmark = pytest.mark.requirement("no-clinical-at-desk")
BORN = {"birth_date": "21 Feb 1988"}


@pytest.fixture
def ann(people) -> int:
    return intake.client_of(people, "theo", born_on=date(1988, 2, 21), email="ann@strasse.de")


# What the short form asks otherwise.
IN_SHORT = {"group:heart": None, "group:body": None, "group:skin": None, "group:health": "none",
            "strong_medicine": None}


def sent(people, client_id: int, *, form_key: str = "full", **answers) -> None:
    """A form as it was sent under an address that the desk has made."""
    actor, _secret = intake.address(people, client_id, form_key=form_key)
    with guard.acting(actor), transaction():
        submissions.send(actor, intake.healthy(**answers, **(IN_SHORT if form_key == "short" else {})), intake.TYPED)


def change(people, model, row_id: int, **values) -> None:
    with guard.acting(people.system), transaction():
        row = db.session.get_one(model, row_id)
        for name, value in values.items():
            setattr(row, name, value)
        audit.record(people.system, "test.change", row)


def mailed(actor, client_id: int, form_key: str = "full") -> str:
    """The path of an address that went out by mail to whatever address stands there."""
    secrets = []
    with guard.acting(actor), transaction():
        invite_by_mail(actor, client_id, form_key=form_key, letter=lambda one: (secrets.append(one) or "Form", one))
    return f"/f/{secrets[0]}"


def read(browser, path: str) -> str:
    """All that a browser finds there with the birth date that the desk knows."""
    browser.post(path, data=BORN)
    pages = [first_part(browser, path).text]
    pages += [browser.get(f"{path}/part/{key}", follow_redirects=True).text for key in ("visit", "heart", "agree")]
    return "".join([*pages, browser.get(f"{path}/review", follow_redirects=True).text])


def half_filled(app, path: str):
    """A browser in which the client has begun and typed something."""
    own = begun(app.test_client(), path)
    assert own.post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"}).status_code == 200
    return own


# --- an e-mail address of the desk's own ------------------------------------------------------------------------------

def test_a_form_of_another_kind_with_the_desk_s_own_address_opens_nothing(people, ann, client):
    sent(people, ann, email="ann@strasse.de", work="Zebrafinch")
    sent(people, ann, form_key="short", email="desk@example.com")
    change(people, Client, ann, email="desk@example.com")
    assert "Zebrafinch" not in read(client, mailed(people.rae, ann))


def test_nor_does_an_address_the_therapist_mails_to_where_the_desk_said(people, ann, client):
    sent(people, ann, email="ann@strasse.de", work="Zebrafinch")
    change(people, Client, ann, email="desk@example.com")
    assert "Zebrafinch" not in read(client, mailed(people.theo, ann))


def test_nor_one_that_only_looks_like_the_client_s(people, ann, client):
    """To fold letters is to take ß for ss: two domains."""
    sent(people, ann, email="ann@strasse.de", work="Zebrafinch")
    change(people, Client, ann, email="ann@stra\u00dfe.de")
    assert "Zebrafinch" not in read(client, mailed(people.rae, ann))


def test_what_came_after_the_mail_is_not_behind_it(people, ann, client):
    """The desk sends a form of its own, mails itself the next, and the client fills one in in another language."""
    sent(people, ann, email="desk@example.com")
    change(people, Client, ann, email="desk@example.com")
    path = mailed(people.rae, ann)
    in_another_language(people)
    change(people, Client, ann, language="de")
    with clock.frozen(NOW + timedelta(hours=1)):
        sent(people, ann, email="ann@strasse.de", work="Zebrafinch")
        assert "Zebrafinch" not in read(client, path)


def in_another_language(people) -> None:
    with guard.acting(people.system), transaction():
        row = db.session.scalars(select(FormVersion).where(FormVersion.key == "full")).first()
        db.session.add(FormVersion(key="full", language="de", number=1, title=row.title, state=FormState.PUBLISHED,
                                   content=row.content))
        audit.record(people.system, "test.change")


def test_what_the_client_is_typing_does_not_come_by_mail(people, ann, app):
    sent(people, ann, email="desk@example.com")
    change(people, Client, ann, email="desk@example.com")
    path = f"/f/{intake.address(people, ann, who='theo')[1]}"
    own = half_filled(app, path)
    new = mailed(people.rae, ann)
    assert "Zebrafinch" not in read(app.test_client(), new)
    assert own.get(path).status_code == 404


def test_nor_does_it_when_the_desk_passes_its_own_mail_on(people, ann, app):
    """The mail went to whoever wrote the last form, and that was the desk; now the client is to fill it in."""
    sent(people, ann, email="desk@example.com")
    change(people, Client, ann, email="desk@example.com")
    path = mailed(people.rae, ann)
    half_filled(app, path)
    assert "Zebrafinch" not in read(app.test_client(), path)


# --- who made it ------------------------------------------------------------------------------------------------------

def test_a_therapist_at_the_desk_makes_it_for_a_client_of_somebody_else(people, ann, client):
    """Sees every client, but not this one's chart."""
    sent(people, ann, work="Zebrafinch")
    path = f"/f/{intake.address(people, ann, who='sol')[1]}"
    assert "Zebrafinch" not in read(client, path)


def test_whoever_made_it_is_no_therapist_any_more(people, ann, app):
    sent(people, ann, work="Zebrafinch")
    path = f"/f/{intake.address(people, ann, who='theo')[1]}"
    with guard.acting(people.system), transaction():
        db.session.execute(delete(UserRole).where(UserRole.user_id == people.theo.user_id))
        db.session.add(UserRole(user_id=people.theo.user_id, role=Role.RECEPTION))
        audit.record(people.system, "test.change")
    assert "Zebrafinch" not in read(app.test_client(), path)


def test_whoever_made_it_works_here_no_longer(people, ann, app):
    path = f"/f/{intake.address(people, ann, who='theo')[1]}"
    half_filled(app, path)
    change(people, User, people.theo.user_id, is_active=False)
    assert "Zebrafinch" not in read(app.test_client(), path)


def test_whoever_made_it_has_the_client_in_care_no_longer(people, app):
    client_id = intake.client_of(people, born_on=date(1988, 2, 21))
    with guard.acting(people.system), transaction():
        clients.care(client_id, people.theo.user_id, days=2)
    path = f"/f/{intake.address(people, client_id, who='theo')[1]}"
    with clock.frozen(NOW + timedelta(days=3)):
        half_filled(app, path)
        assert "Zebrafinch" not in read(app.test_client(), path)


# --- devices of the practice ------------------------------------------------------------------------------------------

def test_what_was_typed_on_a_tablet_here_goes_on_under_no_address_of_the_desk(people, ann, app):
    tablet = half_filled(app, f"/f/{intake.address(people, ann, way=Way.TABLET)[1]}")
    with clock.frozen(NOW + timedelta(days=1)):
        assert "Zebrafinch" not in read(tablet, f"/f/{intake.address(people, ann)[1]}")


@pytest.mark.parametrize("way", [Way.LINK, Way.TABLET])
def test_a_device_of_more_than_one_client_is_nobody_s_own(people, ann, app, way):
    """The desk's own telephone or tablet, on which addresses are opened for who has none."""
    actor, secret = intake.address(people, ann)
    device = begun(app.test_client(), f"/f/{secret}")
    with guard.acting(actor), transaction():
        submissions.send(actor, intake.healthy(work="Zebrafinch"), intake.TYPED)
    ben = intake.client_of(people, "theo", first_name="Ben")
    begun(device, f"/f/{intake.address(people, ben, way=way)[1]}")
    assert "Zebrafinch" not in read(device, f"/f/{intake.address(people, ann)[1]}")


def test_a_paper_form_being_typed_in_is_shut_where_the_therapist_has_left(people, ann, as_person):
    with guard.acting(people.system), transaction():
        intake.publish(people)
    browser = as_person("theo")
    path = open_here(browser, ann, "paper")
    browser.post(path)
    browser.post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"})
    assert "Zebrafinch" in browser.get(f"{path}/part/agree").text
    browser.post("/sign-out")
    shut = browser.get(f"{path}/part/agree")
    assert shut.status_code == 403 and "Zebrafinch" not in shut.text
    assert browser.post(f"{path}/save/agree", data={"q-boundaries": "x"}).status_code == 403
    sign_in(browser, "tara")
    assert browser.get(f"{path}/part/agree").status_code == 403, "not a client of hers"
    browser.post("/sign-out")
    assert "Zebrafinch" in sign_in(browser, "theo").get(f"{path}/part/agree").text


def test_a_tablet_forgets_whose_form_it_had_before(people, ann, app):
    tablet = app.test_client()
    first = f"/f/{intake.address(people, ann, way=Way.TABLET)[1]}"
    begun(tablet, first)
    assert tablet.post(f"{first}/save/agree", data={"q-boundaries": "Zebrafinch"}).status_code == 200
    ben = intake.client_of(people, "theo", first_name="Ben")
    begun(tablet, f"/f/{intake.address(people, ben, way=Way.TABLET)[1]}")
    assert tablet.get(first).status_code == 404 and "Zebrafinch" not in read(tablet, first)


def test_what_is_thrown_away_goes_with_its_photos_and_is_on_record(people, ann, app):
    path = f"/f/{intake.address(people, ann)[1]}"
    own = half_filled(app, path)
    own.post(f"{path}/photo/medicine", data={"q-medicines-photo": (io.BytesIO(jpeg()), "box.jpg")})
    with guard.acting(people.system):
        assert db.session.scalar(select(func.count(File.id))) == 1
    assert app.test_client().post(path, data=BORN).status_code == 303
    with guard.acting(people.system):
        assert db.session.scalar(select(func.count(File.id))) == 0
        assert db.session.scalars(select(AuditRow.client_id).where(AuditRow.action == "intake.clear")).all() == [ann]


def test_mail_that_still_waits_is_called_back_with_its_address(people, ann):
    sent(people, ann, email="ann@strasse.de")
    mailed(people.rae, ann)
    mailed(people.rae, ann)
    with guard.acting(people.system):
        assert db.session.scalar(select(func.count(Message.id))) == 1
        done = db.session.scalars(select(AuditRow.action).where(AuditRow.action.like("intake.%"))).all()
    assert [one for one in done if one != "intake.send"] == ["intake.invite", "intake.mail", "intake.mail"]


# --- at the same moment -----------------------------------------------------------------------------------------------

def test_a_device_that_takes_over_finds_nothing_of_what_was_on_its_way(cloned_database):
    people = open_house()
    ann = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    actor, secret = intake.address(people, ann)
    app, path = cloned_database.app, f"/f/{secret}"
    own = begun(app.test_client(), path)
    saved = threading.Thread(target=lambda: own.post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"}))
    with guard.acting(actor), transaction():
        links.continue_elsewhere(actor, "1988-02-21")
        saved.start()
        saved.join(0.3)
        assert saved.is_alive()  # it was let in on the device that was known then, and waits for this address
    saved.join(30)
    with guard.acting(actor):
        draft = drafts.own_draft(actor)
        assert draft is None or "Zebrafinch" not in draft.answers
