"""The last look at a client's own form, the signature, and thanks."""
from dataclasses import replace

from flask import make_response, redirect, render_template, request
from flask_babel import format_date, gettext

from practice.core.db import transaction
from practice.core.text import _
from practice.intake.answers import AnswerProblem
from practice.intake.kinds import QuestionKind
from practice.intake.services import drafts, links
from practice.intake.services.submissions import GUARDIAN_SIGNS, AnswersMissing
from practice.intake.states import LinkState
from practice.intake.words import told
from practice.kiosk import auth, fields
from practice.kiosk.auth import here
from practice.kiosk.sheet import Sheet, arrived, copy_key, load, words_of
from practice.safety.services.receiving import receive_form


def review():
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    return show_review(load())


def show_review(sheet: Sheet, problems: list[AnswerProblem] = (), given: dict | None = None, status: int = 200):
    by = "guardian" if sheet.is_for_minor else "self"
    rows = told(sheet.definition, sheet.answers, on=sheet.today, translate=gettext,
                show_day=lambda day: format_date(day, "d MMMM y"), is_for_minor=sheet.is_for_minor)
    signs = [question.key for question in sheet.definition.questions() if question.kind is QuestionKind.SIGNATURE]
    problems = [replace(one, message=_("Please sign, or type your full name."))
                if one.question_key in signs and one.message != GUARDIAN_SIGNS else one for one in problems]
    return render_template(
        "kiosk/review.html", sheet=sheet, told=rows, part=len(sheet.parts) + 1, parts=len(sheet.parts) + 1,
        problems=words_of(problems, sheet.definition), given=given or {"by": by, "typed": "", "strokes": []},
        last=sheet.parts[-1], arrived=arrived(sheet), action=here("send"), lang=sheet.definition.language,
        secret=auth.secret(), signature_keys=signs), status


def send():
    """Send the form: this spends the address. Pressed twice at once, it is sent once."""
    if not auth.is_proven():
        return redirect(here("welcome"), 303)
    sheet, given = load(), fields.read_signature(request.form)
    try:
        with transaction():
            links.hold(auth.current_actor(), auth.device())
            drafts.drop_photos(auth.current_actor(), sheet.answers)
            receive_form(auth.current_actor(), sheet.answers, given)
    except links.FormClosed:
        return redirect(here("thanks"), 303)  # the door says there whether it was sent
    except AnswersMissing as error:
        return show_review(sheet, error.problems, given, 422)
    return redirect(here("thanks"), 303)


def thanks():
    if auth.current_link().state is not LinkState.SPENT:
        return redirect(here("welcome"), 303)
    return make_response(render_template("kiosk/thanks.html", way=str(auth.current_link().way), arrived=copy_key("")))
