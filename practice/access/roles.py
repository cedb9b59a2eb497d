"""The roles and the one table that says what each may do. A user may hold several roles."""
from enum import StrEnum

from practice.access.permissions import Permission as P
from practice.core.text import _


class Role(StrEnum):
    OWNER = "owner"
    THERAPIST = "therapist"
    RECEPTION = "reception"
    BOOKKEEPER = "bookkeeper"


ROLE_LABELS = {
    Role.OWNER: _("Owner"),
    Role.THERAPIST: _("Therapist"),
    Role.RECEPTION: _("Reception"),
    Role.BOOKKEEPER: _("Bookkeeper"),
}

DESK = frozenset({
    P.APPOINTMENT_BOOK, P.APPOINTMENT_CARRY_OUT, P.APPOINTMENT_READ_ALL, P.CATALOG_READ, P.CLIENT_EDIT,
    P.CLIENT_EXPORT, P.CLIENT_READ_ALL, P.CLIENT_REGISTER, P.HANDOVER_READ, P.INTAKE_INVITE, P.INVOICE_ISSUE,
    P.INVOICE_READ, P.MESSAGE_SEND, P.PAYMENT_TAKE, P.PREMISES_READ, P.USER_READ,
})

GRANTS: dict[Role, frozenset[P]] = {
    Role.OWNER: DESK | {
        P.AUDIT_READ, P.CATALOG_EDIT, P.CHART_BREAK_GLASS, P.CLIENT_RIGHTS, P.FORM_EDIT, P.MONEY_EXPORT,
        P.PREMISES_EDIT, P.REPORT_READ, P.RULEBOOK_EDIT, P.USER_EDIT,
    },
    Role.THERAPIST: frozenset({
        P.APPOINTMENT_CARRY_OUT, P.APPOINTMENT_READ_OWN, P.CATALOG_READ, P.CHART_READ, P.CHART_WRITE,
        P.CLIENT_READ_OWN, P.HANDOVER_READ, P.INTAKE_INVITE, P.PREMISES_READ, P.USER_READ,
    }),
    Role.RECEPTION: DESK,
    Role.BOOKKEEPER: frozenset({P.CATALOG_READ, P.INVOICE_READ, P.MONEY_EXPORT, P.PREMISES_READ, P.REPORT_READ,
                                P.USER_READ}),
}


def granted(roles: frozenset[Role]) -> frozenset[P]:
    """All permissions that these roles give together."""
    return frozenset().union(*(GRANTS[role] for role in roles))
