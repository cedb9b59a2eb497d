"""The brief as a page: who may open it, that the reading is recorded first, and what stands on it."""
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.admin.brief import reasons
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.models import BriefReview
from practice.safety.queries.known import known
from practice.safety.rules import Limit, Wish
from practice.safety.services import conditions
from practice.safety.services.profile import set_remarks
from practice.schedule.models import Appointment, DeskMessage
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from practice.sessions.checking import causes_of, problems_of
from practice.sessions.content import NoteContent, WorkRow
from practice.sessions.models import SessionNote
from tests.factories import clients, safety, schedule, sessions
from tests.personas import NOW
from tests.plugins.statements import counted


@pytest.fixture
def priya(people) -> tuple[int, int]:
    return safety.with_history(people)


def text_of(answer) -> str:
    """What a person reads: without tags, with single spaces."""
    page = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", answer.get_data(as_text=True), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def seen_on(browser, appointment_id) -> str:
    page = browser.get(f"/brief/{appointment_id}").get_data(as_text=True)
    found = re.search(r'name="seen" value="([^"]*)"', page)
    return found.group(1).replace("&#34;", '"')


def count(people, *columns, where=()) -> int:
    db.session.rollback()
    with guard.acting(people.system):
        return db.session.scalar(select(func.count(*columns)).where(*where))


def test_everything_a_therapist_needs_is_on_the_page(as_person, priya):
    client_id, appointment_id = priya
    answer = as_person("theo").get(f"/brief/{appointment_id}")
    page = text_of(answer)
    for words in (
            "Priya Raman", "34, she/her", "11:15 Classic 60 · visit 6, last 3 Nov with you",
            "Form of today, 08:30, current until 17 Nov 2027", "Go ahead with limits", "Bruise", "Not assessed:",
            "Nuts or almond oil", "Use grapeseed", "Lower leg, left : closed", "Belly : medium (3)",
            "Changed since 3 Nov", "Ibuprofen 400 mg, every day", "Wish: strong (4), was medium (3)",
            "Last session, 3 Nov", "Trigger point work", "10 min", "Pain 5 → 2", "3 better: enough to matter",
            "Turn the head to reverse the car", "Ask today", "1 to decide", "Decision support, not medical advice",
            "Tracy Walton", "How sure:", "Source:"):
        assert words in page, words
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    assert 'style="' not in html and "onclick" not in html and "Priya" not in re.search("<title>.*</title>", html)[0]


def test_a_first_visit_without_a_form(as_person, people):
    with guard.acting(people.system), transaction():
        client_id = clients.client("Hugo", "Laurent").id
        schedule.hours(people.theo.user_id)
        number = schedule.appointment(client_id, people.theo.user_id, schedule.treatment().id, schedule.at(13)).id
    page = text_of(as_person("theo").get(f"/brief/{number}"))
    for words in ("first visit", "No form yet", "Not assessed yet", "Allergies: not asked", "There is no note yet"):
        assert words in page, words
    assert page.count("A sensitive area stays closed without it.") == 1  # for four regions, left and right
    assert "Go ahead " not in page.replace("Go ahead Back", "")


@pytest.mark.requirement("audit-complete")
def test_the_reading_is_recorded_before_anything_is_shown(as_person, people, priya, monkeypatch):
    client_id, appointment_id = priya
    theo = as_person("theo")
    theo.get(f"/brief/{appointment_id}")
    db.session.rollback()
    with guard.acting(people.system):
        row = db.session.execute(select(AuditRow.actor_id, AuditRow.client_id, AuditRow.facts)
                                 .where(AuditRow.action == "brief.read")).one()
    assert (row.actor_id, row.client_id) == (people.theo.user_id, client_id)
    assert row.facts == {"appointment_id": appointment_id}

    def broken(*_row):
        raise OSError("the disk is full")

    monkeypatch.setattr("practice.audit.services.row_hash", broken)
    theo.application.config["PROPAGATE_EXCEPTIONS"] = False
    for address in (f"/brief/{appointment_id}", f"/brief/client/{client_id}", f"/conditions/client/{client_id}", "/"):
        answer = theo.get(address)
        assert answer.status_code == 500 and b"Bruise" not in answer.data and b"Priya" not in answer.data, address


