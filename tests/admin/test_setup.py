"""Set-up on the screen: the checklist, every form, what is refused and kept, the lists, and whose it is."""
import re
from datetime import date

import pytest

from practice.access import guard
from practice.accounts.queries import get_user
from practice.catalog.models import Product, Treatment
from practice.catalog.queries import get_treatment
from practice.core.db import db, transaction
from practice.premises.models import TaxCode
from practice.premises.queries import get_practice, issuer_for, rooms, tax_codes
from practice.schedule.models import Appointment
from practice.schedule.services.shifts import hours_of
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from tests.factories import clients, schedule
from tests.personas import PASSWORD

ROWS = ("taxes", "rooms", "locations", "products")
PAGES = ("/setup/", "/setup/practice/", "/setup/staff/", "/setup/staff/new", "/setup/treatments/",
         "/setup/treatments/new", *(f"/setup/{name}/" for name in ROWS), *(f"/setup/{name}/new" for name in ROWS))
LISTS = tuple(f"/lists/{name}/" for name in ("users", "shifts", "treatments", "products", "rooms", "tax-codes",
                                             "locations", "issuers"))
TREATMENT = {"name": "Deep tissue 60", "neutral_name": "Massage 60", "minutes": "60", "buffer_minutes": "10",
             "price": "78,00", "needs_room": "y", "is_active": "y", "usual_techniques": ["effleurage", "petrissage"]}
THEO = {"name": "Theo Marsh", "email": "theo@example.com", "roles": ["therapist"], "is_active": "y", "colour": "1",
        "short_name": "Theo", "registration_body": "NMT", "registration_number": "4711"}


@pytest.fixture
def olive(as_person):
    return as_person("olive")


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def hidden(browser, url, name="version") -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page_of(browser.get(url)))[1]


def as_system(people, read):
    with guard.acting(people.system):
        return read()


@pytest.fixture
def tax(people) -> str:
    return str(as_system(people, lambda: tax_codes()[0].id))


@pytest.fixture
def treatment(olive, people, tax) -> int:
    assert olive.post("/setup/treatments/new", data=TREATMENT | {"tax_code_id": tax}).status_code == 302
    return as_system(people, lambda: db.session.query(Treatment.id).scalar())


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


# --- staff


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


# --- hours


def week(**values) -> dict:
    return {"starts-0": ["09:00", "13:30"], "ends-0": ["12:30", "18:00"], "seen": ""} | values


def test_hours_in_several_stretches_for_a_time(olive, people):
    url = f"/setup/hours/{people.theo.user_id}"
    data = week(**{"starts-6": ["22"], "ends-6": ["00:00"], "from-6": ["2026-05-01"], "until-6": [""]})
    assert olive.post(url, data=data).status_code == 302
    found = as_system(people, lambda: [(h.weekday, h.starts_minute, h.ends_minute, str(h.from_on))
                                       for h in hours_of(people.theo.user_id)])
    assert found == [(0, 540, 750, "None"), (0, 810, 1080, "None"), (6, 1320, 1440, "2026-05-01")]
    page = page_of(olive.get(url))
    assert 'value="13:30"' in page and 'value="2026-05-01"' in page and 'value="00:00"' in page


@pytest.mark.parametrize(("values", "words"), [
    ({"ends-0": ["08:00", "18:00"]}, "The end comes after the start"), ({"ends-0": ["12:30"]}, "Write both times"),
    ({"starts-0": ["noon", "13:30"]}, "Write both times"), ({"starts-0": ["25:00", "13:30"]}, "Write both times"),
    ({"from-0": ["2026-02-31"]}, "Write a day"), ({"ends-0": ["14:00", "18:00"]}, "Two stretches of one day overlap"),
    ({"from-0": ["2026-03-02"], "until-0": ["2026-03-01"]}, "not before the first")])
def test_hours_that_do_not_fit_are_told_at_their_line_and_kept(olive, people, values, words):
    answer = olive.post(f"/setup/hours/{people.theo.user_id}", data=week(**values))
    page = page_of(answer)
    assert answer.status_code == 422 and words in page and "to put right" in page and 'value="13:30"' in page
    assert as_system(people, lambda: hours_of(people.theo.user_id)) == []


@pytest.mark.requirement("lost-update")
def test_hours_changed_meanwhile(olive, people):
    url = f"/setup/hours/{people.theo.user_id}"
    olive.post(url, data=week())
    answer = olive.post(url, data={"starts-1": ["10:00"], "ends-1": ["11:00"], "seen": ""})
    page = page_of(answer)
    assert answer.status_code == 422 and "Monday: 09:00–12:30" in page and 'value="10:00"' in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    assert olive.post(url, data={"starts-1": ["10:00"], "ends-1": ["11:00"], "seen": seen}).status_code == 302
    assert olive.post(url, data=week(seen="junk;1,2")).status_code == 422


def test_only_therapists_have_hours(olive, people):
    assert olive.get(f"/setup/hours/{people.rae.user_id}").status_code == 404
    assert olive.get("/setup/hours/999999").status_code == 404


