"""The owner changes a form: a draft nobody meets, questions of one's own, published as the next version."""
import re

import pytest
from markupsafe import escape
from sqlalchemy import select

from practice.access import guard
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.intake.definition import shipped, to_data
from practice.intake.definition_check import check_definition
from practice.intake.editing import changed, keys_of, moved, questions_in, with_question
from practice.intake.kinds import ONCE
from practice.intake.models import FormState, Submission
from practice.intake.queries import answers_of, definition_of, get_form, published_form
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


def test_the_owner_says_that_each_answer_must_be_ticked(olive, people):
    path = begin(olive, people)
    number = int(path.rsplit("/", 1)[1])

    def asked(label):
        return next(one for one in draft(people, number)[2].questions() if one.label == label)

    def save(**more):
        kept = typed(olive.get(f"{path}/edit").get_data(as_text=True)) | more
        for name in [name for name, value in kept.items() if value is None]:
            del kept[name]
        assert olive.post(f"{path}/edit", data=kept).status_code == 302

    page = olive.get(f"{path}/edit").get_data(as_text=True)
    assert re.search(r'name="each:agreements" checked', page) and "Each must be ticked" in page
    assert 'name="each:allergies"' not in page, "“none” stands alone"
    assert 'name="each:phone"' not in page
    save(**{"each:agreements": None, "new:about_you": ["House rules"], "kind:about_you": ["multi_choice"],
            "choices:about_you": ["Shoes off\nPhone off"]})
    assert not asked("I agree").each_ticked and asked("I agree").required
    assert not asked("House rules").each_ticked
    own = asked("House rules").key
    save(**{f"each:{own}": ["on"]})
    assert asked("House rules").each_ticked and asked("House rules").required
    save(**{f"as:{own}": ["text"], f"each:{own}": ["on"]})
    assert not asked("House rules").each_ticked, "only boxes are ticked"
    assert "each needed" not in olive.get(path).get_data(as_text=True)


def test_what_cannot_be_asked_is_refused_and_kept(olive, people):
    path = begin(olive, people)
    sent = typed(olive.get(f"{path}/edit").get_data(as_text=True)) | {
        "new:about_you": ["Which one?"], "kind:about_you": ["choice"], "choices:about_you": [""]}
    answer = olive.post(f"{path}/edit", data=sent)
    assert answer.status_code == 422 and "Which one?" in answer.get_data(as_text=True)
    answer = olive.post(f"{path}/edit", data=sent | {"version": ["7"]})
    assert answer.status_code == 422


@pytest.mark.requirement("no-clinical-at-desk")
def test_a_question_about_health_cannot_be_shown_to_reception(olive, people):
    """No tick is offered; sent all the same, it is refused in words that name the question."""
    path = begin(olive, people)
    page = olive.get(f"{path}/edit").text
    assert 'name="reception:phone"' in page and 'name="reception:thinners"' not in page
    assert "About health: reception never sees it" in page
    answer = olive.post(f"{path}/edit", data=typed(page) | {"reception:thinners": ["on"], "reception:phone": ["on"]})
    assert answer.status_code == 422
    assert "“Do you take blood thinners?”: Reception cannot see this answer: it is about health." in answer.text
    marked = {one.key for one in draft(people, int(path.rsplit("/", 1)[1]))[2].questions() if one.reception_may_see}
    assert "thinners" not in marked and "phone" in marked


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


def keys(people, path) -> list[list[str]]:
    definition = draft(people, int(path.rsplit("/", 1)[1]))[2]
    return [[section.key, *(question.key for question in section.questions)] for section in definition.sections]


def test_parts_and_questions_change_places_and_the_focus_stays_on_the_button(olive, people):
    path = begin(olive, people)
    before = keys(people, path)
    first, second = before[0][1:3]
    page = olive.get(f"{path}/edit").text
    answer = olive.post(f"{path}/edit", data=typed(page) | {
        "move": [f"down:question:{first}"], f"label:{second}": ["Typed at the same time"]})
    assert answer.headers["Location"].endswith(f"/edit?at=down:question:{first}")
    assert keys(people, path)[0][1:3] == [second, first]
    page = olive.get(answer.headers["Location"]).text
    assert "Typed at the same time" in page
    pressed = re.search(r"<button[^>]*autofocus[^>]*>", page)
    assert f'value="down:question:{first}"' in pressed.group()
    for move, expected in ((f"up:question:{first}", [first, second]), (f"up:question:{first}", [first, second])):
        olive.post(f"{path}/edit", data=typed(olive.get(f"{path}/edit").text) | {"move": [move]})
        assert keys(people, path)[0][1:3] == expected
    olive.post(f"{path}/edit", data=typed(olive.get(f"{path}/edit").text) | {"move": [f"down:part:{before[0][0]}"]})
    assert [row[0] for row in keys(people, path)][:2] == [before[1][0], before[0][0]]


