"""Plan, home-care sheet, measures and recall list as pages."""
import re
from datetime import date

import pytest

from practice.access import guard
from practice.core import clock
from practice.core.body import Place
from practice.core.db import transaction
from practice.safety.content import ConditionContent
from practice.safety.services.conditions import add_condition
from practice.sessions.content import NoteContent, Score
from practice.sessions.models import AddendumKind
from practice.sessions.services.notes import add_addendum
from tests.factories import intake
from tests.factories.schedule import at
from tests.factories.sessions import draft, signed, visit


@pytest.fixture
def ann(people) -> int:
    return intake.client_of(people, "theo")


@pytest.fixture
def theo(as_person):
    return as_person("theo")


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


PLAN = {"version": "0", "goal": ["Sleep through", ""], "frequency": "own", "every_days": "10",
        "reassess_on": "2027-03-01", "care_key": ["ball", "", "breathing"], "care_dose": ["", "", "5 minutes"],
        "care_place": ["calf:left", "", ""], "combined": ["yoga", "exercise"], "combined_words": "", "note": "slowly",
        "work_place": ["calf:left", "neck_posterior:middle", ""], "work_technique": ["petrissage", "friction", ""],
        "work_depth": ["3", "1", "3"], "work_minutes": ["20", "5", "10"]}


def test_a_plan_and_its_sheet(theo, ann):
    address = f"/plans/{ann}/"
    assert theo.post(address, data=PLAN).status_code == 302
    page = theo.get(address).get_data(as_text=True)
    assert "Sleep through" in page and 'value="10"' in page and "1 Mar 2027" in page
    sheet = words(theo.get(f"{address}sheet"))
    for said in ("Sleep through", "Tennis or massage ball", "Lower leg, left", "2 × 1 minute, daily", "every 10 days",
                 "Ask your doctor before changing medicines."):
        assert said in sheet, said
    answer = theo.post(address, data=PLAN)
    assert answer.status_code == 422 and "Somebody else changed this" in words(answer)


@pytest.mark.parametrize(("values", "said"), [
    ({"every_days": ""}, "Write a whole number"), ({"reassess_on": "soon"}, "day"),
    ({"work_technique": ["petrissage", "", ""]}, "from 1 to 480 minutes"),
    ({"care_place": ["spine:middle", "", ""]}, "has no business there")])
def test_what_is_refused_keeps_what_was_typed(theo, ann, values, said):
    answer = theo.post(f"/plans/{ann}/", data=PLAN | values)
    page = words(answer)
    assert answer.status_code == 422 and said in page and "Sleep through" in answer.get_data(as_text=True)


def test_home_care_without_a_place_keeps_off_where_it_is_refused(theo, people, ann):
    gun = PLAN | {"care_key": ["massage_gun", "", ""], "care_place": ["", "", ""]}
    address = f"/plans/{ann}/"
    assert theo.post(address, data=gun).status_code == 302
    assert "Not on: Front of neck; Spine." in re.sub(r" Back of neck;", "", words(theo.get(f"{address}sheet")))
    with guard.acting(people.theo), transaction():
        add_condition(people.theo, ann, ConditionContent(key="acute_injury", places=(Place("calf", "left"),)))
    for page in ("sheet", ""):
        assert re.search(r"Not on: [^.]*Spine[^.]*; Lower leg, left\.", words(theo.get(address + page)))
    with guard.acting(people.theo), transaction():
        add_condition(people.theo, ann, ConditionContent(key="anticoagulants"))
    answer = theo.post(address, data=gun | {"version": "1"})
    assert answer.status_code == 422 and "has no business there" in words(answer)


