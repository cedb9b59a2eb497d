"""Two forms of one client side by side."""
from datetime import date

from practice.core.body import Place
from practice.intake.definition import shipped
from practice.safety.changes import Change, How, Sheet, What, between_forms

ON = date(2026, 11, 17)


def sheet(form="full", **answers) -> Sheet:
    return Sheet(shipped(form), answers, ON)


def test_medicines_by_name():
    before = sheet(medicines=[{"name": "Ibuprofen", "dose": "200"}, {"name": "Iron"}])
    now = sheet(medicines=[{"name": "ibuprofen ", "dose": "400"}, {"name": "Apixaban", "dose": "5 mg"}, {"file": "x"}])
    assert between_forms(before, now) == [
        Change(How.CHANGED, What.MEDICINE, "ibuprofen 400", "200"), Change(How.NEW, What.MEDICINE, "Apixaban 5 mg"),
        Change(How.ENDED, What.MEDICINE, "Iron")]


def test_a_wish_and_what_never_to_exceed():
    before = sheet(pressure="3", never_more=["abdomen:left"], never_more_level="2", avoid=["foot:left"])
    now = sheet(pressure="4", never_more=["abdomen:left", "abdomen:right"], never_more_level="2")
    assert between_forms(before, now) == [
        Change(How.CHANGED, What.WISH, level=4, level_before=3),
        Change(How.NEW, What.NEVER_MORE, places=(Place("abdomen", "right"),), level=2),
        Change(How.ENDED, What.NEVER_MORE, places=(Place("foot", "left"),))]


def test_the_first_form_is_new_and_the_same_form_says_nothing():
    now = sheet(allergies=["nut"], pressure="2")
    assert [(one.how, one.what) for one in between_forms(None, now)] == [
        (How.NEW, What.ALLERGY), (How.NEW, What.WISH)]
    assert between_forms(now, now) == []


def test_what_a_form_does_not_ask_has_not_ended():
    before = sheet(medicines=[{"name": "Iron"}], allergies=["nut"])
    assert between_forms(before, sheet("short", allergies=["nut"])) == []
    assert between_forms(before, sheet("visit")) == []


def test_answers_of_the_wrong_shape_say_nothing():
    assert between_forms(None, sheet(medicines="iron", allergies=None, pressure=["x"], never_more="calf")) == []
