"""Nothing answered can be overlooked before the first session: random sheets of the shipped forms, from the form that
is sent to the page a therapist reads."""
import random
import re
from datetime import timedelta
from html import unescape

import pytest

from practice.core import clock
from practice.core.body import Place, level_words
from practice.intake.answers import parse_place, parse_when, validate_answers
from practice.intake.definition import chosen, is_minor, shipped, visible_questions
from practice.intake.kinds import QuestionKind as Q
from tests.factories import intake
from tests.factories.rules import BOOK
from tests.factories.safety import look, send
from tests.personas import NOW

ROUNDS = {"full": 10, "short": 10, "visit": 10}
PLACES = ["calf:left", "hand:right", "abdomen:left", "shoulder:right", "foot:left"]
SPOTS = ["axilla:left", "groin:right"]
DAYS = ["2019", "2024-05", "2026-11-15"]
# What a therapist does not need in front of them before the first session, and why.
HARMLESS = {
    "full_name": "heads the page", "preferred_name": "in the client's record", "birth_date": "the age heads the page",
    "phone": "the desk's, in the client's record", "email": "the desk's", "address": "the desk's",
    "reminders": "how the desk may write", "guardian_name": "in the client's record; that one has signed is a fact",
    "guardian_phone": "in the client's record", "signature": "kept with the form, bound to its answers",
    "agreements": "the form cannot be sent on the link without all of them",
}
WORDS = (Q.TEXT, Q.LONG_TEXT)


def sheet(dice: random.Random, key: str) -> dict:
    """A sheet that may be sent: about half of what may stay empty is answered, closed questions never."""
    definition, answers, tried = shipped(key), {}, set()
    for section in definition.sections:
        button = dice.choice(["", "", "none", "ask"])
        if button == "none" and section.none_of_these or button == "ask" and section.ask_at_visit:
            answers[f"group:{section.key}"] = button
    while True:
        fresh = [one for one in visible_questions(definition, answers, NOW.date()) if one.key not in tried]
        if not fresh:
            break
        for question in fresh[:1]:
            tried.add(question.key)
            value = an_answer(dice, question)
            if question.required or dice.random() < 0.6:
                answers[question.key] = value
    answers.pop("signature", None)
    assert not [one for one in validate_answers(definition, answers, on=NOW.date(), final=True)
                if one.question_key != "signature"], answers
    return answers


def an_answer(dice: random.Random, question):
    kind, some = question.kind, [option.key for option in question.options]
    if question.has_dont_know and dice.random() < 0.15:
        return "unknown" if kind == Q.CHOICE else ["unknown"]
    if kind == Q.YES_NO_UNKNOWN:
        return dice.choice(["yes", "yes", "no", "unknown"])
    if kind == Q.CHOICE:
        return dice.choice(some)
    if kind == Q.MULTI_CHOICE:
        together = [option.key for option in question.options if not option.exclusive]
        if question.each_ticked:
            return together
        alone = [option.key for option in question.options if option.exclusive]
        return alone if alone and dice.random() < 0.2 else dice.sample(together, min(len(together), dice.randint(1, 3)))
    return {
        Q.SCALE: lambda: dice.randint(question.lowest, question.highest),
        Q.TEXT: lambda: f"text of {question.key} {dice.randint(100, 999)}",
        Q.LONG_TEXT: lambda: f"words of {question.key} {dice.randint(100, 999)}",
        Q.NAME: lambda: "Ann Doyle", Q.EMAIL: lambda: "ann@example.com", Q.PHONE: lambda: "085 555 0138",
        Q.ADDRESS: lambda: {"street": "Long Lane 4", "city": "Cork"},
        Q.DATE: lambda: dice.choice(["1988-02-21", "2012-02-21"]) if question.key == "birth_date" else "2027-02-01",
        Q.WHEN: lambda: dice.choice(DAYS),
        Q.REGIONS: lambda: dice.sample(PLACES + SPOTS, dice.randint(1, 2)),
        Q.PAIN_MAP: lambda: {place: dice.randint(0, 10) for place in dice.sample(PLACES, 2)},
        Q.MEDICINES: lambda: dice.choice([[{"name": "apixaban", "dose": "5 mg"}], [{"name": "Zincovit", "dose": ""}]]),
        Q.SIGNATURE: lambda: {"typed": "Ann Doyle", "by": "self"},
    }[kind]()


