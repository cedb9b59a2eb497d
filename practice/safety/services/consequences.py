"""What the desk is told of a client, rewritten whenever something about their safety changes."""
from sqlalchemy import delete, select

from practice.access import guard
from practice.access.actor import Actor, system
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.premises.queries import the_practice
from practice.safety.ageing import consequences_ahead
from practice.safety.models import LONG_AGO, ConsequenceRow
from practice.safety.queries.book import rulebook
from practice.safety.queries.known import known
from practice.safety.rules_verdict import Consequence


def rewrite(actor: Actor, client_id: int) -> None:
    """Bring the client's consequence rows to what the verdict says, of today and of every day to come.

    Runs as the house: who changes a chart may see only part of it, the consequence must come from all of it. A
    missing form is shown from the forms themselves, not kept here.
    """
    today = clock.local_date(clock.now(), the_practice().time_zone)
    db.session.flush()
    with guard.acting(system("what the desk must know", address=actor.address)):
        ahead = consequences_ahead(known(client_id, today).facts, rulebook())
        wanted = {(str(span.kind), span.starts_on or LONG_AGO, span.ends_on)
                  for span in ahead if span.kind is not Consequence.FORM_MISSING}
        rows = db.session.execute(select(ConsequenceRow.id, ConsequenceRow.kind, ConsequenceRow.starts_on,
                                         ConsequenceRow.ends_on).where(ConsequenceRow.client_id == client_id)).all()
        there = {(kind, starts_on, ends_on): row_id for row_id, kind, starts_on, ends_on in rows}
        if wanted == set(there):
            return
        gone = [row_id for span, row_id in there.items() if span not in wanted]
        db.session.execute(delete(ConsequenceRow).where(ConsequenceRow.id.in_(gone))
                           .execution_options(synchronize_session=False))
        db.session.add_all(ConsequenceRow(client_id=client_id, kind=kind, starts_on=starts_on, ends_on=ends_on)
                           for kind, starts_on, ends_on in sorted(wanted - set(there), key=str))
        db.session.flush()
        audit.record(actor, "consequence.rewrite", client_id=client_id)
