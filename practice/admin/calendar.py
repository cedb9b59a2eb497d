"""The calendar: any day, a therapist's week, blocked time, the day on paper, and the lists behind them."""
from datetime import date, datetime, timedelta

from flask import Response, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import format_date, get_locale, gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.models import User
from practice.accounts.queries import therapists
from practice.admin import day_columns, show
from practice.admin.auth import current_actor, safe_next
from practice.admin.base import ListView, Page, act, attempt, show_error
from practice.admin.colleagues import colleague
from practice.admin.streamed import Field, Streamed
from practice.audit import services as audit
from practice.catalog.models import Treatment
from practice.clients.models import Client
from practice.core import clock, pdf
from practice.core.dates import When, parse_when
from practice.core.db import transaction
from practice.core.errors import Forbidden, Invalid, NotFound
from practice.core.spreadsheet import Kind
from practice.core.text import _
from practice.premises.models import Room
from practice.premises.queries import the_practice
from practice.safety.rules_verdict import CONSEQUENCE_LABELS, Consequence
from practice.schedule.models import BLOCK_LABELS, Appointment, Block, BlockKind
from practice.schedule.queries import appointments
from practice.schedule.queries.day_view import DayView, day_view
from practice.schedule.queries.visits import Visit
from practice.schedule.services import blocks
from practice.schedule.states import HOLDING_TIME

DAY = timedelta(days=1)
READ = (P.APPOINTMENT_READ_ALL, P.APPOINTMENT_READ_OWN)


class BlockForm(FlaskForm):
    therapist = SelectField(_("Therapist"), coerce=int, validators=[InputRequired()])
    kind = SelectField(_("What for"), choices=[])
    time = StringField(_("From"), [InputRequired(_("Say from when")), Length(max=80)])
    ends = StringField(_("Until"), [InputRequired(_("Say until when")), Length(max=80)])
    words = StringField(_("In a few words"), [Length(max=80)])


class CalendarPage(Page):
    permissions = {"index": READ, "day": READ, "week": READ, "sheet": READ, "block": P.APPOINTMENT_CARRY_OUT,
                   "unblock": P.APPOINTMENT_CARRY_OUT}

    @expose("/")
    def index(self):
        return redirect(url_for("calendar.day"))

    @expose("/day")
    def day(self):
        on, actor = day_columns.asked_day(request.args.get("day")), current_actor()
        view = day_view(on, part=day_columns.asked_part())
        return render_template("admin/calendar/day.html", view=view, boxes=day_columns.columns(view, actor),
                               may_book=actor.may(P.APPOINTMENT_BOOK), may_block=may_block(actor),
                               back=day_columns.here(), before=on - DAY, after=on + DAY)

    @expose("/week")
    def week(self):
        actor, on = current_actor(), day_columns.asked_day(request.args.get("day"))
        monday = on - timedelta(days=on.weekday())
        shown = whose_week(actor, request.args.get("therapist_id"))
        rows = appointments.between(monday, monday + 6 * DAY, therapist_id=shown.id) if shown else []
        first, last = clock.day_bounds(monday, the_practice().time_zone)[0], clock.day_bounds(
            monday + 6 * DAY, the_practice().time_zone)[1]
        blocked = [row for row in appointments.blocks_between(first, last) if shown and row.user_id == shown.id]
        days = [(day, [row for row in rows if row.on_date == day], [row for row in blocked if is_on(row, day)])
                for day in (monday + number * DAY for number in range(7))]
        weekdays = [format_date(day, "EEE") for day, _rows, _blocked in days]
        return render_template(
            "admin/calendar/week.html", days=days, weekdays=weekdays, therapist=shown, on=on, monday=monday,
            sunday=monday + 6 * DAY, before=monday - 7 * DAY, after=monday + 7 * DAY, choice=weeks_open_to(actor),
            may_book=actor.may(P.APPOINTMENT_BOOK), count=sum(row.state in HOLDING_TIME for row in rows))

    @expose("/sheet")
    def sheet(self):
        """The day on paper; that it left the screen is recorded."""
        on, actor = day_columns.asked_day(request.args.get("day")), current_actor()
        with transaction():
            audit.record(actor, "calendar.print", day=on)
        own = None if actor.may(P.APPOINTMENT_READ_ALL) else [actor.user_id]
        paper = pdf.render("day_sheet", sheet_data(day_view(on, own)), language=str(get_locale()))
        return Response(paper, mimetype="application/pdf",
                        headers={"Content-Disposition": f'inline; filename="day-{on.isoformat()}.pdf"'})

    @expose("/block", methods=("GET", "POST"))
    def block(self):
        form = block_form()
        if form.validate_on_submit() and (span := read_span(form)):
            actor = current_actor()
            done = attempt(form, lambda: blocks.block_time(
                actor, therapist_id=form.therapist.data, starts_at=span[0], ends_at=span[1],
                kind=BlockKind(form.kind.data), words=form.words.data or ""))
            if done:
                return redirect(url_for("calendar.day", day=clock.local_date(span[0], the_practice().time_zone)))
        return render_template("admin/calendar/block.html", form=form), 422 if form.is_submitted() else 200

    @expose("/block/<int:block_id>/remove", methods=("POST",))
    def unblock(self, block_id):
        actor, row = current_actor(), appointments.get_block(block_id)
        if row.user_id != actor.user_id and not actor.may(P.APPOINTMENT_BOOK):
            raise Forbidden()
        return act(lambda: blocks.unblock(actor, block_id), safe_next(request.form.get("back")),
                   gettext("The time is free again."))