def test_a_follow_up_moves_among_its_own():
    content = with_question(to_data(shipped("full")), "heart", kind="text", label="Since when?", under="thinners")
    follow = next(one for _home, one, _depth in questions_in(content) if one["key"] == "thinners")["follow_ups"]
    order = [one["question"]["key"] for one in follow]
    after = moved(content, order[-1], -1)
    follow = next(one for _home, one, _depth in questions_in(after) if one["key"] == "thinners")["follow_ups"]
    assert [one["question"]["key"] for one in follow] == [*order[:-2], order[-1], order[-2]]


def test_a_part_of_ones_own_comes_before_the_signature(olive, people):
    path = begin(olive, people, "full")
    sent = typed(olive.get(f"{path}/edit").text) | {"new_part": ["Your sport"], "new_part_kind": ["choice"],
                                                    "new_part_question": ["What do you train?"],
                                                    "new_part_choices": ["Running\nNothing"]}
    assert olive.post(f"{path}/edit", data=sent).status_code == 302
    assert keys(people, path)[-2] == ["own_your_sport", "own_what_do_you_train"]
    assert keys(people, path)[-1][-1] == "signature"
    olive.post(f"{path}/publish", data={"version": draft(people, int(path.rsplit("/", 1)[1]))[1]})
    assert "own_your_sport" in [section.key for section in definition_of_full(people).sections]


def definition_of_full(people):
    db.session.rollback()
    with guard.acting(people.olive):
        return definition_of(published_form("full", "en"))


def test_the_kind_of_ones_own_question_changes_and_of_no_other(olive, people):
    path = begin(olive, people)
    sent = typed(olive.get(f"{path}/edit").text) | {"new:about_you": ["Do you swim?"], "kind:about_you": ["text"]}
    olive.post(f"{path}/edit", data=sent)
    sent = typed(olive.get(f"{path}/edit").text) | {"as:own_do_you_swim": ["choice"], "as:phone": ["scale"]}
    refused = olive.post(f"{path}/edit", data=sent)
    assert refused.status_code == 422 and "A choice needs options" in refused.text
    sent |= {"more:own_do_you_swim": ["Often\nNever"]}
    assert olive.post(f"{path}/edit", data=sent).status_code == 302
    asked = {one.key: one for one in draft(people, int(path.rsplit("/", 1)[1]))[2].questions()}
    assert [one.label for one in asked["own_do_you_swim_2"].options] == ["Often", "Never"]
    assert "own_do_you_swim" not in asked, "what was answered before had another shape"
    assert asked["phone"].kind == "phone"


def test_every_version_prints_with_lines_to_fill_in(olive, people, as_person):
    client_id = intake.client_of(people, "theo")
    for key in ("full", "short", "visit"):
        number = form(people, key)[0]
        page = olive.get(f"/setup/forms/{number}/paper").text
        for question in shipped(key).questions():
            assert escape(question.label) in page, question.key
            for option in question.options:
                assert escape(option.label) in page
        assert "paper-line" in page or key == "visit"
        assert as_person("theo").get(f"/clients/{client_id}/form-link/blank?form={key}").text.count("paper-part") > 0
    assert as_person("theo").get(f"/clients/{client_id}/form-link/blank?form=none").status_code == 404
    assert as_person("rae").get(f"/clients/{client_id}/form-link/blank?form=full").status_code == 403


EVERY_KIND = {"once:medicines": "What do you take?", "once:pain_where": "Where does it hurt?",
              "once:email": "Your e-mail", "once:address": "Where do you live?", "once:signature": "Sign here",
              "name": "Name of your doctor", "phone": "Phone of your doctor", "email": "E-mail of your doctor",
              "address": "Where is your doctor?", "date": "When did you see them last?", "when": "Since when?",
              "regions": "Where do you like it best?", "scale": "How tired are you?", "long_text": "Anything else?",
              "yes_no_unknown": "Do you swim?", "text": "Your sport"}


def added(olive, path, **fields):
    return olive.post(f"{path}/edit", data=typed(olive.get(f"{path}/edit").text) | {
        key.replace("__", ":"): [value] for key, value in fields.items()})


def published_with_every_kind(olive, people) -> str:
    """The check at a visit with a question of every kind that can be added, published; the key of its last part."""
    path = begin(olive, people, "visit")
    part = keys(people, path)[-1][0]
    for kind, label in EVERY_KIND.items():
        answer = added(olive, path, **{f"new__{part}": label, f"kind__{part}": kind})
        assert answer.status_code == 302, (kind, answer.text)
    olive.post(f"{path}/publish", data={"version": draft(people, int(path.rsplit("/", 1)[1]))[1]})
    return part


