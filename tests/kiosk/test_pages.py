"""The client's form without scripts: the parts, errors, sending, signing."""
import re
from datetime import date

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.audit.models import AuditRow
from practice.core.db import db
from practice.intake.definition import visible_sections
from practice.intake.models import IntakeDraft, Submission
from practice.intake.queries import answers_of, definition_of
from practice.safety.models import Condition
from tests.factories import intake
from tests.personas import NOW

ABOUT = {"q-full_name": "Ann Doyle", "q-birth_date": "21 Feb 1988", "q-phone": "085 555 0138"}


def begun(browser, path):
    assert browser.post(path).status_code == 303
    return browser


def state_of(people, *columns):
    db.session.rollback()
    with guard.acting(people.system):
        return db.session.execute(select(*columns)).one()


def draft_of(people) -> dict:
    db.session.rollback()
    with guard.acting(people.system):
        return answers_of(db.session.scalars(select(IntakeDraft)).one())


# --- filling it in ----------------------------------------------------------------------------------------------------

def test_errors_at_the_field_and_nothing_lost(people, form, client):
    path, _actor = form
    begun(client, path)
    page = client.post(f"{path}/part/about_you", data={
        "q-full_name": "Ann <Doyle>", "q-birth_date": "31 February 1988", "q-email": "nothing", "go": "next"})
    assert page.status_code == 422 and "3 things to put right" in page.text
    for words in ('href="#q-birth_date"', 'href="#q-phone"', 'href="#q-email"', 'value="31 February 1988"',
                  'value="nothing"', "Ann &lt;Doyle&gt;", 'aria-describedby="q-birth_date-error'):
        assert words in page.text
    assert draft_of(people)["birth_date"] == "31 February 1988"
    again = client.get(f"{path}/part/about_you").text
    assert 'value="31 February 1988"' in again


def test_follow_ups_open_after_next_without_scripts(people, form, client):
    path, _actor = form
    begun(client, path)
    page = client.post(f"{path}/part/wishes", data={"q-massage_before": "some", "go": "next"})
    assert page.status_code == 200 and "opened a few more questions" in page.text
    assert re.search(r'data-follow-up="massage_before" data-when="some often">', page.text)
    on = client.post(f"{path}/part/wishes", data={"q-massage_before": "some", "seen": "bad_reaction", "go": "next"})
    assert on.headers["Location"].endswith("/part/heart?after=wishes")
    needed = client.post(f"{path}/part/heart", data={"q-clot": "yes", "go": "next"})
    assert needed.status_code == 422 and 'href="#q-clot_state"' in needed.text


def test_none_of_these_beside_a_yes_is_asked_about(form, client):
    path, _actor = form
    begun(client, path)
    page = client.post(f"{path}/part/heart", data={"group-heart": "none", "q-leg_now": "yes", "js": "1"})
    assert page.status_code == 422 and "Please take one back" in page.text and 'href="#q-group-heart"' in page.text
    assert client.post(f"{path}/part/heart", data={"group-heart": "none", "q-leg_now": "no"}).status_code == 303


def test_back_saves_and_checks_nothing(people, form, client):
    path, _actor = form
    begun(client, path)
    answer = client.post(f"{path}/part/visit", data={"q-work": "sitting", "q-pain_where-calf:left": "7", "go": "back"})
    assert answer.headers["Location"].endswith("/part/about_you?after=visit")
    assert draft_of(people) == {"work": "sitting", "pain_where": {"calf:left": 7}}


def test_every_kind_of_answer_comes_back_as_it_was_given(people, form, client):
    path, _actor = form
    begun(client, path)
    client.post(f"{path}/save/about_you", data={**ABOUT, "q-address-street": "1 Lane", "q-address-city": "Dublin",
                                                "q-reminders": ["sms", "email"]})
    client.post(f"{path}/save/visit", data={"q-focus": ["calf:left", "axilla:right", "moon:left"], "q-stress": "7",
                                            "q-pain_where-knee:left": "3", "q-pain_since": "May 2019",
                                            "q-pain_acute": "no"})
    client.post(f"{path}/save/medicine", data={"q-medicines-name": ["Aspirin", "", "Iron"],
                                               "q-medicines-dose": ["75 mg", "", ""], "q-allergies": ["no"]})
    assert draft_of(people) == {
        "full_name": "Ann Doyle", "birth_date": "1988-02-21", "phone": "085 555 0138",
        "address": {"street": "1 Lane", "city": "Dublin"}, "reminders": ["sms", "email"],
        "focus": ["calf:left", "axilla:right"], "stress": 7, "pain_where": {"knee:left": 3}, "pain_since": "2019-05",
        "pain_acute": "no", "medicines": [{"name": "Aspirin", "dose": "75 mg"}, {"name": "Iron"}], "allergies": ["no"]}
    about = client.get(f"{path}/part/about_you").text
    assert 'value="21 February 1988"' in about and 'value="Dublin"' in about
    review = client.get(f"{path}/review").text
    for words in ("Lower leg, left", "Armpit, right", "7 of 10", "Knee, left: 3 of 10", "Aspirin, 75 mg",
                  "1 Lane, Dublin", "21 February 1988", "not answered"):
        assert words in review
    more = client.post(f"{path}/part/medicine", data={"q-medicines-name": "Iron", "go": "more"})
    assert more.text.count('name="q-medicines-name"') == 4


