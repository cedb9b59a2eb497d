"""The forms of booking and moving, and reading what they say."""
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import request
from flask_babel import get_locale, gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from practice.accounts.queries import therapists
from practice.admin import day_columns, show
from practice.admin.base import words
from practice.admin.fields import row_number
from practice.catalog.queries import treatments
from practice.clients.models import Client
from practice.clients.queries import find_clients, get_client
from practice.core import clock
from practice.core.dates import parse_when
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.premises.queries import rooms, the_practice
from practice.schedule.models import Appointment
from practice.schedule.queries import appointments, diary
from practice.schedule.services.booking import SlotTaken

ANYBODY = 0  # in the choice of therapist: whoever is free first
ANY_ROOM = 0


class TimeForm(FlaskForm):
    """When, with whom, where and how long."""

    therapist = SelectField(_("Therapist"), coerce=int, validators=[InputRequired()])
    time = StringField(_("Day and time"), [Length(max=80)])
    slot = HiddenField()
    minutes = IntegerField(_("Minutes"), [Optional(), NumberRange(5, 480)])
    room = SelectField(_("Room"), coerce=int, validators=[InputRequired()])
    version = HiddenField()


class BookForm(TimeForm):
    client_id = HiddenField()
    client = StringField(_("Client"), [Length(max=120)])
    treatment = SelectField(_("Treatment"), coerce=int, validators=[InputRequired()])
    desk_note = StringField(_("Note for the desk"), [Length(max=200)])


@dataclass(frozen=True)
class Asked:
    """What the form says so far; None is "not said yet"."""

    treatment_id: int | None
    therapist_id: int | None
    at: datetime | None
    minutes: int | None
    room_id: int | None
    earliest: datetime
    problem: str | None = None
    moving_id: int | None = None


def book_form(formdata=None) -> BookForm:
    """The form, filled from the address when it is opened.

    Names: client_id, treatment_id, therapist_id, minutes, desk_note, time (as typed) or at (an instant), and from (the
    day to look for free times from).
    """
    given = request.args
    client_id = row_number(given.get("client_id"))
    last = appointments.last_done(client_id, clock.now()) if client_id else None
    start = {"treatment": row_number(given.get("treatment_id")) or (last.treatment_id if last else None),
             "therapist": row_number(given.get("therapist_id")) or ANYBODY, "room": ANY_ROOM,
             "time": day_columns.in_words(given.get("time", "")[:80]) or exact(given.get("at")), "client_id": client_id,
             "desk_note": given.get("desk_note", "")[:200], "minutes": row_number(given.get("minutes"))}
    form = BookForm(formdata, data=start) if formdata is not None else BookForm(data=start)
    offered = treatments()
    form.treatment.choices = [(one.id, one.name) for one in offered]
    fill_choices(form, anybody=True)
    if form.treatment.data is None and offered:
        form.treatment.data = offered[0].id
    return form


