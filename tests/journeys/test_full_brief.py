"""The brief of somebody with ten conditions and three hundred sessions: still one page, and the verdict a small part
of its time, printed as a ratio of two measured times."""
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest

from practice.access import guard
from practice.admin.brief.cards import MOST_SCORE_CURVES
from practice.core import clock
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.queries.book import rulebook
from practice.safety.queries.known import known
from practice.safety.rules import assess
from practice.safety.services.conditions import add_condition
from practice.schedule.states import AppointmentState as S
from practice.sessions.content import Score
from tests import personas
from tests.admin.test_brief_browser import FIRST_SCREEN
from tests.factories import clients, schedule, sessions
from tests.plugins.browsers import TABLET, sign_in

SESSIONS = 300
SCORES = (Score("pain:lower_back:left", 6, 4), Score("pain:foot:left", 5, 4), Score("pain:hand:left", 4, 3),
          Score("pain:calf:right", 3, 3), Score("stress", 7, 3), Score("sleep", 5), Score("stiffness", 7, 3),
          Score("Jaw opening", 4, 6))
LOADS = 15
MOST_NOTES = 2 * 6  # each of the last ones, and what stands beside it
CONDITIONS = (("diabetes", ()), ("hypertension_controlled", ()), ("anticoagulants", ()), ("osteoporosis", ()),
              ("varicose_veins", (Place("calf", "left"),)), ("fibromyalgia", ()), ("easy_bruising", ()),
              ("tendon_bursa_inflamed", (Place("shoulder", "right"),)), ("asthma_copd", ()),
              ("skin_inflamed", (Place("hand", "left"),)))


@pytest.fixture
def long_known(cloned_database):
    """(actor, client id, today's appointment) of a client who has come for six years."""
    people = personas.open_house()
    with guard.acting(people.system), transaction():
        row = clients.client("Nora", "Whelan")
        clients.care(row.id, people.theo.user_id, days=4000)
        client_id, treatment_id = row.id, schedule.treatment().id
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    with guard.acting(people.theo), transaction():
        for key, places in CONDITIONS:
            add_condition(people.theo, client_id, ConditionContent(key=key, places=places))
    for number in range(SESSIONS, 0, -1):
        starts_at = now - timedelta(days=7 * number)
        with clock.frozen(starts_at + timedelta(minutes=70)):
            appointment = sessions.visit(people, starts_at, client_id=client_id, treatment_id=treatment_id,
                                         state=S.DONE)
            sessions.signed(people.theo, appointment, sessions.words("Easier", pain_place=sessions.NECK,
                                                                     pain_before=5, pain_after=3, scores=SCORES))
    return people.theo, client_id, sessions.visit(people, now, client_id=client_id, treatment_id=treatment_id)


@pytest.mark.only_on("sqlite", "what a page looks like, and a ratio of times on one machine")
def test_it_is_one_page(long_known, live_server, new_page, capsys):
    theo, client_id, appointment = long_known
    page = new_page(size=TABLET, has_touch=True)
    sign_in(page, "theo")
    assert page.goto(f"/brief/{appointment}").ok
    assert max(page.evaluate(FIRST_SCREEN)) <= TABLET["height"]
    assert page.locator("#measures .chart-plot").count() == MOST_SCORE_CURVES
    assert 1 <= page.inner_text("body").count("Went well") <= MOST_NOTES
    whole = median(spent(page.request.get, f"/brief/{appointment}") for _load in range(LOADS))
    with guard.acting(theo):
        facts = known(client_id, clock.now().date()).facts
        assert len(facts.conditions) == len(CONDITIONS)
        verdict = median(spent(assess, facts, rulebook()) for _time in range(LOADS))
        db.session.rollback()
    with capsys.disabled():
        print(f"\nbrief of {len(CONDITIONS)} conditions and {SESSIONS} sessions: {whole * 1000:.1f} ms, the verdict "
              f"{verdict * 1000:.2f} ms, {verdict / whole:.3f} of it")


def spent(work, *given) -> float:
    """Seconds that one go takes."""
    began = perf_counter()
    work(*given)
    return perf_counter() - began
