"""The tables of a report: what they are called, and their columns. The same on screen, in files, and as they are kept.

A row begins with the key that opens more (the number of a document, a therapist, a method; None where there is
nothing), which is not shown.
"""
from dataclasses import dataclass, field

from practice.billing.models.documents import KIND_LABELS, LINE_LABELS
from practice.billing.models.payments import METHOD_LABELS
from practice.core.spreadsheet import Column, Kind
from practice.core.text import _
from practice.premises.models import TAX_CATEGORY_LABELS
from practice.schedule.states import STATE_LABELS

AGE_LABELS = {"current": _("Not due"), "1-30": _("1–30 days"), "31-60": _("31–60 days"), "61-90": _("61–90 days"),
              "over-90": _("Over 90 days")}
SOURCE_LABELS = {str(kind): label for kind, label in LINE_LABELS.items()} | {
    "package_session": _("Package session"), "voucher_session": _("Voucher session"), "expired": _("Expired unused")}


@dataclass(frozen=True)
class Table:
    """`fields` are (key, title, kind); `labels` says in words what a column keeps as a code."""

    title: str
    fields: tuple[tuple[str, str, Kind], ...]
    labels: dict[str, dict] = field(default_factory=dict)

    def columns(self, currency: str) -> list[Column]:
        return [Column(key, title, kind=kind, currency=currency if kind is Kind.MONEY else None)
                for key, title, kind in self.fields]

    def total(self, rows: list[tuple]) -> dict[str, int]:
        """The sums of the columns of money and of numbers."""
        return {key: sum(row[place] or 0 for row in rows) for place, (key, _title, kind) in enumerate(self.fields, 1)
                if kind in (Kind.MONEY, Kind.INTEGER)}


T, M, N, D, P = Kind.TEXT, Kind.MONEY, Kind.INTEGER, Kind.DATE, Kind.PERCENT
_EARNED = (("services", _("Treatments"), M), ("packages", _("Package sessions"), M),
           ("vouchers", _("Voucher sessions"), M), ("products", _("Products"), M), ("fees", _("Fees"), M),
           ("expired", _("Expired unused"), M), ("earned", _("Earned"), M))

SUMMARIES: dict[str, Table] = {
    "therapists": Table(_("By therapist"), (
        ("therapist", _("Therapist"), T), *_EARNED, ("cash_net", _("Paid, without tax"), M),
        ("cash_tax", _("Tax in it"), M), ("tips", _("Tips"), M), ("sessions", _("Sessions"), N),
        ("booked", _("Minutes booked"), N), ("worked", _("Minutes worked"), N),
        ("available", _("Minutes available"), N))),
    "treatments": Table(_("By treatment"), (("treatment", _("Treatment"), T), ("number", _("How many"), N),
                                            ("earned", _("Earned"), M))),
    "weeks": Table(_("By week"), (("first", _("From"), D), ("last", _("To"), D), ("earned", _("Earned"), M),
                                  ("year_before", _("A year before"), M))),
    "tax_rates": Table(_("Tax by rate"), (
        ("category", _("Kind"), T), ("rate", _("Rate"), P), ("net", _("Invoiced, without tax"), M),
        ("tax", _("Tax invoiced"), M), ("cash_tax", _("Tax on what was paid"), M)), {"category": TAX_CATEGORY_LABELS}),
    "methods": Table(_("Received by method"), (("method", _("By"), T), ("amount", _("Received"), M)),
                     {"method": METHOD_LABELS}),
    "days": Table(_("Received by day"), (
        ("on_date", _("Day"), D), ("cash", _("Cash"), M), ("card", _("Card"), M), ("bank", _("Bank transfer"), M),
        ("amount", _("Received"), M), ("difference", _("Till difference"), M))),
    "locations": Table(_("By location"), (("location", _("Location"), T), ("invoiced", _("Invoiced"), M),
                                          ("earned", _("Earned"), M), ("received", _("Received"), M),
                                          ("owed", _("Still owed"), M))),
    "issuers": Table(_("By issuer"), (("issuer", _("Issuer"), T), ("invoiced", _("Invoiced"), M),
                                      ("earned", _("Earned"), M), ("owed", _("Still owed"), M))),
}

_SOLD = (("number", _("Number"), T), ("name", _("Billed to"), T), ("sold_on", _("Sold"), D),
         ("expires_on", _("Until"), D))

