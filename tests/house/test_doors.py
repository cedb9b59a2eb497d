"""Every address x method x role, from the application's own map: nobody passes a door that is not theirs.

A new address that nobody classified in doors.py fails here. Words planted in a note, an answer, a condition and a
message are looked for in every response.
"""

import io
import re
import zipfile

import pytest
from flask import Flask
from pypdf import PdfReader

from practice.core.pdf import render
from tests.core.test_pdf import day_sheet
from tests.house.doors import DOORS
from tests.house.walking import PEOPLE, WAYS_OUT, Asked, address, behind, names_looked_for, quoted, rules
from tests.plugins.people import sign_in
from tests.plugins.statements import carrying
from tests.world import CLINICAL_WORDS, FOR_THE_DESK, IN_A_NOTE, IN_AN_ANSWER, World

pytestmark = pytest.mark.usefixtures("errors_become_pages")
NAMES = {"O": "owner", "T": "therapist", "X": "other therapist", "R": "reception", "B": "bookkeeper", "A": "nobody"}
USED_UP = "used up"  # whoever passed before has taken out the row behind the door
PASSED = {200, 302, 303, 400, 404, 409, 422}  # past the door: what is behind it is other tests' business


def browsers(app: Flask) -> dict:
    """A signed-in browser for each person."""
    return {letter: sign_in(app.test_client(), name) if name else app.test_client() for letter, name in PEOPLE.items()}


def expected(door, method: str, letter: str) -> str:
    allowed = door.get if method == "GET" else door.post
    if letter in allowed:
        return "pass"
    if letter == "A" or door.leads_to_sign_in:
        return "sign in"
    return "not there" if letter in door.foreign else "refused"


def outcome(answer) -> str:
    """What happened at the door, in the words of `expected`."""
    if answer.status_code == 403:
        return "refused"
    if answer.status_code in (301, 302) and "/sign-in" in answer.headers["Location"]:
        return "sign in"
    if answer.status_code == 404:
        return "not there"
    return "pass" if answer.status_code in PASSED else str(answer.status_code)


@pytest.fixture
def database(cloned_database):
    """With real commits: in one transaction each of thousands of writings would wade through the rows before it."""
    return cloned_database


@pytest.mark.requirement("deny-by-default")
def test_every_address_is_classified(app):
    known = {(rule.endpoint, method) for rule in rules(app) for method in rule.methods & {"GET", "POST"}}
    listed = {(name, "GET") for name, door in DOORS.items() if door.get is not None}
    listed |= {(name, "POST") for name, door in DOORS.items() if door.post is not None}
    assert known - listed == set(), "not in tests/house/doors.py"
    assert listed - known == set(), "in tests/house/doors.py, but not there any more"


@pytest.mark.requirement("anonymous", "no-clinical-at-desk", "own-rows", "post-checks-role", "children")
def test_doors(app, world, doors_table):
    """Everybody tries every door; reading first, then writing."""
    everybody, wrong, read_at_desk = browsers(app), [], {letter: set() for letter in PEOPLE}
    for method in ("GET", "POST"):
        for rule in sorted(rules(app), key=lambda rule: rule.endpoint):
            if method not in rule.methods or rule.endpoint in WAYS_OUT:
                continue
            door, url = DOORS[rule.endpoint], address(app, rule, world)
            row, is_gone = {}, False
            for letter in "ABXROT":
                browser = everybody[letter]
                answer = browser.get(url) if method == "GET" else browser.post(url, data={})
                row[letter] = seen = outcome(answer)
                wanted = expected(door, method, letter)
                if is_gone and wanted == "pass" and seen == "not there":
                    row[letter] = USED_UP
                elif seen != wanted:
                    wrong.append(f"{method} {rule.endpoint} as {NAMES[letter]}: {seen}, not {wanted}")
                is_gone = is_gone or (method == "POST" and wanted == seen == "pass")
                leak = leaked(answer, letter)
                if leak:
                    wrong.append(f"{method} {url} shows {leak} to {NAMES[letter]}")
                if FOR_THE_DESK.encode() in readable(answer.get_data()):
                    read_at_desk[letter].add(rule.endpoint)
                answer.close()
            doors_table.append((rule.endpoint, method, row))
    assert wrong == [], "\n".join(wrong)
    assert {letter: read_at_desk[letter] for letter in "RXBA"} == {
        "R": {"clients.page"}, "X": set(), "B": set(), "A": set()}, "what is marked for reception, beyond its page"
    found = found_by_therapist(app, world, everybody["T"])
    missing = [word for word in CLINICAL_WORDS if word not in found]
    assert missing == [], "planted, and not shown to the therapist of the client either"


def leaked(answer, letter: str) -> str | None:
    """A clinical word in a response to somebody who may not read it."""
    if letter == "T":
        return None
    text = readable(answer.get_data()) + str(answer.headers).encode()
    return next((word for word in CLINICAL_WORDS if word.encode() in text), None)