class Heard:
    """What a therapist has in front of them: the page, what waits there, and what the engine counts."""

    def __init__(self, definition, answers, known, page: str):
        self.definition, self.answers, self.known = definition, answers, known
        self.text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
        self.waiting = " ".join(unescape(re.sub(r"<[^>]+>", " ", "".join(
            re.findall(r'<div class="open-words">(.*?)</div>', page, re.S)))).split())
        self.lines = parts(page)
        self.proposed = [content for _row, content in known.to_decide]
        gaps = known.left_open[0].completeness if known.left_open else None
        self.unread = {point.question_key for point in gaps.unread} if gaps else set()
        self.to_ask = {point.question_key for name in ("required_missing", "unanswered", "dont_know", "asked_at_visit")
                       for point in getattr(gaps, name)} if gaps else set()

    def stands(self, question, word: str) -> bool:
        """Whether question and answer stand beside each other on the page."""
        return any(about == question.label and word in said for about, said in self.lines)

    def missing(self) -> list[str]:
        """The answers nobody would meet, each with its question."""
        parent = {follow.question.key: one for one in self.definition.questions() for follow in one.follow_ups}
        lost = [key for key, value in self.answers.items()
                if key.startswith("group:") and value == "ask" and key not in self.to_ask]
        for question in visible_questions(self.definition, self.answers, NOW.date()):
            value = self.answers.get(question.key)
            if value in (None, "", [], {}) or question.key in HARMLESS:
                continue
            for one, is_heard in self.each(question, value, parent.get(question.key)):
                if not is_heard:
                    lost.append(f"{question.key}: {one}")
        return lost

    def each(self, question, value, parent):
        """(a piece of the answer, whether it is heard)"""
        key, kind, facts = question.key, question.kind, self.known.facts
        if kind in WORDS:
            told = [content.told for content in self.proposed] + [one.reaction for one in facts.allergies]
            yield value, (value in self.waiting and (key in self.unread or any(value in one for one in told))
                          or self.stands(question, value))
        elif kind == Q.MEDICINES:
            yield value, key in self.unread and all(row["name"] in self.waiting for row in value)
        elif kind == Q.PAIN_MAP:
            marked = {str(mark.place): mark.score for mark in facts.pains}
            yield from ((place, marked.get(place) == score) for place, score in value.items())
        elif kind == Q.REGIONS:
            yield from ((place, self.names(question, parent, place)) for place in value)
        elif kind in (Q.WHEN, Q.DATE):
            yield value, self.is_dated(question, parent, parse_when(value))
        elif kind == Q.SCALE:
            yield value, self.stands(question, f"{value} of {question.highest}")
        else:
            yield from ((one, self.is_chosen(question, parent, one)) for one in chosen(value))

    def names(self, question, parent, key: str) -> bool:
        place = parse_place(key)
        if question.feeds in ("never_more", "avoid_places"):
            return any(limit.place == place and limit.ref == f"form:{question.key}"
                       for limit in self.known.facts.never_more_than)
        if question.gives == "places" or parent and parent.feeds == "acute":
            key = "pain_where" if parent.feeds == "acute" else parent.key
            return any(place in (*content.places, *content.spots) for content in self.proposed
                       if content.question_key == key) and (
                           place.label(str) in self.waiting or self._sides(place))
        return self.stands(question, place.label(str))

    def _sides(self, place) -> bool:
        """Both sides of a region are said in one word, and some places only by their region."""
        return isinstance(place, Place) and place.label(str).split(",")[0] in self.waiting

    def is_dated(self, question, parent, day) -> bool:
        if question.gives in ("since", "due_on"):
            return any(getattr(content, question.gives) == day for content in self.proposed
                       if content.question_key == parent.key) and str(day.day) in self.waiting
        return self.stands(question, str(day.year))

    def is_chosen(self, question, parent, key: str) -> bool:
        mine = [content for content in self.proposed if content.question_key == question.key]
        facts, option = self.known.facts, question.option(key)
        if key == "unknown":
            return question.key in self.to_ask
        if question.kind == Q.YES_NO_UNKNOWN:
            if key == "no":
                return True
            if question.key == "allergy_severe":
                return "was an emergency" in self.waiting and all(one.severity for one in facts.allergies)
            return bool(mine) if question.proposes else self.stands(question, "Yes")
        if key == "no" or option.exclusive:
            return True  # there is nothing
        if question.decides:
            rule = BOOK.rules[option.proposes]
            severity = next((one.label for one in rule.variants if one.key == option.variant), rule.label)
            return severity in self.waiting and any(
                content.question_key == parent.key and (content.key, content.variant or "") ==
                (option.proposes, option.variant) for content in self.proposed)
        if question.gives == "side":
            return option.label in self.waiting and any(
                content.question_key == parent.key and content.side == key for content in self.proposed)
        if question.feeds == "allergies":
            word = self.answers.get("allergy_other") if key == "other" else option.label
            return any(one.substance == word for one in facts.allergies) and word in self.text
        if question.feeds == "wish" and key.isdigit():
            return any(wish.level == int(key) for wish in facts.wishes)
        if parent is not None and parent.feeds == "never_more":
            return any(limit.level == int(key) for limit in facts.never_more_than) and level_words(
                int(key), str).lower() in self.text.lower()
        if question.feeds == "acute":
            return any(content.key == "acute_pain" for content in self.proposed)
        if option.proposes:
            meant = {option.proposes, *(one.proposes for follow in question.follow_ups if key in follow.when
                                        for one in follow.question.options)}
            return any(content.key in meant for content in mine)
        return self.stands(question, option.label)


