"""Staff on the screen: added, changed, disabled, and what is refused and kept."""
import re

import pytest

from practice.access import guard
from practice.accounts.queries import get_user
from practice.core.db import db
from practice.premises.queries import issuer_for
from tests.admin.setup.pages import THEO, as_system, hidden, page_of
from tests.personas import PASSWORD


@pytest.mark.requirement("password-reset", "audit-silent")
def test_adding_somebody_shows_the_password_once_and_keeps_it_nowhere(olive, people, app):
    answer = olive.post("/setup/staff/new", data=THEO | {"name": "Una Kelly", "email": "una@example.com",
                                                        "short_name": ""})
    temporary = re.search(r"data-once>([^<]+)<", page_of(answer))[1]
    assert answer.status_code == 200 and "Location" not in answer.headers
    with olive.session_transaction() as session:
        assert temporary not in str(dict(session))
    assert temporary not in page_of(olive.get("/setup/staff/"))
    una = app.test_client()
    una.post("/sign-in", data={"email": "una@example.com", "password": temporary})
    assert una.get("/").headers["Location"] == "/account/password"
    user = as_system(people, lambda: db.session.query(type(get_user(people.theo.user_id))).filter_by(
        email="una@example.com").one().profile)
    with guard.acting(people.system):
        user = db.session.merge(user)
        assert (user.short_name, user.registration_number, user.colour) == ("Una", "4711", 1)


@pytest.mark.parametrize(("values", "words"), [
    ({"name": " "}, "Enter a name"), ({"email": "una@"}, "after @ is missing"), ({"roles": []}, "at least one role"),
    ({"roles": ["king"]}, ""), ({"colour": "99"}, ""), ({"email": "RAE@example.com"}, "signs in with this address"),
    ({"registration_number": "x" * 41}, "")])
def test_what_does_not_fit_is_told_and_kept(olive, values, words):
    given = THEO | {"name": "Una Kelly", "email": "una@example.com", "registration_body": "Guild of Una"} | values
    answer = olive.post("/setup/staff/new", data=given)
    assert answer.status_code == 422 and words in page_of(answer) and "Guild of Una" in page_of(answer)


def test_changing_somebody(olive, people):
    url = f"/setup/staff/{people.theo.user_id}"
    versions = {"version": hidden(olive, url), "profile_version": hidden(olive, url, "profile_version")}
    answer = olive.post(url, data=THEO | versions | {"name": "Theodore Marsh", "colour": "5"})
    assert answer.status_code == 302
    assert "Theodore Marsh" in page_of(olive.get(url)) and "4711" in page_of(olive.get("/setup/staff/"))


@pytest.mark.requirement("lost-update")
def test_a_stale_change_is_refused_shown_beside_and_saved_on_purpose(olive, people):
    url = f"/setup/staff/{people.theo.user_id}"
    versions = {"version": hidden(olive, url), "profile_version": hidden(olive, url, "profile_version")}
    olive.post(url, data=THEO | versions | {"name": "Theo First"})
    answer = olive.post(url, data=THEO | versions | {"name": "Theo Second"})
    page = page_of(answer)
    assert answer.status_code == 422 and 'value="Theo Second"' in page and "Theo First" in page
    assert "Somebody saved this after you opened it" in page
    again = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1] for name in versions}
    assert olive.post(url, data=THEO | again | {"name": "Theo Second"}).status_code == 302
    assert as_system(people, lambda: get_user(people.theo.user_id).name) == "Theo Second"


def test_nobody_changes_their_own_roles(olive, people):
    url = f"/setup/staff/{people.olive.user_id}"
    answer = olive.post(url, data={"name": "Olive Byrne", "email": "olive@example.com", "roles": ["owner", "therapist"],
                                   "is_active": "y", "colour": "1", "version": hidden(olive, url)})
    assert answer.status_code == 422 and "ask another owner" in page_of(answer)


@pytest.mark.requirement("password-reset")
def test_a_new_password_for_somebody_who_forgot(olive, people, app):
    answer = olive.post(f"/setup/staff/{people.rae.user_id}/password")
    temporary = re.search(r"data-once>([^<]+)<", page_of(answer))[1]
    rae = app.test_client()
    assert rae.post("/sign-in", data={"email": "rae@example.com", "password": PASSWORD}).status_code == 422
    assert rae.post("/sign-in", data={"email": "rae@example.com", "password": temporary}).status_code == 302
    own = olive.post(f"/setup/staff/{people.olive.user_id}/password")
    assert own.status_code == 302 and "your own page" in page_of(olive.get("/setup/staff/"))


def test_a_disabled_colleague_is_marked(olive, people):
    url = f"/setup/staff/{people.bo.user_id}"
    data = {"name": "Bo Haddad", "email": "bo@example.com", "roles": ["bookkeeper"], "colour": "1",
            "version": hidden(olive, url)}
    assert olive.post(url, data=data).status_code == 302
    assert "Disabled" in page_of(olive.get("/setup/staff/"))


def test_an_independent_therapist(olive, people):
    url = f"/setup/staff/{people.theo.user_id}/documents"
    data = {"name": "Theo Marsh RMT", "address": "3 Mill Road\r\nDublin", "tax_number": "IE99", "is_active": "y"}
    assert olive.post(url, data=data).status_code == 302
    head = as_system(people, lambda: (issuer_for(people.theo.user_id).name, issuer_for(people.theo.user_id).address))
    assert head == ("Theo Marsh RMT", "3 Mill Road\nDublin")
    assert olive.post(url, data=data | {"version": "1", "tax_number": "IE98"}).status_code == 302
    stale = page_of(olive.post(url, data=data | {"version": "1", "tax_number": "IE97"}))
    assert "IE98" in stale and "IE97" in stale
