"""The owner changes techniques, what holds for everybody and thresholds in the browser, and it counts everywhere."""
import re
from dataclasses import replace

import pytest

from practice.access import guard
from practice.catalog.models import Treatment
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.rulebook import shipped
from practice.safety.services import conditions
from tests.admin.setup.pages import TREATMENT, as_system
from tests.admin.test_catalogue import BLANK, text_of
from tests.admin.test_rulebook import in_force, typed, words
from tests.factories import intake, safety, sessions
from tests.factories.schedule import at

THAI = {"version": "0", "label": "Thai stretching (pulling)", "client_label": "Stretching", "category": "modality",
        "synonyms": "nuad", "tool": "hands", "purpose": "", "lowest": "2", "highest": "4", "phases": ["working"],
        "cap": "3", "never_at": ["head"], "why": "The teacher says so.", "refused_for": ["osteoporosis"],
        "warns_for": [], "is_placed": "y", "sources": "Course in Chiang Mai", "note": ""}
HANDS = {"version": "0", "label": "Hands", "why": "Rings.", "regions": ["hand"], "cap": "2", "grade": "low",
         "basis": "editor", "sources": "Our experience", "note": ""}


@pytest.fixture
def olive(as_person):
    return as_person("olive")


def version_of(page: str) -> str:
    return re.search(r'name="version" value="(\d+)"', page).group(1)


@pytest.mark.parametrize("key", ["petrissage", "cupping", "breast_massage", "oil_any", "percussion_device"])
def test_a_technique_saved_unchanged_says_the_same(olive, people, key):
    page = olive.get(f"/setup/techniques/{key}").get_data(as_text=True)
    assert olive.post(f"/setup/techniques/{key}", data=typed(page)).status_code == 302
    after, before = in_force(people).techniques[key], shipped().techniques[key]
    assert after.is_own and "the book:" not in words(olive.get("/setup/techniques/"))
    in_order = {"is_own": False, "warns_for": before.warns_for, "phases": before.phases}
    assert set(after.warns_for) == set(before.warns_for) and set(after.phases) == set(before.phases)
    assert replace(after, **in_order) == before


@pytest.mark.parametrize("key", list(shipped().standing))
def test_what_holds_for_everybody_saved_unchanged_says_the_same(olive, people, key):
    page = olive.get(f"/setup/everybody/rule/{key}").get_data(as_text=True)
    assert olive.post(f"/setup/everybody/rule/{key}", data=typed(page)).status_code == 302
    after, before = in_force(people).standing[key], shipped().standing[key]
    assert after.is_own and set(after.points) == set(before.points)
    assert replace(after, is_own=False, points=before.points) == before


def test_a_relaxation_stands_beside_the_books_value_and_is_put_back(olive, people, as_person):
    page = olive.get("/setup/everybody/rule/spine").get_data(as_text=True)
    assert olive.post("/setup/everybody/rule/spine", data=typed(page) | {"cap": "2"}).status_code == 302
    assert in_force(people).standing["spine"].cap == 2
    for address in ("/setup/everybody/", "/setup/everybody/rule/spine"):
        assert "No deeper than: light (2) (the book: closed)" in words(olive.get(address)), address
    assert "Spine own rule" in words(as_person("theo").get("/setup/everybody/"))
    page = olive.get("/setup/everybody/rule/spine").get_data(as_text=True)
    stale = olive.post("/setup/everybody/rule/spine", data=typed(page) | {"version": "0", "cap": "4"})
    assert stale.status_code == 422 and "Somebody else changed this" in words(stale)
    olive.post("/setup/everybody/standing:spine/take-back", data={"version": version_of(page)})
    assert in_force(people).standing["spine"] == shipped().standing["spine"]


def test_regions_of_consent_and_thresholds_are_the_owners(olive, people):
    ticked = {"version": "0", "regions": ["breast", "abdomen"], "sources": "Our own"}
    assert olive.post("/setup/everybody/setting/sensitive", data=ticked).status_code == 302
    assert in_force(people).sensitive == ("breast", "abdomen")
    page = olive.get("/setup/everybody/setting/blood_pressure").get_data(as_text=True)
    sent = typed(page)
    wrong = olive.post("/setup/everybody/setting/blood_pressure", data=sent | {"ask_upper": "many"})
    assert wrong.status_code == 422 and "Write a whole number" in words(wrong)
    wrong = olive.post("/setup/everybody/setting/blood_pressure", data=sent | {"ask_upper": "200"})
    assert wrong.status_code == 422 and "the first figures are the lower ones" in words(wrong)
    assert olive.post("/setup/everybody/setting/blood_pressure", data=sent | {"ask_upper": "150"}).status_code == 302
    assert in_force(people).settings["blood_pressure"]["ask_doctor"] == [150, 100]
    assert "A doctor is asked from: 150/100 (the book: 160/100)" in words(olive.get("/setup/everybody/"))
    page = olive.get("/setup/everybody/setting/blood_pressure").get_data(as_text=True)
    olive.post("/setup/everybody/setting:blood_pressure/take-back", data={"version": version_of(page)})
    assert in_force(people).settings["blood_pressure"] == shipped().settings["blood_pressure"]


