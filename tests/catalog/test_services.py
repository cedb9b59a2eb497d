"""The price list: treatments and products, who gives what, names in other languages."""
import pytest

from practice.catalog import services
from practice.catalog.models import Product, Treatment
from practice.catalog.queries import able_therapists, get_treatment, named_therapists, products, treatments
from practice.core.db import transaction
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from practice.premises.queries import get_practice, tax_codes


@pytest.fixture
def olive(people, acting):
    acting(people.olive)
    return people.olive


def save(actor, treatment_id=None, **values):
    given = {"name": "Classic 60", "neutral_name": "Massage 60", "minutes": 60, "price_amount": 7800,
             "tax_code_id": tax_codes()[0].id} | values
    with transaction():
        return services.save_treatment(actor, treatment_id, **given).id


def test_a_treatment_that_names_nobody_is_given_by_everybody(people, olive):
    everybody = save(olive)
    tara = save(olive, name="Lymph 45", therapist_ids=[people.tara.user_id, people.tara.user_id])
    assert able_therapists(everybody) == [people.theo.user_id, people.tara.user_id, people.sol.user_id]
    assert able_therapists(tara) == [people.tara.user_id]
    assert named_therapists() == {tara: {people.tara.user_id}}


def test_changing_keeps_who_stays_and_what_is_said_in_other_languages(people, olive):
    both = [people.theo.user_id, people.tara.user_id]
    number = save(olive, therapist_ids=both, texts={"de": ("Klassisch", "Massage"), "fr": ("Classique", "Massage")})
    save(olive, number, version=1, therapist_ids=both[1:], texts={"de": ("Klassische", "Massage")})
    save(olive, number, version=2, therapist_ids=both, texts={"de": ("Klassische", "Massage"), "pl": ("A", "B")})
    row = get_treatment(number)
    assert {item.user_id for item in row.therapists} == set(both)
    assert {item.language: item.name for item in row.texts} == {"de": "Klassische", "pl": "A"}


@pytest.mark.parametrize(("values", "field"), [
    ({"name": " "}, "name"), ({"neutral_name": ""}, "neutral_name"), ({"minutes": 4}, "minutes"),
    ({"minutes": 10**9}, "minutes"), ({"buffer_minutes": -1}, "buffer_minutes"), ({"price_amount": -1}, "price"),
    ({"usual_techniques": ["nonsense"]}, "usual_techniques"), ({"tax_code_id": 999_999}, "tax_code_id"),
    ({"texts": {"de": ("Klassisch", " ")}}, "texts")])
def test_what_does_not_fit_is_told_at_its_field(people, olive, values, field):
    with pytest.raises(Invalid) as refused:
        save(olive, **values)
    assert refused.value.field == field


def test_only_therapists_give_treatments(people, olive):
    with pytest.raises(Invalid) as refused:
        save(olive, therapist_ids=[people.rae.user_id])
    assert refused.value.field == "therapist_ids"


def test_twins_and_stale_changes_are_refused(people, olive):
    number = save(olive, usual_techniques=["effleurage"])
    with pytest.raises(services.NameTaken):
        save(olive)
    save(olive, number, version=1, price_amount=8000)
    with pytest.raises(Stale):
        save(olive, number, version=1, price_amount=9000)
    assert get_treatment(number).price_amount == 8000 and get_treatment(number).usual_techniques == []


def test_retired_and_offered_again(people, olive):
    number = save(olive)
    with transaction():
        services.retire(olive, Treatment, number)
    assert treatments() == [] and [row.id for row in treatments(active=False)] == [number]
    with transaction():
        services.offer(olive, Treatment, number, True)
    assert [row.id for row in treatments()] == [number]
    with pytest.raises(NotFound), transaction():
        services.retire(olive, Product, 999_999)


def test_products(people, olive):
    with transaction():
        number = services.save_product(olive, None, name="Oil", price_amount=1450, tax_code_id=tax_codes()[0].id).id
    for values, error in (({"name": "", "version": 1}, Invalid), ({"price_amount": -1, "version": 1}, Invalid),
                          ({"version": 9}, Stale)):
        with pytest.raises(error), transaction():
            services.save_product(olive, number, **{"name": "Oil", "price_amount": 1, "tax_code_id": tax_codes()[0].id}
                                  | values)
    with transaction():
        services.retire(olive, Product, number)
    assert products() == []


@pytest.mark.parametrize("name", ["theo", "rae", "bo"])
def test_everybody_reads_the_list_and_only_owners_write_it(people, acting, name):
    acting(people.olive)
    number = save(people.olive)
    actor = getattr(people, name)
    acting(actor)
    assert [row.name for row in treatments()] == ["Classic 60"]
    with pytest.raises(Forbidden):
        save(actor, name="Mine")
    with pytest.raises(Forbidden), transaction():
        services.retire(actor, Treatment, number)


def test_the_currency_stays_once_something_has_a_price(people, olive):
    with transaction():
        services.change_settings(olive, version=1, currency="GBP")
    save(olive)
    with pytest.raises(services.CurrencyInUse), transaction():
        services.change_settings(olive, version=2, currency="EUR")
    with transaction():
        services.change_settings(olive, version=2, currency="GBP", payment_days=3)
    assert (get_practice().currency, get_practice().payment_days) == ("GBP", 3)
