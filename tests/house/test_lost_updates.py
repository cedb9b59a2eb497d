"""Every form that edits something, found on the pages themselves: a save made from an old copy is refused."""
import re
import threading
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from practice.access import guard
from practice.clients.models import Client
from practice.clients.services import change_client, register_client
from practice.core import clock
from practice.core.db import Base, db, transaction
from practice.core.errors import Stale
from practice.safety.services.own_rules import save_rule
from practice.sessions.plan import PlanContent
from practice.sessions.services.plans import save_plan
from practice.transfer.services.logs import ask_correction, decide_correction
from tests import personas
from tests.factories.rules import OWN_HANDS
from tests.house.test_every_page import pages
from tests.plugins.people import sign_in
from tests.world import World

STALE = re.compile(r"Somebody else changed this|Somebody saved this|saved this at .* after you opened it")
VERSION = re.compile(r"(?:\w+_)?version")
# What has to be typed in before such a form is looked at.
FILLED_IN = {
    "conditions.consents": {"consent": "gluteal"},
    "letters.new": {"whom": "Dr Lee", "question": "May massage go ahead?"},
    "letters.answer": {"is_ok": "yes", "by_whom": "Dr Lee", "answered_on": "2026-11-01", "max_pressure": "2"},
    "package.extend": {"until": "2027-11-01", "reason": "was ill"},
}
# {table with a version: the address of its form}; None where no form travels with one, for the reason given.
EDITED_BY = {
    "form_version": "form_edit.edit", "location": "setup_locations.edit", "tax_code": "setup_taxes.edit",
    "user_account": "setup_staff.edit", "client": "clients.edit", "issuer": "setup_practice.index",
    "own_rule": "rulebook.edit", "practice": "setup_practice.index", "product": "setup_products.edit",
    "room": "setup_rooms.edit", "snippet": "snippets.edit", "therapist_profile": "setup_staff.edit",
    "treatment": "setup_treatments.edit", "appointment": "booking.move", "care_plan": "plans.page",
    "safety_profile": "conditions.limits", "handover": "notes.handover", "condition": "conditions.edit",
    "package": "package.extend", "price_group": "setup_groups.edit", "payment_method": "setup_methods.edit",
    "membership": "memberships.change",
    "session_note": None,  # is saved as it is typed; tests/admin/test_notes.py
    "block": None,  # is taken out, never changed
    "correction": None,  # is decided once, and never changed
    "document": None,  # a draft is issued in the act that makes it
    "intake_draft": None,  # the client's own, saved as they type; tests/kiosk
    "allocation": None,  # is written once
}


@pytest.fixture
def world(world, people) -> World:
    """With a plan of care."""
    with guard.acting(people.theo), transaction():
        save_plan(people.theo, world.numbers["client_id"], PlanContent(goals=("Sleep through",)), version=0)
    return world


class Forms(HTMLParser):
    """The forms of a page that post: `found` holds (address, {field: value}) as they would be sent untouched."""

    def __init__(self, page: str):
        super().__init__()
        self.found, self.fields, self.select, self.area = [], None, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        name = attributes.get("name")
        if tag == "form":
            self.fields = {} if attributes.get("method", "").lower() == "post" else None
            if self.fields is not None:
                self.found.append((attributes.get("action", ""), self.fields))
        elif self.fields is None:
            return
        elif tag == "input" and name:
            if attributes.get("type") not in ("checkbox", "radio") or "checked" in attributes:
                box = attributes.get("type") in ("checkbox", "radio")
                self.fields[name] = attributes.get("value", "on" if box else "")
        elif tag == "button" and name:
            self.fields.setdefault(name, attributes.get("value", ""))
        elif tag == "select" and name:
            self.select = name
        elif tag == "option" and self.select:
            if "selected" in attributes or self.select not in self.fields:
                self.fields[self.select] = attributes.get("value", "")
        elif tag == "textarea" and name:
            self.area, self.fields[name] = name, ""

    def handle_data(self, data):
        if self.area:
            self.fields[self.area] += data if self.fields[self.area] else data.lstrip("\r").removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "form":
            self.fields = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def forms(app, world, browser) -> dict[tuple[str, str], tuple[str, dict]]:
    """{(endpoint, name of the version): (address, fields)} of every form with a version that this person meets."""
    found, addresses = {}, app.url_map.bind("localhost")
    for _endpoint, url in pages(app, world):
        answer = browser.get(url)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            answer.close()
            continue
        for action, fields in Forms(answer.get_data(as_text=True)).found:
            address = urljoin(url, action)
            for name in fields:
                if VERSION.fullmatch(name) and fields[name].strip("0").isdigit():  # 0: a new row
                    try:
                        endpoint, _values = addresses.match(urlsplit(address).path, method="POST")
                    except HTTPException:
                        continue
                    found.setdefault((endpoint, name), (address, fields))
    return found


