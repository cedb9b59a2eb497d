"""What reception sees of a form: the marked answers, as marked when they were given, and never one about health."""
from datetime import date

import pytest
from sqlalchemy import select, text

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.core.db import db, transaction
from practice.intake.definition import SHIPPED, shipped, to_data
from practice.intake.definition_check import check_definition
from practice.intake.desk_side import FOR_THE_DESK, chart_keys, desk_keys, without_chart_marks
from practice.intake.editing import changed, is_own, keys_of, questions_in, with_part, with_question
from practice.intake.kinds import KIND_LABELS, QuestionKind
from practice.intake.models import DeskAnswers, FormVersion, Submission, Way
from practice.intake.queries import answers_of, definition_of, desk_answers, published_form
from practice.intake.services import forms, submissions
from practice.intake.words import told_at_desk
from tests.factories import intake

CONTACT = {"full_name": "Ann Doyle", "birth_date": "1988-02-21", "phone": "085 555 0138"}
# Every shipped question that is marked, judged one by one: who somebody is, how to reach them or who answers for them.
MARKED = {
    "full": {"full_name", "preferred_name", "birth_date", "phone", "email", "address", "reminders", "emergency",
             "guardian_name", "guardian_phone"},
    "short": {"full_name", "preferred_name", "birth_date", "phone", "email", "emergency", "guardian_name",
              "guardian_phone"},
    "visit": set(),
}


def marked(content: dict, *keys: str) -> dict:
    """The form with these questions marked for reception."""
    for _home, question, _depth in questions_in(content):
        if question["key"] in keys:
            question["reception_may_see"] = True
    return content


@pytest.fixture
def ann(people):
    return intake.client_of(people, "theo", born_on=date(1988, 2, 21))


def send(people, client_id: int, **answers) -> int:
    actor, _secret = intake.address(people, client_id)
    with guard.acting(actor), transaction():
        return submissions.send(actor, intake.healthy(**answers), intake.TYPED).id


def seen(actor, client_id: int) -> dict | None:
    db.session.rollback()
    with guard.acting(actor):
        row = desk_answers(client_id)
        return None if row is None else answers_of(row)


@pytest.mark.requirement("no-clinical-at-desk")
@pytest.mark.parametrize("key", SHIPPED)
def test_of_the_shipped_forms_reception_sees_contact_and_nothing_else(key):
    content = to_data(shipped(key))
    assert check_definition(content) == [] and desk_keys(content) == MARKED[key]
    assert {question["key"] for _home, question, _depth in questions_in(content)
            if question.get("reception_may_see")} == MARKED[key]
    assert chart_keys(content) == keys_of(content) - FOR_THE_DESK


@pytest.mark.requirement("no-clinical-at-desk")
@pytest.mark.parametrize("key", SHIPPED)
def test_no_question_about_health_can_be_marked(key):
    """Each of the shipped questions in turn."""
    for one in sorted(keys_of(to_data(shipped(key)))):
        content = marked(to_data(shipped(key)), one)
        problems = [(problem.path.rpartition("/")[2], problem.message) for problem in check_definition(content)]
        expected = [] if one in FOR_THE_DESK else [(one, "Reception cannot see this answer: it is about health.")]
        assert problems == expected
        assert desk_keys(content) == MARKED[key] | ({one} & FOR_THE_DESK)


@pytest.mark.parametrize("kind", sorted(KIND_LABELS))
def test_own_questions_by_their_kind(kind):
    """Places on the body, pain, scales, medicines and signatures are the chart's, wherever they stand."""
    content = to_data(shipped("short"))
    content["sections"][0]["questions"].append({"key": "own_one", "kind": str(kind), "label": "One"})
    clinical = (QuestionKind.REGIONS, QuestionKind.PAIN_MAP, QuestionKind.MEDICINES, QuestionKind.SCALE,
                QuestionKind.SIGNATURE)
    assert ("own_one" in chart_keys(content)) == (kind in clinical)


@pytest.mark.parametrize("read_by", ["proposes", "gives", "feeds", "decides"])
def test_what_a_rule_reads_belongs_to_the_chart_and_so_does_all_around_it(read_by):
    child = {"key": "own_child", "kind": "text", "label": "Which?"}
    parent = {"key": "own_parent", "kind": "yes_no_unknown", "label": "Any?",
              "follow_ups": [{"when": ["yes"], "question": child}]}
    content = {"sections": [{"key": "own", "title": "Own", "questions": [parent]}]}
    assert chart_keys(content) == set()
    for one in (child, parent):
        one[read_by] = "dvt_current"
        assert chart_keys(content) == {"own_parent", "own_child"}
        del one[read_by]
    for button in ("none_of_these", "ask_at_visit"):
        assert chart_keys({"sections": [content["sections"][0] | {button: True}]}) == {"own_parent", "own_child"}


def test_an_own_question_in_a_part_about_health_or_with_an_option_a_rule_reads():
    content = with_question(to_data(shipped("full")), "heart", kind="text", label="Who looks after it?")
    assert "own_who_looks_after_it" in chart_keys(content)
    content = with_part(content, title="Travel", kind="choice", label="How do you come?", options=["By bus", "By car"])
    assert "own_how_do_you_come" not in chart_keys(content)
    content["sections"][-2]["questions"][0]["options"][0]["proposes"] = "epilepsy"
    assert "own_how_do_you_come" in chart_keys(content)


