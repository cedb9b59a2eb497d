"""Clients on the screen: registering, finding, changing, and nobody else's."""
from datetime import date

import pytest

from practice.access import guard
from practice.clients.models import Client
from practice.core.db import db, transaction
from practice.safety.models import ConsequenceRow
from tests.factories import clients, intake
from tests.factories.safety import send

ANN = {"first_name": "Ánn-Marie", "last_name": "O'Doyle", "born_on": "1988-02-21", "phone": "085 555 0138",
       "email": "ann@example.com", "reminder_channel": "sms"}


@pytest.fixture
def rae(as_person):
    return as_person("rae")


def register(browser, **values):
    return browser.post("/clients/new", data=ANN | values)


def test_registered_in_one_go_and_found_in_many_ways(rae):
    assert register(rae).status_code == 302
    for typed in ("ann", "odoyle", "doyle, ann", "O'Doyle", "0138", "085 555", "+353 85", "ann@ex", "an", "ÁNN"):
        found = rae.get("/search/suggest", query_string={"q": typed}).json
        assert [item["label"] for item in found] == ["Ánn-Marie O'Doyle"], typed
    assert rae.get("/search/suggest?q=zzz").json == []


@pytest.mark.requirement("no-sql-injection")
@pytest.mark.parametrize("typed", ["%", "_", "'", '"', "\\", "q OR z", "*", "(", "x" * 5000, "%%%", "—", "\u202e"])
def test_odd_searches_find_nobody_and_break_nothing(rae, typed):
    register(rae)
    answer = rae.get("/search/suggest", query_string={"q": typed})
    assert answer.status_code == 200 and answer.json == []


def test_bad_values_are_told_at_the_field_and_kept(rae):
    answer = register(rae, born_on="1988-02-31", phone="085 555 013", email="eleonora@", first_name="")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("31 February does not exist", "4 things to put right", "First name: Enter the first name",
                  "1988-02-31", "085 555 013", "eleonora@"):
        assert words in page


@pytest.mark.parametrize(("typed", "shown"), [
    ("+353855550138", "085 555 0138"), ("0855550138", "085 555 0138"), ("+44 2079460018", "+44 20 7946 0018"),
    ("ask my sister 12345", "ask my sister 12345")])
def test_a_phone_of_the_form_is_written_as_everywhere(rae, people, typed, shown):
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    send(people, client_id, phone=typed)
    page = rae.get(f"/clients/{client_id}").text
    assert f"<dt>Mobile phone</dt><dd>{shown}</dd>" in page.partition("From their form")[2]


def test_a_possible_duplicate_is_shown_before_saving(rae):
    register(rae)
    answer = register(rae, email="other@example.com")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Could be the same person" in page and "mobile ends 0138" in page
    seen = page.split('name="seen"')[1].split('value="')[1].split('"')[0]
    assert register(rae, email="other@example.com", seen=seen).status_code == 302