@pytest.mark.requirement("own-rows")
def test_foreign_clients_are_not_there_and_the_desk_is_refused(as_person, people, priya):
    client_id, appointment_id = priya
    for name, code in (("tara", 404), ("rae", 403), ("bo", 403)):
        browser = as_person(name)
        for address in (f"/brief/{appointment_id}", f"/brief/client/{client_id}"):
            assert browser.get(address).status_code == code, (name, address)
        for verb in ("reviewed", "start"):
            assert browser.post(f"/brief/{appointment_id}/{verb}").status_code == code, (name, verb)
    assert count(people, BriefReview.id) == 0


@pytest.mark.requirement("break-glass")
def test_an_owner_breaks_the_glass_first(as_person, priya):
    client_id, appointment_id = priya
    for name in ("olive", "sol"):
        browser = as_person(name)
        answer = browser.get(f"/brief/{appointment_id}")
        assert answer.status_code == 302 and "break-glass" in answer.headers["Location"]
        browser.post(answer.headers["Location"], data={"words": "Her doctor rings and Theo is ill"})
        page = text_of(browser.get(f"/brief/{appointment_id}"))
        assert "Where not, and how deep" in page and "Start session" not in page


def test_reviewed_is_recorded_with_what_was_on_the_screen(as_person, people, priya):
    client_id, appointment_id = priya
    theo = as_person("theo")
    seen = seen_on(theo, appointment_id)
    answer = theo.post(f"/brief/{appointment_id}/reviewed", data={"seen": seen}, follow_redirects=True)
    assert "Reviewed 09:00" in text_of(answer)
    db.session.rollback()
    with guard.acting(people.theo):
        row = db.session.scalars(select(BriefReview)).one()
        assert (row.client_id, row.appointment_id, row.user_id) == (client_id, appointment_id, people.theo.user_id)
        assert row.seen == json.loads(seen) == known(client_id, NOW.date()).seen()


def test_a_review_is_ones_own_and_of_what_stands_now(as_person, people, priya):
    client_id, appointment_id = priya
    theo = as_person("theo")
    theo.post(f"/brief/{appointment_id}/reviewed", data={"seen": seen_on(theo, appointment_id)})
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, client_id, ConditionContent(key="dvt_current"))
    answer = theo.get(f"/brief/{appointment_id}")
    assert "Do not massage" in text_of(answer) and "09:00, changed since" in text_of(answer)
    assert "brief-reviewed" not in answer.text
    theo.post(f"/brief/{appointment_id}/reviewed", data={"seen": seen_on(theo, appointment_id)})
    assert "brief-reviewed" in theo.get(f"/brief/{appointment_id}").text
    with guard.acting(people.system), transaction():
        row = db.session.get_one(Appointment, appointment_id)
        row.user_id = people.tara.user_id
        clients.care(client_id, people.tara.user_id)
        audit.record(people.system, "test.given_to_another", row)
    answer = as_person("tara").get(f"/brief/{appointment_id}")
    assert "brief-reviewed" not in answer.text and "changed since" not in text_of(answer)
    assert 'name="seen"' in answer.text, "her own is still to come"


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"profile": 1}', "nonsense", "[" * 5000])
def test_what_was_not_on_the_screen_is_not_reviewed(as_person, people, priya, seen):
    answer = as_person("theo").post(f"/brief/{priya[1]}/reviewed", data={"seen": seen}, follow_redirects=True)
    assert answer.status_code == 200 and "Something changed" in text_of(answer)
    assert count(people, BriefReview.id) == 0


def test_a_change_in_between_asks_for_another_look(as_person, people, priya):
    client_id, appointment_id = priya
    theo = as_person("theo")
    seen = seen_on(theo, appointment_id)
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, client_id, ConditionContent(words="Cold since yesterday"))
    answer = theo.post(f"/brief/{appointment_id}/reviewed", data={"seen": seen}, follow_redirects=True)
    page = text_of(answer)
    assert "Something changed" in page and "Cold since yesterday" in page and count(people, BriefReview.id) == 0


