"""A doctor's OK: what was asked about a condition, on paper for the doctor, and the answer as it came."""
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt, record_reading
from practice.admin.care import check_open
from practice.admin.conditions.form import level_choices, posted_places, read_when, typed_version
from practice.clients.queries import get_client
from practice.core.body import REGIONS, Place, Side
from practice.core.errors import NotFound
from practice.safety.letters import LETTER_STATE_LABELS, STANDING_QUESTIONS, Letter, LetterState, overruled
from practice.safety.queries.book import rulebook
from practice.safety.queries.known import known
from practice.safety.queries.rows import profile_row
from practice.safety.services import letters

MOST_QUESTIONS = 12
LONGEST = 300


class AskForm(FlaskForm):
    """Whom to ask; the questions come as lines of the page."""

    whom = StringField(lazy_gettext("Doctor"), [Length(max=120)], description=lazy_gettext("Name, practice, phone"))


class AnswerForm(FlaskForm):
    """What was answered, as the rules count it; the words of each answer come as lines of the page."""

    is_ok = RadioField(lazy_gettext("May massage go ahead?"), [InputRequired(lazy_gettext("Say whether it may"))])
    by_whom = StringField(lazy_gettext("Who answered"),
                          [InputRequired(lazy_gettext("Say who answered")), Length(max=120)])
    answered_on = StringField(lazy_gettext("Answered on"), [Length(max=40)],
                              description=lazy_gettext("Empty: today"))
    until = StringField(lazy_gettext("Holds until"), [Length(max=40)],
                        description=lazy_gettext("Empty: until you end it"))
    max_pressure = SelectField(lazy_gettext("No deeper than"))
    heat = SelectField(lazy_gettext("Heat"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.is_ok.choices = [("yes", gettext("Yes, within what stands below")), ("no", gettext("No"))]
        self.max_pressure.choices = [SelectChoice("", gettext("The rule's limit")), *level_choices(0)]
        self.heat.choices = [SelectChoice(*pair) for pair in (
            ("", gettext("Not asked")), ("yes", gettext("All right")), ("no", gettext("No heat")))]

    def validate_until(self, field):
        read_when(field.data)

    validate_answered_on = validate_until


class LettersPage(Page):
    permissions = {"new": P.CHART_WRITE, "answer": P.CHART_WRITE, "end": P.CHART_WRITE, "paper": P.CHART_WRITE}

    @expose("/new/<condition_key>", methods=("GET", "POST"))
    def new(self, client_id, condition_key):
        """What to ask about one condition."""
        check_open(client_id)
        rule = rulebook().rules.get(condition_key)
        if rule is None:
            raise NotFound()
        form = AskForm()
        if request.method == "POST" and form.validate() and attempt(form, lambda: letters.ask_doctor(
                current_actor(), client_id, rule.key, whom=form.whom.data or "", questions=_lines("question"),
                version=typed_version()).id):
            flash(gettext("Noted. Print it, or read it out on the phone."), "success")
            return redirect(url_for("letters.paper", client_id=client_id, number=_newest(client_id)))
        lines = _lines("question") or [gettext(one) for one in (*STANDING_QUESTIONS, *rule.ask)]
        return render_template("admin/conditions/ask.html", form=form, client=get_client(client_id), rule=rule,
                               lines=[*lines, "", ""][:MOST_QUESTIONS], version=_version(client_id),
                               back=_home(client_id)), 200 if request.method == "GET" else 422

    @expose("/<int:number>/answer", methods=("GET", "POST"))
    def answer(self, client_id, number):
        """The answer, question by question, and what it means for the limits."""
        check_open(client_id)
        letter, form = read_letter(client_id, number), AnswerForm()
        if request.method == "POST" and form.validate() and attempt(form, lambda: _take(client_id, number, form)):
            flash(gettext("Saved"), "success")
            return redirect(_home(client_id))
        answers = _lines("answer", keep_empty=True)
        told = [(question, answers[place] if place < len(answers) else "")
                for place, question in enumerate(letter.questions)]
        chosen = {str(place) for place in posted_places()[0]}
        return render_template("admin/conditions/answer.html", form=form, client=get_client(client_id), letter=letter,
                               label=label_of(letter), told=told, version=_version(client_id), regions=REGIONS,
                               sides=(Side.LEFT, Side.RIGHT), chosen=chosen,
                               back=_home(client_id)), 200 if request.method == "GET" else 422

    @expose("/<int:number>/end", methods=("POST",))
    def end(self, client_id, number):
        """It counts no longer."""
        check_open(client_id)
        return act(lambda: letters.end_letter(current_actor(), client_id, number, version=typed_version()),
                   _home(client_id), gettext("Ended. It stays in the record."))

    @expose("/<int:number>")
    def paper(self, client_id, number):
        """The questions on a page to print or read out, with the answers where they came."""
        check_open(client_id)
        letter = read_letter(client_id, number)
        return render_template("admin/conditions/paper.html", client=get_client(client_id), letter=letter,
                               label=label_of(letter), state=LETTER_STATE_LABELS[letter.state(show.today())],
                               may_answer=letter.state(show.today()) is LetterState.ASKED, back=_home(client_id))


def read_letter(client_id: int, number: int) -> Letter:
    """One letter of the client; the reading is written down first. Raises NotFound."""
    record_reading("letter.read", client_id=client_id, number=number)
    found = next((one for one in known(client_id, show.today()).profile.letters if one.number == number), None)
    if found is None:
        raise NotFound()
    return found


def letter_rows(held: tuple[Letter, ...], today: date) -> list[dict]:
    """The letters for the page of conditions, newest first."""
    rows = []
    for one in reversed(held):
        state = LetterState.OVERRULED if overruled(one, held) else one.state(today)
        rows.append({"letter": one, "label": label_of(one), "state": state,
                     "words": gettext(LETTER_STATE_LABELS[state])})
    return rows


def label_of(letter: Letter) -> str:
    rule = rulebook().rules.get(letter.condition_key)
    return gettext(rule.label) if rule else letter.condition_key


def _take(client_id: int, number: int, form: AnswerForm) -> int:
    heat = {"yes": True, "no": False}.get(form.heat.data or "")
    return letters.take_answer(
        current_actor(), client_id, number, answers=_lines("answer", keep_empty=True), is_ok=form.is_ok.data == "yes",
        max_pressure=int(form.max_pressure.data) if form.max_pressure.data else None,
        places=[place for place in posted_places()[0] if isinstance(place, Place)], heat_allowed=heat,
        by_whom=form.by_whom.data, answered_on=read_when(form.answered_on.data), until=read_when(form.until.data),
        version=typed_version()).id


def _lines(name: str, *, keep_empty: bool = False) -> list[str]:
    found = [line.strip()[:LONGEST] for line in request.form.getlist(name)[:MOST_QUESTIONS]]
    return found if keep_empty else [line for line in found if line]


def _version(client_id: int) -> int:
    row = profile_row(client_id)
    return row.version if row else 0


def _newest(client_id: int) -> int:
    return known(client_id, show.today()).profile.letters[-1].number


def _home(client_id: int) -> str:
    return url_for("conditions.page", client_id=client_id)
