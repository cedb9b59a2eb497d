"""Conditions belong to the chart; consequences stand beside the client; rules are for who treats and who owns."""
from sqlalchemy import true

from practice.access.actor import Actor
from practice.access.permissions import Permission
from practice.access.policy import register
from practice.clients.policy import beside_client, chart_rows
from practice.safety.models import BriefReview, Condition, ConsequenceRow, OwnRule, OwnRuleChange, SafetyProfile

for model in (Condition, SafetyProfile, BriefReview):
    register(model, chart_rows(model.__table__.c.client_id))
register(ConsequenceRow, beside_client(ConsequenceRow.__table__.c.client_id))


def rule_rows(actor: Actor):
    return true() if actor.may(Permission.CHART_READ) or actor.may(Permission.RULEBOOK_EDIT) else None


for model in (OwnRule, OwnRuleChange):
    register(model, rule_rows)
