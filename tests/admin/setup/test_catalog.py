"""Treatments and products on the screen."""

import pytest

from practice.access import guard
from practice.catalog.models import Product, Treatment
from practice.catalog.queries import get_treatment
from practice.core.db import db
from tests.admin.setup.pages import TREATMENT, as_system, page_of


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
