"""What the practice uses of money: what is off in set-up is nowhere on screen, and its addresses are not there."""
from flask import abort, current_app

from practice.access.permissions import Permission
from practice.admin.auth import current_actor
from practice.premises.queries import the_practice


def uses(name: str) -> bool:
    """Whether the practice uses "till", "tips", "deposits", "packages", "vouchers", "memberships", "reminders",
    "einvoices", "payouts", "fees"; "mail": a mail server is set."""
    if name == "mail":
        return current_app.config["MAIL_SERVER"] is not None
    practice = the_practice()
    if name == "fees":  # the desk's alone: it shows appointments
        is_on = practice.no_show_percent or practice.late_cancel_percent
        return bool(is_on) and current_actor().may(Permission.INVOICE_ISSUE)
    if name == "memberships":  # they name clients
        return practice.has_memberships and current_actor().may(Permission.INVOICE_ISSUE)
    if name == "payouts":  # no business of the desk
        return practice.has_payouts and current_actor().may(Permission.REPORT_READ)
    return getattr(practice, f"has_{name}")


def need(name: str) -> None:
    """404 for what the practice does not use."""
    if not uses(name):
        abort(404)
