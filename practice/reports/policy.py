"""Who reads reports reads the months that were closed, and what goes to the accountant."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register
from practice.reports.models import AccountCode, ClosedMonth, ExportBatch

for model in (ClosedMonth, AccountCode, ExportBatch):
    register(model, everyone_with(Permission.REPORT_READ))
