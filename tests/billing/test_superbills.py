"""Superbills: units, codes and numbers by their rules; the desk makes them without reading, the therapist prints."""
import io
import re
from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from practice.access import guard
from practice.accounts.npi import is_npi
from practice.accounts.services.users import get_user, set_profile
from practice.audit import services as audit
from practice.billing.models.superbills import Referral, Superbill
from practice.billing.profiles import NotReadyToIssue
from practice.billing.queries.accounts import get_package, uses_of
from practice.billing.queries.superbills import superbill_of
from practice.billing.services.checkout import checkout
from practice.billing.services.packages import give_session_back
from practice.billing.services.superbills import add_referral, faults_of, make_superbill
from practice.billing.services.write_offs import write_off
from practice.billing.superbill import Given, SuperbillFacts, is_diagnosis, superbill_faults, units_of
from practice.catalog.queries import get_treatment
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid
from practice.ops.books.check import check_books
from practice.premises.models import Profile
from tests.admin.test_checkout import look
from tests.billing.test_profiles import set_up
from tests.factories.billing import Stage

NPI = "1234567893"  # the standard's own example
GIVEN = Given(date(2026, 11, 2), "97124", 60, NPI, 1, 1)
FULL = SuperbillFacts(1, True, date(1990, 1, 1), True, (GIVEN,))


def test_numbers_codes_and_units():
    assert is_npi(NPI) and not is_npi("1234567890") and not is_npi("12345") and not is_npi("9" * 10)
    assert is_diagnosis("M54.50") and is_diagnosis("S13.4XXA") and not is_diagnosis("54.5") and not is_diagnosis("M5")
    assert [units_of(minutes) for minutes in (7, 8, 22, 23, 50, 52, 53, 60, 90)] == [0, 1, 1, 2, 3, 3, 4, 4, 6]


@pytest.mark.parametrize(("changed", "places"), [
    ({}, []), ({"born_on": None}, ["client"]), ({"has_diagnosis": False}, ["referral"]), ({"is_issued": False}, [""]),
    ({"given": ()}, [""]), ({"given": (Given(GIVEN.on, "", 60, "", 1, 1),)}, ["treatment", "staff"]),
    ({"given": (Given(None, "97124", 5, NPI),)}, ["", ""]),
    ({"given": (GIVEN, Given(GIVEN.on, "97140", 15, NPI))}, [""]),
    ({"given": (GIVEN, Given(date(2026, 11, 3), "97140", 15, NPI))}, []),
])
def test_what_a_superbill_lacks(changed, places):
    assert [fault.place for fault in superbill_faults(SuperbillFacts(**{**vars(FULL), **changed}))] == places


@pytest.fixture
def stage(people):
    stage = Stage(people)
    set_up(stage, Profile.SUPERBILL_US, address="12 Main St\nPortland, OR", tax_number="12-3456789")
    return stage


def fill_in(stage, *, npi=NPI, code="97124"):
    house, theo = stage.people.system, stage.people.theo.user_id
    with guard.acting(house), transaction():
        set_profile(house, theo, short_name="Theo", colour=1, version=get_user(theo).profile.version,
                    registration_body="OBMT", registration_number="LMT 12345", npi=npi)
        get_treatment(stage.treatment).billing_code = code
        audit.record(house, "treatment.save")


def refer(stage, **values) -> int:
    actor = stage.people.theo
    with guard.acting(actor), transaction():
        return add_referral(actor, stage.ann, **{"referrer": "Dr Ines Reed", "npi": NPI, "codes": ["m54.50", "M62.830"],
                                                 "from_on": stage.today - timedelta(days=9)} | values).id


def charged(stage) -> int:
    session = stage.session()
    return stage.do(lambda: checkout(stage.rae, session, payments=[("card", 5000)], request_key="k")).document_id


def test_an_invoice_names_all_that_can_be_entered_once(stage, as_person):
    session = stage.session()
    with pytest.raises(NotReadyToIssue) as refused:
        stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="k"))
    assert [fault.place for fault in refused.value.faults] == ["staff", "staff", "treatment"]
    fill_in(stage)
    assert charged(stage)
    with pytest.raises(Invalid, match="no NPI"):
        fill_in(stage, npi="1234567890")


def test_the_desk_makes_it_unread_and_the_therapist_prints_it(stage, as_person, people):
    fill_in(stage)
    invoice, desk = charged(stage), as_person("rae")
    page = look(desk, f"/money/superbill/of/{invoice}")
    assert "date of birth" in page and f"/clients/{stage.ann}/edit" in page and "has not entered" in page
    assert f"/referral/{stage.ann}" not in page  # the desk cannot enter it
    with guard.acting(people.system), transaction():
        get_client(stage.ann).born_on = date(1988, 2, 29)
        audit.record(people.system, "client.change", client_id=stage.ann)
    refer(stage, until_on=stage.today - timedelta(days=1))  # over before the visit
    assert [fault.place for fault in stage.read(lambda: faults_of(invoice))] == ["referral"]
    refer(stage)
    assert desk.post(f"/money/superbill/of/{invoice}/make").status_code == 302
    first = stage.read(lambda: superbill_of(invoice).id)
    assert stage.do(lambda: make_superbill(stage.rae, invoice)) == first
    page = look(desk, f"/money/superbill/of/{invoice}")
    assert "M54.50" not in page and "Ines Reed" not in page and ".pdf" not in page
    assert desk.get(f"/money/superbill/{first}.pdf").status_code == 403
    answer = as_person("theo").get(f"/money/superbill/{first}.pdf")
    words = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.data)).pages).split())
    for expected in ("M54.50", "M62.830", "97124", "Dr Ines Reed", "EIN 12-3456789", NPI, "02/29/1988", "LMT 12345",
                     "50.00"):
        assert expected in words, expected
    assert as_person("tara").get(f"/money/superbill/{first}.pdf").status_code == 404  # not in her care
    with guard.acting(people.system):
        assert check_books() == []


