"""The plan of a client's care, the home-care sheet in the client's words, and who is due."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import get_locale, gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt, record_reading, words
from practice.admin.care import check_open
from practice.catalog.techniques import by_kind, home_care, placed
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.body import Place, all_places, names
from practice.core.dates import parse_when
from practice.core.errors import Invalid
from practice.core.text import _
from practice.intake.answers import parse_place
from practice.premises.queries import the_practice
from practice.safety.queries.book import rulebook
from practice.safety.queries.known import known
from practice.safety.rules import home_care_keeps_off, is_home_care_refused
from practice.sessions.content import DEPTHS, MOST_ROWS, WorkRow, read_rows
from practice.sessions.plan import COMBINED_LABELS, FREQUENCIES, HomeTask, PlanContent
from practice.sessions.queries.plans import due_clients, plan_row
from practice.sessions.services.plans import MOST_GOALS, MOST_TASKS, save_plan

GOAL_LINES, FREE_TASKS, FREE_ROWS = 3, 2, 3
BLANK_ROW = ("", "", "3", "10")
LONGEST_GOAL, LONGEST_DOSE = 160, 80


class PlanForm(FlaskForm):
    """Rhythm, what goes along, when to look again. Goals and home care come as lines of the page."""

    frequency = SelectField(lazy_gettext("How often"))
    every_days = StringField(lazy_gettext("Every how many days"), [Length(max=4)],
                             description=lazy_gettext("For a rhythm of your own"))
    reassess_on = StringField(lazy_gettext("Look again on"), [Length(max=40)],
                              description=lazy_gettext("Re-assessment: goals, measures, plan"))
    combined = SelectMultipleField(lazy_gettext("Goes along with"))
    combined_words = StringField(lazy_gettext("Which, with whom"), [Length(max=200)])
    note = TextAreaField(lazy_gettext("Note"), [Length(max=2000)])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.frequency.choices = [SelectChoice(key, gettext(label)) for key, (label, _days) in FREQUENCIES.items()]
        self.combined.choices = [SelectChoice(key, gettext(label)) for key, label in COMBINED_LABELS.items()]

    def validate_every_days(self, field):
        text = (field.data or "").strip()
        is_own = self.frequency.data == "own"
        if (text or is_own) and not (text.isascii() and text.isdigit()):
            raise ValidationError(gettext("Write a whole number"))

    def validate_reassess_on(self, field):
        try:
            read_day(field.data)
        except Invalid as error:
            raise ValidationError(words(error)) from None

    def content(self) -> PlanContent:
        """What was typed, with the lines of the page. To be called on a valid form only."""
        days = (self.every_days.data or "").strip() if self.frequency.data == "own" else ""
        return PlanContent(
            goals=posted_goals(), frequency=self.frequency.data,
            every_days=int(days) if days else FREQUENCIES[self.frequency.data][1], home_care=posted_tasks(),
            combined=tuple(self.combined.data or ()), combined_words=(self.combined_words.data or "").strip(),
            reassess_on=read_day(self.reassess_on.data), note=(self.note.data or "").strip(), rows=posted_work())

    def show(self, content: PlanContent) -> None:
        self.frequency.data, self.combined.data = content.frequency, list(content.combined)
        self.every_days.data = str(content.every_days or "") if content.frequency == "own" else ""
        self.reassess_on.data = show.day(content.reassess_on) if content.reassess_on else ""
        self.combined_words.data, self.note.data = content.combined_words, content.note


def read_day(text: str | None) -> date | None:
    """A day as people type it, "in 6 weeks" too; None for nothing. Raises Invalid in words."""
    text = (text or "").strip()
    return parse_when(text, show.today(), str(get_locale() or "en"), field="reassess_on").day if text else None


class PlanPage(Page):
    permissions = {"page": P.CHART_WRITE, "sheet": P.CHART_WRITE}

    @expose("/", methods=("GET", "POST"))
    def page(self, client_id):
        """The plan, saved as a whole."""
        check_open(client_id)
        record_reading("plan.read", client_id=client_id)
        form, newer, (held, version) = PlanForm(), [], stored(client_id)
        if request.method == "POST":
            if form.validate():
                if attempt(form, lambda: save_plan(
                        current_actor(), client_id, form.content(), version=_typed_version()).id):
                    flash(gettext("Saved"), "success")
                    return redirect(url_for("plans.page", client_id=client_id))
                newer = differing(held, form.content()) if version != _typed_version() else []
            goals, tasks, work = posted_goals(), posted_tasks(), typed_work()
        else:
            form.show(held)
            goals, tasks = held.goals, held.home_care
            work = [tuple(map(str, row.as_list())) for row in held.rows]
        return render_template(
            "admin/plans/plan.html", form=form, client=get_client(client_id), version=version, care=home_care(),
            goals=[*goals, *[""] * GOAL_LINES][:max(GOAL_LINES, len(goals) + 1)], places=all_places(),
            work=[*work, *[BLANK_ROW] * FREE_ROWS], techniques=by_kind(placed(rulebook().techniques)), depths=DEPTHS,
            tasks=[*tasks, *[HomeTask("", "")] * FREE_TASKS][:MOST_TASKS], newer=newer,
            limits=at_home(client_id, held), task_words=task_words,
            back=url_for("brief.chart", client_id=client_id)), 200 if request.method == "GET" else 422

    @expose("/sheet")
    def sheet(self, client_id):
        """What to do at home, in the client's words, to print."""
        check_open(client_id)
        record_reading("plan.read", client_id=client_id)
        plan = stored(client_id)[0]
        limits = at_home(client_id, plan)
        return render_template("admin/plans/sheet.html", client=get_client(client_id), plan=plan, limits=limits,
                               tasks=[task for task in plan.home_care if task not in limits.refused],
                               care=home_care(), frequencies=FREQUENCIES, practice=the_practice(),
                               back=url_for("plans.page", client_id=client_id))