def test_who_shall_no_longer_treat_keeps_what_is_booked_and_it_is_said_first(olive, people, treatment):
    theo = people.theo.user_id
    with guard.acting(people.system), transaction():
        schedule.hours(theo)
        ann = clients.client("Ann", "Doyle").id
        for day in (18, 19, 20):
            schedule.appointment(ann, theo, treatment, schedule.at(10, day=date(2026, 11, day)))
        gone = schedule.appointment(ann, theo, treatment, schedule.at(10, day=date(2026, 11, 23))).id
        set_state(people.system, gone, S.CANCELLED_EARLY)
    url = f"/setup/staff/{theo}"
    versions = {name: hidden(olive, url, name) for name in ("version", "profile_version")}
    off = {name: value for name, value in THEO.items() if name != "is_active"} | versions
    desk = {**THEO, **versions, "roles": ["reception"]}

    def is_active():
        return as_system(people, lambda: get_user(theo).is_active)

    for data in (off, desk, off | {"seen_coming": "2"}, off | {"seen_coming": "x"}):
        answer = olive.post(url, data=data)
        page = page_of(answer)
        assert answer.status_code == 422 and "still has 3 appointments, the next on Wednesday 18 November" in page
        assert 'name="seen_coming" value="3"' in page and "day=2026-11-18" in page and is_active()
    assert olive.post(url, data=off | {"seen_coming": "3"}).status_code == 302
    assert not is_active()
    with guard.acting(people.system):
        states = [row.state for row in db.session.query(Appointment).order_by(Appointment.starts_at)]
    assert states == [S.BOOKED] * 3 + [S.CANCELLED_EARLY]
    versions = {name: hidden(olive, url, name) for name in ("version", "profile_version")}
    assert olive.post(url, data=THEO | versions).status_code == 302, "coming back is not asked about"


# --- treatments and products


def test_a_treatment_with_all_its_parts(olive, people, tax):
    data = TREATMENT | {"tax_code_id": tax, "therapist_ids": [str(people.theo.user_id)], "texts-0-language": "de",
                        "texts-0-name": "Tiefenmassage", "texts-0-neutral_name": "Massage"}
    assert olive.post("/setup/treatments/new", data=data).status_code == 302
    with guard.acting(people.system):
        row = db.session.query(Treatment).one()
        assert (row.price_amount, row.minutes, row.buffer_minutes, row.usual_techniques) == (
            7800, 60, 10, ["effleurage", "petrissage"])
        assert [text.name for text in row.texts] == ["Tiefenmassage"]
        number = row.id
    page = page_of(olive.get(f"/setup/treatments/{number}"))
    assert "Tiefenmassage" in page and 'name="texts-1-language"' in page and 'value="78.00"' in page
    olive.post(f"/setup/treatments/{number}", data=data | {"version": "1", "name": "Deep 60", "neutral_name": ""})
    assert as_system(people, lambda: get_treatment(number).neutral_name) == "Deep 60"


@pytest.mark.parametrize(("values", "words"), [
    ({"price": "abc"}, "Write an amount"), ({"price": "-1"}, "not below zero"), ({"minutes": "x"}, "whole number"),
    ({"minutes": "1e9"}, "whole number"), ({"minutes": "9" * 40}, "whole number"), ({"minutes": "3"}, "From 5 to 480"),
    ({"buffer_minutes": "500"}, "From 0 to 120"), ({"tax_code_id": "77777"}, ""), ({"usual_techniques": ["no"]}, ""),
    ({"therapist_ids": ["77777"]}, ""), ({"therapist_ids": ["x"]}, ""), ({"name": ""}, "Enter a name"),
    ({"texts-0-language": "de", "texts-0-name": "Tief"}, "both names"), ({"price": "9" * 50}, "")])
def test_a_treatment_that_does_not_fit(olive, people, tax, values, words):
    answer = olive.post("/setup/treatments/new", data=TREATMENT | {"tax_code_id": tax} | values)
    page = page_of(answer)
    assert answer.status_code == 422 and words in page and 'value="Massage 60"' in page
    assert as_system(people, lambda: db.session.query(Treatment.id).scalar()) is None


def test_what_was_typed_wrongly_stays_in_the_field(olive, tax):
    page = page_of(olive.post("/setup/treatments/new", data=TREATMENT | {"tax_code_id": tax, "minutes": "an hour",
                                                                        "price": "seventy"}))
    assert 'value="an hour"' in page and 'value="seventy"' in page


def test_retired_with_a_way_back(olive, treatment):
    answer = olive.post(f"/setup/treatments/{treatment}/retire", follow_redirects=True)
    assert f'action="/setup/treatments/{treatment}/offer"' in page_of(answer) and "Not in use" in page_of(answer)
    assert "On the list" in page_of(olive.post(f"/setup/treatments/{treatment}/offer", follow_redirects=True))