def parts(page: str) -> list[tuple[str, str]]:
    """Question and answer of each pair of the page."""
    return [tuple(unescape(re.sub(r"<[^>]+>", "", one)) for one in pair)
            for pair in re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page, re.S)]


@pytest.mark.parametrize("form_key", sorted(ROUNDS))
def test_every_answer_is_met_before_the_first_session(people, as_person, form_key):
    dice, browser, definition = random.Random(f"answers to {form_key}"), as_person("theo"), shipped(form_key)
    for number in range(ROUNDS[form_key]):
        client_id = intake.client_of(people, "theo", first_name=f"Ann{number}")
        answers = sheet(dice, form_key)
        with clock.frozen(NOW + timedelta(seconds=number)):
            signed = intake.TYPED | {"by": "guardian" if is_minor(answers, NOW.date()) else "self"}
            send(people, client_id, form_key=form_key, answers=answers, signature=signed)
        page = browser.get(f"/brief/client/{client_id}").get_data(as_text=True)
        lost = Heard(definition, answers, look(people, client_id), page).missing()
        assert not lost, (number, lost, answers)


def brief_of(people, browser, client_id, **answers) -> str:
    send(people, client_id, **answers)
    page = browser.get(f"/brief/client/{client_id}").get_data(as_text=True)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_what_no_rule_reads_stands_in_the_brief(people, as_person, ann):
    page = brief_of(people, as_person("theo"), ann, positions=["front", "hearing"], focus=["shoulder:right"],
                    products_liked="nothing", room=["no_talk"], stress=8, emergency="Tom, 085 555 0199")
    for words in ("What should we know before you lie down? Lying on my front is hard, A hearing aid",
                  "Where should we work most? Shoulder, right", "Oil or cream? Nothing on my skin",
                  "In the room I like … Not to talk", "How stressed are you? 8 of 10", "Tom, 085 555 0199"):
        assert words in page, words
    assert "Lying on my front is hard · A hearing aid" in page, "before the client lies down"


def test_how_a_known_pain_feels_and_where_it_travels_stands_in_the_brief(people, as_person, ann):
    page = brief_of(people, as_person("theo"), ann, pain_where={"lower_back:left": 6}, pain_acute="no",
                    pain_since="2024", pain_feels=["shooting", "tingling"], pain_travels="yes",
                    pain_travels_to=["calf:left"])
    for words in ("Since when do you have it? 2024", "How does it feel? Shooting, Tingling or numb",
                  "Does it travel to another place? Yes", "Where to? Lower leg, left"):
        assert words in page, words


def test_the_check_of_the_day_says_how_it_was_after_the_last_visit(people, as_person, ann):
    send(people, ann)
    with clock.frozen(NOW + timedelta(minutes=1)):
        page = brief_of(people, as_person("theo"), ann, form_key="visit",
                        answers=intake.CHECK | {"after_last": "tired", "pain_today": 4})
    assert "How were the two days after your last visit? Tired or sore, then good" in page
    assert "Pain right now 4 of 10" in page


def test_what_waits_to_be_decided_says_which_side_how_severe_and_since_when(people, as_person, ann):
    page = brief_of(people, as_person("theo"), ann, leg_now="yes", leg_side="left", skin=["rash", "bruise"],
                    rash_where=["calf:left"], rash_how="broken", bruise_where=["hand:right"], bruise_since="2024-05-02",
                    veins=["nodes"], nodes_where=["axilla:left"], pregnancy="yes", due_date="2027-02-01",
                    allergies=["nut"], allergy_severe="yes")
    waiting = page[page.index("Answered yes: yours to decide"):page.index("Where not, and how deep")]
    severity = next(one.label for one in BOOK.rules["skin_inflamed"].variants if one.key == "broken")
    for words in (", Left", f": {severity}, Lower leg, left", "since 2 May 2024", "Armpit, left", "due on 1 Feb 2027",
                  "Nuts or almond oil was an emergency."):
        assert words in waiting, words