def test_a_part_that_is_not_there(form, client):
    path, _actor = form
    begun(client, path)
    for key in ("moon", "guardian", "%00", "x" * 3000):
        assert client.get(f"{path}/part/{key}").status_code in (400, 404)
        assert client.post(f"{path}/save/{key}").status_code in (400, 404)


JUNK = ["", "abc", "-1", "9" * 40, "NaN", "2026-13-45", "[[[1", "{}", "x" * 70_000, "\u202e'\"<script>", "\x00",
        "unknown", "[" * 5000]


@pytest.mark.requirement("no-5xx")
def test_junk_is_never_a_server_error(form, client):
    path, _actor = form
    begun(client, path)
    parts = ("about_you", "visit", "wishes", "heart", "body", "skin", "medicine", "agree")
    for part in parts:
        names = set(re.findall(r'name="((?:q|group)-[^"]+)"', client.get(f"{path}/part/{part}").text))
        for junk in JUNK:
            for rest in (f"/part/{part}", f"/save/{part}"):
                answer = client.post(path + rest, data={**dict.fromkeys(names, junk), "go": "next"})
                assert answer.status_code < 500, (part, junk[:10])
    for junk in JUNK:
        assert client.post(f"{path}/review", data={"strokes": junk, "typed": junk, "by": junk}).status_code < 500
        assert client.get(f"{path}/review").status_code == 200


@pytest.mark.requirement("bounded")
def test_too_much_is_refused_in_words(form, client):
    path, _actor = form
    begun(client, path)
    long = client.post(f"{path}/part/agree", data={"q-boundaries": "x" * 5000, "q-agreements": "true"})
    assert long.status_code == 422 and "This is too long." in long.text
    assert client.post(f"{path}/save/agree", data={"q-boundaries": "x" * 250_000}).status_code == 413
    huge = client.post(f"{path}/part/agree", data={"q-boundaries": "x" * 17_000_000})
    assert huge.status_code == 413 and "(01) 555 0100" in huge.text
    assert client.get(f"{path}/part/agree").status_code == 200


# --- sending ----------------------------------------------------------------------------------------------------------

def fill(client, path, guardian=None, **medicine):
    """A healthy client, without scripts, with one thing to tell; `medicine` is posted on that part as well, `guardian`
    the part a minor meets."""
    steps = {
        "about_you": ABOUT, **(guardian or {}), "visit": {}, "wishes": {},
        "heart": {"q-thinners": "yes", "q-thinners_which": "Aspirin", "seen": "thinners_which"},
        "body": {"group-body": "none"}, "skin": {"group-skin": "none"}, "medicine": {"q-allergies": "no", **medicine},
        "agree": {"q-agreements": ["true", "stop", "not_medical", "privacy", "late"], "q-helped_by": "My son"},
    }
    where = f"{path}/part/about_you"
    for key, data in steps.items():
        assert where.partition("?")[0].endswith(key)
        answer = client.post(where, data={**data, "go": "next"})
        assert answer.status_code == 303, answer.text
        where = answer.headers["Location"]
    assert where == f"{path}/review?after=agree"


def test_the_whole_form_without_scripts(people, form, client):
    path, actor = form
    fill(begun(client, path), path)
    assert "My son" in client.get(f"{path}/review").text
    unsigned = client.post(f"{path}/review", data={"by": "self", "typed": ""})
    assert unsigned.status_code == 422 and 'href="#sign"' in unsigned.text
    sent = client.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"})
    assert sent.headers["Location"] == f"{path}/thanks"
    assert "Thank you" in client.get(f"{path}/thanks").text
    assert client.get(f"{path}/thanks").text.count("Aspirin") == 0
    assert client.application.test_client().get(f"{path}/thanks").status_code == 404
    for rest in ("", "/part/heart", "/review"):
        assert client.get(path + rest).status_code == 404
    assert client.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"}).status_code == 404
    with guard.acting(people.system):
        assert db.session.scalar(select(func.count(Submission.id))) == 1
        assert db.session.scalar(select(func.count(Condition.id))) == 1  # the blood thinner, to be decided
        assert db.session.scalar(select(AuditRow.facts).where(AuditRow.action == "intake.send"))["link_id"] \
            == actor.link_id


