"""The form as it stands on this device: its parts, the answers so far, and what is wrong in them."""
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from flask_babel import get_locale, gettext

from practice.core import clock
from practice.core.errors import NotFound
from practice.core.text import _
from practice.intake.answers import NONE_OF_THESE, AnswerProblem, chosen, validate_answers
from practice.intake.definition import FormDefinition, Section, visible_sections
from practice.intake.kinds import WITH_OPTIONS, QuestionKind
from practice.intake.models import Way
from practice.intake.queries import answers_of, definition_of, get_form, needs_guardian
from practice.intake.services import drafts
from practice.intake.words import met
from practice.kiosk import auth, fields
from practice.premises.queries import the_practice


@dataclass(frozen=True)
class Sheet:
    """The form as it stands on this device: its parts, the answers so far, and the part that was open last.

    `is_for_minor`: by the birth date on it, or by the one the practice has.
    """

    definition: FormDefinition
    answers: dict[str, Any]
    step: int
    saved_at: str
    today: date
    is_for_minor: bool = False

    @property
    def parts(self) -> tuple[Section, ...]:
        """The parts this person meets that ask something beside the signature."""
        return tuple(section for section in visible_sections(self.definition, self.answers, self.today,
                                                                  is_for_minor=self.is_for_minor)
                     if any(question.kind is not QuestionKind.SIGNATURE for question in section.questions))

    def part(self, key: str) -> Section:
        """Raises NotFound."""
        for section in self.parts:
            if section.key == key:
                return section
        raise NotFound()

    def open_part(self) -> Section:
        """Where it was left."""
        here = self.definition.sections[: max(self.step, 0) + 1]
        return next((section for section in reversed(here) if section in self.parts), self.parts[0])

    def after(self, section: Section) -> Section | None:
        place = self.parts.index(section) + 1
        return self.parts[place] if place < len(self.parts) else None

    def before(self, section: Section) -> Section | None:
        place = self.parts.index(section)
        return self.parts[place - 1] if place else None

    def number_of(self, section: Section) -> int:
        return [one.key for one in self.definition.sections].index(section.key)


def load() -> Sheet:
    """The form of the address that was opened."""
    definition = definition_of(get_form(auth.current_link().form_version_id))
    draft, zone = drafts.own_draft(auth.current_actor()), the_practice().time_zone
    today = clock.local_date(clock.now(), zone)
    if draft is None:
        return Sheet(definition, {}, 0, "", today, needs_guardian(auth.current_link().client_id, {}, today))
    answers = answers_of(draft)
    return Sheet(definition, answers, draft.step, wall_time(draft.saved_at), today,
                 needs_guardian(auth.current_link().client_id, answers, today))


def copy_key(part: str) -> str:
    """The name under which the browser keeps a copy of a part until it has arrived here; of all parts for ""."""
    return f"form-{auth.current_link().link_id}-{part}"


def arrived(sheet: Sheet) -> str:
    """The name of the copy that is not needed any more: of the part that was sent before this page."""
    key = request.args.get("after", "")
    return copy_key(key) if any(key == section.key for section in sheet.definition.sections) else ""


def wall_time(instant) -> str:
    return clock.local(instant, the_practice().time_zone).strftime("%H:%M")


def locale() -> str:
    """The order in which dates are typed here: the reader's language, the practice's country."""
    return f"{get_locale().language}_{the_practice().country}"


def problems_in(sheet: Sheet, section: Section) -> list[AnswerProblem]:
    """What is wrong in this part; the signature has its own page."""
    signs = {question.key for question in sheet.definition.questions() if question.kind is QuestionKind.SIGNATURE}
    keys = {question.key for question, _follow in met(section, sheet.answers)} - signs | {f"group:{section.key}"}
    on_paper = auth.current_link().way is Way.PAPER
    found = [problem for problem in validate_answers(sheet.definition, sheet.answers, on=sheet.today, final=True,
                                                     on_paper=on_paper, is_for_minor=sheet.is_for_minor)
             if problem.question_key in keys]
    if sheet.answers.get(f"group:{section.key}") == NONE_OF_THESE and says_yes(sheet, section):
        found.insert(0, AnswerProblem(f"group:{section.key}",
                                      _("You chose “None of these” and named something too. Please take one back.")))
    return list({problem.question_key: problem for problem in reversed(found)}.values())[::-1]


def says_yes(sheet: Sheet, section: Section) -> bool:
    """Whether an answer of this part would propose something: "none of these" cannot be meant then."""
    for question, _follow in met(section, sheet.answers):
        picked = chosen(sheet.answers.get(question.key))
        options = [option for key in picked if question.kind in WITH_OPTIONS and (option := question.option(key))]
        if (question.proposes and "yes" in picked) or any(option.proposes for option in options):
            return True
    return False


def words_of(problems: list[AnswerProblem], definition: FormDefinition) -> list[dict]:
    """Each problem with its field, its label and its words, for the summary and the field."""
    labels = {question.key: question.label for question in definition.questions()}
    labels |= {follow.question.key: f"{question.label} {follow.question.label}"  # "Where?" is asked more than once
               for question in definition.questions() for follow in question.follow_ups}
    labels |= {f"group:{section.key}": gettext("None of these") for section in definition.sections}
    sections = {question.key: section.key for section in definition.sections
                for question in fields.all_questions(section)}
    return [{"key": problem.question_key, "label": labels.get(problem.question_key, ""),
             "section": sections.get(problem.question_key, problem.question_key.partition(":")[2]),
             "text": gettext(problem.message)} for problem in problems]
