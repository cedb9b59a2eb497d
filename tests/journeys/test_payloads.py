"""Markup typed by people, in every text field there is, opened on every page in a real browser: it stays text."""
import pytest
from sqlalchemy import String, select, update

from practice.access import guard
from practice.core import clock
from practice.core.db import Base, db
from practice.ops import triggers
from tests import personas, world
from tests.house.doors import DOORS
from tests.house.walking import address, rules
from tests.journeys.steps import sign_in

# Long enough to act, short enough for the short fields; both are found by their mark.
ACTING, SHORT = "\"'></script></textarea><img class=typed src=x onerror=\"window.ran=1\">", "\"'><i class=typed>"
# Columns that hold a word of the machine, not of a person.
MACHINES = ("key", "hash", "sha256", "uid", "language", "country", "currency", "zone", "kind", "field", "action",
            "entity", "record", "media_type", "rule", "version", "month", "report", "made_over", "search_text",
            "request_key", "first_key", "last_key", "sort_key", "actor_kind", "email", "to_address", "prefix", "about")


@pytest.fixture
def typed(cloned_database, monkeypatch):
    """The world with markup in every text of it: sealed texts through the services, the others behind their back."""
    clock.set_to(personas.NOW)
    for name in ("IN_A_NOTE", "IN_AN_ANSWER", "IN_A_CONDITION", "IN_A_MESSAGE", "IN_AN_ALLERGY", "FOR_THE_DESK"):
        monkeypatch.setattr(world, name, ACTING)
    people = personas.open_house()
    built = world.build_world(people)
    count = 0
    with db.engine.begin() as connection:
        for name in triggers.SQLITE_TRIGGERS:
            if not name.startswith("client_search"):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for table in Base.metadata.sorted_tables:
            for column in table.c:
                if type(column.type) is String and not column.name.endswith(MACHINES):
                    count += type_into(connection, table, column)
    assert count > 50
    with guard.acting(people.system):
        db.session.remove()
    clock.set_to(None)
    return built


def type_into(connection, table, column) -> int:
    """Markup into every row of a column; with the row's number where no two may be the same."""
    room = (column.type.length or 10_000) - 6
    if room < len(SHORT):
        return 0
    text = ACTING if room >= len(ACTING) else SHORT
    number, = table.primary_key
    for row_id in connection.scalars(select(number)).all():
        own = text + (str(row_id) if column.unique or table.name == "audit_row" else "")
        connection.execute(update(table).where(number == row_id).values({column.name: own}))
    return 1


@pytest.mark.only_on("sqlite", "what a page makes of a text is the same on both")
@pytest.mark.requirement("escaped", "own-assets")
def test_it_stays_text_on_every_page(cloned_database, typed, new_page):
    app, dialogs, shown, acted, pages = cloned_database.app, [], set(), [], {}
    for letter, person in {"T": "theo", "O": "olive", "R": "rae", "A": None}.items():
        pages[letter] = page = new_page()
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        if person:
            sign_in(page, f"{person}@example.com")
    for rule in sorted(rules(app), key=lambda rule: rule.endpoint):
        letter = next((one for one in pages if one in (DOORS[rule.endpoint].get or "")), None)
        if "GET" not in rule.methods or letter is None or rule.endpoint == "static":
            continue
        page, url = pages[letter], address(app, rule, typed)
        answer = page.request.get(url)
        assert answer.status < 500, f"{url}: {answer.status}"
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page.goto(url, wait_until="load")
        assert letter == "A" or "/sign-in" not in page.url or rule.endpoint in ("sign_in", "first_run")
        if page.locator(".typed").count() or page.evaluate("'ran' in window"):
            acted.append(f"{rule.endpoint}: {url}")
        if "class=typed" in page.evaluate("document.body.innerText + document.body.innerHTML"):
            shown.add(rule.endpoint)
    assert acted == [] and dialogs == []
    assert len(shown) > 40, "the texts are to be seen, so that this looks at something"
