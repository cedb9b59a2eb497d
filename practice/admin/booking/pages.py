"""Booking, moving, and the one-click states of an appointment."""
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.admin import day_columns, show
from practice.admin.auth import current_actor, safe_next
from practice.admin.base import Page, act, show_error
from practice.admin.booking.forms import (
    BookForm,
    TimeForm,
    book_form,
    chosen_client,
    kept,
    look_for_client,
    move_form,
    picked_time,
    read,
)
from practice.admin.booking.offers import client_status, offers, own_prices, short_names
from practice.admin.fields import row_number
from practice.billing.queries.charged import charged
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.core.db import transaction
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.safety.queries.desk import consequences_of
from practice.schedule.models import Appointment
from practice.schedule.overlaps import Slot
from practice.schedule.queries import appointments, diary
from practice.schedule.queries.visits import form_before
from practice.schedule.services import booking, states
from practice.schedule.states import AppointmentState


class BookingPage(Page):
    permissions = {
        "new": P.APPOINTMENT_BOOK, "offers": P.APPOINTMENT_BOOK, "first_free": P.APPOINTMENT_BOOK,
        "move": P.APPOINTMENT_BOOK, "show": (P.APPOINTMENT_READ_ALL, P.APPOINTMENT_READ_OWN),
        "state": P.APPOINTMENT_CARRY_OUT, "undo": P.APPOINTMENT_CARRY_OUT,
    }

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        form = book_form()
        client = chosen_client(form)
        found: list[Client] = []
        nearest = None
        if form.is_submitted():
            is_valid = form.validate()
            if client is None:
                client, found = look_for_client(form)
            if is_valid and client is not None:
                done, nearest = save_booking(form, client.id)
                if done:
                    return redirect(done)
                client = get_client(client.id)
        asked = read(form, treatment_id=form.treatment.data)
        page = render_template(
            "admin/booking/new.html", form=form, client=client, found=found, offers=offers(asked, nearest),
            status=client_status(client), own_prices=own_prices(client), keep=kept(form),
            new_client_url=day_columns.address("clients.new"),
            setup_url=setup_url())
        return page, 422 if form.is_submitted() else 200

    @expose("/offers")
    def offers(self):
        """The free times for what the form says so far, as a piece of the page."""
        form = book_form(formdata=request.args)
        moving = row_number(request.args.get("moving"))
        treatment_id = form.treatment.data
        if moving:
            treatment_id = appointments.get_appointment(moving).treatment_id
        asked = read(form, treatment_id=treatment_id, moving_id=moving)
        return render_template("admin/booking/offers.html", offers=offers(asked), chosen=form.slot.data)

    @expose("/first-free")
    def first_free(self):
        form = book_form(formdata=request.args)
        asked = read(form, treatment_id=form.treatment.data, is_open=True)
        slots = []
        if asked.treatment_id:
            slots = diary.first_free(asked.treatment_id, earliest=asked.at or asked.earliest,
                                     therapist_id=asked.therapist_id, minutes=asked.minutes, count=12)
        return render_template("admin/booking/first_free.html", form=form, slots=slots, asked=asked,
                               names=short_names(), wall=day_columns.wall, setup_url=setup_url(),
                               client_id=row_number(request.args.get("client_id")))

    @expose("/<int:appointment_id>")
    def show(self, appointment_id):
        """The page of an appointment; with `back`, the inside of the dialog that the day opens over itself."""
        row, actor = appointments.get_appointment(appointment_id), current_actor()
        is_uncharged = row.state is AppointmentState.DONE and actor.may(P.INVOICE_ISSUE) and not charged([row.id])
        told = consequences_of({row.client_id}, row.on_date).get(row.client_id, ())
        panel = day_columns.panel(row, actor, told, form_before(row),
                                  {row.id} if is_uncharged else ())
        back = request.args.get("back")
        return render_template("admin/booking/panel.html" if back else "admin/booking/show.html", panel=panel,
                               back=safe_next(back) if back else day_columns.here())

    @expose("/<int:appointment_id>/move", methods=("GET", "POST"))
    def move(self, appointment_id):
        row = appointments.get_appointment(appointment_id)
        form, nearest = move_form(row), None
        if form.is_submitted() and form.validate():
            done, nearest = save_move(form, row)
            if done:
                return redirect(done)
            row = appointments.get_appointment(appointment_id)
        asked = read(form, treatment_id=row.treatment_id, moving_id=row.id)
        page = render_template("admin/booking/move.html", form=form, row=row, offers=offers(asked, nearest))
        return page, 422 if form.is_submitted() else 200

    @expose("/<int:appointment_id>/state", methods=("POST",))
    def state(self, appointment_id):
        """One click; the message offers the way back for ten seconds."""
        row = appointments.get_appointment(appointment_id)
        wanted, back = asked_state(request.form.get("state")), safe_next(request.form.get("back"))
        before, name = row.state, row.client.name if row.client else gettext("Appointment")
        version = row_number(request.values.get("version")) or row.version
        undo = url_for("booking.undo", appointment_id=appointment_id, to=before, version=version + 1, back=back)
        done = gettext("%(name)s: %(state)s", name=name, state=lower_first(show.label(wanted)))
        return act(lambda: states.set_state(current_actor(), appointment_id, wanted, version=version), back, done, undo)

    @expose("/<int:appointment_id>/undo", methods=("POST",))
    def undo(self, appointment_id):
        """Takes back a click (`to`) or a move (`starts`, `therapist`, …), unless something came after it."""
        appointments.get_appointment(appointment_id)
        back, version = safe_next(request.args.get("back")), row_number(request.args.get("version")) or 0
        if "to" in request.args:
            wanted = asked_state(request.args["to"])
            return act(lambda: states.set_state(current_actor(), appointment_id, wanted, version=version), back,
                       gettext("Taken back"))
        try:
            starts_at = datetime.fromisoformat(request.args.get("starts", ""))
        except ValueError:
            raise Invalid(_("That cannot be taken back.")) from None
        if starts_at.tzinfo is None:
            raise Invalid(_("That cannot be taken back."))
        place = {"starts_at": starts_at, "therapist_id": row_number(request.args.get("therapist")) or 0,
                 "room_id": row_number(request.args.get("room")), "minutes": row_number(request.args.get("minutes"))}
        return act(lambda: booking.move(current_actor(), appointment_id, version=version, **place), back,
                   gettext("Taken back"))