def versions() -> dict[str, list]:
    """The versions of all rows that have one."""
    connection = db.session.connection()
    return {table.name: sorted(connection.execute(select(table.c.id, table.c.version)).all())
            for table in Base.metadata.sorted_tables if "version" in table.c}


@pytest.mark.requirement("lost-update")
def test_every_form_with_a_version(app, world):
    """Sent with another version than the row has, it is refused, says so, and no row moves on."""
    wrong, seen = [], set()
    for person in ("theo", "sol"):
        browser = sign_in(app.test_client(), person)
        for (endpoint, name), (address, fields) in forms(app, world, browser).items():
            if (endpoint, name) in seen:
                continue
            seen.add((endpoint, name))
            old = fields | FILLED_IN.get(endpoint, {}) | {name: str(int(fields[name]) + 7)}
            before = versions()
            answer = browser.post(address, data=old, follow_redirects=True)
            if not STALE.search(answer.get_data(as_text=True)):
                wrong.append(f"{endpoint} with another {name}: {answer.status_code}, and says nothing of it")
            if versions() != before:
                wrong.append(f"{endpoint} with another {name}: a row has moved on")
    assert wrong == [], "\n".join(wrong)
    assert {endpoint for endpoint in EDITED_BY.values() if endpoint} - {endpoint for endpoint, _name in seen} == set()
    assert len(seen) > 25


@pytest.mark.requirement("lost-update")
def test_every_table_with_a_version_is_known():
    assert {table.name for table in Base.metadata.sorted_tables if "version" in table.c} == set(EDITED_BY)


def test_the_reader_of_forms_sends_what_a_browser_would():
    page = """<form method="post" action="/x"><input name="a" value="1"><input type="checkbox" name="b">
    <input type="checkbox" name="c" checked><select name="d"><option value="1"><option value="2" selected></select>
    <textarea name="e">\n text</textarea></form><form><input name="version" value="1"></form>"""
    assert Forms(page).found == [("/x", {"a": "1", "c": "on", "d": "2", "e": " text"})]


@pytest.mark.requirement("lost-update")
def test_of_two_saves_at_once_the_second_is_refused(cloned_database):
    """Both were opened from the same copy; the second begins while the first is being written."""
    clock.set_to(personas.NOW)
    people, app, told = personas.open_house(), cloned_database.app, []
    with guard.acting(people.olive), transaction():
        ann = register_client(people.olive, first_name="Annwen", last_name="Quill").id
        asked = ask_correction(people.olive, ann, what="The left knee").id

    def rename(name: str) -> None:
        change_client(people.olive, ann, version=1, first_name=name)

    def decide(answer: str) -> None:
        decide_correction(people.olive, ann, asked, granted=True, answer=answer, version=1)

    def write(why: str) -> None:
        save_rule(people.olive, OWN_HANDS | {"why": why}, version=0)

    def second(save) -> None:
        with app.app_context(), guard.acting(people.olive):
            try:
                with transaction():
                    save("the second")
            except Stale:
                told.append(save)

    for save in (rename, decide, write):
        other = threading.Thread(target=second, args=(save,))
        with guard.acting(people.olive), transaction():
            save("the first")
            db.session.flush()
            other.start()
            other.join(0.3)
        other.join()
    assert told == [rename, decide, write]
    with guard.acting(people.olive):
        assert db.session.get(Client, ann).first_name == "the first"
