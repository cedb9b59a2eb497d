"""What is shown when something breaks."""
import re

import pytest


@pytest.fixture
def broken(app, people, monkeypatch):
    """The settings cannot be read, which every page needs: as when the database is gone."""
    def gone():
        raise RuntimeError("no such table: practice")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("practice.premises.queries.settings", gone)
    monkeypatch.setattr("practice.admin.site.settings", gone)
    return app.test_client()


@pytest.mark.requirement("no-internals", "faults")
def test_an_error_page_needs_nothing_that_may_be_broken(broken, caplog):
    answer = broken.get("/sign-in")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500 and "Nothing of this step was saved" in text and "no such table" not in text
    assert re.search(r"error: ([0-9a-f]{8})$", text)[1] in caplog.text


@pytest.mark.requirement("no-5xx")
@pytest.mark.parametrize("typed", ["Ends sooner\x00", "\ufffd"])
def test_every_value_of_a_field_is_looked_at(as_person, typed):
    """The second of two as well: fields for lists send several by one name."""
    answer = as_person("sol").post("/setup/rooms/new", data={"name": ["Garden", typed]})
    assert answer.status_code == 400 and "could not be understood" in answer.get_data(as_text=True)
