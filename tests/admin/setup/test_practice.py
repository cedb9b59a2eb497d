"""The practice itself on the screen: settings, tax codes, rooms."""
import re

import pytest

from practice.core.db import db
from practice.premises.models import TaxCode
from practice.premises.queries import get_practice, issuer_for, rooms
from tests.admin.setup.pages import ROWS, as_system, page_of


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
