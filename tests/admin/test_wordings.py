"""The questions of licensed measures: loaded by the owner, checked, shown when the measure is taken."""
import io
import json

import pytest

from practice.access import guard
from practice.core.db import db
from practice.sessions.queries.plans import measurements_of, wordings
from practice.sessions.wording import WordingRefused, read_wording
from tests.factories import intake

WHO5 = {"measure": "who5", "licence": "Licensed to Linden Lane",
        "items": [{"words": f"Made-up question {number}", "answers": [f"answer {n}" for n in range(6)]}
                  for number in range(1, 6)]}


def load(browser, text):
    data = {"file": (io.BytesIO(text if isinstance(text, bytes) else json.dumps(text).encode()), "who5.json")}
    return browser.post("/setup/measures/", data=data)


@pytest.mark.parametrize(("change", "words"), [
    ({"measure": "psfs"}, "Known are: ndi"), ({"measure": ["who5"]}, "Known are"), ({"licence": " "}, "licence"),
    ({"items": WHO5["items"][:4]}, "has 5 questions"), ({"items": "five"}, "has 5 questions"),
    ({"items": [*WHO5["items"][:4], {"words": ""}]}, "Question 5 needs its words"),
    ({"items": [*WHO5["items"][:4], {"words": "x", "answers": ["a"]}]}, "Question 5 needs 6 answers, from 0 to 5"),
    ({"items": [{"words": "x", "more": 1}, *WHO5["items"][1:]]}, "Question 1 needs its words"),
    ({"more": 1}, "three parts")])
def test_what_is_wrong_with_a_file_is_said(change, words):
    with pytest.raises(WordingRefused, match=words):
        read_wording(json.dumps(WHO5 | change))


def test_loaded_shown_answered_and_taken_out(as_person, people):
    client_id = intake.client_of(people, "theo")
    olive, theo = as_person("olive"), as_person("theo")
    for wrong in (b"{", b"\xff\xfe", b"[]" * 60_000):
        assert load(olive, wrong).status_code == 422
    assert load(olive, WHO5 | {"licence": "half a sign: \ud800"}).status_code == 400
    assert "Please choose a file first" in olive.post("/setup/measures/").text
    assert load(olive, WHO5).status_code == 302 and load(olive, WHO5).status_code == 302
    assert "Licensed to Linden Lane" in olive.get("/setup/measures/").text
    page = theo.get(f"/measures/{client_id}/?measure=who5").text
    assert "Made-up question 5" in page and "3 · answer 3" in page and 'id="answers"' not in page
    assert theo.post(f"/measures/{client_id}/", data={"measure": "who5", "answer": ["3"] * 5}).status_code == 302
    assert theo.post(f"/measures/{client_id}/", data={"measure": "who5", "answer": ["3"] * 4 + [""]}).status_code == 422
    assert theo.post(f"/measures/{client_id}/", data={"measure": "who5", "answer": ["9"] * 5}).status_code == 422
    with guard.acting(people.theo):
        assert [data["score"] for _row, data in measurements_of(client_id)] == [60.0]
        db.session.rollback()
    assert load(theo, WHO5).status_code == 403 and theo.post("/setup/measures/take-out").status_code == 403
    olive.post("/setup/measures/take-out", data={"key": "who5"})
    with guard.acting(people.olive):
        assert wordings() == {}
    assert 'id="answers"' in theo.get(f"/measures/{client_id}/?measure=who5").text
