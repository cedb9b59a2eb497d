"""The owner changes a form: a draft nobody meets, questions of one's own, published as the next version."""
import re

import pytest

from practice.access import guard
from practice.core.db import db, transaction
from practice.intake.definition import shipped, to_data
from practice.intake.editing import changed, keys_of, with_question
from practice.intake.models import FormState
from practice.intake.queries import definition_of, get_form, published_form
from tests.factories import intake


@pytest.fixture
def olive(as_person, people):
    with guard.acting(people.system), transaction():
        intake.publish(people)
    return as_person("olive")


def form(people, key="short"):
    db.session.rollback()
    with guard.acting(people.olive):
        row = published_form(key, "en")
        return row.id, row.number, row.state


def draft(people, number):
    db.session.rollback()
    with guard.acting(people.olive):
        row = get_form(number)
        return row.state, row.version, definition_of(row)


def typed(page: str) -> dict:
    """Every field of the editor as it was opened."""
    sent: dict[str, list] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_box = 'type="checkbox"' in tag
        if name and name.group(1) not in ("csrf_token", "q") and (not is_box or "checked" in tag):
            text = value.group(1) if value else "on"
            sent[name.group(1)] = [text.replace("&#39;", "'").replace("&amp;", "&").replace("&#34;", '"')]
    return sent


def begin(olive, people, key="short") -> str:
    number, _n, _s = form(people, key)
    answer = olive.post(f"/setup/forms/{number}/begin")
    return answer.headers["Location"].removesuffix("/edit")


@pytest.mark.parametrize("key", ["full", "short", "visit"])
def test_a_draft_saved_unchanged_says_the_same(olive, people, key):
    path = begin(olive, people, key)
    answer = olive.post(f"{path}/edit", data=typed(olive.get(f"{path}/edit").get_data(as_text=True)))
    assert answer.status_code == 302
    state, _version, definition = draft(people, int(path.rsplit("/", 1)[1]))
    assert state is FormState.DRAFT and definition == shipped(key)


def test_words_own_questions_and_the_next_version(olive, people):
    path = begin(olive, people)
    number = int(path.rsplit("/", 1)[1])
    assert begin(olive, people) == path, "one draft at a time"
    sent = typed(olive.get(f"{path}/edit").get_data(as_text=True))
    sent |= {"label:phone": ["A phone we reach you on"], "out": ["emergency"], "new:about_you": ["Do you have a dog?"],
             "kind:about_you": ["choice"], "choices:about_you": ["Yes, a small one\nYes, a big one\nNo"]}
    del sent["required:phone"]
    assert olive.post(f"{path}/edit", data=sent).status_code == 302
    _state, version, definition = draft(people, number)
    asked = {question.key: question for question in definition.questions()}
    assert asked["phone"].label == "A phone we reach you on" and not asked["phone"].required
    assert "emergency" not in asked
    assert [one.label for one in asked["own_do_you_have_a_dog"].options] == ["Yes, a small one", "Yes, a big one", "No"]
    assert form(people)[1] == 1, "nobody meets the draft"
    sent = typed(olive.get(f"{path}/edit").get_data(as_text=True)) | {
        "new:about_you": ["What is it called?"], "kind:about_you": ["text"],
        "under:about_you": ["own_do_you_have_a_dog=yes_a_big_one"]}
    olive.post(f"{path}/edit", data=sent)
    dog = next(one for one in draft(people, number)[2].questions() if one.key == "own_do_you_have_a_dog")
    assert (dog.follow_ups[0].when, dog.follow_ups[0].question.label) == (("yes_a_big_one",), "What is it called?")
    stale = olive.post(f"{path}/publish", data={"version": version}, follow_redirects=True)
    assert "Somebody else changed this" in stale.get_data(as_text=True) and form(people)[1] == 1
    olive.post(f"{path}/publish", data={"version": draft(people, number)[1]})
    assert form(people) == (number, 2, FormState.PUBLISHED)
    assert olive.get(f"{path}/edit").status_code == 404, "published: it does not change any more"


def test_what_cannot_be_asked_is_refused_and_kept(olive, people):
    path = begin(olive, people)
    sent = typed(olive.get(f"{path}/edit").get_data(as_text=True)) | {
        "new:about_you": ["Which one?"], "kind:about_you": ["choice"], "choices:about_you": [""]}
    answer = olive.post(f"{path}/edit", data=sent)
    assert answer.status_code == 422 and "Which one?" in answer.get_data(as_text=True)
    answer = olive.post(f"{path}/edit", data=sent | {"version": ["7"]})
    assert answer.status_code == 422


def test_taking_out_takes_what_hangs_on_it():
    content = to_data(shipped("full"))
    assert {"thinners", "thinners_which"} <= keys_of(content)
    without = changed(content, {}, ["thinners"], {})
    assert not {"thinners", "thinners_which"} & keys_of(without) and {"thinners"} <= keys_of(content)
    with pytest.raises(KeyError):
        with_question(content, "nowhere", kind="text", label="x")
    with pytest.raises(KeyError):
        with_question(content, "heart", kind="text", label="x", under="nothing")


def test_only_the_owner(as_person, olive, people):
    number = form(people)[0]
    for name in ("theo", "rae", "bo"):
        assert as_person(name).post(f"/setup/forms/{number}/begin").status_code == 403
