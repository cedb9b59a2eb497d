"""A therapist sees their own figures, the same as the owner sees of them, and nobody else's."""
import pytest

from practice.access import guard
from practice.billing.services.checkout import checkout
from practice.billing.services.documents import issue_invoice
from practice.billing.services.payments import take_payment
from practice.core.errors import Forbidden
from practice.reports.period import Period
from practice.reports.queries.own import own_earnings
from practice.reports.queries.report import report
from tests.factories.billing import Stage

NOVEMBER = Period.month(2026, 11)


@pytest.fixture
def stage(people):
    """A session of Theo's on an invoice, one on a package, a line of Tara's, and a tip for each."""
    stage = Stage(people)
    first, second = stage.session(), stage.session()
    package = stage.package()
    stage.do(lambda: checkout(stage.rae, first, payments=[], request_key="a"))
    stage.do(lambda: checkout(stage.rae, second, payments=[], request_key="b", package_id=package))
    tara = stage.do(lambda: _issue(stage))
    for actor, amount in ((people.theo, 500), (people.tara, 900)):
        stage.do(lambda actor=actor, amount=amount: take_payment(
            stage.rae, client_id=stage.ann, amount=1000 + amount, method="card", request_key=f"tip{amount}",
            document_id=tara, tip=amount, tip_for_id=actor.user_id))
    return stage


def _issue(stage):
    return issue_invoice(stage.rae, client_id=stage.ann,
                         lines=[stage.line(6000, therapist_id=stage.people.tara.user_id)])


def test_the_same_figures_as_the_owner_sees(people, stage):
    with guard.acting(people.olive):
        rows = {row[0]: row for row in report(people.olive, NOVEMBER).tables["therapists"]}
    for actor in (people.theo, people.tara):
        with guard.acting(actor):
            own = own_earnings(actor, NOVEMBER)
        row = rows[actor.user_id]
        assert (own.earned, own.tips, own.time.sessions, own.time.booked, own.time.available) == (
            row[8], row[11], *row[12:14], row[15])
        assert own.earned > 0 and sum(amount for _name, amount in own.by_treatment()) == own.earned


def test_the_page_shows_ones_own_and_nothing_of_others(as_person, stage):
    theo = as_person("theo").get("/earnings/2026-11").get_data(as_text=True)
    tara = as_person("tara").get("/earnings/2026-11").get_data(as_text=True)
    assert "127.46" in theo and "52.86" in tara  # 68.72 + 58.74, and 60.00 less its tax
    assert "52.86" not in theo and "127.46" not in tara and "Ann Doyle" not in theo and "9.00" not in theo
    assert as_person("theo").get("/earnings/").status_code == 200


@pytest.mark.parametrize("name", ["rae", "bo", "olive"])
def test_who_gives_no_treatments_earns_nothing(as_person, people, name):
    assert as_person(name).get("/earnings/2026-11").status_code == 403
    actor = getattr(people, name)
    with guard.acting(actor), pytest.raises(Forbidden):
        own_earnings(actor, NOVEMBER)