def exact(text: str | None) -> str:
    """An instant in an address as somebody would type it here; "" for anything else."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return ""
    return day_columns.in_words(day_columns.wall(at)) if at.tzinfo and 2000 <= at.year <= 2100 else ""


def fill_choices(form: TimeForm, *, anybody: bool) -> None:
    first = [(ANYBODY, gettext("Whoever is free first"))] if anybody else []
    form.therapist.choices = first + [(one.id, one.name) for one in therapists()]
    form.room.choices = [(ANY_ROOM, gettext("A free room"))] + [(room.id, room.name) for room in rooms()]
    if form.therapist.data is None:
        form.therapist.data = ANYBODY
    if form.room.data is None:
        form.room.data = ANY_ROOM


def move_form(row: Appointment) -> TimeForm:
    start = {"therapist": row.user_id, "time": day_columns.in_words(day_columns.wall(row.starts_at)),
             "room": row.room_id or ANY_ROOM,
             "minutes": int((row.ends_at - row.starts_at).total_seconds() // 60), "version": row.version}
    form = TimeForm(data=start)
    fill_choices(form, anybody=False)
    return form


def chosen_client(form: BookForm) -> Client | None:
    """The client picked, if any. Raises NotFound for one that is not there."""
    client_id = row_number(str(form.client_id.data or ""))
    return get_client(client_id) if client_id else None


def look_for_client(form: BookForm) -> tuple[Client | None, list[Client]]:
    """Without a picked client the words typed decide, when only one client fits them."""
    words_typed = (form.client.data or "").strip()
    if not words_typed:
        form.client.errors = [gettext("Choose the client.")]
        return None, []
    found = find_clients(words_typed, limit=6)
    if len(found) == 1:
        return found[0], []
    form.client.errors = [gettext("Several clients fit: choose one.") if found else gettext("Nobody of this name.")]
    return None, found


def kept(form: BookForm) -> str:
    """What was typed, for an address that opens this form again with another client."""
    values = {"treatment_id": form.treatment.data, "therapist_id": form.therapist.data or "", "time": form.time.data,
              "minutes": form.minutes.data, "desk_note": form.desk_note.data, "from": request.values.get("from")}
    return urlencode({name: value for name, value in values.items() if value})


def read(form: TimeForm, *, treatment_id: int | None, moving_id: int | None = None, is_open: bool = False) -> Asked:
    """What the form says, as far as it can be read."""
    at, problem = None, None
    earliest = clock.now()
    start = request.values.get("from")
    if start:
        earliest = max(clock.day_bounds(day_columns.asked_day(start), the_practice().time_zone)[0], earliest)
    typed = (form.time.data or "").strip()
    if typed:
        try:
            when = parse_when(typed, show.today(), str(get_locale()), field="time")
            if not 2000 <= when.day.year <= 2100:
                raise Invalid(_("Choose a day within two years."), "time")
            day_starts = clock.day_bounds(when.day, the_practice().time_zone)[0]
            if when.at is None:
                earliest = max(day_starts, clock.now())
                problem = None if is_open else gettext("Which time on that day?")
            else:
                at = clock.to_utc(datetime.combine(when.day, when.at), the_practice().time_zone)
        except DomainError as error:
            problem = words(error)
    minutes = form.minutes.data if form.minutes.data and 5 <= form.minutes.data <= 480 else None
    known = {value for value, _word in form.therapist.choices}
    therapist_id = form.therapist.data if form.therapist.data in known else None
    if treatment_id and treatment_id not in {one.id for one in treatments()} and moving_id is None:
        treatment_id = None
    return Asked(treatment_id, therapist_id or None, at, minutes, form.room.data or None, earliest, problem, moving_id)


def picked_time(form: TimeForm, treatment_id: int, minutes: int | None) -> tuple[datetime, int]:
    """Start and therapist, from the slot picked or else from what was typed. Raises Invalid, SlotTaken."""
    typed = (form.time.data or "").strip()
    if form.slot.data and not typed:
        start, _mark, therapist_id = form.slot.data.partition("|")
        try:
            at = datetime.fromisoformat(start)
        except ValueError:
            raise Invalid(_("Choose a time."), "time") from None
        if at.tzinfo is None or row_number(therapist_id) is None:
            raise Invalid(_("Choose a time."), "time")
        return at, int(therapist_id)
    if not typed:
        raise Invalid(_("Choose one of the free times, or write a day and time."), "time")
    when = parse_when(typed, show.today(), str(get_locale()), field="time")
    if when.at is None:
        raise Invalid(_("Which time on that day?"), "time")
    if not 2000 <= when.day.year <= 2100:
        raise Invalid(_("Choose a day within two years."), "time")
    at = clock.to_utc(datetime.combine(when.day, when.at), the_practice().time_zone)
    return at, form.therapist.data or free_at(treatment_id, at, minutes)


def free_at(treatment_id: int, at: datetime, minutes: int | None) -> int:
    """The first therapist who is free at that very time. Raises SlotTaken with other times."""
    found = diary.first_free(treatment_id, earliest=at, minutes=minutes, count=5)
    if found and found[0].start == at:
        return found[0].therapist_id
    raise SlotTaken(_("Nobody is free at this time. Choose another time, or a therapist."), found)
