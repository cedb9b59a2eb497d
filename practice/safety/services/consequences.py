"""What the desk is told of a client, rewritten whenever something about their safety changes."""
from sqlalchemy import delete, select

from practice.access import guard
from practice.access.actor import Actor, system
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.premises.queries import the_practice
from practice.safety.models import ConsequenceRow
from practice.safety.queries import known
from practice.safety.rules_verdict import Consequence


def rewrite(actor: Actor, client_id: int) -> None:
    """Bring the client's consequence rows to what the verdict of today says.

    Runs as the house: who changes a chart may see only part of it, the consequence must come from all of it. A
    missing form is shown from the forms themselves, not kept here.
    """
    today = clock.local_date(clock.now(), the_practice().time_zone)
    db.session.flush()
    with guard.acting(system("what the desk must know", address=actor.address)):
        wanted = {str(kind) for kind in known(client_id, today).verdict.consequences} - {str(Consequence.FORM_MISSING)}
        there = set(db.session.scalars(select(ConsequenceRow.kind).where(ConsequenceRow.client_id == client_id)))
        if wanted == there:
            return
        db.session.execute(delete(ConsequenceRow).where(ConsequenceRow.client_id == client_id,
                                                        ConsequenceRow.kind.in_(there - wanted))
                           .execution_options(synchronize_session=False))
        db.session.add_all(ConsequenceRow(client_id=client_id, kind=kind) for kind in sorted(wanted - there))
        db.session.flush()
        audit.record(actor, "consequence.rewrite", client_id=client_id)
