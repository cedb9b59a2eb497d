"""A file of a chart is seen by who may open the chart."""
from practice.access.policy import register
from practice.clients.policy import chart_rows
from practice.files.models import File

register(File, chart_rows(File.__table__.c.client_id))