def test_what_has_come_to_be_refused_at_home_is_left_out_of_the_sheet(theo, people, ann):
    gun = PLAN | {"care_key": ["massage_gun", "breathing", ""], "care_place": ["calf:left", "", ""]}
    address = f"/plans/{ann}/"
    assert theo.post(address, data=gun).status_code == 302
    assert "Massage gun , Lower leg, left" in words(theo.get(f"{address}sheet"))
    appointment = visit(people, at(9, 0), client_id=ann)
    assert "Home: Massage gun," in words(theo.get(f"/brief/{appointment}"))
    with guard.acting(people.theo), transaction():
        add_condition(people.theo, ann, ConditionContent(key="dvt_current", places=(Place("calf", "left"),)))
    sheet, plan = words(theo.get(f"{address}sheet")), words(theo.get(address))
    assert "Massage gun" not in sheet and "Breathing" in sheet and "clot" not in sheet.casefold()
    assert "left out of the sheet: Massage gun, Lower leg, left," in plan and "not for this client now" in plan
    assert "Home: Massage gun: not for this client now" in words(theo.get(f"/brief/{appointment}"))


def test_what_another_saved_meanwhile_is_shown_before_it_is_written_over(theo, ann):
    address = f"/plans/{ann}/"
    assert theo.post(address, data=PLAN).status_code == 302
    theirs = PLAN | {"version": "1", "goals": "", "goal": ["Run again"], "note": "Saved on the other tablet"}
    assert theo.post(address, data=theirs).status_code == 302
    answer = theo.post(address, data=PLAN | {"version": "1", "note": "Typed here"})
    page = words(answer)
    assert answer.status_code == 422 and "Somebody saved this after you opened it." in page
    assert "Goals: Run again" in page and "Note: Saved on the other tablet" in page and "How often:" not in page
    assert "Typed here" in answer.get_data(as_text=True)


def test_the_work_of_the_plan_against_what_was_done(theo, people, ann):
    theo.post(f"/plans/{ann}/", data=PLAN)
    appointment = visit(people, at(9, 0), client_id=ann)
    address = f"/notes/{appointment}/edit"
    assert "As planned" in words(theo.get(address))
    blank = dict.fromkeys(("pain_place", "pain_before", "pain_after", "how_taken", "back_in_days"), "")

    def press(do, **values):
        version = re.search(r'name="version" value="(\d+)"', theo.get(address).get_data(as_text=True)).group(1)
        return theo.post(address, data=blank | {"version": version, "do": do, **values})

    press("planned")
    page = words(theo.get(address))
    assert "25 of 60 min entered" in page and "Other than planned" not in page
    rows = "calf:left petrissage 3 10; lower_back:left friction 2 10"
    press("save", rows=rows)
    said = "Other than planned: Lower leg, left; Back of neck (left out); Lower back, left (not in the plan)"
    assert said in words(theo.get(address))
    answer = press("sign", rows=rows, subjective="Better")
    page = words(theo.get(answer.headers["Location"])).partition("Planned and done")[2]
    for said in ("Lower leg, left Kneading, medium (3), 20 min Kneading, medium (3), 10 min", "left out",
                 "Lower back, left – Circling, light (2), 10 min"):
        assert said in page, page[:600]
    theo.post(f"/plans/{ann}/", data=PLAN | {"version": "1", "work_place": ["", "", ""]})
    assert "left out" in words(theo.get(answer.headers["Location"])), "what was planned then stays in the note"


def test_measures_with_what_the_change_means(theo, ann):
    address = f"/measures/{ann}/"
    activities = {"measure": "psfs", "name": ["Stairs", "Sitting", ""]}
    assert theo.post(address, data=activities | {"value": ["3", "4", ""]}).status_code == 302
    assert 'value="Stairs"' in theo.get(address).get_data(as_text=True)
    theo.post(address, data=activities | {"value": ["4", "4", ""]})
    assert "may be chance" in words(theo.get(address))
    theo.post(address, data=activities | {"value": ["7", "7", ""]})
    assert "3.5 better: enough to matter" in words(theo.get(address))
    theo.post(address, data={"measure": "ndi", "answers": "2 2 2 2 2 2 2 2 - -"})
    assert "40 %" in words(theo.get(address))
    for junk in ({"measure": "magic"}, {"measure": "ndi", "answers": "many"}, {"measure": "ndi", "answers": "9 9"},
                 {"measure": "psfs", "name": ["Stairs"], "value": ["12"]}, {}):
        assert theo.post(address, data=junk).status_code == 422
    assert theo.get(f"{address}?measure=who5").status_code == 200