def test_the_session_starts_and_opens_its_note(as_person, people, priya):
    appointment_id = priya[1]
    theo = as_person("theo")
    answer = theo.post(f"/brief/{appointment_id}/start")
    assert answer.headers["Location"] == f"/notes/{appointment_id}/edit"
    with guard.acting(people.system):
        assert db.session.get(Appointment, appointment_id).state is S.IN_SESSION
    assert theo.post(f"/brief/{appointment_id}/start").headers["Location"] == f"/notes/{appointment_id}/edit"
    assert "Open the note" in text_of(theo.get(f"/brief/{appointment_id}"))


def test_a_session_that_fell_out_does_not_start(as_person, people, priya):
    appointment_id = priya[1]
    with guard.acting(people.system), transaction():
        set_state(people.system, appointment_id, S.NO_SHOW)
    theo = as_person("theo")
    assert "Start session" not in text_of(theo.get(f"/brief/{appointment_id}"))


def test_a_message_from_reception_is_read_here_and_nowhere_at_the_desk(as_person, people, priya):
    client_id, appointment_id = priya
    number = safety.tell(people, appointment_id, "Fell on the stairs, velvetcanary.")
    theo = as_person("theo")
    assert "velvetcanary" in text_of(theo.get(f"/brief/{appointment_id}"))
    assert as_person("rae").post(f"/brief/messages/{number}/got-it").status_code == 403
    assert as_person("tara").post(f"/brief/messages/{number}/got-it").status_code == 404
    answer = theo.post(f"/brief/messages/{number}/got-it", data={"back": f"/brief/{appointment_id}"})
    assert answer.headers["Location"] == f"/brief/{appointment_id}"
    assert count(people, DeskMessage.id, where=(DeskMessage.read_at.is_not(None),)) == 1
    assert "Got it" not in text_of(theo.get(f"/brief/{appointment_id}"))
    assert theo.post(f"/brief/messages/{number}/got-it", data={"back": "//evil.example"}).headers["Location"] == "/"


@pytest.mark.requirement("no-clinical-at-desk")
def test_words_of_the_chart_are_for_the_therapist_in_care_only(as_person, people, priya):
    client_id, appointment_id = priya
    safety.send(people, client_id, told_not="yes", told_not_words="canaryanswer")
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, client_id, ConditionContent(words="canarycondition", note="canarynote"))
    addresses = (f"/brief/{appointment_id}", f"/brief/client/{client_id}", f"/conditions/client/{client_id}",
                 "/conditions/", "/lists/conditions/", "/", f"/clients/{client_id}/", f"/clients/{client_id}")
    found = "".join(as_person("theo").get(address).get_data(as_text=True) for address in addresses)
    assert {"canaryanswer", "canarycondition", "canarynote"} <= set(re.findall(r"canary\w+", found))
    for name in ("tara", "rae", "bo", "olive"):
        browser = as_person(name)
        for address in addresses:
            assert b"canary" not in browser.get(address, follow_redirects=True).data, (name, address)


