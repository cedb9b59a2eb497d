"""The lists of set-up: read only, exported, and silent about secrets."""

import pytest

from practice.access import guard
from practice.premises.queries import rooms, tax_codes
from tests.admin.setup.pages import LISTS, PAGES, page_of


@pytest.mark.parametrize("path", LISTS)
def test_lists_are_read_only_and_export(olive, treatment, path):
    for rest in ("new/", "edit/?id=1"):
        assert olive.get(path + rest).status_code == 404
    for rest in ("delete/", "action/", "ajax/update/"):
        assert olive.post(path + rest, data={"id": "1", "action": "delete", "rowid": "1"}).status_code in (404, 405)
    assert olive.get(path + "export/csv/").status_code == 200


@pytest.mark.requirement("no-oracle")
def test_the_list_of_users_cannot_be_asked_about_secrets(olive):
    page = page_of(olive.get("/lists/users/"))
    assert "Theo Marsh" in page and "Owner, Reception, Therapist" in page
    plain = olive.get("/lists/users/export/csv/").get_data(as_text=True)
    assert plain.splitlines()[0] == "Name,E-mail,Roles,Registration,In use,Since"
    for query in ("flt1_password_hash_contains=a", "search=argon2", "flt_0=a", "sort=99"):
        answer = olive.get(f"/lists/users/?{query}")
        assert answer.status_code in (200, 302, 400)
        if query.startswith("search"):
            assert "Theo Marsh" not in page_of(answer)


@pytest.mark.requirement("formula")
def test_an_exported_price_is_a_number(olive, treatment):
    assert "78.00" in olive.get("/lists/treatments/export/csv/").get_data(as_text=True)


def test_an_empty_or_half_sent_form_is_no_server_error(olive, people, treatment):
    with guard.acting(people.system):
        room, tax_code = rooms()[0].id, tax_codes()[0].id
    user = people.theo.user_id
    for path in ("/setup/practice/", f"/setup/staff/{user}", f"/setup/staff/{user}/documents", f"/setup/hours/{user}",
                 f"/setup/treatments/{treatment}", f"/setup/rooms/{room}", f"/setup/taxes/{tax_code}",
                 *(page for page in PAGES if page.endswith("/new"))):
        for data in ({}, {"version": "9" * 40}, {"version": "-1", "name": "x"}, {"name": "\u202e'\"<script>"}):
            assert olive.post(path, data=data).status_code in (302, 422), (path, data)
