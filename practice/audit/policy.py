"""Who may read the audit trail."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register, system_only
from practice.audit.models import AuditHead, AuditRow

register(AuditRow, everyone_with(Permission.AUDIT_READ))
register(AuditHead, system_only)