def test_the_whole_brief_costs_few_questions(as_person, people, priya):
    client_id, appointment_id = priya
    theo = as_person("theo")

    def cost() -> list[str]:
        with counted() as statements:
            theo.get(f"/brief/{appointment_id}")
        return [one for one in statements if not one.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN"))]

    theo.get(f"/brief/{appointment_id}")
    first = cost()
    with guard.acting(people.theo), transaction():
        for number in range(10):
            conditions.add_condition(people.theo, client_id, ConditionContent(words=f"Something {number}"))
    assert len(cost()) == len(first) <= 22, "\n".join(first)


def test_the_chart_without_an_appointment(as_person, priya):
    page = text_of(as_person("theo").get(f"/brief/client/{priya[0]}"))
    assert "Where not, and how deep" in page and "Start session" not in page and "3 Nov 2026" in page


def test_who_else_treated_since_the_last_session_with_me(as_person, people, priya):
    client_id, appointment_id = priya
    day = NOW.date() - timedelta(days=7)
    with guard.acting(people.system), transaction():
        treatment_id = db.session.get(Appointment, appointment_id).treatment_id
        with clock.frozen(schedule.at(9, day=day)):
            schedule.appointment(client_id, people.tara.user_id, treatment_id, schedule.at(10, day=day), state=S.DONE)
    page = text_of(as_person("theo").get(f"/brief/{appointment_id}"))
    assert "Treated by Tara Lindqvist, 10 Nov" in page and "visit 7, last with you 3 Nov" in page


def test_what_went_over_a_limit_stands_in_the_next_brief(as_person, people, priya):
    client_id, appointment_id = priya
    day = NOW.date() - timedelta(days=1)
    with clock.frozen(schedule.at(12, day=day)):
        with guard.acting(people.system):
            treatment_id = db.session.get(Appointment, appointment_id).treatment_id
        number = sessions.visit(people, schedule.at(10, day=day), client_id=client_id, treatment_id=treatment_id)
        with guard.acting(people.theo):
            row = WorkRow(Place("abdomen", "left"), "effleurage", 4, 10)
            verdict = known(client_id, day).verdict
            content = NoteContent(subjective="x", rows=(row,))
            causes = causes_of(problems_of(content, verdict), {})
        sessions.signed(people.theo, number, NoteContent(
            subjective="x", rows=(row,), reasons={cause.key: "asked for firmer today" for cause in causes}))
    page = text_of(as_person("theo").get(f"/brief/{appointment_id}"))
    assert re.search(r"Went ahead anyway, Belly, left \([^)]+\): “asked for firmer today”", page)
    assert count(people, SessionNote.id) == 6


def test_notes_stand_word_for_word_and_what_no_rule_knows_is_mine_to_decide(as_person, people, priya):
    client_id, appointment_id = priya
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, client_id, ConditionContent(
            key="anticoagulants", note="Bruises from a handshake, says she."))
        conditions.add_condition(people.theo, client_id, ConditionContent(words="Burning mouth"))
        set_remarks(people.theo, client_id, pinned=("Hearing aid out first", "Left ear is the good one"),
                    wishes=(Wish(4, Place("calf", "left"), "loves it there"),),
                    never_more_than=(Limit(2, None, "never hurt me"),),
                    place_notes=((Place("foot", "left"), "ticklish below the arch"),))
    page = text_of(as_person("theo").get(f"/brief/{appointment_id}"))
    for said in ("Bruises from a handshake, says she.", "loves it there", "never hurt me", "ticklish below the arch",
                 "Hearing aid out first", "Left ear is the good one", "You decide: Burning mouth",
                 "No rule knows this one: you decide."):
        assert said in page, said


def test_junk_is_never_a_server_error(as_person, priya):
    theo = as_person("theo")
    for address in ("/brief/999999", "/brief/client/999999", f"/brief/{2**60}", "/brief/abc", "/brief/-1"):
        assert theo.get(address).status_code == 404, address
    assert theo.post("/brief/999999/start").status_code == 404
    assert theo.post("/brief/messages/999999/got-it").status_code == 404


def test_what_is_written_once_for_all_clients_is_the_rulebooks_alone(as_person, people, priya):
    client_id, appointment = priya
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, client_id, ConditionContent(words="Fire eater", own_limit=2))
        conditions.add_condition(people.theo, client_id, ConditionContent(key="fibromyalgia", words="since the flood"))
    page = as_person("theo")
    first, again = (text_of(page.get(f"/brief/{appointment}")) for _time in range(2))
    assert first == again and "Fire eater" in again and "“since the flood”" in again
    kept = [one for of_language in reasons._kept.values() for one in of_language.items()]
    assert "Fibromyalgia" in str(kept) and "Fire eater" not in str(kept) and "the flood" not in str(kept)
