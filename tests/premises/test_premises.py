"""Settings, tax codes, rooms, locations and heads of documents."""
import pytest

from practice.core.db import transaction
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from practice.premises import services
from practice.premises.models import Issuer, Location, PriceMode, Room, TaxCategory, TaxCode
from practice.premises.queries import everything, get_one, get_practice, issuer_for, locations, the_practice


@pytest.fixture
def olive(people, acting):
    acting(people.olive)
    return people.olive


def save(actor, model, row_id=None, **values):
    with transaction():
        return services.save(actor, model, row_id, **values).id


def test_settings_act_at_once(people, olive):
    with transaction():
        services.change_settings(olive, version=1, time_zone="Europe/Paris", payment_days=30,
                                 price_mode=PriceMode.NET)
    assert (the_practice().time_zone, the_practice().payment_days) == ("Europe/Paris", 30)
    with pytest.raises(Stale), transaction():
        services.change_settings(olive, version=1, payment_days=7)
    assert the_practice().payment_days == 30


@pytest.mark.parametrize(("name", "value"), [
    ("time_zone", "Europe/Atlantis"), ("time_zone", "../../etc/passwd"), ("time_zone", ""), ("country", "ZZZ"),
    ("country", "ie"), ("currency", "XXZ"), ("name", " "), ("payment_days", -1), ("care_days_after", 10**9),
    ("intake_valid_days", 0), ("default_tax_code_id", 999_999)])
def test_settings_that_cannot_be(people, olive, name, value):
    with pytest.raises(Invalid) as refused, transaction():
        services.change_settings(olive, version=get_practice().version, **{name: value})
    assert refused.value.field == name


@pytest.mark.parametrize("name", ["theo", "rae", "bo"])
def test_only_owners_set_up(people, acting, name):
    actor = getattr(people, name)
    acting(actor)
    with pytest.raises(Forbidden), transaction():
        services.change_settings(actor, version=1, payment_days=1)
    with pytest.raises(Forbidden), transaction():
        services.save(actor, Room, None, name="Cellar", location_id=1)


def test_tax_codes(people, olive):
    zero = save(olive, TaxCode, name="Exempt health care", category=TaxCategory.EXEMPT, rate=0, reason="Art. 132")
    usual = the_practice().default_tax_code_id
    for row_id, values in ((None, {"name": "A", "category": TaxCategory.STANDARD, "rate": 0}),
                           (None, {"name": "B", "category": TaxCategory.ZERO, "rate": 5}),
                           (None, {"name": "C", "category": TaxCategory.STANDARD, "rate": 2_000_000}),
                           (None, {"name": " ", "category": TaxCategory.ZERO, "rate": 0})):
        with pytest.raises(Invalid):
            save(olive, TaxCode, row_id, **values)
    with pytest.raises(services.StillNeeded):
        save(olive, TaxCode, usual, version=1, is_active=False)
    save(olive, TaxCode, zero, version=1, is_active=False)
    with pytest.raises(services.NameTaken):
        save(olive, TaxCode, zero, version=2, name="VAT 13.5 %")


def test_the_last_location_and_the_practices_head_stay(people, olive):
    only = locations()[0].id
    with pytest.raises(services.StillNeeded):
        save(olive, Location, only, version=1, is_active=False)
    second = save(olive, Location, name="Second floor")
    save(olive, Location, only, version=1, is_active=False)
    assert [place.id for place in locations()] == [second]
    with pytest.raises(services.StillNeeded):
        save(olive, Issuer, issuer_for(None).id, version=1, is_active=False)


def test_an_independent_therapist_has_a_head_of_their_own(people, olive):
    own = save(olive, Issuer, name="Theo Marsh", user_id=people.theo.user_id, tax_number="IE99")
    assert issuer_for(people.theo.user_id).id == own and issuer_for(people.tara.user_id).user_id is None
    save(olive, Issuer, own, version=1, is_active=False)
    assert issuer_for(people.theo.user_id).user_id is None


def test_rooms(people, olive):
    with pytest.raises(Invalid):
        save(olive, Room, name="Cellar", location_id=999_999)
    with pytest.raises(services.NameTaken):
        save(olive, Room, name=" Room 1 ", location_id=locations()[0].id)
    with pytest.raises(NotFound):
        save(olive, Room, 999_999, version=1, name="X")
    with pytest.raises(NotFound):
        get_one(Room, 999_999)
    room = everything(Room)[0].id
    save(olive, Room, room, version=1, is_active=False)
    assert [row.is_active for row in everything(Room)] == [True, False]