def test_only_the_same_activities_are_compared(theo, ann):
    def take(**scores):
        answer = theo.post(address, data={"measure": "psfs", "name": [one.replace("_", " ") for one in scores],
                                          "value": list(scores.values())})
        assert answer.status_code == 302
        return words(theo.get(address))

    address = f"/measures/{ann}/"
    take(Lift_the_pram="3", Sit_an_hour="5")
    page = take(Play_the_piano="9")
    assert "better" not in page.replace("more is better", "") and page.count("Own activities") >= 3
    assert 'value="Play the piano"' in theo.get(address).get_data(as_text=True), "what was scored last is offered"
    page = take(lift__the_pram="6", Sit_an_hour="")
    assert "first 3" in page and "3 better: enough to matter" in page, "of the one that was scored both times"
    page = take(Play_the_piano="10", Sing="1")
    assert "may be chance" in page


def lines_of(page: str) -> dict[str, str]:
    """The 0–10 items of a page by name: what stands in the line of each, badges as [kind: words]."""
    found = {}
    for line in re.findall(r"<li><p>(.*?)</p>", page.partition('class="curves"')[2], re.S):
        line = re.sub(r'<span class="badge badge-(\w+)">(.*?)</span>', r"[\1: \2]", line)
        name, _sep, rest = re.sub(r"<(?!/strong)[^>]+>", "", line).partition("</strong>")
        found[name] = " ".join(rest.split())
    return found


def noted(people, client_id: int, day: int, *scores: Score, is_signed: bool = True, **values) -> int:
    """A session of that day in October with these scores; the number of its note."""
    with clock.frozen(at(9, day=date(2026, 10, day))):
        number = visit(people, clock.now(), client_id=client_id)
        content = NoteContent(subjective="x", scores=scores, **values)
        return signed(people.theo, number, content) if is_signed else draft(people.theo, number, content)[0]


def test_the_scores_of_the_notes_have_a_course_with_what_its_change_means(theo, people, ann):
    calf = "pain:calf:left"
    noted(people, ann, 1, Score("stress", 7, 3), Score("mood", 4), Score("Jaw", 2), Score(calf, 6, 2),
          Score("relaxation", None, 5), Score("sleep", 5), pain_before=6)
    noted(people, ann, 8, Score("stress", 7, 2), Score(calf, 5, 3), Score("Digest well", 3))
    noted(people, ann, 15, Score("stress", 8, 4), Score("mood", 6), Score("jaw", 5), Score("relaxation", None, 9),
          Score("sleep", 5), Score("pain:foot:left", 3), pain_place=Place("calf", "left"), pain_before=3, pain_after=1)
    noted(people, ann, 16, Score("pain:foot:left", 4), pain_before=9)
    noted(people, ann, 20, Score("stress", 0), Score("mood", 0), is_signed=False)
    wrong = noted(people, ann, 21, Score("stress", 0), Score("Never asked", 1))
    with guard.acting(people.theo), transaction():
        add_addendum(people.theo, wrong, "Another client's", AddendumKind.ENTERED_IN_ERROR)
    page = theo.get(f"/measures/{ann}/").text
    assert lines_of(page) == {
        "Pain: all over": ": 9, first 6 1 Oct 2026 [warn: 3 worse] less is better",
        "Pain: Lower leg, left": ": 3, first 6 1 Oct 2026 [ok: 3 better: enough to matter] less is better",
        "Pain: Foot, left": ": 4, first 3 15 Oct 2026 [outline: may be chance] less is better",
        "Stress": ": 8, first 7 1 Oct 2026 [outline: 1 worse] less is better",
        "Sleep last night": ": 5, first 5 1 Oct 2026 [outline: the same] more is better",
        "Mood": ": 6, first 4 1 Oct 2026 [outline: 2 better] more is better",
        "Relaxation": "more is better", "jaw": ": 5, first 2 1 Oct 2026 [outline: 3 higher]", "Digest well": ": 3"}
    assert "15 Oct 2026: before 8, after 4" in page and "15 Oct 2026: before –, after 9" in page
    for alternative in ("Pain: Lower leg, left: first 6, now 3", "Stress: first 7, now 8",
                        "Relaxation, after each session"):
        assert f'role="img" aria-label="{alternative}"' in page, alternative
    charts = page.split('class="curves"')[1].split("<li>")
    assert sum("chart-plot" in one for one in charts) == 8, "of each that was asked for twice"
    assert ["chart-sunken" in one for one in charts[1:]] == [True] * 3 + [False] * 6, "chance is known of pain alone"


