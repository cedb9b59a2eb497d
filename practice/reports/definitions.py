"""What each figure of a report is called, and means. The names are those of the JSON file and never change; the titles
are an owner's words.

Money is in minor units of the practice's currency. A rate is (counted, of how many).
"""

from dataclasses import dataclass
from enum import StrEnum

from practice.core.text import _

FEWEST = 5  # of fewer than this, a rate says nothing


class Unit(StrEnum):
    MONEY = "money"
    COUNT = "count"
    RATE = "rate"
    DAYS = "days"


@dataclass(frozen=True)
class Figure:
    """One figure; `rows` names the table that it is the sum of, "" where there is none, and `key` the part of it."""

    title: str
    meaning: str
    unit: Unit = Unit.MONEY
    rows: str = ""
    key: str = ""


def _step(name: str, title: str, meaning: str) -> Figure:
    """A step of a bridge, which opens its own rows."""
    return Figure(title, meaning, rows="steps", key=name)


C, R, D = Unit.COUNT, Unit.RATE, Unit.DAYS

FIGURES: dict[str, Figure] = {
    "invoiced_net": Figure(
        _("Invoiced, without tax"),
        _(
            "Invoices and credit notes by the day they were issued, credit "
            "notes negative. No tips, no vouchers of an amount, no deposits."
        ),
        rows="documents",
    ),
    "invoiced_tax": Figure(_("Tax invoiced"), _("The tax on the same documents."), rows="documents"),
    "invoiced_gross": Figure(_("Invoiced"), _("The same documents with their tax."), rows="documents"),
    "documents": Figure(_("Documents"), _("How many invoices and credit notes were issued."), C, "documents"),
    "earned": Figure(
        _("Earned"),
        _(
            "Without tax and tips: services, products and fees by the day they count for, "
            "sessions of packages and vouchers when they are given, what expired unused, less credit notes by "
            "their own day. The sale of a package or voucher is not earned yet."
        ),
        rows="earned",
    ),
    "earned_services": Figure(
        _("Earned with treatments"), _("Treatments on invoices, less credit notes."), rows="earned", key="service"
    ),
    "earned_packages": Figure(
        _("Earned with sessions of packages"),
        _("Sessions given, at their share of the package's price; less those given back."),
        rows="earned",
        key="package_session",
    ),
    "earned_vouchers": Figure(
        _("Earned with vouchers for a treatment"),
        _("Sessions given for such a voucher."),
        rows="earned",
        key="voucher_session",
    ),
    "earned_products": Figure(
        _("Earned with products"), _("Products on invoices, less credit notes."), rows="earned", key="product"
    ),
    "earned_fees": Figure(
        _("Earned with fees"), _("Fees for not coming or cancelling late."), rows="earned", key="fee"
    ),
    "earned_expired": Figure(
        _("Expired unused"),
        _("What was left of packages and vouchers on their last day."),
        rows="earned",
        key="expired",
    ),
    "received": Figure(
        _("Received"),
        _(
            "Money in, less refunds, by its own day. Tips are in it; vouchers, packages and "
            "credit that pay an invoice are not."
        ),
        rows="payments",
    ),
    "refunds": Figure(
        _("Given back"), _("Refunds and payments taken back; part of what was received."), rows="payments", key="out"
    ),
    "cash_basis_net": Figure(
        _("Received for invoices, without tax"),
        _("Money put against invoices, shared over their lines."),
        rows="therapists",
    ),
    "tax_cash_basis": Figure(
        _("Tax on what was paid"),
        _(
            "Per invoice and rate: tax × paid ÷ total until the end, less "
            "the same until the beginning. Money without an invoice has no tax."
        ),
        rows="tax_rates",
    ),
    "tips_given": Figure(_("Tips"), _("For therapists; never revenue."), rows="tips"),
    "till_difference": Figure(
        _("Till difference"), _("Counted less expected, of the tills closed in this time."), rows="days"
    ),
    "card_fees": Figure(
        _("Card fees"),
        _(
            "What card processors kept of the payments they paid out, or billed apart, by the day at the bank. "
            "Part of no other figure: received stays what clients paid."
        ),
        rows="payouts",
    ),
    "paid_out": Figure(
        _("Paid out to the bank"),
        _("What card processors paid to the bank, less fees they billed apart, by the day at the bank."),
        rows="payouts",
    ),
    "owed": Figure(
        _("Still owed"),
        _(
            "Of each invoice what was not settled by the end, by its dated rows alone. Credit "
            "of clients is not taken off."
        ),
        rows="owed",
    ),
    "owed_count": Figure(_("Invoices still owed"), _("How many."), C, "owed"),
    "owed_oldest_days": Figure(_("Oldest debt, in days"), _("Days since the oldest of them was due."), D, "owed"),
    "owed_current": Figure(_("Owed, not due"), _("Due on the last day or later."), rows="owed", key="current"),
    "owed_1_30": Figure(_("Owed for 1–30 days"), _("Since the day it was due."), rows="owed", key="1-30"),
    "owed_31_60": Figure(_("Owed for 31–60 days"), _("Since the day it was due."), rows="owed", key="31-60"),
    "owed_61_90": Figure(_("Owed for 61–90 days"), _("Since the day it was due."), rows="owed", key="61-90"),
    "owed_over_90": Figure(_("Owed for over 90 days"), _("Since the day it was due."), rows="owed", key="over-90"),
    "client_credit": Figure(
        _("Credit of clients"), _("Money received and not put against anything; deposits are in it."), rows="credit"
    ),
    "deposits": Figure(
        _("Deposits"), _("The part of that credit that was paid ahead for one appointment."), rows="deposits"
    ),
    "deferred_packages": Figure(
        _("Sessions of packages not given yet"),
        _("Their value without tax, of packages that have not run out."),
        rows="packages",
    ),
    "voucher_liability": Figure(
        _("Vouchers not brought in yet"), _("What is left of vouchers that are still good."), rows="vouchers"
    ),
    "tips_payable": Figure(_("Tips not handed out yet"), _("Tips given, less tips handed out."), rows="tips_owed"),
    "sessions": Figure(_("Sessions"), _("Appointments that were carried out."), C, "appointments", "done"),
    "visits": Figure(_("Visits"), _("One client on one day, with at least one session."), C, "visits"),
    "average_ticket": Figure(
        _("Earned per visit"),
        _("Treatments, sessions of packages and vouchers, and products; without fees and what expired."),
    ),
    "cancelled_early": Figure(_("Cancelled in time"), _("How many; in no rate."), C, "appointments", "cancelled_early"),
    "no_show_rate": Figure(_("No-shows"), _("Of sessions, no-shows and late cancellations."), R, "appointments"),
    "late_cancel_rate": Figure(
        _("Cancelled late"), _("Of sessions, no-shows and late cancellations."), R, "appointments"
    ),
    "utilisation": Figure(
        _("Time booked"),
        _(
            "Minutes of sessions, no-shows and charged late cancellations, of the "
            "working minutes: hours less blocked time, and what was booked outside them."
        ),
        R,
        "time",
    ),
    "worked_utilisation": Figure(_("Time worked"), _("The same with sessions only."), R, "time"),
    "new_clients": Figure(_("New clients"), _("Whose first session ever was in this time."), C, "visitors", "new"),
    "returning_clients": Figure(_("Returning clients"), _("Who came and are not new."), C, "visitors", "returning"),
    "rebooking_rate": Figure(
        _("Booked again"), _("Visits after which the client had a later appointment 24 hours on."), R, "visits"
    ),
    "retention_90": Figure(
        _("Came back within 90 days"),
        _(
            "Clients of the latest month whose 90 days are over for "
            "everybody, and came again within 90 days of their first visit in it."
        ),
        R,
        "retention",
    ),
    "limits_passed": Figure(
        _("Went ahead against a limit"), _("Reasons given for it in signed notes. Numbers only."), C, "limits"
    ),
    "bridge_credited_earlier": _step(
        "bridge_credited_earlier",
        _("Credit notes for earlier invoices"),
        _("They lower what was invoiced, and no money moves."),
    ),
    "bridge_open": _step(
        "bridge_open", _("Not paid yet of it"), _("Still owed at the end, of the invoices of this time; negative.")
    ),
    "bridge_vouchers": _step("bridge_vouchers", _("Paid with vouchers"), _("Of the invoices of this time; negative.")),
    "bridge_written_off": _step("bridge_written_off", _("Written off"), _("Of the invoices of this time; negative.")),
    "bridge_earlier": _step(
        "bridge_earlier", _("Paid for earlier invoices"), _("Money put against invoices of before.")
    ),
    "bridge_voucher_sales": _step("bridge_voucher_sales", _("Vouchers sold"), _("Money for vouchers of an amount.")),
    "bridge_credit": _step(
        "bridge_credit",
        _("Credit built, less credit used"),
        _("How much more credit clients have than before; what was brought over is apart."),
    ),
    "bridge_difference": Figure(_("Difference"), _("What the steps leave over: always nothing.")),
    "debt_before": _step("debt_before", _("Owed before"), _("At the end of the day before.")),
    "debt_invoiced": _step("debt_invoiced", _("New invoices"), _("Invoices issued, without credit notes.")),
    "debt_opening": _step("debt_opening", _("Brought over"), _("What clients owed when the practice came here.")),
    "debt_paid": _step("debt_paid", _("Settled with money"), _("Payments and credit put against invoices.")),
    "debt_credited": _step("debt_credited", _("Settled with credit notes"), _("By the day of the credit note.")),
    "debt_vouchers": _step("debt_vouchers", _("Settled with vouchers"), _("Vouchers of an amount.")),
    "debt_written_off": _step("debt_written_off", _("Given up"), _("What was written off.")),
    "debt_difference": Figure(_("Difference"), _("What the steps leave over: always nothing.")),
    "step_prepaid_sold": _step(
        "step_prepaid_sold", _("Packages and vouchers sold"), _("Invoiced, and earned later; negative.")
    ),
    "step_prepaid_given": _step("step_prepaid_given", _("Sessions paid ahead"), _("Given in this time, or expired.")),
    "step_other_time": _step(
        "step_other_time", _("Counts for another time"), _("Invoiced before or later than it counts.")
    ),
    "step_difference": Figure(_("Difference"), _("What the steps from invoiced to earned leave over: always nothing.")),
}

