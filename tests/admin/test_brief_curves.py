"""The curves of the brief below its first screen: measures, and the 0–10 items of the last notes."""
import re
from datetime import timedelta

import pytest

from practice.access import guard
from practice.core import clock
from practice.core.body import all_places
from practice.core.db import db, transaction
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState as S
from practice.sessions.content import NoteContent, Score
from practice.sessions.items import pain_at
from practice.sessions.services.measurements import take_measure
from tests.factories import safety, schedule, sessions
from tests.personas import NOW
from tests.plugins.statements import counted


@pytest.fixture
def priya(people) -> tuple[int, int]:
    return safety.with_history(people)


def test_curves_stand_below_with_what_they_mean_and_ask_nothing_more(as_person, people, priya):
    client_id, appointment_id = priya
    with guard.acting(people.system):
        treatment_id = db.session.get(Appointment, appointment_id).treatment_id
    theo, address = as_person("theo"), f"/brief/{appointment_id}"

    def opened() -> tuple[str, int]:
        theo.get(address)
        with counted() as statements:
            page = theo.get(address).text
        return page, sum(not one.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")) for one in statements)

    def measured(answers: tuple) -> None:
        with guard.acting(people.theo), transaction():
            take_measure(people.theo, client_id, "roland_morris", answers)

    measured((14,))
    page, before = opened()
    assert "Roland" in page and "chart-plot" not in page[page.index('id="measures"'):], "one figure is no curve"
    measured((8,))
    foot = "pain:foot:left"
    for days, is_signed, scores in ((6, True, (Score("stress", 7, 3), Score(foot, 6, 4), Score("Jaw", 2))),
                                    (4, True, (Score("stress", 8, 3), Score(foot, 2, 2), Score("Jaw", 3))),
                                    (2, False, (Score("stress", 0), Score("mood", 5), Score("Jaw", 9)))):
        at = schedule.at(10, day=NOW.date() - timedelta(days=days))
        with clock.frozen(at + timedelta(hours=2)):
            number = sessions.visit(people, at, client_id=client_id, treatment_id=treatment_id, state=S.DONE)
            write = sessions.signed if is_signed else sessions.draft
            write(people.theo, number, NoteContent(subjective="x", scores=scores))
    page, after = opened()
    assert after == before
    grid, _id, card = page[page.index('class="brief-grid"'):].partition('id="measures"')
    card = card[:card.index("</section>")]
    assert 'aria-label="Pain before each session, Foot, left: first 6, now 2 of 10"' in grid, "a score is drawn as well"
    assert re.findall(r'role="img" aria-label="([^"]+)"', card) == [
        "Roland–Morris, lower back: first 14, now 8. 17 Nov 14, 17 Nov 8",
        "Pain: Back of neck: first 6, now 5. 6 Oct 6 → 4, 20 Oct 5 → 3, 3 Nov 5 → 2"], "what may be chance is known"
    assert "<strong>Stress</strong>: 8, first 7" in card and "<strong>Jaw</strong>: 3, first 2" in card
    assert re.findall(r'badge badge-(\w+)">([^<]+)<', card) == [
        ("ok", "6 better: enough to matter"), ("outline", "may be chance"), ("outline", "1 worse"),
        ("outline", "1 higher")]


def test_many_scores_are_said_in_short_above_and_drawn_in_part_below(as_person, people, priya):
    client_id, appointment_id = priya
    with guard.acting(people.system):
        treatment_id = db.session.get(Appointment, appointment_id).treatment_id
    for days in (4, 2):
        at = schedule.at(10, day=NOW.date() - timedelta(days=days))
        with clock.frozen(at + timedelta(hours=2)):
            number = sessions.visit(people, at, client_id=client_id, treatment_id=treatment_id, state=S.DONE)
            sessions.signed(people.theo, number, NoteContent(
                subjective="x", scores=(
                    *(Score(f"Own {one}", days, 1) for one in range(1, 9)),
                    *(Score(pain_at(place), days, 1) for place in all_places()[:5]))))
    page = as_person("theo").get(f"/brief/{appointment_id}").text
    first = page[page.index("On the way:"):page.index("Goals and plan")]
    assert "Own 6 2 → 1 · 7 more" in first and "Own 7" not in first
    card = page[page.index('id="measures"'):]
    card = card[:card.index("</section>")]
    assert card.count("chart-plot") == 3 and card.count("2 lower") == 8
