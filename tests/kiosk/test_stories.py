"""Ten clients: what each answers on the address, and what the therapist reads before the session."""
import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape

import pytest

from practice.access import guard
from practice.core.body import UNASSESSED, Place
from practice.core.db import db, transaction
from practice.intake.definition import shipped
from practice.safety.queries.known import known
from practice.safety.rules import check_row, levels
from tests.factories import intake, schedule
from tests.personas import NOW

DEFINITION = shipped("full")
DUE = (NOW.date() + timedelta(weeks=12)).isoformat()
CALF, HAND, HAND_RIGHT = Place("calf", "left"), Place("hand", "left"), Place("hand", "right")


@dataclass(frozen=True)
class Story:
    """`answers` beside those of somebody healthy, `levels` by place, `problem` against a row, `says` in the brief.

    What a part with a yes leaves open is not assessed: places without a limit are not free then.
    """

    answers: dict
    shown: str
    levels: dict = field(default_factory=dict)
    row: tuple = (CALF, "effleurage", 2)
    problem: str | None = None
    says: tuple = ()

    def all_answers(self) -> dict:
        answers = intake.healthy(**self.answers)
        for section in DEFINITION.sections:  # a part with a yes is answered, not waved through
            if any(question.key in self.answers for question in section.questions):
                answers.pop(f"group:{section.key}", None)
        return answers


STORIES = {
    "a runner with nothing but a wish": Story(
        {"pressure": "4", "goals": ["recovery"]}, "go_ahead", {CALF: None}, says=("Wish: ", "Go ahead")),
    "blood thinners after a stent": Story(
        {"thinners": "yes", "thinners_which": "apixaban"}, "limits", {CALF: 3}, (CALF, "deep_tissue", 5), "too_deep",
        ("Takes blood thinners", "not yet decided", "apixaban")),
    "lymph nodes taken out on the left": Story(
        {"veins": ["nodes"], "nodes_where": ["axilla:left"], "nodes_when": "2021"}, "limits",
        {HAND: 1, HAND_RIGHT: UNASSESSED}, (HAND, "petrissage", 3), "too_deep", ("Lymph nodes removed or irradiated",)),
    "twenty-eight weeks pregnant": Story(
        {"pregnancy": "yes", "due_date": DUE}, "limits", {CALF: 1, Place("abdomen", "left"): 1},
        (CALF, "hot_stone", 2), "too_deep", ("Week 28 of pregnancy", "Not face down")),
    "one leg swollen and hot": Story(
        {"leg_now": "yes", "leg_side": "left"}, "do_not", {CALF: 0}, (CALF, "effleurage", 1), "outcome",
        ("Do not massage today", "Blood clot, present or suspected")),
    "thin bones and cortisone": Story(
        {"joints": ["bones"], "bones_how": "usual", "strong_medicine": ["cortisone"]}, "limits", {CALF: 3},
        (CALF, "thai", 3), "technique", ("Osteoporosis or fragile bones", "Cortisone for a long time")),
    "a fresh sprain beside old pain": Story(
        {"injuries": ["sprain"], "sprain_where": ["calf:left"], "sprain_since": "2026-11-14",
         "pain_where": {"lower_back:left": 5}, "pain_acute": "some", "pain_acute_where": ["shoulder:right"]}, "limits",
        {CALF: 0, Place("shoulder", "right"): 0, Place("calf", "right"): UNASSESSED,
         Place("lower_back", "left"): UNASSESSED},
        (CALF, "effleurage", 1), "closed", ("Sprain, strain or pulled muscle, fresh",)),
    "nuts on the skin, and a past stroke": Story(
        {"allergies": ["nut"], "allergy_severe": "yes", "heart": ["stroke"], "stroke_when": "past"}, "doctors_ok",
        {CALF: 3}, (CALF, "effleurage", 2), "outcome", ("Stroke in the past", "Doctor's OK needed", "emergency")),
    "somebody who does not know": Story(
        {"clot": "unknown", "told_not": "yes", "told_not_words": "My doctor, in spring"}, "not_assessed",
        {CALF: UNASSESSED}, says=("Not assessed", "My doctor, in spring", "Own words, not read yet")),
    "never on the belly, and only lightly": Story(
        {"pressure": "2", "never_more": ["abdomen:left", "abdomen:right"], "never_more_level": "1",
         "avoid": ["axilla:left"]}, "limits",
        {Place("abdomen", "left"): 1, CALF: None}, (Place("abdomen", "right"), "effleurage", 2), "too_deep",
        ("Go ahead with limits The client's own words: never more", "Armpit, left")),
}


def posted(section, answers: dict) -> dict:
    """The fields a browser would send for one part of the form."""
    data: dict = {"seen": [question.key for question in DEFINITION.questions()], "go": "next"}
    if f"group:{section.key}" in answers:
        data[f"group-{section.key}"] = answers[f"group:{section.key}"]
    for key, value in answers.items():
        if isinstance(value, dict):
            data |= {f"q-{key}-{part}": str(one) for part, one in value.items()}
        elif not key.startswith("group:"):
            data[f"q-{key}"] = value
    return data


def fill_in(browser, secret: str, answers: dict) -> None:
    """From the address to the signature, one part after the other."""
    assert browser.post(f"/f/{secret}").status_code == 303
    where = browser.get(f"/f/{secret}").headers["Location"]
    for _step in range(30):
        page = where.partition("?")[0]
        if page.endswith("/review"):
            break
        section = next(one for one in DEFINITION.sections if page.endswith(f"/part/{one.key}"))
        answer = browser.post(where, data=posted(section, answers))
        assert answer.status_code == 303, (where, re.sub(r"<[^>]+>", " ", answer.text)[-900:])
        where = answer.headers["Location"]
    sent = browser.post(f"/f/{secret}/review", data={"by": "self", "typed": "Ann Doyle"})
    assert sent.headers["Location"].endswith("/thanks")


@pytest.mark.parametrize("name", STORIES)
def test_from_answers_on_the_address_to_the_brief(people, app, as_person, name):
    story = STORIES[name]
    client_id = intake.client_of(people, "theo")
    _actor, secret = intake.address(people, client_id)
    fill_in(app.test_client(), secret, story.all_answers())
    with guard.acting(people.system), transaction():
        visit = schedule.appointment(client_id, people.theo.user_id, schedule.treatment().id,
                                     NOW + timedelta(hours=1)).id
    with guard.acting(people.theo):
        verdict = known(client_id, NOW.date()).verdict
        assert str(verdict.shown_as) == story.shown, list(verdict.not_assessed)
        for place, level in story.levels.items():
            assert levels(verdict)[str(place)] == level, (place, verdict.not_assessed)
        found = [str(problem.kind) for problem in check_row(verdict, *story.row) if problem.needs_reason]
        assert found[:1] == ([story.problem] if story.problem else []), found
        db.session.rollback()
    page = as_person("theo").get(f"/brief/{visit}").get_data(as_text=True)
    page = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
    for said in story.says:
        assert said in page, said
