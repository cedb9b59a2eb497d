"""What a made-up client answers on the full form: "none of these", and what their story says."""
from datetime import date, timedelta

from practice.demo.cast import Person
from practice.intake.answers import validate_answers
from practice.intake.definition import FormDefinition, Question, visible_questions

GROUPS = ("heart", "body", "skin")


def answers_for(person: Person, definition: FormDefinition, today: date) -> dict:
    """A sheet that can be sent: the story's answers, the rest "none of these", required follow-ups by first option."""
    answers = {
        "full_name": f"{person.first} {person.last}", "birth_date": person.born_on.isoformat(), "phone": person.phone,
        "email": person.email, "goals": ["pain"] if person.pain > 4 else ["relax"], "reminders": ["sms"],
        "pressure": "3", "allergies": [person.allergy or "no"], "told_not": "no", "strong_medicine": ["no"],
        **({"allergy_severe": "no"} if person.allergy else {}),
        "agreements": [option.key for option in _question(definition, "agreements").options],
        "signature": {"typed": f"{person.first} {person.last}", "by": "self"},
    }
    answers |= {f"group:{key}": "none" for key in GROUPS if not _touches(definition, key, person.story.answers)}
    for key, value in person.story.answers.items():
        answers[key] = _value(definition, key, value, today)
    for key in GROUPS:
        if f"group:{key}" not in answers:
            _say_no(definition, key, answers)
    return _completed(definition, answers, today)


def _question(definition: FormDefinition, key: str) -> Question:
    for section in definition.sections:
        for question in section.questions:
            if question.key == key:
                return question
            for follow_up in question.follow_ups:
                if follow_up.question.key == key:
                    return follow_up.question
    raise KeyError(key)


def _touches(definition: FormDefinition, section_key: str, told: dict) -> bool:
    section = next(section for section in definition.sections if section.key == section_key)
    return any(question.key in told for question in section.questions)


def _value(definition: FormDefinition, key: str, value, today: date):
    if value is None:
        return _question(definition, key).options[-1].key
    if isinstance(value, str) and value.startswith("in "):
        return (today + timedelta(days=int(value.split()[1]))).isoformat()
    return value


def _say_no(definition: FormDefinition, section_key: str, answers: dict) -> None:
    """In a section where something was ticked, everything else is a no."""
    section = next(section for section in definition.sections if section.key == section_key)
    for question in section.questions:
        if question.key in answers:
            continue
        options = [option.key for option in question.options]
        if str(question.kind) == "yes_no_unknown":
            answers[question.key] = "no"
        elif str(question.kind) == "multi_choice":
            answers[question.key] = ["no"]
        elif options:
            answers[question.key] = "no" if "no" in options else options[0]


def _completed(definition: FormDefinition, answers: dict, today: date) -> dict:
    """Fill what is still asked for, the first option each, until the form can be sent."""
    for _round in range(6):
        problems = validate_answers(definition, answers, on=today, final=True)
        if not problems:
            return answers
        open_questions = {question.key: question for question in visible_questions(definition, answers, today)}
        for problem in problems:
            question = open_questions[problem.question_key]
            answers[question.key] = _plain_answer(question)
    raise ValueError(f"the demo cannot fill in this form: {[problem.question_key for problem in problems]}")


def _plain_answer(question: Question):
    kind = str(question.kind)
    if kind == "yes_no_unknown":
        return "no"
    if kind == "multi_choice":
        return [question.options[-1].key]
    if kind == "regions":
        return ["lower_back:left"]
    return question.options[-1].key if question.options else "nothing special"
