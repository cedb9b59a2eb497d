"""Deciding on the screen: answers of the form, conditions, allergies, limits, consents, what was read and asked."""
import re
from datetime import date, timedelta

import pytest

from practice.access import guard
from practice.core import clock
from practice.core.body import Place, Spot
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.models import ConditionState
from practice.safety.queries.known import known
from practice.safety.queries.rows import conditions_of
from practice.safety.services import conditions
from practice.safety.services.consents import TEXT_VERSION, TEXTS
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


@pytest.mark.requirement("lost-update")
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
        "version": 0, "shown": [name], "substance": ["Lavender", "", "Latex"], "reaction": ["itch", "", ""],
        "use_instead": ["unscented", "", ""], "severe": "2"})
    found = look(people, ann).profile
    assert [(fact.substance, fact.severity, fact.use_instead) for fact in found.allergies] == [
        ("Lavender", "", "unscented"), ("Latex", "severe", "")]
    assert found.allergies_refused == (name,) and found.allergies_asked_on == TODAY
    answer = theo.post(f"/conditions/client/{ann}/allergies", data={"version": 0, "substance": []},
                       follow_redirects=True)
    assert "Somebody else changed this" in words(answer) and len(look(people, ann).profile.allergies) == 2


def test_deciding_one_allergy_leaves_the_others_to_be_decided(theo, people, ann):
    name = look(people, ann).verdict.allergies[0].substance
    theo.post(f"/conditions/client/{ann}/allergy", data={"substance": name, "do": "refuse"})
    with clock.frozen(NOW + timedelta(minutes=5)):
        send(people, ann, allergies=["nut", "latex", "fragrance"], allergy_severe="yes")
        theo.post(f"/conditions/client/{ann}/allergy", data={"substance": "Scents or perfume", "do": "accept"})
    found = look(people, ann)
    assert {fact.substance: (str(fact.status), fact.severity) for fact in found.verdict.allergies} == {
        "Scents or perfume": ("accepted", "severe"), name: ("proposed", "severe"), "Latex": ("proposed", "severe")}
    assert found.profile.allergies_refused == ()


def test_only_what_stood_on_the_page_is_struck_out(theo, people, ann):
    """A form that comes in while the page is open is not decided by saving the page."""
    page = theo.get(f"/conditions/client/{ann}").get_data(as_text=True)
    shown = re.findall(r'name="shown" value="([^"]+)"', page)
    assert shown == [look(people, ann).verdict.allergies[0].substance]
    with clock.frozen(NOW + timedelta(minutes=5)):
        send(people, ann, allergies=["latex"], allergy_severe="yes")
        theo.post(f"/conditions/client/{ann}/allergies", data={
            "version": 0, "shown": shown, "substance": ["Lavender"], "reaction": [""], "use_instead": [""]})
    found = look(people, ann)
    assert {fact.substance: str(fact.status) for fact in found.verdict.allergies} == {
        "Lavender": "accepted", "Latex": "proposed"}
    assert found.profile.allergies_refused == tuple(shown)


@pytest.mark.parametrize("kept", [True, False])
def test_what_a_form_says_worse_while_the_page_is_open_is_still_to_be_decided(theo, people, ann, kept):
    page = theo.get(f"/conditions/client/{ann}").get_data(as_text=True)
    (name,) = re.findall(r'name="shown" value="([^"]+)"', page)
    newest = re.search(r'name="newest_form" value="(\d+)"', page).group(1)
    with clock.frozen(NOW + timedelta(minutes=5)):
        send(people, ann, allergies=["nut"], allergy_severe="yes", allergy_reaction="Throat swells")
        theo.post(f"/conditions/client/{ann}/allergies", data={
            "version": 0, "shown": [name], "newest_form": newest, "substance": [name if kept else ""],
            "reaction": [""], "use_instead": [""]})
    (fact,) = look(people, ann).verdict.allergies
    assert (str(fact.status), fact.severity, fact.reaction) == ("proposed", "severe", "Throat swells")


def test_what_a_form_says_worse_of_an_allergy_is_taken_over_or_put_aside(theo, people, ann):
    name = look(people, ann).verdict.allergies[0].substance
    theo.post(f"/conditions/client/{ann}/allergy", data={"substance": name, "do": "accept"})
    for minutes, said, severity in ((5, "refuse", ""), (10, "accept", "severe")):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            send(people, ann, allergies=["nut"], allergy_severe="yes", allergy_reaction="Throat swells")
            (fact,) = look(people, ann).verdict.allergies
            assert (fact.substance, str(fact.status), fact.severity) == (name, "proposed", "severe")
            theo.post(f"/conditions/client/{ann}/allergy", data={"substance": name, "do": said})
        (fact,) = look(people, ann).verdict.allergies
        assert (str(fact.status), fact.severity) == ("accepted", severity)
        assert look(people, ann).profile.allergies_refused == ()
    assert fact.reaction == "Throat swells"


def test_limits_and_consents(theo, people, ann):
    theo.post(f"/conditions/client/{ann}/limits", data={
        "version": 0, "limit_place": ["", "calf:left", "moon", ""], "limit_level": ["4", "1", "2", ""],
        "limit_words": ["frail", "vein", "", ""]})
    found = look(people, ann)
    assert [(limit.level, limit.words) for limit in found.profile.therapist_limits] == [(4, "frail"), (1, "vein")]


