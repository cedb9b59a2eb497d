"""Deciding on the screen: answers of the form, conditions, allergies, limits, consents, what was read and asked."""
import re
from datetime import date

import pytest

from practice.access import guard
from practice.core.body import Place, Spot
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.models import ConditionState
from practice.safety.queries import conditions_of, known
from practice.safety.services import conditions
from tests.factories import intake
from tests.factories.safety import send
from tests.personas import NOW

TODAY = NOW.date()


@pytest.fixture
def ann(people) -> int:
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    send(people, client_id, thinners="yes", thinners_which="apixaban", allergies=["nut"], allergy_severe="no",
         told_not="yes", told_not_words="My doctor, in May", clot="unknown")
    return client_id


@pytest.fixture
def theo(as_person):
    return as_person("theo")


def look(people, client_id):
    db.session.rollback()
    with guard.acting(people.theo):
        return known(client_id, TODAY)


def rows(people, client_id) -> list[tuple]:
    db.session.rollback()
    with guard.acting(people.theo):
        return [(row.id, row.version, row.state, ConditionContent.from_json(row.content))
                for row in conditions_of(client_id)]


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def test_the_list_of_who_waits_holds_names_and_numbers(theo, ann):
    page = words(theo.get("/conditions/"))
    assert "Ann Doyle 1 answer" in page and "apixaban" not in page and "thinner" not in page


def test_one_tap_accepts_and_leads_back(theo, people, ann):
    number, version, _state, _content = rows(people, ann)[0]
    answer = theo.post(f"/conditions/{number}/accept", data={"version": version, "back": "/brief/7"})
    assert answer.headers["Location"] == "/brief/7"
    assert [state for _id, _version, state, _c in rows(people, ann)] == [ConditionState.ACCEPTED]
    answer = theo.post(f"/conditions/{number}/accept", data={"version": version}, follow_redirects=True)
    assert "Somebody else changed this" in words(answer)


def test_accepted_with_changes(theo, people, ann):
    number, version, _state, before = rows(people, ann)[0]
    page = theo.get(f"/conditions/{number}/edit").get_data(as_text=True)
    assert "apixaban" in page and 'value="anticoagulants"' in page
    answer = theo.post(f"/conditions/{number}/edit", data={
        "version": version, "key": "anticoagulants", "words": "", "variant": "", "side": "", "since": "2024-05",
        "due_on": "", "review_on": "2027-01-15", "own_limit": "2", "note": "INR weekly",
        "place": ["calf:left", "axilla:right", "nonsense"]})
    assert answer.status_code == 302
    _id, _version, state, content = rows(people, ann)[0]
    assert state is ConditionState.ACCEPTED and content.since == date(2024, 5, 1) and content.own_limit == 2
    assert content.places == (Place("calf", "left"),) and content.spots == (Spot("axilla", "right"),)
    assert (content.told, content.question_key, content.origin) == (before.told, before.question_key, before.origin)
    assert content.note == "INR weekly" and content.review_on == date(2027, 1, 15)
    assert look(people, ann).verdict.ceilings[Place("calf", "left")].level == 2


def test_put_aside_needs_words_and_keeps_them(theo, people, ann):
    number, version, _state, _content = rows(people, ann)[0]
    answer = theo.post(f"/conditions/{number}/dismiss", data={"version": version, "reason": ""}, follow_redirects=True)
    assert "Say why this is put aside" in words(answer)
    theo.post(f"/conditions/{number}/dismiss", data={"version": version, "reason": "Ended in May"})
    page = words(theo.get(f"/conditions/client/{ann}"))
    assert "Ended and put aside" in page and "Ended in May" in page


def test_a_condition_of_ones_own_is_added_changed_and_ended(theo, people, ann):
    form = {"key": "", "words": "Faints at needles", "variant": "", "side": "", "own_limit": "3", "note": "",
            "place": "hand:left"}
    assert theo.get(f"/conditions/client/{ann}/new").status_code == 200
    assert theo.post(f"/conditions/client/{ann}/new", data=form).status_code == 302
    number, version, state, content = rows(people, ann)[-1]
    assert state is ConditionState.ACCEPTED and content.words == "Faints at needles"
    assert look(people, ann).verdict.ceilings[Place("hand", "left")].level == 3
    answer = theo.post(f"/conditions/{number}/edit", data={**form, "own_limit": "1", "version": version})
    assert answer.status_code == 302
    assert look(people, ann).verdict.ceilings[Place("hand", "left")].level == 1
    theo.post(f"/conditions/{number}/end", data={"version": version + 1, "reason": "Got over it"})
    assert rows(people, ann)[-1][2] is ConditionState.ENDED
    assert look(people, ann).verdict.ceilings[Place("hand", "left")].level == 3, "the blood thinner is still there"
    assert theo.get(f"/conditions/{number}/edit").status_code == 404


@pytest.mark.parametrize(("field", "value", "said"), [
    ("words", "", "Choose a condition"), ("since", "last summer", "such as 2019"), ("due_on", "2026-13-45", "such as"),
    ("review_on", "soon", "such as"), ("own_limit", "9", "Not a valid choice"),
    ("key", "nonsense", "Not a valid choice"),
    ("variant", "no_such", "Not a valid choice"), ("words", "x" * 300, "longer than")])