def test_what_makes_no_sense_keeps_what_was_typed(olive, people):
    wrong = olive.post("/setup/techniques/new", data=THAI | {"why": "", "lowest": "5"})
    assert wrong.status_code == 422 and "Course in Chiang Mai" in wrong.get_data(as_text=True)
    assert "Say why this technique" in words(wrong) and "lightest" in words(wrong)
    wrong = olive.post("/setup/everybody/new", data=HANDS | {"regions": []})
    assert wrong.status_code == 422 and "Say where it counts" in words(wrong)
    assert in_force(people) is shipped()
    longest = THAI | {"label": "Long " * 20}
    assert olive.post("/setup/techniques/new", data=longest).status_code == 302
    assert olive.post("/setup/techniques/new", data=longest).status_code == 422, "sent twice it is one technique"
    olive.post("/setup/techniques/new", data=longest | {"label": longest["label"] + "again"})
    olive.post("/setup/techniques/new", data=THAI | {"label": "New"})
    olive.post("/setup/everybody/new", data=HANDS | {"label": "Blood pressure"})
    olive.post("/setup/everybody/new", data=HANDS | {"label": "Fever"})
    book = in_force(people)
    assert len(book.techniques) == len(shipped().techniques) + 3
    assert olive.get("/setup/techniques/new_2").status_code == 200, "its address is its own"
    assert {"blood_pressure_2", "fever_2"} <= set(book.standing), "reasons of its own, for none of the others"
    assert olive.get("/setup/techniques/nothing").status_code == 404
    assert olive.get("/setup/everybody/rule/nothing").status_code == 404
    assert olive.get("/setup/everybody/setting/moon").status_code == 404


def test_a_technique_of_ones_own_from_the_treatment_to_the_note_to_the_brief(olive, people, as_person):
    """Made by the owner, sold with a treatment, written down by the therapist, read in the brief, taken out again."""
    assert olive.post("/setup/techniques/new", data=THAI).status_code == 302
    assert olive.post("/setup/everybody/new", data=HANDS).status_code == 302
    key = "thai_stretching_pulling"
    tax = re.search(r'<option[^>]*value="(\d+)"', olive.get("/setup/treatments/new").get_data(as_text=True)).group(1)
    sold = TREATMENT | {"tax_code_id": tax, "usual_techniques": [key]}
    assert olive.post("/setup/treatments/new", data=sold).status_code == 302
    treatment_id = as_system(people, lambda: db.session.query(Treatment.id).scalar())
    client_id = intake.client_of(people, "theo")
    visit = sessions.visit(people, at(9, 0), client_id=client_id, treatment_id=treatment_id)
    safety.send(people, client_id)
    theo = as_person("theo")
    assert "Pulling" in text_of(theo.get(f"/notes/{visit}/edit"))
    rows = f"calf:left {key} 3 20; hand:left {key} 3 5"
    refused = theo.post(f"/notes/{visit}/edit", data={**BLANK, "rows": rows, "do": "sign"})
    assert refused.status_code == 422 and "light (2)" in text_of(refused), "the standing rule of the hands"
    kept = {**BLANK, "version": version_of(refused.get_data(as_text=True)), "rows": rows.partition(";")[0]}
    signed = theo.post(f"/notes/{visit}/edit", data={**kept, "do": "sign"})
    assert signed.status_code == 302
    assert "Pulling" in text_of(theo.get(signed.headers["Location"]))
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, client_id, ConditionContent(key="osteoporosis"))
    page = text_of(theo.get(f"/brief/client/{client_id}"))
    assert re.search(r"Lower leg, left Pulling .*?20 min", page)
    assert "Thai stretching (pulling) : refused" in page and "Looser than the book" not in page
    olive.post(f"/setup/techniques/{key}/take-back", data={"version": "1"})
    assert "Pulling" in text_of(theo.get(signed.headers["Location"])), "what was written goes on being read"
    assert "Thai stretching" not in text_of(olive.get("/setup/techniques/"))


def test_what_own_rules_loosen_stands_in_the_brief(olive, people, as_person):
    page = olive.get("/setup/everybody/rule/spine").get_data(as_text=True)
    olive.post("/setup/everybody/rule/spine", data=typed(page) | {"cap": "2"})
    visit = sessions.visit(people, at(9, 0))
    brief = text_of(as_person("theo").get(f"/brief/{visit}"))
    assert "Looser than the book: Spine: light (2) (the book: closed)" in brief


def test_who_reads_and_who_changes(as_person):
    theo = as_person("theo")
    for part, new in (("techniques", "New technique"), ("everybody", "New rule")):
        assert new not in words(theo.get(f"/setup/{part}/"))
        assert theo.get(f"/setup/{part}/new").status_code == 403
        assert as_person("rae").get(f"/setup/{part}/").status_code == 403
