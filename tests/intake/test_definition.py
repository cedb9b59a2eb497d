"""Forms as data: the shipped ones, checking a definition, answers against it, what is still open."""

import copy
import re
from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.intake import definition_check
from practice.intake.answers import completeness, parse_when, validate_answers
from practice.intake.definition import (
    SHIPPED,
    BadDefinition,
    Option,
    Question,
    Section,
    from_data,
    shipped,
    to_data,
    visible_questions,
    visible_sections,
)
from practice.intake.definition_check import check_definition
from practice.intake.kinds import QuestionKind

ON = date(2026, 6, 1)
FULL = shipped("full")
ADULT = {"birth_date": "1980-05-04"}
BASICS = {
    "full_name": "Ann Bo", "birth_date": "1980-05-04", "phone": "+44 20 5550 0134", "allergies": ["no"],
    "agreements": ["true", "stop", "not_medical", "privacy", "late"], "signature": {"typed": "Ann Bo", "by": "self"},
}  # fmt: skip
HEALTHY = BASICS | {
    "group:heart": "none", "group:body": "none", "group:skin": "none", "strong_medicine": ["no"], "told_not": "no",
}  # fmt: skip
NEVER_SAID = (
    "phlebitis",
    "tia",
    "petrissage",
    "contraindication",
    "tapotement",
    "effleurage",
    "anticoagulant",
    "oedema",
)
NEVER_ASKED = (
    "hiv",
    "aids",
    "hepatitis",
    "tuberculosis",
    "depress",
    "psychiatr",
    "anxiety",
    "marital",
    "married",
    "std",
)


def texts(definition):
    for section in definition.sections:
        yield from (section.title, section.help)
    for question in definition.questions():
        yield from (question.label, question.help, *(option.label for option in question.options))


@pytest.mark.parametrize("key", SHIPPED)
def test_a_shipped_form_is_sound_plain_and_survives_a_round_trip(key):
    form = shipped(key)
    assert check_definition(to_data(form)) == []
    assert from_data(to_data(form)) == form
    words = set(re.findall(r"[a-z]+", " ".join(texts(form)).casefold()))
    for word in (*NEVER_SAID, *NEVER_ASKED):
        assert not any(found == word or (len(word) > 4 and word in found) for found in words), word


def test_a_healthy_client_meets_at_most_45_questions():
    assert len(visible_questions(FULL, ADULT, ON)) <= 45
    assert len(visible_questions(shipped("short"), ADULT, ON)) <= 25
    assert len(visible_questions(shipped("visit"), {}, ON)) <= 12


def test_every_page_of_health_questions_has_both_buttons():
    for section in FULL.sections:
        if section.key in ("heart", "body", "skin"):
            assert section.none_of_these and section.ask_at_visit


def test_a_healthy_client_is_complete():
    assert validate_answers(FULL, HEALTHY, on=ON, final=True) == []
    assert completeness(FULL, HEALTHY, on=ON).is_complete


def test_follow_ups_open_on_their_answer_only():
    keys = [question.key for question in visible_questions(FULL, ADULT | {"clot": "yes"}, ON)]
    assert keys.index("clot_state") == keys.index("clot") + 1
    assert "clot_state" not in [question.key for question in visible_questions(FULL, ADULT | {"clot": "no"}, ON)]
    nested = ADULT | {"pain_where": {"calf:left": 4}, "pain_acute": "some"}
    assert "pain_acute_where" in [question.key for question in visible_questions(FULL, nested, ON)]


def test_the_guardian_page_is_for_minors():
    assert "guardian" in [section.key for section in visible_sections(FULL, {"birth_date": "2015-01-01"}, ON)]
    assert "guardian" not in [section.key for section in visible_sections(FULL, ADULT, ON)]
    missing = completeness(FULL, HEALTHY | {"birth_date": "2015-01-01"}, on=ON).required_missing
    assert {point.question_key for point in missing} >= {"guardian_name", "guardian_phone"}


def test_what_is_open_is_told_apart():
    answers = BASICS | {
        "group:heart": "ask", "group:body": "none", "clot": "unknown", "boundaries": "Not my feet, please",
        "told_not": "no", "strong_medicine": ["no"], "skin": ["no"], "injuries": ["bruise_of_old"],
    }  # fmt: skip
    state = completeness(FULL, answers, on=ON)
    assert [point.question_key for point in state.asked_at_visit] == ["group:heart"]
    assert [point.question_key for point in state.dont_know] == ["clot"]
    assert [point.question_key for point in state.unread] == ["boundaries"]
    assert [point.question_key for point in state.unanswered] == ["devices"]
    read = completeness(FULL, answers, on=ON, read=frozenset({"boundaries"}))
    assert read.unread == ()


def test_own_words_are_read_by_the_therapist_also_where_reception_sees_them():
    data = copy.deepcopy(to_data(FULL))
    data["sections"][0]["questions"].append(
        {"key": "own_note", "kind": "text", "label": "A word to us", "reception_may_see": True})
    said = HEALTHY | {"own_note": "My heart races", "emergency": "Mia, 085 555 0100"}
    assert [point.question_key for point in completeness(from_data(data), said, on=ON).unread] == ["own_note"]


def test_a_required_follow_up_is_missing_until_answered():
    answers = HEALTHY | {"group:skin": None, "skin": ["bruise"], "injuries": ["no"], "devices": "no"}
    assert [point.question_key for point in completeness(FULL, answers, on=ON).required_missing] == ["bruise_where"]
    problems = validate_answers(FULL, answers, on=ON, final=True)
    assert [problem.question_key for problem in problems] == ["bruise_where"]
    assert validate_answers(FULL, answers, on=ON, final=False) == []


