"""The client's form without scripts: the door, the parts, errors, sending; and what nobody else gets to see."""
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.accounts.models import Attempt
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.intake.models import IntakeDraft, IntakeLink, Submission
from practice.intake.queries import answers_of
from practice.intake.services import links
from practice.safety.models import Condition
from tests.factories import intake
from tests.personas import NOW

ABOUT = {"q-full_name": "Ann Doyle", "q-birth_date": "21 Feb 1988", "q-phone": "085 555 0138"}


@pytest.fixture
def form(people):
    """The path of Ann's form, and its link."""
    client_id = intake.client_of(people, "theo", first_name="Annika", born_on=date(1988, 2, 21))
    actor, secret = intake.address(people, client_id)
    return f"/f/{secret}", actor


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


# --- the door ---------------------------------------------------------------------------------------------------------

@pytest.mark.requirement("get-changes-nothing")
def test_scanners_and_previews_spend_nothing(people, form, app):
    path, _actor = form
    for method in ("get", "head", "get", "head"):
        answer = getattr(app.test_client(), method)(path, headers={"User-Agent": "LinkScanner/1.0"})
        assert answer.status_code == 200 and "Set-Cookie: form_device" not in str(answer.headers)
    assert state_of(people, IntakeLink.opened_at, IntakeLink.spent_at, IntakeLink.device_hash) == (None, None, None)
    assert state_of(people, func.count(Attempt.id)) == (0,)
    assert state_of(people, func.count(AuditRow.id).filter(AuditRow.action == "intake.open")) == (0,)


def test_the_welcome_says_the_first_name_until_it_is_begun(form, app):
    path, _actor = form
    assert "Hello Annika" in app.test_client().get(path).text
    begun(app.test_client(), path)
    other = app.test_client().get(path).text
    assert "Annika" not in other and "Doyle" not in other and "Date of birth" in other and "(01) 555 0100" in other


def test_starting_gives_a_cookie_for_the_form_only(form, client):
    path, _actor = form
    cookie = client.post(path).headers["Set-Cookie"]
    assert re.match(r"form_device=[\w-]{32};", cookie)
    for word in ("HttpOnly", "Path=/f/", "SameSite=Lax", "Max-Age=34560000"):
        assert word in cookie
    assert "Secure" not in cookie
    assert "Secure" in client.application.test_client().post(
        path, base_url="https://localhost", data={"birth_date": "21 Feb 1988"},
        headers={"Referer": "https://localhost/"}).headers["Set-Cookie"]


def test_the_first_device_goes_on_where_it_was(form, client):
    path, _actor = form
    begun(client, path)
    assert client.get(path).headers["Location"] == f"{path}/part/about_you"
    client.post(f"{path}/part/about_you", data={**ABOUT, "go": "next"})
    client.post(f"{path}/part/visit", data={"go": "next", "js": "1"})
    assert client.get(path).headers["Location"] == f"{path}/part/wishes"


def test_another_device_sees_nothing_before_the_birth_date(people, app):
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    path = f"/f/{intake.address(people, client_id, who='theo')[1]}"
    first = begun(app.test_client(), path)
    first.post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"})
    other = app.test_client()
    for rest in ("", "/part/agree", "/review", "/thanks"):
        page = other.get(path + rest, follow_redirects=True)
        assert page.status_code == 200 and "Zebrafinch" not in page.text
    for rest in ("/part/agree", "/save/agree", "/review"):
        assert other.post(path + rest, data={"q-boundaries": "stolen"}).status_code == 303
    wrong = other.post(path, data={"birth_date": "1 Jan 1990"})
    assert wrong.status_code == 422 and "not the birth date we have" in wrong.text and "1 Jan 1990" in wrong.text
    assert other.post(path, data={"birth_date": "gibberish"}).status_code == 422
    assert other.post(path, data={"birth_date": "21.2.1988"}).status_code == 303
    assert "Zebrafinch" in other.get(f"{path}/part/agree").text
    assert "Zebrafinch" not in first.get(f"{path}/part/agree", follow_redirects=True).text  # one device at a time


@pytest.mark.requirement("no-clinical-at-desk")
def test_an_address_the_desk_has_seen_begins_anew_on_another_device(people, form, app):
    """The desk knows the birth date too: it proves nothing there."""
    path, _actor = form
    first = begun(app.test_client(), path)
    first.post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"})
    other = app.test_client()
    page = other.get(path).text
    assert "can be seen only there" in page and "Begin anew here" in page and "Zebrafinch" not in page
    assert other.post(path, data={"birth_date": "1 Jan 1990"}).status_code == 422
    assert "Zebrafinch" in first.get(f"{path}/part/agree").text, "a wrong date throws nothing away"
    assert other.post(path, data={"birth_date": "21 Feb 1988"}).status_code == 303
    assert "Zebrafinch" not in other.get(f"{path}/part/agree").text
    assert first.get(f"{path}/part/agree").status_code == 303, "one device at a time"
    other.post(f"{path}/save/agree", data={"q-boundaries": "Wren"})
    assert draft_of(people) == {"boundaries": "Wren"}


def test_guessing_birth_dates_is_throttled(form, app):
    path, _actor = form
    begun(app.test_client(), path)
    other = app.test_client()
    for _time in range(links.TRIES):
        assert other.post(path, data={"birth_date": "1 Jan 1990"}).status_code == 422
    refused = other.post(path, data={"birth_date": "21 Feb 1988"})
    assert refused.status_code == 429 and "Too many tries" in refused.text and "quarter of an hour" in refused.text
    clock.set_to(NOW + links.WINDOW + timedelta(seconds=1))
    assert other.post(path, data={"birth_date": "21 Feb 1988"}).status_code == 303