@pytest.mark.requirement("lost-update")
def test_a_stale_change_is_refused_and_kept(rae, people, app):
    register(rae)
    with guard.acting(people.rae):
        number = db.session.query(Client).one().id
    assert rae.post(f"/clients/{number}/edit", data=ANN | {"city": "Cork", "version": "1"}).status_code == 302
    answer = rae.post(f"/clients/{number}/edit", data=ANN | {"city": "Galway", "version": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Galway" in page and "Somebody saved this after you opened it" in page
    assert "saved by the other" in page and '<p class="stale-text">Cork</p>' in page
    newer = page.split('name="version"')[1].split('value="')[1].split('"')[0]
    assert newer == "2"
    assert rae.post(f"/clients/{number}/edit", data=ANN | {"city": "Galway", "version": newer}).status_code == 302


@pytest.fixture
def ann(people):
    with guard.acting(people.system), transaction():
        row = clients.client("Annabel", "Quill", phone="+353855550138")
        clients.care(row.id, people.theo.user_id)
        db.session.add(ConsequenceRow(client_id=row.id, kind="must_call"))
        return row.id


def test_a_therapist_finds_their_own_only(as_person, ann):
    assert "Quill" in as_person("theo").get("/clients/").get_data(as_text=True)
    other = as_person("tara")
    assert "Quill" not in other.get("/clients/").get_data(as_text=True)
    assert other.get("/search/suggest?q=quill").json == []
    assert other.get(f"/clients/{ann}").status_code == 404 == other.get("/clients/999999").status_code


@pytest.mark.requirement("no-clinical-at-desk")
def test_reception_sees_the_consequence(as_person, ann):
    page = as_person("rae").get(f"/clients/{ann}").get_data(as_text=True)
    assert "Therapist must call" in page


def test_a_bookkeeper_meets_no_client(as_person, ann):
    browser = as_person("bo")
    assert browser.get("/clients/").status_code == 403
    assert browser.get("/search/suggest?q=quill").json == []


def test_archived_and_back(rae, ann):
    rae.post(f"/clients/{ann}/archive")
    assert rae.get("/search/suggest?q=quill").json == []
    assert "Quill" in rae.get("/clients/?shown=archived").get_data(as_text=True)
    rae.post(f"/clients/{ann}/restore")
    assert len(rae.get("/search/suggest?q=quill").json) == 1


@pytest.mark.requirement("formula")
def test_the_export_is_whole_and_harmless(rae, people):
    with guard.acting(people.system), transaction():
        clients.client("=1+1", "@Sum", phone="+353855550138")
    text = rae.get("/lists/clients/export/csv/").get_data(as_text=True)
    assert "'=1+1" in text and "'@Sum" in text and ",=1+1" not in text


@pytest.mark.requirement("break-glass")
def test_the_owner_breaks_the_glass_with_a_reason(as_person, ann, people):
    browser = as_person("olive")
    assert browser.post(f"/clients/{ann}/break-glass", data={"words": "because"}).status_code == 422
    assert browser.post(f"/clients/{ann}/break-glass", data={"words": "Theo is ill, Ann called."}).status_code == 302
    assert as_person("rae").post(f"/clients/{ann}/break-glass", data={"words": "x" * 20}).status_code == 403


def test_paging_both_ways(rae, people):
    with guard.acting(people.system), transaction():
        for number in range(60):
            clients.client("Ann", f"Name{number:03}")
    first = rae.get("/clients/").get_data(as_text=True)
    assert "Name000" in first and "Name025" not in first
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = rae.get(older).get_data(as_text=True)
    assert "Name025" in second and "Name024" not in second and "Name050" not in second
    newer = second.split('rel="prev"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "Name000" in rae.get(newer).get_data(as_text=True)


def test_pages_are_addressed_by_number_and_not_by_name(rae, people):
    with guard.acting(people.system), transaction():
        for number in range(51):
            clients.client("Ann", f"Name{number:03}")
    page = rae.get("/clients/").get_data(as_text=True)
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert "name" not in older.casefold() and "after=" in older


@pytest.mark.requirement("no-oracle")
def test_a_place_beside_somebody_foreign_tells_nothing(as_person, people, ann):
    with guard.acting(people.system), transaction():
        foreign = clients.client("Zed", "Aardvark").id
    theo = as_person("theo")
    assert "Quill" in theo.get(f"/clients/?after={foreign}").get_data(as_text=True)


def test_doubles_are_shown_while_typing(rae, as_person):
    register(rae)
    typed = {"first_name": "Ann Marie", "last_name": "ODoyle", "phone": "085 555 0138"}
    answer = rae.post("/clients/doubles", data=typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "Could be the same person" in page and "mobile ends 0138" in page
    assert rae.post("/clients/doubles", data={}).get_data(as_text=True).strip() == ""
    assert rae.post("/clients/doubles", data={"first_name": "x" * 5000, "last_name": "%_'"}).status_code == 200
    for who in ("theo", "bo"):
        assert as_person(who).post("/clients/doubles", data=ANN).status_code == 403


def test_it_is_this_one_leads_to_the_one_there_is(rae, ann):
    answer = register(rae, use=str(ann))
    assert answer.status_code == 302 and answer.headers["Location"] == f"/clients/{ann}"
    assert register(rae, use=str(ann), book="1").headers["Location"] == f"/booking/new?client_id={ann}"


def test_save_and_book_leads_to_the_booking(rae):
    assert register(rae, book="1").headers["Location"].startswith("/booking/new?client_id=")


@pytest.mark.requirement("no-5xx")
@pytest.mark.parametrize(("field", "value"), [
    ("reminder_channel", "pigeon"), ("usual_therapist_id", "999999"), ("usual_therapist_id", "abc"),
    ("pronouns", "<b>"), ("first_name", "x" * 500), ("email", "a" * 300 + "@example.com"), ("phone", "1" * 60),
    ("born_on", "3000-01-01"), ("born_on", "0000-00-00"), ("seen", "9" * 50),
])
def test_odd_values_are_told_and_break_nothing(rae, field, value):
    answer = register(rae, **{field: value})
    assert answer.status_code == (302 if field == "seen" else 422)


def test_a_therapist_neither_registers_nor_changes(as_person, ann):
    theo = as_person("theo")
    for address in ("/clients/new", f"/clients/{ann}/edit", f"/clients/{ann}/break-glass"):
        assert theo.get(address).status_code == 403 == theo.post(address, data=ANN).status_code
    for address in (f"/clients/{ann}/archive", f"/clients/{ann}/restore"):
        assert theo.post(address).status_code == 403
    assert theo.get("/lists/clients/").status_code == 403 == theo.get("/lists/clients/export/csv/").status_code
    page = theo.get(f"/clients/{ann}").get_data(as_text=True)
    assert "Change" not in page and "Archive" not in page and theo.get(f"/clients/{ann}?tab=money").status_code == 404


def test_the_odd_tab_and_the_odd_version(rae, ann):
    assert rae.get(f"/clients/{ann}?tab=chart").status_code == 404
    for version in ("", "abc", "-1", "9" * 40, "²"):
        answer = rae.post(f"/clients/{ann}/edit", data=ANN | {"version": version})
        assert answer.status_code == 409 and "saved by the other" in answer.get_data(as_text=True)


def test_what_is_mine_is_a_choice_for_who_sees_more(as_person, people, ann):
    with guard.acting(people.system), transaction():
        clients.care(ann, people.sol.user_id)
        clients.client("Ben", "Okafor")
    sol = as_person("sol")
    assert "Okafor" in sol.get("/clients/").get_data(as_text=True)
    mine = sol.get("/clients/?shown=mine").get_data(as_text=True)
    assert "Quill" in mine and "Okafor" not in mine
    assert "In my care" not in as_person("rae").get("/clients/").get_data(as_text=True)


def test_the_glass_is_offered_to_who_has_no_care(as_person, ann):
    olive = as_person("olive")
    address = f"/clients/{ann}/break-glass"
    assert address in olive.get(f"/clients/{ann}").get_data(as_text=True)
    assert olive.post(address, data={"words": "Theo is ill, Ann called."}).status_code == 302
    assert address not in olive.get(f"/clients/{ann}").get_data(as_text=True)
    assert address not in as_person("rae").get(f"/clients/{ann}").get_data(as_text=True)


@pytest.mark.requirement("no-clinical-at-desk")
def test_the_export_holds_what_is_listed_and_nothing_sealed(rae, ann):
    head = rae.get("/lists/clients/export/csv/").get_data(as_text=True).splitlines()[0]
    assert "Last name" in head and "uid" not in head and "search" not in head.casefold()