def test_a_question_in_any_script_is_the_practices_own():
    content = with_part(to_data(shipped("full")), title="Ταξίδι", kind="text", label="Πώς έρχεστε;")
    question = content["sections"][-2]["questions"][0]
    assert is_own(question) and question["key"] not in chart_keys(content)


@pytest.mark.requirement("no-clinical-at-desk", "own-rows")
def test_exactly_the_marked_answers_are_written_for_the_desk(people, ann):
    sent = send(people, ann, emergency="Owen, 085 555 0139", boundaries="Zebrafinch", thinners="yes",
                thinners_which="apixaban", helped_by="My sister")
    assert seen(people.rae, ann) == CONTACT | {"emergency": "Owen, 085 555 0139"}
    assert seen(people.theo, ann) == seen(people.olive, ann) == seen(people.rae, ann)
    assert seen(people.tara, ann) is None
    for actor, model in ((people.bo, DeskAnswers), (people.rae, Submission)):
        with guard.acting(actor), pytest.raises(NoReadGrant):
            db.session.scalars(select(model)).all()
    db.session.rollback()
    stored = bytes(db.session.execute(text("SELECT _answers FROM desk_answers")).scalar_one())
    assert b"Owen" not in stored and b"emergency" not in stored
    guard.bind(people.system)
    assert db.session.scalars(select(DeskAnswers.submission_id)).all() == [sent]


def test_a_paper_form_typed_in_does_the_same(people, ann):
    actor, _secret = intake.address(people, ann, way=Way.PAPER, who="theo")
    with guard.acting(actor), transaction():
        submissions.send(actor, intake.healthy(email="ann@example.org"), intake.TYPED)
    assert seen(people.rae, ann) == CONTACT | {"email": "ann@example.org"}


def test_the_check_at_a_visit_tells_the_desk_nothing_and_hides_nothing(people, ann):
    send(people, ann)
    actor, _secret = intake.address(people, ann, form_key="visit")
    with guard.acting(actor), transaction():
        submissions.send(actor, intake.CHECK, intake.TYPED)
    assert seen(people.rae, ann) == CONTACT


@pytest.mark.requirement("no-clinical-at-desk")
def test_a_mark_set_later_shows_nothing_of_what_was_answered_before(people, ann):
    send(people, ann, helped_by="My sister")
    with guard.acting(people.olive), transaction():
        forms.publish(people.olive, marked(to_data(shipped("full")), "helped_by"))
    assert seen(people.rae, ann) == CONTACT
    send(people, ann, helped_by="My brother")
    assert seen(people.rae, ann) == CONTACT | {"helped_by": "My brother"}


@pytest.mark.requirement("no-clinical-at-desk")
def test_a_version_published_before_the_rule_is_asked_on_and_its_marks_count_for_nothing(people, ann):
    with guard.acting(people.system), transaction():
        intake.publish(people)
    with guard.acting(people.olive), transaction():
        row = published_form("full", "en")
        row.content = marked(to_data(shipped("full")), "thinners", "thinners_which", "boundaries")
        forms.audit.record(people.olive, "form.save", row)
    send(people, ann, thinners="yes", thinners_which="apixaban", boundaries="Zebrafinch")
    assert seen(people.rae, ann) == CONTACT
    with guard.acting(people.olive), transaction():
        row = published_form("full", "en")
        assert definition_of(row) == shipped("full")
        draft = forms.start_draft(people.olive, row.id)
        assert check_definition(draft.content) == [] and check_definition(row.content) != []
        assert without_chart_marks(row.content) == draft.content


def test_question_and_answer_in_the_words_of_the_version_that_was_answered(people, ann):
    send(people, ann, reminders=["sms", "email"], address={"street": "1 Quay", "city": "Cork"})
    reworded = {"label": "Another question", "help": "", "required": True, "reception_may_see": True, "options": {}}
    with guard.acting(people.olive), transaction():
        forms.publish(people.olive, changed(to_data(shipped("full")), {"phone": reworded}, [], {}))
    with guard.acting(people.rae):
        row = desk_answers(ann)
        told = told_at_desk(definition_of(row.form_version), answers_of(row), translate=str, show_day=str)
    assert told == [("Your full name", "Ann Doyle"), ("Date of birth", "1988-02-21"),
                    ("Mobile phone", "085 555 0138"), ("Address", "1 Quay, Cork"),
                    ("How may we write to you?", "Reminders by text, Reminders by e-mail")]


def test_no_row_where_nothing_is_marked(people, ann):
    content = to_data(shipped("full"))
    for _home, question, _depth in questions_in(content):
        question.pop("reception_may_see", None)
    with guard.acting(people.system), transaction():
        forms.publish(people.system, content)
    send(people, ann)
    guard.bind(people.system)
    assert db.session.scalars(select(DeskAnswers.id)).all() == []
    assert len(db.session.scalars(select(FormVersion.id).where(FormVersion.key == "full")).all()) == 1
