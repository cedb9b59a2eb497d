"""The log names errors by number and kind, and nobody."""
import io
import json
import logging

import pytest
from sqlalchemy import create_engine

from practice.core.db import db
from practice.ops import log
from tests.plugins.people import sign_in


@pytest.fixture
def written(monkeypatch):
    """The log as it is written by a server, whatever other tests did to the loggers; what was set before comes back."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:]
    handler = log.use(stream)
    monkeypatch.setattr(root.manager, "disable", logging.NOTSET)
    for name in (log.OURS, "waitress"):
        logger = logging.getLogger(name)
        logger._cache.clear()
        for setting, value in {"disabled": False, "propagate": False, "handlers": [handler],
                               "level": logging.WARNING}.items():
            monkeypatch.setattr(logger, setting, value)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    logging.captureWarnings(False)


@pytest.mark.requirement("no-internals", "audit-silent")
def test_an_error_is_found_by_its_number_and_names_nobody(app, people, written, monkeypatch):
    def broken(*_arguments, **_options):
        raise RuntimeError("Key (email)=(ann.doyle@example.com) already exists\nforged line")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = sign_in(app.test_client(), "rae")
    monkeypatch.setattr("practice.premises.queries.settings", broken)
    monkeypatch.setattr("practice.admin.auth.settings", broken)
    answer = browser.get("/clients/?q=Annwen")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500 and "ann.doyle" not in page and "RuntimeError" not in page
    entries = [entry for entry in written() if entry["level"] == "error"]
    number = entries[0]["message"].split()[1]
    assert number in page and entries[0]["kind"] == "builtins.RuntimeError"
    assert any("broken" in place for place in entries[0]["places"])
    everything = json.dumps(entries)
    assert not any(word in everything for word in ("ann.doyle", "Annwen", "forged", "rae@"))


@pytest.mark.requirement("audit-silent")
def test_one_line_for_each_entry_whatever_is_in_it(written):
    logging.getLogger("practice").error("a\r\n{\"level\": \"forged\"}\u2028b")
    logging.getLogger("waitress").error("the way %s is unknown", "/f/the-secret-of-a-form")
    logging.getLogger("waitress").error("Exception while serving /f/the-secret-of-a-form")
    entries = written()
    assert [entry["level"] for entry in entries] == ["error"] * 3 and "secret" not in str(entries)
    assert entries[1]["message"] == "the way %s is unknown"


def test_health_says_when_the_database_is_gone(client, monkeypatch):
    assert client.get("/health").get_json()["status"] == "ok"
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/practice")
    monkeypatch.setitem(db.engines, None, nowhere)
    answer = client.get("/health")
    assert answer.status_code == 503 and answer.get_json()["status"] == "no database"
    nowhere.dispose()