def printed(browser, superbill_id) -> str:
    answer = browser.get(f"/money/superbill/{superbill_id}.pdf")
    return " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.data)).pages).split())


def test_it_says_what_was_paid_and_is_made_anew_when_that_changes(stage, as_person, people):
    fill_in(stage)
    with guard.acting(people.system), transaction():
        get_client(stage.ann).born_on = date(1988, 2, 29)
        audit.record(people.system, "client.change", client_id=stage.ann)
    session = stage.session()
    refer(stage)
    invoice = stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="k")).document_id

    def made(page="", button=False):
        with guard.acting(stage.rae):
            assert check_books() == []
        clock.set_to(clock.now() + timedelta(minutes=1))
        shown = look(as_person("rae"), f"/money/superbill/of/{invoice}")
        assert page in shown and ("Make a new superbill" in shown) is button
        row_id = stage.do(lambda: make_superbill(stage.rae, invoice))
        assert stage.do(lambda: make_superbill(stage.rae, invoice)) == row_id
        facts = stage.read(lambda: superbill_of(invoice).facts)
        return row_id, facts["charged"], facts["paid"]

    first, *said = made()
    assert said == [7800, 0]
    stage.pay(3000, invoice)
    second, *said = made("what was paid", button=True)
    assert said == [7800, 3000]
    stage.do(lambda: write_off(stage.rae, invoice, amount=4000, on=stage.today, reason="moved away"))
    assert made()[0] == second  # what is given up is not paid
    stage.credit(invoice, {1: 5800})
    third, *said = made("what was paid", button=True)
    assert said == [2000, 2000]
    theirs = as_person("theo")
    assert "VOID" in printed(theirs, first) and "VOID" in printed(theirs, second)
    assert "VOID" not in printed(theirs, third)
    stage.credit(invoice)
    assert "marked as void" in look(as_person("rae"), f"/money/superbill/of/{invoice}")
    assert "VOID" in printed(as_person("theo"), third)
    with pytest.raises(NotReadyToIssue):
        stage.do(lambda: make_superbill(stage.rae, invoice))


def test_sessions_of_a_package_are_listed_as_they_are_given(stage, as_person, people):
    """A package of three for 200.01: 66.67 a session, each on its own day; 100.00 of it is paid."""
    fill_in(stage)
    with guard.acting(people.system), transaction():
        get_client(stage.ann).born_on = date(1988, 2, 29)
        audit.record(people.system, "client.change", client_id=stage.ann)
    sessions = [stage.session(), stage.session()]
    refer(stage)
    package = stage.package(sessions=3, price=20_001)
    invoice = stage.read(lambda: get_package(package).document_id)
    stage.pay(10_000, invoice)
    desk = as_person("rae")
    assert "has been given yet" in look(desk, f"/money/superbill/of/{invoice}")

    def give(key):
        stage.do(lambda: checkout(stage.rae, sessions.pop(), payments=[], request_key=key, package_id=package))
        made = stage.do(lambda: make_superbill(stage.rae, invoice))
        facts = stage.read(lambda: superbill_of(invoice).facts)
        with guard.acting(people.system):
            assert check_books() == []
        return made, [(line["charge"], line["units"], line["on"]) for line in facts["lines"]], facts["paid"]

    day = stage.today.isoformat()
    first, lines, paid = give("a")
    assert (lines, paid) == ([(6667, 4, day)], 6667)
    assert f"/money/superbill/of/{invoice}" in look(desk, f"/money/package/{package}")
    second, lines, paid = give("b")
    assert (lines, paid) == ([(6667, 4, day)] * 2, 10_000)
    assert "VOID" in printed(as_person("theo"), first) and "VOID" not in printed(as_person("theo"), second)
    use = stage.read(lambda: uses_of(package)[0].id)
    stage.do(lambda: give_session_back(stage.rae, use, reason="not given"))
    stage.do(lambda: make_superbill(stage.rae, invoice))
    assert stage.read(lambda: superbill_of(invoice).facts["charged"]) == 6667


def test_what_the_referrer_wrote_is_the_charts_alone(stage, as_person, people):
    theirs = as_person("theo")
    form = {"referrer": "Dr Ines Reed", "npi": NPI, "codes": "M54.50, M62.830", "from_on": stage.today.isoformat(),
            "until_on": "", "member_number": "W 1"}
    stage.session()
    assert theirs.post(f"/referral/{stage.ann}/", data=form | {"codes": "back pain"}).status_code == 422
    assert theirs.post(f"/referral/{stage.ann}/", data=form | {"npi": "1234567890"}).status_code == 422
    page = look(theirs, f"/referral/{stage.ann}/")
    form["request_key"] = re.search(r'name="request_key"[^>]*value="([^"]+)"', page)[1]
    for _click in range(2):
        assert theirs.post(f"/referral/{stage.ann}/", data=form).status_code == 302
    assert "M62.830" in look(theirs, f"/referral/{stage.ann}/")
    assert as_person("rae").get(f"/referral/{stage.ann}/").status_code == 403
    with guard.acting(people.system):
        assert b"M54" not in db.session.query(Referral).one()._content
        assert db.session.query(Superbill).count() == 0
    with pytest.raises(Forbidden):
        stage.do(lambda: add_referral(stage.rae, stage.ann, referrer="Dr", codes=["M54.50"], from_on=stage.today))