def asked_state(text: str | None) -> AppointmentState:
    try:
        return AppointmentState(text or "")
    except ValueError:
        raise Invalid(_("There is no such state.")) from None


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def save_booking(form: BookForm, client_id: int) -> tuple[str | None, list[Slot] | None]:
    """The address to go on to; or None and the nearest free times, with the reason put at its field."""
    actor = current_actor()
    try:
        starts_at, therapist_id = picked_time(form, form.treatment.data, form.minutes.data)
        with transaction():
            row = booking.book(actor, client_id=client_id, therapist_id=therapist_id, treatment_id=form.treatment.data,
                               starts_at=starts_at, minutes=form.minutes.data, room_id=form.room.data or None,
                               desk_note=form.desk_note.data or "")
            ends_at, day = row.ends_at, row.on_date
    except DomainError as error:
        show_error(form, error)
        return None, list(getattr(error, "nearest", ())) or None
    flash(gettext("Booked: %(name)s, %(day)s %(time)s with %(therapist)s", name=get_client(client_id).name,
                  day=show.weekday_day(starts_at), time=show.time(starts_at),
                  therapist=short_names().get(therapist_id, "")), "success")
    warn_outside(starts_at, ends_at, therapist_id)
    return page_of(day), None


def save_move(form: TimeForm, row: Appointment) -> tuple[str | None, list[Slot] | None]:
    """As save_booking; the message offers the way back."""
    actor, row_id, version = current_actor(), row.id, row_number(str(form.version.data or "")) or 0
    name = row.client.name if row.client else ""
    before = {"starts": row.starts_at.isoformat(), "therapist": row.user_id, "room": row.room_id or "",
              "minutes": int((row.ends_at - row.starts_at).total_seconds() // 60)}
    try:
        starts_at, therapist_id = picked_time(form, row.treatment_id, form.minutes.data)
        with transaction():
            moved = booking.move(actor, row_id, version=version, starts_at=starts_at, therapist_id=therapist_id,
                                 room_id=form.room.data or None, minutes=form.minutes.data)
            ends_at, day = moved.ends_at, moved.on_date
    except DomainError as error:
        show_error(form, error)
        return None, list(getattr(error, "nearest", ())) or None
    undo = url_for("booking.undo", appointment_id=row_id, version=version + 1, back=page_of(day), **before)
    flash(gettext("%(name)s: moved to %(day)s %(time)s", name=name, day=show.weekday_day(starts_at),
                  time=show.time(starts_at)), f"undo:{undo}")
    warn_outside(starts_at, ends_at, therapist_id)
    return page_of(day), None


def warn_outside(starts_at: datetime, ends_at: datetime, therapist_id: int) -> None:
    if not diary.is_within_hours(starts_at, ends_at, therapist_id):
        flash(gettext("That is outside the therapist's working hours."), "warning")


def page_of(day: date) -> str:
    return url_for("today.index") if day == show.today() else url_for("calendar.day", day=day)


def setup_url() -> str | None:
    """Where what is missing can be set up; None for who may not."""
    return url_for("setup.index") if current_actor().may(P.PREMISES_EDIT) else None