OWED_BY_AGE = {
    "current": "owed_current",
    "1-30": "owed_1_30",
    "31-60": "owed_31_60",
    "61-90": "owed_61_90",
    "over-90": "owed_over_90",
}
# From invoiced to received, in the order they are printed; the figures of a step sum to the next total.
BRIDGE = (
    "bridge_credited_earlier",
    "bridge_open",
    "bridge_vouchers",
    "bridge_written_off",
    "bridge_earlier",
    "bridge_voucher_sales",
    "tips_given",
    "bridge_credit",
)
EARNED_STEPS = ("step_prepaid_sold", "step_prepaid_given", "step_other_time")
DEBT_STEPS = ("debt_opening", "debt_paid", "debt_credited", "debt_vouchers", "debt_written_off")
# The figures as sheets: what is printed together, each figure on one of them.
SHEETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "summary": (
        _("Summary"),
        ("invoiced_net", "invoiced_tax", "invoiced_gross", "documents", "earned", "earned_services", "earned_packages",
         "earned_vouchers", "earned_products", "earned_fees", "earned_expired", "received", "refunds", "tips_given",
         "till_difference", "card_fees", "paid_out", "cash_basis_net", "tax_cash_basis", "owed", "owed_count",
         "owed_oldest_days", *OWED_BY_AGE.values()),
    ),
    "received_bridge": (
        _("From invoiced to received"), ("invoiced_gross", *BRIDGE, "bridge_difference", "received")),
    "earned_bridge": (
        _("From invoiced to earned"), ("invoiced_net", *EARNED_STEPS, "step_difference", "earned")),
    "debt_bridge": (
        _("From one debt to the next"), ("debt_before", "debt_invoiced", *DEBT_STEPS, "debt_difference", "owed")),
    "held": (
        _("Held for others"),
        ("client_credit", "deposits", "deferred_packages", "voucher_liability", "tips_payable")),
    "work": (
        _("Clients and time"),
        ("sessions", "visits", "average_ticket", "cancelled_early", "no_show_rate", "late_cancel_rate", "utilisation",
         "worked_utilisation", "new_clients", "returning_clients", "rebooking_rate", "retention_90",
         "limits_passed"),
    ),
}  # fmt: skip


def share(rate: tuple[int, int]) -> int | None:
    """A rate in thousandths, half-up; None of fewer than FEWEST."""
    counted, whole = rate
    return (counted * 2000 + whole) // (2 * whole) if whole >= FEWEST else None