class RecallPage(Page):
    """Whom to call: due by their rhythm, nothing booked. Without a clinical word."""

    permissions = {"index": (P.APPOINTMENT_READ_ALL, P.APPOINTMENT_READ_OWN)}

    @expose("/")
    def index(self):
        return render_template("admin/plans/recall.html", due=due_clients(show.today(), clock.now()),
                               names=user_names(), may_book=current_actor().may(P.APPOINTMENT_BOOK))


@dataclass(frozen=True)
class AtHome:
    """What is known of the client today against the home care of a plan, written down when it may have been fine."""

    refused: frozenset[HomeTask] = frozenset()
    keeps_off: Mapping[str, list[Place]] = field(default_factory=dict)


def at_home(client_id: int, plan: PlanContent) -> AtHome:
    """What must be left out altogether, and where what names no place must not be used, by its key."""
    if not plan.home_care:
        return AtHome()
    verdict = known(client_id, show.today()).verdict
    refused = frozenset(task for task in plan.home_care if is_home_care_refused(verdict, task.key, task.places))
    return AtHome(refused, {task.key: home_care_keeps_off(verdict, task.key) for task in plan.home_care
                            if not task.places and task not in refused})


def task_words(task: HomeTask) -> str:
    return ", ".join(part for part in (gettext(home_care()[task.key].label), names(task.places, gettext),
                                       gettext(task.dose)) if part)


def differing(held: PlanContent, typed: PlanContent) -> list[str]:
    """What somebody else saved meanwhile, where it is not what was typed, in words."""
    techniques = rulebook().techniques
    lines = {
        "goals": (gettext("Goals"), held.goals),
        "frequency": (gettext("How often"), [gettext(FREQUENCIES[held.frequency][0])] if held.frequency else []),
        "every_days": (gettext("Every how many days"), [str(held.every_days or "")]),
        "reassess_on": (gettext("Look again on"), [show.day(held.reassess_on)] if held.reassess_on else []),
        "rows": (gettext("Work at a visit"), [
            ", ".join((names([row.place], gettext), gettext(techniques[row.technique].label), str(row.pressure),
                       f"{row.minutes} min")) for row in held.rows if row.technique in techniques]),
        "home_care": (gettext("At home"), [
            task_words(task) for task in held.home_care if task.key in home_care()]),
        "combined": (gettext("Goes along with"), [gettext(COMBINED_LABELS[key]) for key in held.combined]),
        "combined_words": (gettext("Which, with whom"), [held.combined_words]),
        "note": (gettext("Note"), [held.note])}
    return [f"{label}: {'; '.join(said) or gettext('nothing')}" for name, (label, said) in lines.items()
            if getattr(held, name) != getattr(typed, name)]


def stored(client_id: int) -> tuple[PlanContent, int]:
    """The plan as it is kept, and its version; 0 for none."""
    row = plan_row(client_id)
    return (PlanContent.from_json(row.content), row.version) if row else (PlanContent(), 0)


def posted_goals() -> tuple[str, ...]:
    return tuple(line.strip()[:LONGEST_GOAL] for line in request.form.getlist("goal") if line.strip())[:MOST_GOALS]


def posted_tasks() -> tuple[HomeTask, ...]:
    """The lines that name something of the catalogue; an empty dose is the usual one."""
    columns = [request.form.getlist(name)[:MOST_TASKS] for name in ("care_key", "care_dose", "care_place")]
    found = []
    for key, dose, place in zip(*columns, strict=False):
        if key in home_care():
            usual = next(iter(home_care()[key].doses), "")
            where = parse_place(place) if place else None
            found.append(HomeTask(key, dose.strip()[:LONGEST_DOSE] or gettext(usual),
                                  (where,) if isinstance(where, Place) else ()))
    return tuple(found)


def typed_work() -> list[tuple[str, ...]]:
    """The lines of work that name a place, as they were typed: place, technique, depth, minutes."""
    columns = [request.form.getlist(name)[:MOST_ROWS] for name in ("work_place", "work_technique", "work_depth",
                                                                   "work_minutes")]
    return [tuple(part.strip() for part in line) for line in zip(*columns, strict=False) if line[0]]


def posted_work() -> tuple[WorkRow, ...]:
    """The same as rows. Raises Invalid for a line that makes no sense."""
    try:
        return read_rows(";".join(" ".join(line) for line in typed_work()), rulebook().techniques)
    except ValueError:
        raise Invalid(_("Choose a place, a technique, a depth and from 1 to 480 minutes.")) from None


def _typed_version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
