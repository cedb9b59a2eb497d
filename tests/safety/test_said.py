"""What a form says beside all that is read elsewhere, in forms of the practice's own."""
from datetime import date

from practice.intake.definition import FormDefinition, from_data
from practice.safety.said import also_said

ON = date(2026, 11, 17)


def asked(*questions) -> FormDefinition:
    section = {"key": "health", "title": "Health", "none_of_these": True, "ask_at_visit": True}
    return from_data({"key": "own", "title": "Own", "language": "en",
                      "sections": [section | {"questions": list(questions)}]})


def said(answers, *questions) -> dict:
    return {one.question.key: one.value for one in also_said(asked(*questions), answers, ON)}


IMPLANT = {"key": "implant", "kind": "yes_no_unknown", "label": "An implant?", "follow_ups": [
    {"when": ["yes"], "question": {"key": "implant_at", "kind": "regions", "label": "Where?"}}]}
CLOT = {"key": "clot", "kind": "yes_no_unknown", "label": "A blood clot?", "proposes": "dvt_current", "follow_ups": [
    {"when": ["yes"], "question": {"key": "clot_state", "kind": "choice", "label": "When?", "decides": True,
                                   "options": [
        {"key": "now", "label": "Now", "proposes": "dvt_current"},
        {"key": "never", "label": "It was none", "clears": True}]}},
    {"when": ["yes"], "question": {"key": "clot_when", "kind": "when", "label": "Since?", "gives": "since"}},
    {"when": ["yes"], "question": {"key": "clot_pain", "kind": "yes_no_unknown", "label": "Does it hurt?"}}]}
SKIN = {"key": "skin", "kind": "multi_choice", "label": "Skin?", "options": [
    {"key": "rash", "label": "A rash", "proposes": "skin_inflamed"}, {"key": "mole", "label": "A mole"},
    {"key": "no", "label": "None", "exclusive": True}]}


def test_a_yes_that_no_rule_knows_is_said_with_all_it_opens():
    assert said({"implant": "yes", "implant_at": ["knee:left"]}, IMPLANT) == {
        "implant": "yes", "implant_at": ["knee:left"]}
    assert said({"implant": "no"}, IMPLANT) == said({"implant": "unknown"}, IMPLANT) == {}


def test_what_became_a_proposal_is_said_once():
    assert said({"clot": "yes", "clot_state": "now", "clot_when": "2019"}, CLOT) == {}
    assert said({"clot": "yes", "clot_pain": "yes"}, CLOT) == {"clot_pain": "yes"}, "the proposal does not tell it"
    assert said({"skin": ["rash", "mole"]}, SKIN) == {"skin": ["mole"]}
    assert said({"skin": ["no"]}, SKIN) == {}


def test_a_yes_that_was_cleared_by_what_follows_is_said_in_full():
    assert said({"clot": "yes", "clot_state": "never", "clot_when": "2019"}, CLOT) == {
        "clot": "yes", "clot_state": "never", "clot_when": "2019"}