def may_block(actor) -> bool:
    """The desk blocks anybody's time, a therapist their own."""
    return actor.may(P.APPOINTMENT_BOOK) or actor.may(P.APPOINTMENT_CARRY_OUT)


def is_on(block: Block, day: date) -> bool:
    first, last = clock.day_bounds(day, the_practice().time_zone)
    return block.starts_at < last and block.ends_at > first


def weeks_open_to(actor) -> list:
    """Whose week this person may look at: everybody's from the desk, else their own."""
    known = therapists()
    return known if actor.may(P.APPOINTMENT_READ_ALL) else [one for one in known if one.id == actor.user_id]


def whose_week(actor, asked: str | None):
    """The therapist asked for, else oneself, else the first. Raises NotFound."""
    open_to = weeks_open_to(actor)
    if asked:
        found = next((one for one in open_to if str(one.id) == asked), None)
        if found is None:
            raise NotFound()
        return found
    return next((one for one in open_to if one.id == actor.user_id), open_to[0] if open_to else None)


def block_form() -> BlockForm:
    actor = current_actor()
    start = {"time": day_columns.in_words(request.args.get("time", "")[:80]),
             "therapist": request.args.get("therapist_id", type=int)}
    form = BlockForm(data=start)
    known = therapists()
    if not actor.may(P.APPOINTMENT_BOOK):
        known = [one for one in known if one.id == actor.user_id]
    if not known:
        raise Forbidden()
    form.therapist.choices = [(one.id, one.name) for one in known]
    form.kind.choices = [(str(kind), gettext(word)) for kind, word in BLOCK_LABELS.items()]
    if form.therapist.data is None:
        form.therapist.data = known[0].id
    return form


def read_span(form: BlockForm) -> tuple[datetime, datetime] | None:
    """From and until as instants; a time alone as end means the same day, a day alone its whole length."""
    try:
        first = typed(form.time.data, "time")
        last = typed(form.ends.data, "ends", same_day=first.day)
        zone = the_practice().time_zone
        starts = clock.to_utc(datetime.combine(first.day, first.at), zone) if first.at else clock.day_bounds(
            first.day, zone)[0]
        ends = clock.to_utc(datetime.combine(last.day, last.at), zone) if last.at else clock.day_bounds(
            last.day, zone)[1]
        return starts, ends
    except Invalid as error:
        show_error(form, error)
        return None


def typed(text: str, field: str, same_day: date | None = None) -> When:
    when = parse_when(text, same_day or show.today(), str(get_locale()), field=field)
    if not 2000 <= when.day.year <= 2100:
        raise Invalid(_("Choose a day within two years."), field)
    return when


def sheet_data(view: DayView) -> dict:
    """The day for its paper: names, times, and what the desk must know, without a clinical word."""
    return {
        "title": gettext("Day sheet"), "heading": f"{show.weekday_day(view.day)} {view.day.year}", "facts": [],
        "head": {"name": the_practice().name},
        "labels": {"page": gettext("Page %(page)s of %(pages)s"), "time": gettext("Time"),
                   "client": gettext("Client"), "treatment": gettext("Treatment"), "room": gettext("Room"),
                   "state": gettext("State"), "note": gettext("Note")},
        "therapists": [{"name": one.name, "detail": "", "empty": gettext("No appointments"),
                        "rows": [sheet_row(row, view) for row in view.appointments.values() if row.user_id == one.id]}
                       for one in view.therapists],
    }