def test_errors_stand_at_the_field_and_nothing_typed_is_lost(theo, people, ann, field, value, said):
    form = {"key": "", "words": "Faints at needles", "variant": "", "side": "", "own_limit": "", "note": "typed before",
            field: value}
    answer = theo.post(f"/conditions/client/{ann}/new", data={**form, "place": "calf:right"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and said in page and "typed before" in page
    assert re.search(r'value="calf:right" checked', page)
    assert len(rows(people, ann)) == 1


def test_a_stale_form_shows_itself_again(theo, people, ann):
    number, version, _state, _content = rows(people, ann)[0]
    with guard.acting(people.theo), transaction():
        conditions.accept(people.theo, number, version=version)
    answer = theo.post(f"/conditions/{number}/edit", data={
        "version": version, "key": "anticoagulants", "words": "", "variant": "", "side": "", "note": "my long note"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "my long note" in page and f'name="version" value="{version + 1}"' in page


def test_an_allergy_of_the_form_is_taken_down_or_struck_out(theo, people, ann):
    name = look(people, ann).verdict.allergies[0].substance
    theo.post(f"/conditions/client/{ann}/allergy", data={"substance": name, "do": "accept"})
    assert [fact.status for fact in look(people, ann).verdict.allergies] == ["accepted"]
    theo.post(f"/conditions/client/{ann}/allergy", data={"substance": name, "do": "refuse"})
    found = look(people, ann)
    assert found.verdict.allergies == () and found.profile.allergies_refused == (name,)
    answer = theo.post(f"/conditions/client/{ann}/allergy", data={"substance": "x", "do": "accept"},
                       follow_redirects=True)
    assert answer.status_code == 200 and look(people, ann).verdict.allergies == ()


def test_the_whole_list_of_allergies(theo, people, ann):
    name = look(people, ann).verdict.allergies[0].substance
    theo.post(f"/conditions/client/{ann}/allergies", data={
        "version": 0, "substance": ["Lavender", "", "Latex"], "reaction": ["itch", "", ""],
        "use_instead": ["unscented", "", ""], "severe": "2"})
    found = look(people, ann).profile
    assert [(fact.substance, fact.severity, fact.use_instead) for fact in found.allergies] == [
        ("Lavender", "", "unscented"), ("Latex", "severe", "")]
    assert found.allergies_refused == (name,) and found.allergies_asked_on == TODAY
    answer = theo.post(f"/conditions/client/{ann}/allergies", data={"version": 0, "substance": []},
                       follow_redirects=True)
    assert "Somebody else changed this" in words(answer) and len(look(people, ann).profile.allergies) == 2


def test_limits_and_consents(theo, people, ann):
    theo.post(f"/conditions/client/{ann}/limits", data={
        "version": 0, "limit_place": ["", "calf:left", "moon", ""], "limit_level": ["4", "1", "2", ""],
        "limit_words": ["frail", "vein", "", ""]})
    theo.post(f"/conditions/client/{ann}/consents", data={
        "version": 1, "region": ["gluteal", "moon"], "technique": "intraoral_tmj", "until": "2027-03-31"})
    found = look(people, ann)
    assert [(limit.level, limit.words) for limit in found.profile.therapist_limits] == [(4, "frail"), (1, "vein")]
    consent = found.profile.consents[0]
    assert consent.regions == ("gluteal",) and consent.until == date(2027, 3, 31)
    assert found.verdict.ceilings[Place("gluteal", "left")].level == 3
    answer = theo.post(f"/conditions/client/{ann}/consents", data={"version": 2, "region": "chest", "until": "soon"},
                       follow_redirects=True)
    assert "such as 2019" in words(answer)
    theo.post(f"/conditions/client/{ann}/consents", data={"version": 2})
    assert look(people, ann).profile.consents == ()


def test_reading_and_asking_settle_what_is_open(theo, people, ann):
    found = look(people, ann)
    number = found.form.submission.id
    for key in ("told_not_words", "clot", "thinners_which"):
        theo.post(f"/conditions/client/{ann}/settle", data={"submission_id": number, "key": key})
    left = {str(gap.kind) for gap in look(people, ann).verdict.not_assessed}
    assert left == {"undecided"}
    for junk in ("", "x", "-1", "9" * 30):
        answer = theo.post(f"/conditions/client/{ann}/settle", data={"submission_id": junk, "key": "clot"})
        assert answer.status_code == 302


def test_only_who_has_the_client_in_care_gets_in(as_person, people, ann):
    number = rows(people, ann)[0][0]
    client_pages = ("", "/new")
    client_posts = ("/new", "/allergy", "/allergies", "/limits", "/consents", "/settle")
    for name, code in (("tara", 404), ("rae", 403), ("bo", 403)):
        browser = as_person(name)
        for path in client_pages:
            assert browser.get(f"/conditions/client/{ann}{path}").status_code == code, (name, path)
        for path in client_posts:
            assert browser.post(f"/conditions/client/{ann}{path}").status_code == code, (name, path)
        assert browser.get(f"/conditions/{number}/edit").status_code == code
        for verb in ("edit", "accept", "dismiss", "end"):
            assert browser.post(f"/conditions/{number}/{verb}", data={"version": 1}).status_code == code, (name, verb)
    olive = as_person("olive")
    assert "break-glass" in olive.get(f"/conditions/client/{ann}").headers["Location"]
    assert olive.post(f"/conditions/{number}/accept", data={"version": 1}).status_code == 403


def test_the_list_and_the_rulebook(as_person, theo, people, ann):
    page = theo.get("/lists/conditions/").get_data(as_text=True)
    assert "Ann Doyle" in page and "search" not in re.findall(r'name="(\w+)"', page.split("</header>")[-1])
    assert "Ann Doyle" not in as_person("tara").get("/lists/conditions/").get_data(as_text=True)
    assert as_person("rae").get("/lists/conditions/").status_code == 403
    for name in ("theo", "olive"):
        page = words(as_person(name).get("/setup/rulebook/"))
        assert "Tracy Walton" in page and "less certain" in page and "Decision support, not medical advice" in page
    assert as_person("rae").get("/setup/rulebook/").status_code == 403
