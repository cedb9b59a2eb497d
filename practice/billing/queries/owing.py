"""Who comes on a day and still owes something."""
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import bindparam, select

from practice.billing.models.documents import Document
from practice.billing.queries.documents import IS_OPEN
from practice.clients.models import Client, name_of
from practice.core.db import db
from practice.schedule.models import Appointment
from practice.schedule.queries.appointments import STILL_TO_COME

# Written out: of states it does not know PostgreSQL expects so many that it plans anew each time.
COMING = bindparam("coming", STILL_TO_COME, expanding=True, literal_execute=True)
OWING = (
    select(Appointment.client_id, Appointment.starts_at, Client.first_name, Client.preferred_name, Client.last_name,
           Document.id, Document.kind, Document.state, Document.due_on, Document.gross_amount, Document.open_amount,
           Document.written_off_amount)
    .join(Client, Client.id == Appointment.client_id).join(Document, Document.client_id == Appointment.client_id)
    .where(Appointment.on_date == bindparam("day"), Appointment.state.in_(COMING), IS_OPEN)
    .order_by(Appointment.starts_at, Appointment.id, Document.due_on, Document.id))


def owing_on(day: date) -> list[tuple[datetime, str, list]]:
    """Who is still to come on that local day and owes, in order of coming: when, the name, what is open."""
    found = {}
    for (client_id, starts_at), rows in groupby(db.session.execute(OWING, {"day": day}), lambda row: row[:2]):
        documents = list(rows)
        found.setdefault(client_id, (starts_at, name_of(*documents[0][2:5]), documents))
    return list(found.values())
