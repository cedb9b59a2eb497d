"""Notes, plans and measures belong to the chart; hand-over and recall are for the desk and the therapist."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register
from practice.clients.policy import beside_client, chart_rows
from practice.sessions.models import (
    Addendum,
    CarePlan,
    Handover,
    Measurement,
    MeasureWording,
    Recall,
    SessionNote,
    Snippet,
)

HANDOVER = Handover.__table__
SNIPPET = Snippet.__table__


def handover_rows(actor):
    return beside_client(HANDOVER.c.client_id)(actor) if actor.may(Permission.HANDOVER_READ) else None


def snippet_rows(actor):
    return SNIPPET.c.user_id == actor.user_id if actor.may(Permission.CHART_WRITE) else None


register(Snippet, snippet_rows)
register(MeasureWording, everyone_with(Permission.CHART_WRITE, Permission.RULEBOOK_EDIT))
register(SessionNote, chart_rows(SessionNote.__table__.c.client_id))
register(Addendum, chart_rows(Addendum.__table__.c.client_id))
register(CarePlan, chart_rows(CarePlan.__table__.c.client_id))
register(Measurement, chart_rows(Measurement.__table__.c.client_id))
register(Recall, beside_client(Recall.__table__.c.client_id))
register(Handover, handover_rows)
