"""The power goes: server and browser are killed in the middle of typing, and both are started again.

What was typed more than a few seconds before is there, on the screen and in the database.
"""
import re
import subprocess
import time
from contextlib import contextmanager
from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from practice.access import guard
from practice.access.actor import system
from practice.core.db import db
from practice.intake.models import IntakeDraft
from practice.intake.queries import answers_of
from practice.sessions.models import SessionNote
from practice.sessions.queries.notes import content_of
from tests import personas
from tests.admin.test_notes_browser import session_with_a_last_note
from tests.factories import intake
from tests.plugins.browsers import ARGUMENTS, PATIENCE, PHONE, START_SECONDS, TABLET, browser_path, free_port, serving

FEW_SECONDS = 4
CUTS = 2


@contextmanager
def device(browser, profile, url: str, size: dict):
    """A browser with a profile on the disk, as one stands on a shelf; `cut()` takes its power away."""
    said = profile.with_suffix(".log")
    with said.open("w") as heard:
        process = subprocess.Popen([browser_path(), *ARGUMENTS, "--headless=new", "--remote-debugging-port=0",
                                    f"--user-data-dir={profile}", "about:blank"], stderr=heard)
    try:
        connected = browser.browser_type.connect_over_cdp(listening(said))
        page = connected.contexts[0].pages[0]
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size(size)
        yield page, process.kill
    finally:
        process.kill()
        process.wait()


def listening(said) -> str:
    """The address at which the browser takes orders, as it says when it has started."""
    for _try in range(START_SECONDS * 10):
        found = re.search(r"ws://\S+", said.read_text())
        if found:
            return found.group()
        time.sleep(0.1)
    pytest.fail(f"the browser did not start:\n{said.read_text()}")


@contextmanager
def powered(browser, database, folder, port: int, size: dict):
    """Server and device on the same port and profile: a page, and what cuts the power of both."""
    with serving(database, folder, port=port) as server, device(browser, folder / "device", server.url, size) as (
            page, cut):
        def cut_both():
            server.process.kill()
            cut()
            server.process.wait()

        page.base = server.url
        yield page, cut_both


def test_in_the_middle_of_a_note(browser, cloned_database, tmp_path):
    appointment, port, typed = session_with_a_last_note(), free_port(), ""
    for cut_number in range(CUTS):
        with powered(browser, cloned_database, tmp_path, port, TABLET) as (page, cut):
            open_signed_in(page, f"/notes/{appointment}/edit")
            expect(page.locator("#subjective")).to_have_value(typed)
            typed = f"{page.input_value('#subjective')} sentence {cut_number}.".strip()
            page.locator("#subjective").fill(typed)
            if cut_number == 0:
                page.click("button[value=same]")
                page.wait_for_selector(".work-table")
            time.sleep(FEW_SECONDS)
            page.locator("#objective").press_sequentially("and while thi", delay=20)
            cut()
        with stored(SessionNote, SessionNote.appointment_id == appointment) as note:
            content = content_of(note)
            assert content.subjective == typed and len(content.rows) == 2


def test_in_the_middle_of_a_form_on_a_phone(browser, cloned_database, tmp_path):
    people, port = personas.open_house(), free_port()
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    # Made by the therapist: on the desk's address a phone that forgot its cookie would have to begin anew.
    _actor, secret = intake.address(people, client_id, who="theo")
    parts = (("about_you", "full_name", "Ann Doyle"), ("heart", "thinners_which", "Aspirin 75 mg"),
             ("visit", "work", "Sitting all day"))
    typed: dict[str, str] = {}
    for part, question, words in parts:
        with powered(browser, cloned_database, tmp_path, port, PHONE) as (page, cut):
            open_form(page, f"/f/{secret}")
            for done, value in typed.items():
                part_of = next(one for one, key, _words in parts if key == done)
                page.goto(f"{page.base}/f/{secret}/part/{part_of}")
                expect(page.locator(f"#q-{done}")).to_have_value(re.compile(f"^{value}"))
            page.goto(f"{page.base}/f/{secret}/part/{part}")
            page.wait_for_selector('[name="js"]', state="attached")
            if part == "heart":
                page.locator('[data-question="thinners"] > .choices label', has_text="Yes").first.click()
            page.fill(f"#q-{question}", words)
            time.sleep(FEW_SECONDS)
            page.locator(f"#q-{question}").press_sequentially(" and th", delay=20)
            cut()
        typed[question] = words
        with stored(IntakeDraft) as draft:
            answers = answers_of(draft)
            assert {key: answers.get(key, "")[:len(value)] for key, value in typed.items()} == typed


@contextmanager
def stored(kind, *which):
    """The one row as another process left it; nothing stays open that the next start would wait for."""
    db.session.rollback()
    with guard.acting(system("looking after a power cut")):
        yield db.session.scalars(select(kind).where(*which)).one()
        db.session.rollback()


def open_signed_in(page, path: str) -> None:
    """The cookie may have gone with the power: then the person signs in again."""
    page.goto(page.base + path)
    if "/sign-in" in page.url:
        page.fill("[name=email]", "theo@example.com")
        page.fill("[name=password]", personas.PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_selector(".nav")
        page.goto(page.base + path)


def open_form(page, path: str) -> None:
    """A phone that forgot its cookie says the birth date and goes on."""
    page.goto(page.base + path)
    if page.locator("[name=birth_date]").count():
        page.fill("[name=birth_date]", "21 February 1988")
    if "/part/" not in page.url:
        page.locator("main form button").first.click()
        page.wait_for_url("**/part/*")