def test_two_owners_and_one_treatment(olive, as_person, people, treatment, tax):
    sol, url = as_person("sol"), f"/setup/treatments/{treatment}"
    data = TREATMENT | {"tax_code_id": tax, "version": "1"}
    sol.post(url, data=data | {"price": "80"})
    page = page_of(olive.post(url, data=data | {"price": "85"}))
    assert 'value="85"' in page and "80.00" in page and 'value="2"' in page
    assert as_system(people, lambda: get_treatment(treatment).price_amount) == 8000


def test_products(olive, people, tax):
    data = {"name": "Arnica oil", "price": "14.50", "tax_code_id": tax, "is_active": "y"}
    assert olive.post("/setup/products/new", data=data).status_code == 302
    with guard.acting(people.system):
        row = db.session.query(Product).one()
        number, price = row.id, row.price_amount
    assert price == 1450
    assert "with this name already" in page_of(olive.post("/setup/products/new", data=data))
    del data["is_active"]
    assert olive.post(f"/setup/products/{number}", data=data | {"version": "1"}).status_code == 302
    assert "Not in use" in page_of(olive.get("/setup/products/"))


# --- the practice


def settings_of(browser) -> dict:
    """The settings page as a browser would send it back unchanged."""
    page = page_of(browser.get("/setup/practice/"))
    form = page[page.index("data-warn-unsaved"):]
    data = {name: value for name, value in re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form)
            if name not in ("csrf_token", "price_mode", "has_shared_charts")}
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        data[name] = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"', options)[1]
    data["price_mode"] = re.search(r'<input[^>]*checked[^>]*name="price_mode"[^>]*value="(\w+)"', form)[1]
    data["address"] = re.search(r"<textarea[^>]*>\s*([^<]*)</textarea>", form)[1]
    return data


def test_settings(olive, people):
    data = settings_of(olive)
    changed = {"payment_days": "21", "tax_number": "IE42", "phone": "01 555 0199", "has_shared_charts": "y"}
    assert olive.post("/setup/practice/", data=data | changed).status_code == 302
    found = as_system(people, lambda: (get_practice().payment_days, get_practice().phone, get_practice().time_zone,
                                       issuer_for(None).tax_number, get_practice().has_shared_charts))
    assert found == (21, "+35315550199", "Europe/Dublin", "IE42", True)
    page = page_of(olive.post("/setup/practice/", data=data | {"payment_days": "7"}))
    assert "Somebody saved this after you opened it" in page and "Days to pay an invoice:</strong> 21" in page


@pytest.mark.parametrize(("values", "words"), [
    ({"payment_days": "-1"}, "whole number"), ({"payment_days": "9999"}, "From 0 to 365"), ({"phone": "12"}, ""),
    ({"email": "x@"}, "after @ is missing"), ({"name": ""}, "Enter the name of the practice"), ({"country": "XX"}, ""),
    ({"default_tax_code_id": "77777"}, ""), ({"address": "x" * 301}, "At most 300"), ({"price_mode": "both"}, "")])
def test_settings_that_do_not_fit(olive, values, words):
    data = settings_of(olive)
    answer = olive.post("/setup/practice/", data=data | {"footer": "Thank you"} | values)
    assert answer.status_code == 422 and words in page_of(answer) and 'value="Thank you"' in page_of(answer)


def test_the_currency_stays_with_the_prices(olive, treatment):
    answer = olive.post("/setup/practice/", data=settings_of(olive) | {"currency": "GBP"})
    assert answer.status_code == 422 and "The currency stays" in page_of(answer)


def test_tax_codes(olive, people):
    data = {"name": "Reduced", "category": "S", "rate": "9,5", "is_active": "y"}
    assert olive.post("/setup/taxes/new", data=data).status_code == 302
    assert "9.5 %" in page_of(olive.get("/setup/taxes/"))
    for values, words in (({"rate": "ten"}, "percentage"), ({"rate": "0"}, "above 0"), ({"category": "Q"}, "")):
        answer = olive.post("/setup/taxes/new", data=data | {"name": "Other"} | values)
        assert answer.status_code == 422 and words in page_of(answer)
    assert as_system(people, lambda: db.session.query(TaxCode).count()) == 2


def test_rooms_ask_for_a_location_only_when_there_are_two(olive, people):
    assert 'for="location_id"' not in page_of(olive.get("/setup/rooms/new"))
    assert olive.post("/setup/rooms/new", data={"name": "Room 3", "is_active": "y"}).status_code == 302
    assert "/setup/locations/" not in page_of(olive.get("/setup/rooms/"))
    olive.post("/setup/locations/new", data={"name": "Harbour", "address": "Quay 1", "is_active": "y"})
    assert "/setup/locations/" in page_of(olive.get("/setup/rooms/"))
    assert 'for="location_id"' in page_of(olive.get("/setup/rooms/new"))
    assert as_system(people, lambda: [room.name for room in rooms()]) == ["Room 1", "Room 2", "Room 3"]


@pytest.mark.parametrize("path", [f"/setup/{name}/999999" for name in (*ROWS, "treatments", "staff")])
def test_unknown_rows_are_not_there(olive, path):
    assert olive.get(path).status_code == 404 and olive.post(path, data={"name": "x"}).status_code == 404


# --- lists


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
