"""Set-up as a whole: the checklist, every page, whose it is."""

import pytest

from tests.admin.setup.pages import LISTS, PAGES, TREATMENT, page_of


@pytest.mark.requirement("secrets")
def test_every_page_opens_and_names_no_secret(olive, people, treatment):
    user = people.theo.user_id
    for path in (*PAGES, *LISTS, f"/setup/staff/{user}", f"/setup/staff/{user}/documents", f"/setup/hours/{user}",
                 f"/setup/treatments/{treatment}", f"/lists/users/details/?id={user}", "/lists/users/export/csv/"):
        answer = olive.get(path)
        page = page_of(answer)
        assert answer.status_code == 200, path
        assert "argon2" not in page and "password_hash" not in page and "secret_hash" not in page


@pytest.mark.parametrize("name", ["theo", "rae", "bo"])
def test_set_up_is_the_owners(as_person, people, name):
    browser = as_person(name)
    assert "/setup/" not in page_of(browser.get("/account/"))
    user = people.olive.user_id
    for path in (*PAGES, *LISTS, f"/setup/staff/{user}", f"/setup/hours/{people.theo.user_id}"):
        assert browser.get(path).status_code == 403, path
    for path in ("/setup/staff/new", f"/setup/staff/{user}/password", f"/setup/staff/{user}/sign-ins/end",
                 f"/setup/hours/{people.theo.user_id}", "/setup/practice/", "/setup/rooms/new"):
        assert browser.post(path, data={"name": "x"}).status_code == 403, path


def test_the_checklist_says_what_is_missing_until_nothing_is(olive, people, tax):
    def start():
        return page_of(olive.get("/setup/"))
    assert "4 of 6 done" in start() and "No hours yet: Theo Marsh, Tara Lindqvist, Sol Vega" in start()
    for one in (people.theo, people.tara, people.sol):
        url = f"/setup/hours/{one.user_id}"
        assert url in start()
        olive.post(url, data={"starts-0": ["09:00"], "ends-0": ["17:00"], "seen": ""})
    olive.post("/setup/treatments/new", data=TREATMENT | {"tax_code_id": tax})
    assert "6 of 6 done" in start() and "Everything is there" in start()