DETAILS: dict[str, Table] = {
    "debtors": Table(_("Still owed by client"), (
        ("name", _("Client"), T), *((key, label, M) for key, label in AGE_LABELS.items()),
        ("owed", _("Still owed"), M))),
    "documents": Table(_("Invoices and credit notes"), (
        ("number", _("Number"), T), ("kind", _("Kind"), T), ("issued_on", _("Issued"), D), ("due_on", _("Due"), D),
        ("name", _("Billed to"), T), ("net", _("Without tax"), M), ("tax", _("Tax"), M), ("gross", _("With tax"), M)),
        {"kind": KIND_LABELS}),
    "earned": Table(_("Earned"), (
        ("on_date", _("Day"), D), ("source", _("Kind"), T), ("what", _("What"), T),
        ("therapist", _("Therapist"), T), ("number", _("Number"), T),
        ("amount", _("Earned, without tax"), M)), {"source": SOURCE_LABELS}),
    "payments": Table(_("Received"), (
        ("on_date", _("Day"), D), ("method", _("By"), T), ("reference", _("Reference"), T),
        ("amount", _("Received"), M)),
        {"method": METHOD_LABELS}),
    "payouts": Table(_("Card payouts"), (
        ("paid_on", _("At the bank"), D), ("method", _("By"), T), ("first_on", _("From"), D), ("last_on", _("To"), D),
        ("reference", _("Reference"), T), ("expected", _("Paid by clients"), M), ("bank", _("To the bank"), M),
        ("fee", _("Fee"), M), ("difference", _("Difference"), M)), {"method": METHOD_LABELS}),
    "owed": Table(_("Still owed"), (
        ("number", _("Number"), T), ("issued_on", _("Issued"), D), ("due_on", _("Due"), D), ("name", _("Billed to"), T),
        ("age", _("Age"), T), ("owed", _("Still owed"), M)), {"age": AGE_LABELS}),
    "tips": Table(_("Tips"), (("on_date", _("Day"), D), ("therapist", _("Therapist"), T), ("amount", _("Tip"), M))),
    "appointments": Table(_("Appointments"), (("on_date", _("Day"), D), ("therapist", _("Therapist"), T),
                                              ("state", _("Outcome"), T)), {"state": STATE_LABELS}),
    "packages": Table(_("Packages not used up"), (*_SOLD, ("left", _("Value left, without tax"), M))),
    "vouchers": Table(_("Vouchers not used up"), (*_SOLD, ("left", _("Value left"), M))),
    "credit": Table(_("Credit of clients"), (
        ("name", _("Client"), T), ("deposits", _("Deposits in it"), M), ("amount", _("Credit"), M))),
    "tips_owed": Table(_("Tips not handed out yet"), (
        ("therapist", _("Therapist"), T), ("taken", _("Given"), M), ("paid_out", _("Handed out"), M),
        ("owed", _("Still owed"), M))),
    # With "documents" every number that was given out.
    "other_documents": Table(_("Vouchers sold, brought over"), (
        ("number", _("Number"), T), ("kind", _("Kind"), T), ("issued_on", _("Issued"), D), ("name", _("Billed to"), T),
        ("gross", _("Amount"), M)), {"kind": KIND_LABELS}),
}

TABLES = SUMMARIES | DETAILS
YES_NO = {"yes": _("Yes"), "no": _("No"), "not_over": _("24 hours are not over")}
STEP_LABELS = SOURCE_LABELS | {str(kind): label for kind, label in KIND_LABELS.items()} | {
    "money": _("Money"), "write_off": _("Written off"), "received": _("Received"), "tip": _("Tip")}
# Rows behind figures that are read when somebody opens them, and are not on file.
OPENED: dict[str, Table] = {
    "deposits": Table(_("Deposits"), (
        ("on_date", _("Day"), D), ("method", _("By"), T), ("reference", _("Reference"), T), ("amount", _("Left"), M)),
        {"method": METHOD_LABELS}),
    "steps": Table(_("Step"), (
        ("on_date", _("Day"), D), ("what", _("What"), T), ("number", _("Number"), T), ("name", _("Billed to"), T),
        ("amount", _("Amount"), M)), {"what": STEP_LABELS}),
    "visits": Table(_("Visits"), (
        ("on_date", _("Day"), D), ("therapist", _("Therapist"), T), ("sessions", _("Sessions"), N),
        ("again", _("Booked again"), T)), {"again": YES_NO}),
    "visitors": Table(_("Clients who came"), (
        ("first_on", _("First visit"), D), ("therapist", _("Therapist"), T), ("kind", _("Client"), T),
        ("visits", _("Visits"), N)), {"kind": {"new": _("New"), "returning": _("Returning")}}),
    "time": Table(_("Working time"), (
        ("therapist", _("Therapist"), T), ("booked", _("Minutes booked"), N), ("worked", _("Minutes worked"), N),
        ("available", _("Minutes available"), N))),
    "retention": Table(_("Came back within 90 days"), (
        ("first_on", _("First visit"), D), ("again", _("Came again"), T), ("again_on", _("Next visit"), D)),
        {"again": YES_NO}),
    "limits": Table(_("Went ahead against a limit"), (("therapist", _("Therapist"), T), ("number", _("How often"), N))),
}
ON_SCREEN = TABLES | OPENED
# Rows from the calendar and from notes, which closing a month does not lock: its figures stay, these may move.
NOT_LOCKED = ("appointments", "visits", "visitors", "time", "retention", "limits")