def readable(content: bytes) -> bytes:
    """And what is packed into it: the parts of an Excel or zip file, the text of a PDF."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return content + b"".join(readable(file.read(name)) for name in file.namelist())
    if content.startswith(b"%PDF"):
        return content + "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()
    return content


@pytest.mark.requirement("no-clinical-at-desk")
def test_a_word_is_found_inside_packed_files():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("sheet.xml", f"<v>{IN_A_NOTE * 40}</v>")
        file.writestr("paper.pdf", render("day_sheet", day_sheet(heading=IN_AN_ANSWER), language="en"))
    assert IN_A_NOTE.encode() not in packed.getvalue()
    assert IN_A_NOTE.encode() in readable(packed.getvalue()) and IN_AN_ANSWER.encode() in readable(packed.getvalue())


def found_by_therapist(app, world, browser) -> str:
    pages = [
        address(app, rule, world)
        for rule in rules(app)
        if "GET" in rule.methods and "T" in (DOORS[rule.endpoint].get or "") and rule.endpoint != "static"
    ]
    answers = [browser.get(url) for url in pages]
    return "".join(answer.get_data(as_text=True) for answer in answers if answer.mimetype == "text/html")


@pytest.mark.requirement("csrf")
def test_every_change_needs_a_token(app, world):
    """A POST without the token is refused, whoever sends it, and changes nothing."""
    browser, accepted = sign_in(app.test_client(), "sol"), []
    for rule in rules(app):
        if "POST" in rule.methods:
            answer = browser.post(address(app, rule, world), data={"anything": "1"}, csrf=False)
            text = answer.get_data(as_text=True)
            if answer.status_code != 400 or "open too long" not in text:
                accepted.append((rule.endpoint, answer.status_code))
    assert accepted == []


MARK = "zq7x"  # stands in no statement of the product
HOSTILE = f"{MARK}' OR 1=1 -- \\\"); DROP TABLE client"
JUNK = [
    HOSTILE,
    "abc",
    "1,2",
    "-1",
    "9" * 40,
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "../../etc/passwd",
    "1e400",
    "\u202e",
    "x" * 5000,
    "9999-12-31",
    "9999-12",
]


@pytest.mark.requirement("no-sql-injection", "no-5xx")
def test_junk_in_addresses_is_never_a_server_error(app, world, listening):
    """Junk in each part of an address, and behind it under each name that the page looks for: alone, and under all.

    What is meant for the database is bound to its statements and is never a part of them.
    """
    browser, failed, looked_for, injected, asked_with = sign_in(app.test_client(), "sol"), [], set(), [], set()
    for rule in rules(app):
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        right = address(app, rule, world).split("?")[0]
        names, with_numbers = names_looked_for(right, browser.get)
        looked_for |= names
        urls = [with_numbers, *(behind(right, {name}, JUNK[0]) for name in names)]
        urls += [behind(right, names, junk) for junk in JUNK if len(names) > 1]
        urls += [re.sub(r"<[^>]+>", quoted(junk), rule.rule) for junk in JUNK if rule.arguments]
        with carrying(MARK) as (in_text, bound_to):
            failed += [(code, url) for url in urls if (code := browser.get(url).status_code) >= 500]
        injected += in_text
        if bound_to:
            asked_with.add(rule.endpoint)
    assert failed == [], "\n".join(map(str, failed))
    assert injected == [], "\n".join(injected)
    assert {"clients.index", "search.index", "search.suggest", "money.index", "user_list.index_view",
            "user_list.export"} <= asked_with
    assert {"q", "page", "after", "day", "client_id", "therapist_id", "time", "tab"} <= looked_for


def fields_looked_for(world: World, browser, url: str) -> set[str]:
    """The fields of the form on the page, and those that the address itself looks for: some forms stand elsewhere."""
    names = world.field_names(browser, url)
    while True:
        Asked.names.clear()
        browser.post(url, data=dict.fromkeys(names, "abc")).close()
        if Asked.names <= names:
            return names - {"csrf_token"}
        names |= Asked.names


@pytest.mark.requirement("no-sql-injection", "no-5xx")
def test_junk_in_forms_is_never_a_server_error(app, world, listening):
    """Each field of each form filled with junk, and each missing; nothing of it becomes a part of a statement."""
    browser, failed, injected, asked_with = sign_in(app.test_client(), "sol"), [], [], set()
    for rule in rules(app):
        if "POST" not in rule.methods or rule.endpoint in WAYS_OUT:
            continue
        url = address(app, rule, world)
        names = fields_looked_for(world, browser, url)
        for junk in (
            "",
            "abc",
            "-1",
            "9" * 40,
            "1e400",
            "NaN",
            "2026-13-45",
            "9999-12-31",
            "x" * 70_000,
            f"\u202e<script>{HOSTILE}",
            "\x00",
        ):
            with carrying(MARK) as (in_text, bound_to):
                answer = browser.post(url, data=dict.fromkeys(names, junk))
            if answer.status_code >= 500:
                failed.append((answer.status_code, url, junk[:10]))
            injected += in_text
            if bound_to:
                asked_with.add(rule.endpoint)
    assert failed == [], "\n".join(map(str, failed))
    assert injected == [], "\n".join(injected)
    assert {"clients.new", "booking.new", "forgot", "setup_rooms.new"} <= asked_with
