"""Today for a therapist: who comes next, and the day."""
from flask import render_template, url_for

from practice.access.actor import Actor
from practice.admin import day_columns, show
from practice.intake.queries import NEVER, form_status
from practice.schedule.models import Appointment
from practice.schedule.queries import appointments
from practice.schedule.queries.day_view import consequences_of


def my_day(actor: Actor, *, has_desk: bool):
    """The therapist's page; `has_desk` adds the tab to the front desk for who works there as well."""
    on = show.today()
    rows = appointments.on_day(on, therapist_id=actor.user_id)
    clients = {row.client_id for row in rows}
    forms, known = form_status(clients) if clients else {}, consequences_of(clients)
    panels = [day_columns.panel(row, actor, known.get(row.client_id, ()), forms.get(row.client_id, NEVER))
              for row in rows]
    coming = appointments.next_for(actor.user_id, on)
    return render_template("admin/today/therapist.html", panels=panels, has_desk=has_desk, next_card=next_card(coming),
                           next_id=coming.id if coming else None, back=url_for("today.index"))


def next_card(row: Appointment | None) -> dict | None:
    """The card of the next client, and where its brief is."""
    if row is None:
        return None
    return {"row": row, "url": day_columns.address("brief.page", appointment_id=row.id)
            or url_for("booking.show", appointment_id=row.id)}
