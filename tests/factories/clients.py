"""Clients and care, for tests that need them to be there."""
from datetime import timedelta

from practice.access.actor import system
from practice.audit import services as audit
from practice.clients.matching import normalise, prefix_key, search_text
from practice.clients.models import Care, CareReason, Client
from practice.core import clock
from practice.core.db import db

HOUSE = system("setting the stage")


def client(first_name="Ann", last_name="Doyle", **values) -> Client:
    """A client; inside transaction(), with any actor bound."""
    phone, email = values.get("phone", ""), values.get("email", "")
    row = Client(first_name=first_name, last_name=last_name, created_at=clock.now(),
                 search_text=search_text(first_name, last_name, None, phone or None, email or None),
                 sort_key=prefix_key(last_name, first_name), first_key=normalise(first_name),
                 last_key=normalise(last_name), **values)
    db.session.add(row)
    db.session.flush()
    audit.record(HOUSE, "client.register", row, client_id=row.id)
    return row


def care(client_id: int, user_id: int, *, days=30) -> Care:
    """A therapist has the client in care from now on, for `days`."""
    row = Care(client_id=client_id, user_id=user_id, from_at=clock.now(), until_at=clock.now() + timedelta(days=days),
               reason=CareReason.BOOKING)
    db.session.add(row)
    db.session.flush()
    audit.record(HOUSE, "care.begin", row, client_id=client_id)
    return row
