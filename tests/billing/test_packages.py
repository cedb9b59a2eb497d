"""Packages: sold with an invoice, used one by one, the last session taking what is left."""
import threading
from datetime import timedelta

import pytest

from practice.access import guard
from practice.billing.models.packages import Package, PackageUse
from practice.billing.queries.accounts import account_of, get_package
from practice.billing.queries.charged import charged
from practice.billing.queries.documents import get_document
from practice.billing.services.checkout import CheckedOutAlready, checkout
from practice.billing.services.documents import issue_invoice
from practice.billing.services.packages import (
    PackageOver,
    PackageUsedUp,
    WrongPackage,
    extend_package,
    sell_package,
)
from practice.catalog.models import TreatmentText
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound
from tests import personas
from tests.factories import schedule
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def use(stage, package, session=None):
    session = session or stage.session()
    receipt = stage.do(lambda: checkout(stage.rae, session, payments=[], request_key=f"p{session}",
                                        package_id=package))
    return stage.read(lambda: db.session.get(PackageUse, receipt.package_use_id).value_amount)


def test_a_form_that_made_an_invoice_sells_no_package(stage):
    stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=[stage.line()], request_key="k"))
    with pytest.raises(Invalid, match="something else"):
        stage.do(lambda: sell_package(stage.rae, client_id=stage.ann, treatment_id=stage.treatment, sessions=3,
                                      price_amount=20_000, request_key="k"))


def test_a_form_sent_again_for_another_time_sells_no_second_package(stage):
    def sell(days):
        return stage.do(lambda: sell_package(stage.rae, client_id=stage.ann, treatment_id=stage.treatment, sessions=3,
                                             price_amount=20_000, holds_days=days, request_key="k"))

    number = sell(90)
    for other in (365, None):
        with pytest.raises(Invalid, match="something else"):
            sell(other)
    with clock.frozen(personas.NOW + timedelta(days=1)):
        assert sell(90) == number, "the day after, the same form"
    version = stage.read(lambda: db.session.get(Package, number).version)
    stage.do(lambda: extend_package(stage.rae, number, until=stage.today + timedelta(days=200), reason="was ill",
                                    version=version))
    assert sell(90) == number, "what was extended since is the same sale"


def test_it_is_sold_with_an_invoice_in_neutral_words(stage):
    package = stage.read(lambda: db.session.get(Package, stage.package(3, 20_000)))
    document = stage.read(lambda: get_document(package.document_id))
    assert [line.text for line in document.lines] == ["3 × Treatment, 60 minutes"]
    assert (document.gross_amount, package.value_left_amount) == (20_000, document.net_amount)
    assert package.expires_on == stage.today + timedelta(days=365)


def test_the_name_is_in_the_clients_language(stage):
    with guard.acting(stage.people.system), transaction():
        db.session.add(TreatmentText(treatment_id=stage.treatment, language="de", name="Tief 60",
                                     neutral_name="Behandlung, 60 Minuten"))
        from practice.audit import services as audit
        from practice.clients.models import Client
        db.session.get(Client, stage.ann).language = "de"
        audit.record(stage.people.system, "treatment.change")
    package = stage.read(lambda: db.session.get(Package, stage.package()))
    assert stage.read(lambda: get_document(package.document_id)).lines[0].text == "3 × Behandlung, 60 Minuten"


def test_the_last_session_takes_what_is_left(stage):
    package = stage.package(3, 20_000)
    values = [use(stage, package) for _turn in range(3)]
    assert values == [5874, 5874, 5873] and sum(values) == 17_621
    with pytest.raises(PackageUsedUp):
        use(stage, package)
    assert stage.read(lambda: account_of(stage.ann, stage.today).packages) == []
    stage.check_books()


def test_one_session_an_appointment(stage):
    package, session = stage.package(), stage.session()
    use(stage, package, session)
    with pytest.raises(CheckedOutAlready):
        use(stage, package, session)
    assert stage.read(lambda: charged([session])) == {session}


def test_not_after_it_ran_out_and_not_for_another_treatment(stage):
    package, session = stage.package(), stage.session()
    with clock.frozen(personas.NOW + timedelta(days=366)), pytest.raises(PackageUsedUp):
        use(stage, package, session)
    with guard.acting(stage.people.system), transaction():
        other = schedule.treatment("Foot 30", minutes=30).id
    wrong = stage.do(lambda: sell_package(stage.rae, client_id=stage.ann, treatment_id=other, sessions=2,
                                          price_amount=100))
    with pytest.raises(WrongPackage):
        use(stage, wrong, session)


def test_only_of_the_client(stage):
    other = stage.client("Ben", "Okafor")
    theirs = stage.do(lambda: sell_package(stage.rae, client_id=other, treatment_id=stage.treatment, sessions=2,
                                           price_amount=100))
    for number in (theirs, 10**9):
        with pytest.raises(NotFound):
            use(stage, number)


@pytest.mark.parametrize("values", [{"sessions": 1}, {"sessions": 101}, {"price_amount": 0}, {"price_amount": -5},
                                    {"sessions": 2.0}, {"price_amount": 1e9}, {"holds_days": 0},
                                    {"holds_days": 10**9}])
def test_packages_that_cannot_be(stage, values):
    asked = {"client_id": stage.ann, "treatment_id": stage.treatment, "sessions": 3, "price_amount": 100} | values
    with pytest.raises(Invalid):
        stage.do(lambda: sell_package(stage.rae, **asked))


@pytest.mark.parametrize("name", ["theo", "bo"])
def test_who_may_not(stage, people, name):
    actor = getattr(people, name)
    with guard.acting(actor), pytest.raises(Forbidden), transaction():
        sell_package(actor, client_id=stage.ann, treatment_id=stage.treatment, sessions=2, price_amount=100)


def test_a_package_holds_longer_while_it_holds(stage, as_person):
    package, rae = stage.package(3), as_person("rae")
    address = f"/money/package/{package}/extend"
    until = stage.today + timedelta(days=365)
    assert "Hold longer" in rae.get(f"/money/package/{package}").text and until.isoformat()[:4] in rae.get(address).text

    def send(day, version="1", reason="was ill"):
        return rae.post(address, data={"until": day.isoformat(), "reason": reason, "version": version})

    assert send(until).status_code == 422 and send(until + timedelta(days=9), "7").status_code == 422
    assert send(until + timedelta(days=9), reason="").status_code == 422
    assert send(until + timedelta(days=9)).status_code == 302
    assert stage.read(lambda: get_package(package).expires_on) == until + timedelta(days=9)
    with clock.frozen(personas.NOW + timedelta(days=400)), pytest.raises(PackageOver):
        stage.do(lambda: extend_package(stage.rae, package, until=until + timedelta(days=500), reason="late",
                                        version=2))
    assert as_person("bo").get(address).status_code == 403
    stage.check_books()


@pytest.mark.requirement("no-double-booking")
def test_the_last_session_is_given_once(cloned_database):
    clock.set_to(personas.NOW)
    stage, app, outcomes = Stage(personas.open_house()), cloned_database.app, []
    package, sessions = stage.package(2), [stage.session() for _turn in range(4)]
    start = threading.Barrier(4)

    def work(number):
        with app.app_context():
            start.wait()
            try:
                with guard.acting(stage.rae), transaction():
                    checkout(stage.rae, number, payments=[], request_key=f"c{number}", package_id=package)
                outcomes.append("used")
            except PackageUsedUp:
                outcomes.append("none left")

    threads = [threading.Thread(target=work, args=(number,)) for number in sessions]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["none left", "none left", "used", "used"]
    stage.check_books()