def test_what_nobody_has_worked_out_is_not_judged(theo, ann):
    for days in ("2", "3"):
        theo.post(f"/measures/{ann}/", data={"measure": "medicine", "answers": days})
    page = theo.get(f"/measures/{ann}/").text
    assert '<span class="badge badge-outline">1 worse</span>' in page and "may be chance" not in page
    theo.post(f"/measures/{ann}/", data={"measure": "medicine", "answers": "2"})
    assert '<span class="badge badge-outline">the same</span>' in theo.get(f"/measures/{ann}/").text


def test_a_client_without_notes_has_no_course_of_them(theo, people, ann):
    assert "before and after each session" not in theo.get(f"/measures/{ann}/").text
    noted(people, ann, 1, Score("stress", 7, 3), is_signed=False)
    assert "before and after each session" not in theo.get(f"/measures/{ann}/").text


@pytest.mark.requirement("no-clinical-at-desk")
def test_the_recall_list_has_no_clinical_word(as_person, theo, ann):
    assert "Nobody is due" in words(theo.get("/recall/"))
    theo.post(f"/plans/{ann}/", data=PLAN | {"reassess_on": "2026-11-18"})
    page = words(as_person("rae").get("/recall/"))
    assert "Ann Doyle" in page and "18 Nov 2026" in page
    assert "Sleep through" not in page and "slowly" not in page and "Yoga" not in page
    assert "Nobody is due" in words(as_person("tara").get("/recall/"))


def test_a_change_is_not_compared_and_a_movement_is_one_however_it_is_spelt(theo, ann):
    address = f"/measures/{ann}/"
    for answers in ("1", "4"):
        assert theo.post(address, data={"measure": "global_change", "answers": answers}).status_code == 302
    for movement, degrees in (("Flexion", "45"), (" flexion ", "60"), ("Rotation", "30")):
        theo.post(address, data={"measure": "range", "answers": degrees, "words": movement,
                                 "place": "neck_posterior:middle"})
    page = words(theo.get(address))
    assert "3 worse" not in page and "Global change 4 first 1" in page
    assert re.search(r"Range of motion Back of neck flexion 60° first 45", page, re.I)
    assert "Range of motion Back of neck Rotation 30°" in page


def test_plan_and_measures_stand_in_the_brief(theo, ann):
    theo.post(f"/plans/{ann}/", data=PLAN | {"frequency": "weekly"})
    for value in ("14", "8"):
        theo.post(f"/measures/{ann}/", data={"measure": "roland_morris", "answers": value})
    page = words(theo.get(f"/brief/client/{ann}"))
    for said in ("Sleep through", "Every week", "look again on 1 Mar 2027", "Home: Tennis or massage ball",
                 "6 better: enough to matter"):
        assert said in page, said