def consent(theo, people, client_id, **values) -> str:
    """Post the card of consents as it stands now; what the page says then."""
    data = {"version": look(people, client_id).profile_version, "length": "plan", "until": "", "given_on": ""} | values
    return words(theo.post(f"/conditions/client/{client_id}/consents", data=data, follow_redirects=True))


@pytest.mark.requirement("consent")
def test_consent_by_area_for_a_visit_a_plan_or_a_day_and_taken_back(theo, people, ann):
    buttock = Place("gluteal", "left")
    page = consent(theo, people, ann, consent=["gluteal", "intraoral_tmj"])
    assert f"given on 17 Nov 2026, for this plan, words of {TEXT_VERSION}" in page and TEXTS[TEXT_VERSION][:40] in page
    consent(theo, people, ann, consent="chest", length="visit")
    consent(theo, people, ann, consent="thigh_medial", length="day", until="2027-03-31", given_on="2026-11-10")
    held = look(people, ann).profile.consents
    assert [(one.regions + one.techniques, one.given_on, one.until) for one in held] == [
        (("gluteal",), TODAY, None), (("intraoral_tmj",), TODAY, None), (("chest",), TODAY, TODAY),
        (("thigh_medial",), date(2026, 11, 10), date(2027, 3, 31))]
    assert {one.text_version for one in held} == {TEXT_VERSION}
    assert look(people, ann).verdict.ceilings[buttock].level != 0
    page = consent(theo, people, ann, revoke="gluteal")
    assert "taken back on 17 Nov 2026" in page and look(people, ann).verdict.ceilings[buttock].level == 0
    assert "no such consent" in consent(theo, people, ann, revoke="gluteal")
    assert "Choose what" in consent(theo, people, ann, consent="moon")
    assert "Until which day?" in consent(theo, people, ann, consent="chest", length="day")
    assert "such as 2019" in consent(theo, people, ann, consent="chest", length="day", until="soon")
    assert "Somebody else changed this" in consent(theo, people, ann, consent="chest", version=0)


def test_a_doctor_is_asked_and_the_answer_is_taken_down(theo, people, ann):
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, ann, ConditionContent(key="heart_disease_stable"))
    home = f"/conditions/client/{ann}"
    assert "Ask about: Heart disease" in words(theo.get(home))
    asking = theo.get(f"{home}/letters/new/heart_disease_stable").get_data(as_text=True)
    assert "May massage go ahead?" in asking and theo.get(f"{home}/letters/new/nothing").status_code == 404
    answer = theo.post(f"{home}/letters/new/heart_disease_stable", data={"version": 0, "question": ["", " "]})
    assert answer.status_code == 422 and "Ask at least one question" in words(answer)
    answer = theo.post(f"{home}/letters/new/heart_disease_stable", data={
        "version": 0, "whom": "Dr. Byrne", "question": ["How deep at the most?", "", "Is lying flat all right?"]})
    paper = words(theo.get(answer.headers["Location"]))
    assert "Is lying flat all right?" in paper and "Dr. Byrne" in paper and "Asked, no answer yet" in paper
    sent = {"version": 1, "answer": ["Medium, no more", "Half sitting"], "is_ok": "yes", "by_whom": "Dr. Byrne",
            "max_pressure": "3", "heat": "no", "until": "2027-05-31", "answered_on": ""}
    answer = theo.post(f"{home}/letters/1/answer", data=sent | {"by_whom": "", "until": "soon"})
    assert answer.status_code == 422 and "Medium, no more" in answer.get_data(as_text=True)
    assert theo.post(f"{home}/letters/1/answer", data=sent).status_code == 302
    page = words(theo.get(home))
    assert "OK given" in page and "“Half sitting”" in page and "holds until 31 May 2027" in page
    verdict = look(people, ann).verdict
    assert str(verdict.outcome) == "proceed_with_limits" and str(verdict.heat.status) == "refused"
    theo.post(f"{home}/letters/1/end", data={"version": 2})
    assert str(look(people, ann).verdict.outcome) == "needs_clearance"
    assert theo.get(f"{home}/letters/9").status_code == 404


def test_what_is_to_be_known_word_for_word(theo, people, ann):
    address = f"/conditions/client/{ann}/remarks/"
    sent = {"version": 0, "pinned": ["Hearing aid out first", "", ""], "wish_level": ["4", ""],
            "wish_place": ["calf:left", ""], "wish_words": ["loves it there", ""], "never_level": "2",
            "never_place": "", "never_words": "never hurt me", "note_place": ["foot:left", "moon"],
            "note_words": ["ticklish", "x"], "blood_pressure": "128/82"}
    answer = theo.post(address, data=sent | {"blood_pressure": "high"})
    assert answer.status_code == 422 and "Hearing aid out first" in answer.get_data(as_text=True)
    assert theo.post(address, data=sent).status_code == 302
    held = look(people, ann).profile
    assert held.pinned == ("Hearing aid out first",) and held.place_notes == ((Place("foot", "left"), "ticklish"),)
    assert [(wish.level, wish.words) for wish in held.wishes] == [(4, "loves it there")]
    assert (held.blood_pressure.systolic, held.blood_pressure.on) == (128, TODAY)
    page = theo.get(address).get_data(as_text=True)
    for text in ("Hearing aid out first", "loves it there", "never hurt me", "ticklish", "128/82"):
        assert text in page and text in theo.get(f"/conditions/client/{ann}").get_data(as_text=True)
    answer = theo.post(address, data=sent | {"version": 0})
    assert answer.status_code == 422 and "Somebody else changed this" in words(answer)


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
