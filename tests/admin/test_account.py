"""One's own account: the password, and one's own sign-ins."""
import re

import pytest

from practice.accounts.services.signing_in import TRIES_HERE
from tests.personas import PASSWORD

NEW = {"current": PASSWORD, "password": "a walk by the river"}


@pytest.fixture
def two(as_person):
    """Rae at the desk and Rae on a tablet."""
    return as_person("rae"), as_person("rae")


def is_in(browser) -> bool:
    return browser.get("/account/").status_code == 200


@pytest.mark.requirement("password-change")
def test_a_new_password_ends_the_other_sign_ins_and_rotates_this_one(two, app):
    desk, tablet = two
    name = app.config["SESSION_COOKIE_NAME"]
    copied = desk.get_cookie(name).value
    assert desk.post("/account/password", data=NEW).headers["Location"] == "/account/"
    assert is_in(desk) and not is_in(tablet)
    thief = app.test_client()
    thief.set_cookie(name, copied)
    assert not is_in(thief)


@pytest.mark.parametrize(("values", "words"), [
    ({"current": "wrong horse battery"}, "not your current password"), ({"current": ""}, "Enter your current password"),
    ({"password": "short"}, "at least 12"), ({"password": PASSWORD}, "another one than the present"),
    ({"password": "adeyemi walks far"}, "easy to guess"), ({"password": "x" * 300}, "")])
def test_what_does_not_fit_is_told_and_changes_nothing(two, values, words):
    desk, tablet = two
    answer = desk.post("/account/password", data=NEW | values)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and words in page and PASSWORD not in page
    assert is_in(desk) and is_in(tablet)


@pytest.mark.requirement("password-change")
def test_guessing_the_current_password_is_slowed_down(two):
    desk, _tablet = two
    for _try in range(TRIES_HERE):
        desk.post("/account/password", data=NEW | {"current": "wrong horse battery"})
    assert "Too many tries" in desk.post("/account/password", data=NEW).get_data(as_text=True)


def ids(page: str) -> list[str]:
    return re.findall(r"/account/sign-ins/(\d+)/end", page)


def test_one_sees_and_ends_ones_own_sign_ins(two):
    desk, tablet = two
    page = desk.get("/account/").get_data(as_text=True)
    assert page.count("this one</span>") == 1 and len(ids(page)) == 1
    assert desk.post(f"/account/sign-ins/{ids(page)[0]}/end").status_code == 302
    assert is_in(desk) and not is_in(tablet)


@pytest.mark.requirement("sessions-listed")
def test_all_others_at_once(two, as_person):
    desk, tablet = two
    third = as_person("rae")
    desk.post("/account/sign-ins/end")
    assert [is_in(one) for one in (desk, tablet, third)] == [True, False, False]


@pytest.mark.requirement("sessions-listed")
def test_nobody_ends_a_colleagues_sign_in(two, as_person):
    desk, tablet = two
    number = ids(desk.get("/account/").get_data(as_text=True))[0]
    theo = as_person("theo")
    theo.post(f"/account/sign-ins/{number}/end")
    theo.post("/account/sign-ins/end")
    assert is_in(desk) and is_in(tablet) and is_in(theo)


@pytest.mark.requirement("sessions-listed")
def test_an_owner_ends_anybodys(two, as_person, people):
    desk, tablet = two
    olive, number = as_person("olive"), people.rae.user_id
    page = olive.get(f"/setup/staff/{number}").get_data(as_text=True)
    ends = re.findall(rf"/setup/staff/{number}/sign-ins/\d+/end", page)
    assert len(ends) == 2
    olive.post(ends[0].replace(f"staff/{number}/", f"staff/{people.theo.user_id}/"))
    assert is_in(desk) and is_in(tablet)
    olive.post(ends[0])
    assert [is_in(desk), is_in(tablet)].count(True) == 1
    olive.post(f"/setup/staff/{number}/sign-ins/end")
    assert not is_in(desk) and not is_in(tablet) and is_in(olive)


@pytest.mark.parametrize("name", ["olive", "theo", "rae", "bo", "sol"])
def test_everybody_has_one(as_person, name):
    assert is_in(as_person(name))
