"""Who reads reports reads the months that were closed."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register
from practice.reports.models import ClosedMonth

register(ClosedMonth, everyone_with(Permission.REPORT_READ))