def test_every_closed_address_looks_the_same(people, form, app):
    path, actor = form
    bodies = {}
    bodies["unknown"] = app.test_client().get("/f/" + "x" * 32)
    clock.set_to(NOW + links.HOLDS)
    bodies["expired"] = app.test_client().get(path)
    clock.set_to(NOW)
    with guard.acting(people.rae), transaction():
        links.revoke(people.rae, actor.client_id, actor.link_id)
    bodies["revoked"] = app.test_client().get(path)
    texts = {re.sub(r'nonce="[^"]+"', "", answer.text) for answer in bodies.values()}
    assert {answer.status_code for answer in bodies.values()} == {404} and len(texts) == 1
    assert "(01) 555 0100" in bodies["revoked"].text and "Annika" not in bodies["revoked"].text
    for rest in ("/part/heart", "/review", "/thanks"):
        assert app.test_client().get(path + rest).status_code == 404
        if rest != "/thanks":
            assert app.test_client().post(path + rest).status_code == 404


def test_trying_addresses_is_throttled_but_not_for_a_known_device(form, app):
    path, _actor = form
    known = begun(app.test_client(), path)
    stranger = app.test_client()
    for _time in range(links.TRIES_UNKNOWN):
        assert stranger.get("/f/guess").status_code == 404
    assert stranger.get("/f/guess").status_code == 429
    assert stranger.get(path).status_code == 429
    assert known.get(f"{path}/part/visit").status_code == 200
    clock.set_to(NOW + links.WINDOW + timedelta(seconds=1))
    assert stranger.get(path).status_code == 200


def test_one_network_is_one_who_tries(form, app):
    """A household of IPv6 has more addresses than anybody can count."""
    path, _actor = form
    for number in range(links.TRIES_UNKNOWN):
        app.test_client().get("/f/guess", environ_base={"REMOTE_ADDR": f"2001:db8:1:1::{number:x}"})
    assert app.test_client().get(path, environ_base={"REMOTE_ADDR": "2001:db8:1:1:ffff::1"}).status_code == 429
    assert app.test_client().get(path, environ_base={"REMOTE_ADDR": "2001:db8:1:2::1"}).status_code == 200


@pytest.mark.requirement("csp", "no-store")
def test_headers_keep_it_to_itself(form, client):
    path, _actor = form
    begun(client, path)
    answer = client.get(f"{path}/part/heart")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    hrefs = set(re.findall(r'(?:href|src|action)="([^"]+)"', answer.text))
    assert all(one.startswith((path, "/static/", "tel:", "#")) for one in hrefs), hrefs
    assert "style=" not in answer.text and "Sign out" not in answer.text and "Shortcuts" not in answer.text


def test_a_staff_browser_acts_as_the_link_there(as_person, people, form):
    path, actor = form
    browser = begun(as_person("theo"), path)
    browser.post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"})
    page = browser.get(f"{path}/part/agree")
    assert "Zebrafinch" in page.text and "Theo" not in page.text and "Sign out" not in page.text
    assert browser.get("/").status_code == 200
    with guard.acting(people.system):
        opened = db.session.scalars(select(AuditRow).where(AuditRow.action == "intake.open")).one()
        assert (opened.actor_kind, opened.actor_id, opened.facts["link_id"]) == ("link", None, actor.link_id)


@pytest.mark.requirement("no-clinical-at-desk")
@pytest.mark.parametrize("name", ["rae", "olive", "bo"])
def test_in_the_browser_of_who_reads_no_charts_it_stays_shut(as_person, client, people, form, name):
    """The desk makes the address and knows the birth date: it would read what was typed, and said last time."""
    path, _actor = form
    begun(client, path).post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"})
    staff = as_person(name)
    answers = [staff.get(path), staff.post(path, data={"birth_date": "21 Feb 1988"}), staff.get(f"{path}/part/agree")]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert "on the client’s own device" in answers[0].text
    assert not any("Zebrafinch" in answer.text for answer in answers)
    assert "Zebrafinch" in client.get(f"{path}/part/agree").text


def test_a_change_needs_its_token(form, client):
    path, _actor = form
    answer = client.post(path, csrf=False)
    assert answer.status_code == 400 and "open too long" in answer.text and "Back to the form" in answer.text
    assert 'href="/"' not in answer.text


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

def fill(client, path, **medicine):
    """A healthy client, without scripts, with one thing to tell; `medicine` is posted on that part as well."""
    steps = {
        "about_you": ABOUT, "visit": {}, "wishes": {},
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


def of_a_minor(browser, path):
    """The form of somebody of 14, up to the last page."""
    fill(begun(browser, path), path)
    browser.post(f"{path}/part/about_you", data={**ABOUT, "q-birth_date": "4 May 2012", "go": "next"})
    guardian = {"q-guardian_name": "Pat Doyle", "q-guardian_phone": "085 123 4567", "q-guardian_present": "yes"}
    assert browser.post(f"{path}/part/guardian", data={**guardian, "go": "next"}).status_code == 303


def is_chosen(page, value) -> bool:
    return bool(re.search(rf'name="by" value="{value}" checked', page.text))


@pytest.mark.parametrize("born_on", [None, date(2012, 5, 4)])
def test_a_minor_who_signs_alone_is_told_so_there_and_nothing_is_lost(people, client, born_on):
    _actor, secret = intake.address(people, intake.client_of(people, "theo", first_name="Kim", born_on=born_on))
    path = f"/f/{secret}"
    of_a_minor(client, path)
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
    fill(begun(client, path), path)  # as somebody born in 1988
    assert is_chosen(client.get(f"{path}/review"), "guardian")
    assert client.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"}).status_code == 422


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