AGREED = ["true", "stop", "not_medical", "privacy", "late"]


@pytest.mark.parametrize("key", ["full", "short"])
@pytest.mark.parametrize("left_out", AGREED)
def test_one_agreement_is_not_all_of_them(key, left_out):
    form = shipped(key)
    some = HEALTHY | {"agreements": [one for one in AGREED if one != left_out]}
    problems = [problem for problem in validate_answers(form, some, on=ON, final=True)
                if problem.question_key == "agreements"]
    assert [problem.message for problem in problems] == ["Please tick each to go on."]
    for lenient in ({"final": False}, {"final": True, "on_paper": True}):
        assert "agreements" not in {one.question_key for one in validate_answers(form, some, on=ON, **lenient)}
    assert "agreements" not in {one.question_key for one in validate_answers(form, HEALTHY, on=ON, final=True)}
    assert completeness(FULL, some, on=ON).is_complete, "what was received once stays as it was received"


def test_a_version_that_does_not_ask_for_each_takes_any():
    data = to_data(FULL)
    asked = next(one for section in data["sections"] for one in section["questions"] if one["key"] == "agreements")
    assert asked.pop("each_ticked")
    assert to_data(from_data(data)) == data, "what is false stands nowhere: the hash of an older version is the same"
    assert validate_answers(from_data(data), HEALTHY | {"agreements": ["late"]}, on=ON, final=True) == []


def test_each_is_needed_only_of_what_goes_together():
    for key, change in (("allergies", {}), ("told_not", {}), ("agreements", {"has_dont_know": True})):
        data = to_data(FULL)
        question = next(one for section in data["sections"] for one in section["questions"] if one["key"] == key)
        question.update(change, each_ticked=True)
        assert [problem.message for problem in check_definition(data)] == [
            "Each can be needed only where all can be ticked together."], key


@pytest.mark.parametrize(
    "key, bad",
    [
        ("clot", "perhaps"), ("clot", ["yes"]), ("pressure", "9"), ("goals", "pain"), ("goals", ["gold"]),
        ("stress", 11),
        ("stress", "3"), ("stress", True), ("birth_date", "4.5.1980"), ("birth_date", "2050-01-01"), ("work", 7),
        ("work", "x" * 5000), ("focus", ["tail:left"]), ("focus", "calf:left"), ("pain_where", {"calf:left": 11}),
        ("pain_where", ["calf:left"]), ("medicines", [{"dose": "5"}]), ("medicines", "aspirin"),
        ("signature", {"by": "self"}),
        ("signature", "Ann"), ("email", "ann"), ("phone", "x"), ("address", {"planet": "x"}),
        ("heart", ["attack", "no"]),
        ("clot_when", "2027"), ("clot_when", "soon"), ("group:heart", "maybe"), ("no_such_question", "x"),
        ("due_date", (ON + timedelta(weeks=42, days=1)).isoformat()),
    ],
)  # fmt: skip
def test_junk_is_told_at_its_question(key, bad):
    assert [problem.question_key for problem in validate_answers(FULL, ADULT | {key: bad}, on=ON, final=False)] == [key]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([question.key for question in FULL.questions()]), JUNK, max_size=6))
def test_no_answer_sheet_breaks_anything(answers):
    validate_answers(FULL, answers, on=ON, final=True)
    completeness(FULL, answers, on=ON)


@given(JUNK)
def test_no_definition_breaks_the_check(data):
    assert check_definition(data)


def _broken(change):
    data = copy.deepcopy(to_data(shipped("visit")))
    change(data)
    return data


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(sections=[]),
        lambda data: data["sections"].append(data["sections"][0]),
        lambda data: data["sections"][0]["questions"][0].update(kind="essay"),
        lambda data: data["sections"][0]["questions"][0].update(options=[]),
        lambda data: data["sections"][0]["questions"][0].update(label=" "),
        lambda data: data["sections"][0]["questions"][0].update(colour="red"),
        lambda data: data["sections"][0]["questions"][1]["follow_ups"][0].update(when=["perhaps"]),
        lambda data: data["sections"][0].update(only_if={"question": "nowhere", "answers": ["x"]}),
        lambda data: data["sections"][0]["questions"][0].update(feeds="the cat"),
        lambda data: data["sections"][0]["questions"][0].update(key="group:x"),
    ],
)
def test_a_broken_definition_is_refused_with_its_place(change):
    data = _broken(change)
    assert check_definition(data)
    with pytest.raises(BadDefinition) as refused:
        from_data(data)
    assert refused.value.problems


def test_the_fields_checked_are_the_fields_there_are():
    for kind, checked in ((Question, definition_check.QUESTION_FIELDS), (Section, definition_check.SECTION_FIELDS),
                          (Option, definition_check.OPTION_FIELDS)):
        assert {field.name for field in fields(kind)} == checked


@pytest.mark.parametrize(
    "text, day",
    [("2019", date(2019, 1, 1)), ("2019-05", date(2019, 5, 1)), ("2019-05-04", date(2019, 5, 4)), ("2019-13", None),
     ("yesterday", None), ("0000", None)],
)  # fmt: skip
def test_partial_dates(text, day):
    assert parse_when(text) == day


def test_every_kind_is_used_or_can_be():
    assert {question.kind for key in SHIPPED for question in shipped(key).questions()} == set(QuestionKind)