def test_each_agreement_is_ticked_and_nothing_typed_is_lost(form, client):
    path, _actor = form
    begun(client, path)
    some = {"q-agreements": ["true", "privacy"], "q-boundaries": "Not my feet", "q-helped_by": "My son"}
    for _again in range(2):
        page = client.post(f"{path}/part/agree", data={**some, "go": "next"})
        assert page.status_code == 422 and page.text.count("Please tick each to go on.") == 2, "on top, and there"
        assert 'href="#q-agreements"' in page.text
        for words in ('value="true" checked', 'value="privacy" checked', "Not my feet", "My son"):
            assert words in page.text
        assert 'value="late" checked' not in page.text
    assert client.post(f"{path}/part/agree", data={**some, "go": "back"}).status_code == 303
    review = client.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"})
    assert review.status_code == 422 and f'{path}/part/agree#q-agreements' in review.text
    some["q-agreements"] += ["stop", "not_medical", "late"]
    assert client.post(f"{path}/part/agree", data={**some, "go": "next"}).status_code == 303


GUARDIAN = {"q-guardian_name": "Pat Doyle", "q-guardian_phone": "085 123 4567", "q-guardian_present": "yes"}


def of_a_minor(browser, path, is_on_record=False):
    """The form of somebody of 14, up to the last page."""
    fill(begun(browser, path), path, guardian={"guardian": GUARDIAN} if is_on_record else None)
    browser.post(f"{path}/part/about_you", data={**ABOUT, "q-birth_date": "4 May 2012", "go": "next"})
    assert browser.post(f"{path}/part/guardian", data={**GUARDIAN, "go": "next"}).status_code == 303


def is_chosen(page, value) -> bool:
    return bool(re.search(rf'name="by" value="{value}" checked', page.text))


@pytest.mark.parametrize("born_on", [None, date(2012, 5, 4)])
def test_a_minor_who_signs_alone_is_told_so_there_and_nothing_is_lost(people, client, born_on):
    _actor, secret = intake.address(people, intake.client_of(people, "theo", first_name="Kim", born_on=born_on))
    path = f"/f/{secret}"
    of_a_minor(client, path, born_on is not None)
    assert is_chosen(client.get(f"{path}/review"), "guardian")
    strokes = "[[[1,2],[3,4],[5,6],[7,8],[9,10]]]"
    page = client.post(f"{path}/review", data={"by": "self", "typed": "Kim Doyle", "strokes": strokes})
    assert page.status_code == 422 and 'href="#sign"' in page.text
    assert page.text.count("A parent or guardian has to sign for anyone under 18.") == 2, "on top, and there"
    assert is_chosen(page, "self") and "Kim Doyle" in page.text and strokes in page.text.replace(", ", ",")
    assert client.post(f"{path}/review", data={"by": "guardian", "typed": "Pat Doyle"}).status_code == 303
    db.session.rollback()
    with guard.acting(people.system):
        kept = answers_of(db.session.scalars(select(Submission)).one())
    assert (kept["signature"], kept["guardian_name"]) == ({"by": "guardian"}, "Pat Doyle")


def test_the_birth_date_the_practice_has_counts_too(people, client):
    _actor, secret = intake.address(people, intake.client_of(people, "theo", born_on=date(2012, 5, 4)))
    path = f"/f/{secret}"
    begun(client, path)
    answer = client.post(f"{path}/part/guardian", data={"go": "next"})
    assert answer.status_code == 422 and answer.text.count("Please answer this.") >= 3
    fill(client, path, guardian={"guardian": GUARDIAN})  # as somebody born in 1988
    review = client.get(f"{path}/review")
    assert is_chosen(review, "guardian") and "Pat Doyle" in review.text
    assert client.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"}).status_code == 422
    assert client.post(f"{path}/review", data={"by": "guardian", "typed": "Pat Doyle"}).status_code == 303
    db.session.rollback()
    with guard.acting(people.system):
        row = db.session.scalars(select(Submission)).one()
        kept, form = answers_of(row), definition_of(row.form_version)
    assert kept["guardian_name"] == "Pat Doyle" and kept["guardian_present"] == "yes", "kept with what was signed"
    assert "guardian" in {section.key for section in visible_sections(form, kept, NOW.date())}, "and read with it"


def test_who_is_of_age_signs_alone(form, client):
    path, _actor = form
    assert is_chosen(begun(client, path).get(f"{path}/review"), "self")


def test_drawn_strokes_come_back_after_an_error(form, client):
    path, _actor = form
    begun(client, path)
    strokes = "[[[1,2],[3,4],[5,6],[7,8],[9,10]]]"
    page = client.post(f"{path}/review", data={"by": "guardian", "strokes": strokes})
    assert page.status_code == 422 and strokes in page.text.replace(", ", ",")


def test_no_clinical_word_meets_the_client(form, client):
    path, _actor = form
    begun(client, path)
    pages = [path, f"{path}/review"] + [f"{path}/part/{key}" for key in (
        "about_you", "visit", "wishes", "heart", "body", "skin", "medicine", "agree")]
    for url in pages:
        words = set(re.findall(r"[a-z]+", re.sub(r"<[^>]+>", " ", client.get(url, follow_redirects=True).text.lower())))
        assert not words & {"phlebitis", "tia", "petrissage", "effleurage", "contraindication", "contraindications",
                            "hypertension", "thrombosis", "oedema", "edema", "contraindicated"}, url
