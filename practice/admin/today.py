"""Today: the home of everybody who works here. The desk has the day and its queues, a therapist the next client."""
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.actor import Actor
from practice.access.permissions import Permission as P
from practice.admin import day_columns, show, today_therapist
from practice.admin.auth import current_actor
from practice.admin.base import Page, act
from practice.admin.typing_money import new_key
from practice.billing.queries.documents import state_of
from practice.billing.queries.owing import owing_on
from practice.billing.services.uncharged import uncharged
from practice.intake.queries import arrived_on
from practice.schedule.queries import appointments
from practice.schedule.queries.day_view import DayView, day_view
from practice.schedule.services import messages

DAY = timedelta(days=1)
MOST_FORMS = 6  # named on the card; the badge says how many came in
UNCHARGED_FOR = timedelta(days=7)  # what was done and never charged stays in the queue that long


@dataclass(frozen=True)
class Owing:
    """A client who comes today and owes something: the sum, and the state of the oldest document."""

    name: str
    comes_at: datetime
    amount: int
    state: str
    days: int | None
    url: str | None


@dataclass(frozen=True)
class FormIn:
    name: str
    arrived_at: datetime


class TodayPage(Page):
    permissions = {"index": (P.APPOINTMENT_READ_ALL, P.APPOINTMENT_READ_OWN, P.INVOICE_READ), "tell": P.MESSAGE_SEND}

    @expose("/")
    def index(self):
        actor = current_actor()
        if not actor.may(P.APPOINTMENT_READ_ALL) and not actor.may(P.APPOINTMENT_READ_OWN):
            return books()
        has_desk = actor.may(P.APPOINTMENT_READ_ALL)
        if not has_desk or (actor.may(P.CHART_READ) and request.args.get("view") == "mine"):
            return today_therapist.my_day(actor, has_desk=has_desk)
        return desk(actor)

    @expose("/tell", methods=("POST",))
    def tell(self):
        """The one-way box: sent, sealed, and not shown again."""
        appointment_id, text = request.form.get("appointment_id", type=int), request.form.get("text", "")
        return act(lambda: messages.tell_therapist(current_actor(), appointment_id or 0, text,
                                                   request_key=request.form.get("request_key")),
                   url_for("today.index"), gettext("The therapist will read it before the session."))


def books():
    """A bookkeeper's day is the money."""
    address = day_columns.address("money.index")
    return redirect(address) if address else render_template("admin/today/books.html")


def desk(actor: Actor):
    """The day with its queues: what to check out, who is here, what came in, who owes."""
    on = show.today()
    view = day_view(on, part=day_columns.asked_part())
    to_charge = uncharged(on - UNCHARGED_FOR, on) if actor.may(P.INVOICE_ISSUE) else []
    is_therapist = actor.may(P.CHART_READ)
    forms, forms_count = forms_in(on)
    coming = appointments.next_for(actor.user_id, on) if is_therapist else None
    return render_template(
        "admin/today/desk.html", is_therapist=is_therapist, next_card=today_therapist.next_card(coming),
        view=view, is_bare=not view.appointments and not appointments.shifts(),
        setup_url=day_columns.address("setup.index") if actor.may(P.PREMISES_EDIT) else None,
        boxes=day_columns.columns(view, actor, {row.id for row, _cost in to_charge}),
        may_book=actor.may(P.APPOINTMENT_BOOK), back=day_columns.here(), before=on - DAY, after=on + DAY,
        to_charge=to_charge, forms=forms, forms_count=forms_count,
        owing=owing(on) if actor.may(P.INVOICE_READ) else [],
        listeners=listeners(view) if actor.may(P.MESSAGE_SEND) else [], request_key=new_key(),
        invoices_url=day_columns.address("money.index"), new_client_url=day_columns.address("clients.new"))


def forms_in(on: date) -> tuple[list[FormIn], int]:
    """The latest of the forms that came in, and how many did."""
    rows, count = arrived_on(on, MOST_FORMS)
    return [FormIn(name, at) for name, at in rows], count


def listeners(view: DayView) -> list[tuple[int, str]]:
    """Whose therapist can still be told something: the appointment, and how it is named in the list."""
    words = gettext("%(name)s, %(time)s with %(therapist)s")
    return [(row.id, words % {"name": row.client_name, "time": show.time(row.starts_at),
                              "therapist": view.short_names.get(row.user_id, "")})
            for row in view.appointments.values() if row.state in appointments.STILL_TO_COME]


def owing(on: date) -> list[Owing]:
    """Who comes today and has something open, in order of coming."""
    found = []
    for comes_at, name, documents in owing_on(on):
        first = documents[0]
        late = (on - first.due_on).days if first.due_on and first.due_on < on else None
        found.append(Owing(name, comes_at, sum(one.open_amount for one in documents), str(state_of(first, on)), late,
                           day_columns.address("money.page", document_id=first.id)))
    return found
