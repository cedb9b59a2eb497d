"""The first run: one page, one code, one transaction; and nobody else becomes an owner through it."""
import pytest
from sqlalchemy import func, select

from practice.access.actor import system
from practice.access.guard import acting
from practice.access.roles import Role
from practice.accounts.models import FirstRunCode, User
from practice.accounts.services.first_run import new_code
from practice.accounts.services.signing_in import TRIES_HERE
from practice.core.db import db, transaction
from practice.premises.models import PriceMode, Room, TaxCategory
from practice.premises.queries import locations, settings, tax_codes, the_practice

HOUSE = system("test")


@pytest.fixture
def code(database) -> str:
    with acting(HOUSE), transaction():
        return new_code(HOUSE)


@pytest.fixture
def given(code) -> dict:
    return {"code": code, "name": "Sol Vega", "email": "Sol@Example.com ", "password": "seven calm otters swim",
            "practice_name": "Sol Massage", "time_zone": "Europe/Vienna", "country": "AT", "currency": "EUR",
            "price_mode": "net", "tax_name": "USt 20", "tax_rate": "20,0 %"}


@pytest.mark.requirement("no-default-account")
def test_every_way_leads_there_until_there_is_an_owner(client, code):
    for path in ("/", "/sign-in", "/clients/"):
        assert client.get(path).headers["Location"] == "/first-run"
    page = client.get("/first-run").get_data(as_text=True)
    assert 'data-currency="EUR"' in page and 'data-country="IE"' in page and "<optgroup" in page


def test_a_solo_practice(client, given):
    answer = client.post("/first-run", data=given | {"is_therapist": "y", "is_reception": "y"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/setup/")
    page = client.get("/setup/").get_data(as_text=True)
    assert "2 of 6 done" in page and "No hours yet: Sol Vega" in page
    with acting(HOUSE):
        user = db.session.scalars(select(User)).one()
        assert {row.role for row in user.roles} == {Role.OWNER, Role.THERAPIST, Role.RECEPTION}
        assert (user.email, user.must_change_password) == ("sol@example.com", False)
        held = the_practice()
        assert (held.name, held.time_zone, held.country, held.currency, held.price_mode) == (
            "Sol Massage", "Europe/Vienna", "AT", "EUR", PriceMode.NET)
        tax = tax_codes()[0]
        assert (tax.name, tax.rate, tax.category, held.default_tax_code_id) == (
            "USt 20", 200000, TaxCategory.STANDARD, tax.id)
        assert len(locations()) == 1 and db.session.scalar(select(func.count(Room.id))) == 0


def test_an_owner_who_only_owns_and_charges_no_tax(client, given):
    client.post("/first-run", data=given | {"tax_rate": "0", "price_mode": "gross"})
    with acting(HOUSE):
        assert {row.role for row in db.session.scalars(select(User)).one().roles} == {Role.OWNER}
        assert tax_codes()[0].category is TaxCategory.OUTSIDE


@pytest.mark.parametrize(("name", "value", "words"), [
    ("code", "", "Enter the code"), ("name", "  ", "Enter your name"), ("email", "sol@", "after @ is missing"),
    ("password", "short", "at least 12"), ("password", "sol@example.com 12", ""), ("time_zone", "Mars/Base", ""),
    ("country", "", "Choose one"), ("currency", "XXZ", ""), ("price_mode", "both", ""),
    ("tax_rate", "abc", "percentage"),
    ("tax_rate", "101", "At most 100"), ("practice_name", "", "Enter the name of the practice"),
    ("tax_name", " ", "Enter what the tax is called"), ("name", "x" * 121, "")])
def test_what_does_not_fit_is_told_and_nothing_is_made(client, given, name, value, words):
    answer = client.post("/first-run", data=given | {name: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and words in page and "to put right" in page
    assert page.count('aria-invalid="true"') == 1 or name == "price_mode"
    if name != "practice_name":
        assert 'value="Sol Massage"' in page
    with acting(HOUSE):
        assert settings() is None and db.session.scalar(select(func.count(User.id))) == 0


@pytest.mark.requirement("no-default-account")
def test_a_wrong_code_makes_nobody_an_owner(client, given):
    for guess in ("0000-0000-0000", given["code"] + "x", "'; drop table"):
        answer = client.post("/first-run", data=given | {"code": guess})
        assert answer.status_code == 422 and "not the code" in answer.get_data(as_text=True)
    assert client.post("/first-run", data=given | {"code": f" {given['code'].upper()} "}).status_code == 302


@pytest.mark.requirement("no-default-account")
def test_guessing_the_code_is_slowed_down(client, given):
    for _try in range(TRIES_HERE):
        client.post("/first-run", data=given | {"code": "0000-0000-0000"})
    answer = client.post("/first-run", data=given)
    assert answer.status_code == 422 and "Too many tries" in answer.get_data(as_text=True)


@pytest.mark.requirement("no-default-account")
def test_it_works_once(client, given, app):
    assert client.post("/first-run", data=given).status_code == 302
    stranger = app.test_client()
    assert stranger.get("/first-run").headers["Location"] == "/sign-in"
    answer = stranger.post("/first-run", data=given | {"email": "eve@example.com"})
    assert answer.headers["Location"] == "/sign-in"
    with acting(HOUSE), transaction():
        assert new_code(HOUSE) is None
        assert db.session.scalar(select(func.count(FirstRunCode.id))) == 0


def test_it_needs_the_token_of_the_page(client, given):
    assert client.post("/first-run", data=given, csrf=False).status_code == 400


def test_from_the_terminal_to_the_first_page(page, live_server):
    """The code is printed by the server; the browser guesses the place; the page is free of script errors."""
    import re

    code = re.search(r"([0-9a-f]{4}(?:-[0-9a-f]{4}){2})", "".join(live_server.said)).group()
    page.goto("/")
    for name, value in {"code": code, "name": "Olive Byrne", "email": "olive@example.com",
                        "password": "seven calm otters swim", "practice_name": "Linden Lane", "country": None,
                        "tax_rate": "13,5"}.items():
        if value:
            page.fill(f"#{name}", value)
    page.select_option("#country", "IE")
    assert page.input_value("#currency") == "EUR" and page.input_value("#time_zone") == "Europe/Dublin"
    page.click("text=Open the practice >> nth=-1")
    page.wait_for_url("**/setup/")
    assert page.inner_text("h1") == "Set-up" and page.inner_text(".card-aside") == "0 of 6 done"
