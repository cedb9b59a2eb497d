"""Answers belong to the chart; the desk sees links, arrivals and what is marked for it; a link sees its own."""
from sqlalchemy import true

from practice.access.actor import Actor, Kind
from practice.access.permissions import Permission
from practice.access.policy import register
from practice.clients.policy import beside_client, chart_rows
from practice.intake.models import DeskAnswers, FormVersion, IntakeArrival, IntakeDraft, IntakeLink, Submission

LINK = IntakeLink.__table__
DRAFT = IntakeDraft.__table__


def form_rows(actor: Actor):
    return true() if actor.kind in (Kind.STAFF, Kind.LINK) else None


def link_rows(actor: Actor):
    if actor.kind is Kind.LINK:
        return LINK.c.id == actor.link_id
    return beside_client(LINK.c.client_id)(actor) if actor.may(Permission.INTAKE_INVITE) else None


def draft_rows(actor: Actor):
    return DRAFT.c.link_id == actor.link_id if actor.kind is Kind.LINK else None


register(FormVersion, form_rows)
register(IntakeLink, link_rows)
register(IntakeDraft, draft_rows)
register(Submission, chart_rows(Submission.__table__.c.client_id))
register(DeskAnswers, beside_client(DeskAnswers.__table__.c.client_id))
register(IntakeArrival, beside_client(IntakeArrival.__table__.c.client_id))
