"""What holds for every address, walked: its headers, and that looking changes nothing."""
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from practice.core.db import Base, db
from tests.house.doors import DOORS
from tests.house.walking import address, rules
from tests.journeys.test_axe import BELOW, FILES, LEAD_ON, PAGES, REST, WITHOUT_ROWS
from tests.plugins.people import sign_in

# What looking may write: the trail of it, and when the sign-in was last used.
WRITTEN_BY_LOOKING = {"audit_row", "audit_head", "sign_in", "attempt"}
LOADED = re.compile(r'<(?:script|link|img|iframe|source|embed|use)\b[^>]*?\s(?:src|href)="([^"#]+)"')
LIBRARY = re.compile(r"@license|@preserve|sourceMappingURL|/\*!|\bv?\d+\.\d+\.\d+\b|jquery|bootstrap|select2|"
                     r"moment\.js|mit license", re.IGNORECASE)


@pytest.fixture
def database(cloned_database):
    """With real commits, as in test_doors.py: every reading that is recorded is a writing."""
    return cloned_database


def pages(app, world) -> list[tuple[str, str]]:
    """(endpoint, address) of everything that is read, but the way out and static files."""
    return [(rule.endpoint, address(app, rule, world)) for rule in rules(app)
            if "GET" in rule.methods and rule.endpoint != "static"]


def stored() -> dict[str, list]:
    """Every row of every table that looking has no business with."""
    connection = db.session.connection()
    return {table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables if table.name not in WRITTEN_BY_LOOKING}


@pytest.mark.requirement("csp", "no-store", "own-assets")
def test_headers_of_every_address(app, world):
    """And where the files of each page come from."""
    browser, wrong, loaded = sign_in(app.test_client(), "sol"), [], set()
    for endpoint, url in pages(app, world):
        answer = browser.get(url)
        headers, policy = answer.headers, answer.headers.get("Content-Security-Policy", "")
        scripts = next((part for part in policy.split("; ") if part.startswith("script-src")), "")
        if headers.get("Cache-Control") != "no-store":
            wrong.append(f"{endpoint} may be kept: {headers.get('Cache-Control')}")
        if not policy.startswith("default-src 'none'; ") or "'nonce-" not in scripts or "unsafe" in policy:
            wrong.append(f"{endpoint}: {policy}")
        if any(part not in policy for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'self'",
                                               "form-action 'self'")) or "http" in policy:
            wrong.append(f"{endpoint} lacks a part: {policy}")
        if (headers.get("X-Content-Type-Options"), headers.get("Referrer-Policy")) != ("nosniff", "same-origin"):
            wrong.append(f"{endpoint}: {headers}")
        if answer.mimetype == "text/html":
            loaded |= set(LOADED.findall(answer.get_data(as_text=True)))
        answer.close()
    assert wrong == [], "\n".join(wrong)
    addresses = app.url_map.bind("localhost")
    elsewhere = {one for one in loaded if not one.startswith("data:image/")
                 and not (one.startswith("/") and addresses.test(one.partition("?")[0], "GET"))}
    assert elsewhere == set() and len(loaded) > 30
    assert {app.static_url_path} == {rule.rule.partition("/<")[0] for rule in app.url_map.iter_rules()
                                     if rule.endpoint.rpartition(".")[2] == "static"}, "no library brings its own"


@pytest.mark.requirement("own-assets")
def test_pages_load_no_library_that_could_grow_old(app):
    """All scripts and styles are the product's own: none carries the banner, the licence or the name of a library."""
    files = [path for path in Path(app.static_folder).rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".css", ".js", ".svg"} and len(files) > 50
    assert [path.name for path in files if LIBRARY.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.requirement("get-changes-nothing")
def test_looking_changes_nothing(app, world):
    """Each address read by somebody who may, by somebody who may not, and by nobody."""
    everybody = [sign_in(app.test_client(), name) for name in ("sol", "theo", "rae")] + [app.test_client()]
    before, changed = stored(), []
    for endpoint, url in pages(app, world):
        for browser in everybody:
            browser.get(url).close()
        after = stored()
        changed += [f"{endpoint} changes {name}" for name in before if before[name] != after[name]]
        before = after
    assert changed == []
    assert db.session.connection().execute(select(func.count()).select_from(Base.metadata.tables["audit_row"])).scalar()
    assert len(pages(app, world)) > 100 and set(DOORS) >= {endpoint for endpoint, _url in pages(app, world)}


@pytest.mark.only_on("sqlite", "the addresses do not depend on the database")
def test_every_page_is_looked_at(app):
    """A page that the accessibility check does not open fails here, with its name."""
    adapter, seen = app.url_map.bind("localhost"), set()
    for addresses in (*(addresses for _mail, addresses in PAGES.values()), *REST.values()):
        for one in addresses:
            path = re.sub(r"\{(last_)?month\}", "2026-11", one.partition("?")[0])
            path = re.sub(r"\{\w+\}", "1", path)
            seen |= {adapter.match(path)[0]} if path != "/nothing-here" else set()
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods
             and "_list." not in rule.endpoint and not rule.endpoint.endswith("_pdf")}
    assert pages - seen - FILES - LEAD_ON - BELOW - WITHOUT_ROWS == set()
    assert (FILES | LEAD_ON | BELOW | WITHOUT_ROWS) <= pages
