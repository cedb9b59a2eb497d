"""Conditions belong to the chart; consequences stand beside the client."""
from practice.access.policy import register
from practice.clients.policy import beside_client, chart_rows
from practice.safety.models import BriefReview, Condition, ConsequenceRow, SafetyProfile

for model in (Condition, SafetyProfile, BriefReview):
    register(model, chart_rows(model.__table__.c.client_id))
register(ConsequenceRow, beside_client(ConsequenceRow.__table__.c.client_id))
