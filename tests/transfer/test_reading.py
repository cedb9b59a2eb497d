"""A client's copy as a person reads it: labels that mean one thing, and no value of the program's own making."""
import pytest

from practice.admin.rights.reading import facts_of
from practice.transfer.queries.belongings import BELONGINGS


def told(table: str, **row) -> list[tuple[str, str]]:
    return [(one["label"], one["value"]) for one in facts_of(table, row, {})]


def test_the_key_of_a_measure_is_not_called_a_condition(app):
    assert told("measurement", content={"key": "psfs"}) == [("Measure", "psfs")]
    assert told("condition", content={"key": "skin_infection"}) == [("Condition", "skin infection")]


@pytest.mark.parametrize(("pain", "value"), [
    (["calf:left", 6, 3], "calf left: before 6, after 3, of 10"),
    (["calf:left", 6, None], "calf left: before 6, of 10"),
    (["calf:left", None, 0], "calf left: after 0, of 10"), (["calf:left", None, None], "calf left"),
    ([None, 0, None], "before 0, of 10")])
def test_pain_and_scores_are_told_as_far_as_they_were_asked(app, pain, value):
    assert told("session_note", content={"pain": pain}) == [("Pain", value)]
    assert told("session_note", content={"scores": [pain, ["sleep", 4, 5]]}) == [
        ("Scores", f"{value}\nsleep: before 4, after 5, of 10")]


def test_a_note_without_pain_says_nothing_of_it(app):
    assert told("session_note", content={"pain": [None, None, None], "scores": []}) == []


def test_no_two_columns_of_a_table_have_one_label(app):
    for one in BELONGINGS:
        row = {column.key: "x" for column in one.model.__mapper__.column_attrs if not column.key.startswith("_")}
        labels = [label for label, _value in told(one.model.__tablename__, **row)]
        assert len(labels) == len(set(labels)), (one.model, labels)


def test_the_means_of_a_form_s_address_are_not_read(app):
    assert told("intake_link", is_private=True, is_mailed=True) == []
