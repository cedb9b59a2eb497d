"""The hand-over: the one thing a therapist writes for the desk to read. What to charge, when back, a message."""
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from practice.admin.auth import current_actor
from practice.admin.base import attempt, home
from practice.admin.notes.form import posted_version
from practice.catalog.queries import products, treatments
from practice.core.errors import NotFound
from practice.core.text import _
from practice.schedule.models import Appointment
from practice.schedule.queries.appointments import get_appointment
from practice.sessions.models import Handover, NoteState
from practice.sessions.queries import notes as reading
from practice.sessions.services.handover import FARTHEST_BACK, LONGEST_SESSION, MOST_PIECES, check_is_mine, hand_over

MINUTES = _("From 1 to 480 minutes.")
DAYS = _("From 1 to 730 days.")
MOST_PRODUCTS = 6


class HandOverForm(FlaskForm):
    treatment = SelectField(_("Treatment"), coerce=str)
    minutes = IntegerField(_("Minutes"), [InputRequired(MINUTES), NumberRange(1, LONGEST_SESSION, MINUTES)])
    back_in_days = IntegerField(_("Back in, days"), [Optional(), NumberRange(1, FARTHEST_BACK, DAYS)])
    message = StringField(_("Message"), [Length(max=200, message=_("At most 200 letters."))])


def answer(appointment_id: int):
    """Show the form, or take it and go on to the note where it is not signed yet, else home."""
    appointment = get_appointment(appointment_id)
    check_is_mine(current_actor(), appointment)
    if appointment.client is None:  # no longer in this person's care
        raise NotFound()
    given = reading.handover_of(appointment_id)
    form = HandOverForm()
    form.treatment.choices = [SelectChoice(str(row.id), row.name) for row in _offered(appointment)]
    pieces = posted_products() if request.method == "POST" else (given.products if given else [])
    if request.method == "GET":
        _fill(form, appointment, given)
    elif form.validate() and (done := _take(form, appointment_id, pieces)) is not None:
        return done
    if request.method == "POST":  # the refused transaction has forgotten what was read
        appointment, given = get_appointment(appointment_id), reading.handover_of(appointment_id)
    stale = request.method == "POST" and posted_version() != (given.version if given else 0)
    page = render_template("admin/notes/handover.html", form=form, appointment=appointment, given=given,
                           pieces=[*pieces, [0, 1]][:MOST_PRODUCTS], products=products(), most_pieces=MOST_PIECES,
                           version=given.version if given else 0, stale=stale)
    return page, 200 if request.method == "GET" else 409 if stale else 422


def _offered(appointment: Appointment) -> list:
    offered = treatments()
    return offered if any(row.id == appointment.treatment_id for row in offered) else [appointment.treatment, *offered]


def _fill(form: HandOverForm, appointment: Appointment, given: Handover | None) -> None:
    """What was handed over before; else what was booked, and when the note says the client comes back."""
    if given is not None:
        form.treatment.data, form.minutes.data = str(given.treatment_id), given.minutes
        form.back_in_days.data, form.message.data = given.back_in_days, given.message
        return
    form.treatment.data = str(appointment.treatment_id)
    form.minutes.data = int((appointment.ends_at - appointment.starts_at).total_seconds() // 60)
    form.back_in_days.data = request.args.get("back", type=int)


def _take(form: HandOverForm, appointment_id: int, pieces: list[list[int]]):
    """Hand over and say where to go next; None when it was refused."""
    done = attempt(form, lambda: hand_over(
        current_actor(), appointment_id, treatment_id=int(form.treatment.data), minutes=form.minutes.data,
        products=pieces, back_in_days=form.back_in_days.data, message=form.message.data or "",
        version=posted_version() or None).id)
    if done is None:
        return None
    flash(gettext("Handed to reception."), "success")
    note = reading.note_for(appointment_id)
    if note is None or (note.state is NoteState.DRAFT and note.therapist_id == current_actor().user_id):
        return redirect(url_for("notes.edit", appointment_id=appointment_id))
    return redirect(home())


def posted_products() -> list[list[int]]:
    """[product id, pieces] of the lines that name a product; nonsense is no product."""
    found = []
    pairs = zip(request.form.getlist("product"), request.form.getlist("pieces"), strict=False)
    for product, count in list(pairs)[:MOST_PRODUCTS]:
        if product.isascii() and product.isdigit() and len(product) < 16 and int(product):
            is_number = count.isascii() and count.isdigit() and len(count) < 4
            found.append([int(product), int(count) if is_number else 0])
    return found