def sheet_row(row: Visit, view: DayView) -> dict:
    is_coming = row.state in appointments.STILL_TO_COME
    notes = [gettext(CONSEQUENCE_LABELS[kind]) for kind in view.consequences.get(row.client_id, ()) if is_coming]
    if is_coming and not view.form_of(row.client_id).is_current(view.day):
        notes.append(gettext(CONSEQUENCE_LABELS[Consequence.FORM_MISSING]))
    return {"time": f"{show.time(row.starts_at)}–{show.time(row.ends_at)}",
            "name": row.client_name, "treatment": row.treatment_name, "room": row.room_name,
            "state": show.label(row.state), "note": ", ".join(notes)}


def when(name: str):
    """A formatter: a day with its time."""
    def shown(view, context, row, _name):
        value = getattr(row, name)
        return f"{show.day(value)}, {show.time(value)}" if value else ""
    return shown


def named(path: str):
    """A formatter: the name of something the row points to."""
    return lambda view, context, row, _name: getattr(getattr(row, path), "name", "")


class AppointmentList(Streamed, ListView):
    """Every appointment: look up, filter, take along as CSV or XLSX."""

    stream_joins = ((Client, Client.id == Appointment.client_id), (User, User.id == Appointment.user_id),
                    (Treatment, Treatment.id == Appointment.treatment_id), (Room, Room.id == Appointment.room_id))
    stream_fields = (
        Field(_("Starts"), Appointment.starts_at, Kind.DATETIME), Field(_("Ends"), Appointment.ends_at, Kind.DATETIME),
        Field(_("Client"), Client.first_name + " " + Client.last_name), Field(_("Therapist"), User.name),
        Field(_("Treatment"), Treatment.name), Field(_("Room"), Room.name),
        Field(_("State"), Appointment.state, words=show.label))

    read_permission = P.APPOINTMENT_READ_ALL
    export_permission = P.CLIENT_EXPORT
    column_list = ("starts_at", "client", "therapist", "treatment", "room", "state")
    column_details_list = (*column_list, "ends_at", "state_at", "arrived_at", "desk_note", "booked_at")
    column_select_related_list = (Appointment.client, Appointment.therapist, Appointment.treatment, Appointment.room)
    column_sortable_list = ("starts_at",)
    column_default_sort = ("starts_at", True)
    column_filters = ("on_date",)
    column_labels = {"on_date": _("Day"), "starts_at": _("Starts"), "ends_at": _("Ends"), "client": _("Client"),
                     "therapist": _("Therapist"), "treatment": _("Treatment"), "room": _("Room"),
                     "state": _("State"), "state_at": _("Since"), "arrived_at": _("Arrived"),
                     "desk_note": _("Note for the desk"), "booked_at": _("Booked")}
    column_formatters = {
        **{name: when(name) for name in ("starts_at", "ends_at", "state_at", "arrived_at", "booked_at")},
        **{name: named(name) for name in ("client", "therapist", "treatment", "room")},
        "state": lambda view, context, row, name: show.label(row.state),
    }
    card_columns = {"client": "card-name", "state": "card-state", "starts_at": "card-line"}

    def row_url(self, row):
        return url_for("booking.show", appointment_id=row.id)


class BlockList(ListView):
    """Time kept free of appointments."""

    read_permission = P.APPOINTMENT_READ_ALL
    column_list = column_details_list = ("user_id", "starts_at", "ends_at", "kind", "words")
    column_sortable_list = ("starts_at",)
    column_default_sort = ("starts_at", True)
    column_labels = {"user_id": _("Therapist"), "starts_at": _("From"), "ends_at": _("Until"), "kind": _("What for"),
                     "words": _("In a few words")}
    column_formatters = {"user_id": lambda view, context, row, name: colleague(row.user_id),
                         "starts_at": when("starts_at"), "ends_at": when("ends_at"),
                         "kind": lambda view, context, row, name: show.label(row.kind)}
    card_columns = {"user_id": "card-name", "kind": "card-state", "starts_at": "card-line"}