def test_every_kind_is_added_asked_stored_printed_and_read(olive, people, app, as_person):
    part = published_with_every_kind(olive, people)
    client_id = intake.client_of(people, "theo")
    actor, secret = intake.address(people, client_id, form_key="visit")
    with guard.acting(people.olive):
        form_row = published_form("visit", "en")
        number, asked = form_row.id, {one.label: one for one in definition_of(form_row).questions()}
        db.session.rollback()
    assert asked["What do you take?"].feeds == "medicines" and asked["Where does it hurt?"].feeds == "pain"
    assert asked["Where does it hurt?"].follow_ups[0].question.feeds == "acute"
    assert asked["Your e-mail"].key == "email" and asked["E-mail of your doctor"].key.startswith("own_")
    paper = olive.get(f"/setup/forms/{number}/paper").text
    phone, path = app.test_client(), f"/f/{secret}"
    phone.post(path)
    page = phone.get(f"{path}/part/{part}").text
    for label in EVERY_KIND.values():
        assert escape(label) in paper and (escape(label) in page) is (label != "Sign here"), label
    name = {kind: f"q-{asked[label].key}" for kind, label in EVERY_KIND.items()}
    given = {
        f"{name['once:medicines']}-name": ["Iron"], f"{name['once:medicines']}-dose": ["1 a day"],
        f"{name['once:pain_where']}-calf:left": "6", "q-pain_acute": "no", name["once:email"]: "ann@example.org",
        f"{name['once:address']}-street": "1 Lane", name["name"]: "Dr Lee", name["phone"]: "01 555 0138",
        name["email"]: "lee@example.org", f"{name['address']}-city": "Dublin", name["date"]: "4 May 2026",
        name["when"]: "2019", name["regions"]: ["foot:left"], name["scale"]: "7", name["long_text"]: "Two\nlines",
        name["yes_no_unknown"]: "yes", name["text"]: "Judo", "js": "1", "go": "next"}
    needed = {f"q-{key}": value for key, value in intake.CHECK.items()}
    sent = phone.post(f"{path}/part/{part}", data=needed | given)
    assert "/review?after=" in sent.headers["Location"], re.findall(r'class="f-error".*?<span>(.*?)<', sent.text)
    assert phone.post(f"{path}/review", data={"by": "self"}).status_code == 422, "it is signed"
    assert phone.post(f"{path}/review", data={"by": "self", "typed": "Ann Doyle"}).status_code == 303
    with guard.acting(people.theo):
        submission = db.session.scalars(select(Submission)).one()
        number, answers = submission.id, answers_of(submission)
        db.session.rollback()
    assert answers["medicines"] == [{"name": "Iron", "dose": "1 a day"}] and answers["pain_where"] == {"calf:left": 6}
    read = as_person("theo").get(f"/forms-in/{number}").text
    for said in ("Iron, 1 a day", "6 of 10", "ann@example.org", "1 Lane", "Dr Lee", "lee@example.org", "Dublin", "2019",
                 "7 of 10", "Judo", Place.parse("foot:left").label(), "Ann Doyle"):
        assert said in read, said


def test_what_stands_once_in_a_form_is_not_asked_twice(olive, people):
    path = begin(olive, people, "full")
    for once, words in ONCE.values():
        assert once and words
    for key, (_name, words) in ONCE.items():
        answer = added(olive, path, **{"new__visit": f"Once more {key}", "kind__visit": f"once:{key}"})
        assert answer.status_code == 422 and escape(words) in answer.text, key
        assert f'value="Once more {key}"' in answer.text, "what was typed is still there"
    answer = added(olive, path, new_part="More", new_part_question="Sign again", new_part_kind="once:signature")
    assert answer.status_code == 422 and 'value="Sign again"' in answer.text
    content = to_data(shipped("full"))
    for question in list(questions_in(content)):
        if question[1]["kind"] in ("signature", "medicines", "pain_map"):
            content["sections"][1]["questions"].append({**question[1], "key": f"two_{question[1]['key']}",
                                                        "follow_ups": []})
    assert {problem.message for problem in check_definition(content)} >= {
        ONCE[key][1] for key in ("signature", "medicines", "pain_where")}
    under = to_data(shipped("short"))
    under["sections"][0]["questions"][0]["follow_ups"] = [
        {"when": ["any"], "question": {"key": "x", "kind": "signature", "label": "Sign"}}]
    assert any("not under an answer" in problem.message for problem in check_definition(under))


def test_the_signature_stays_last_and_can_be_put_back(olive, people):
    path = begin(olive, people, "full")
    before = keys(people, path)
    for move in ("up:question:signature", f"down:question:{before[-1][-2]}", f"up:part:{before[-1][0]}",
                 f"down:part:{before[-2][0]}"):
        added(olive, path, move=move)
        assert keys(people, path) == before, move
    added(olive, path, out="signature")
    added(olive, path, new__visit="Please sign", kind__visit="once:signature")
    added(olive, path, **{f"new__{before[-1][0]}": "And your cat?", f"kind__{before[-1][0]}": "text"})
    assert keys(people, path)[-1] == [*before[-1][:-1], "own_and_your_cat", "signature"]
