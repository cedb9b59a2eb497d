"""The plain lists of money: documents, their lines, payments, what they paid, packages. Read-only, with export."""
from flask import g, url_for

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.base import ListView
from practice.admin.streamed import Field, Streamed
from practice.billing.models.documents import Document, DocumentState
from practice.billing.models.packages import Package
from practice.billing.models.payments import Payment
from practice.billing.queries.documents import state_of
from practice.billing.queries.numbers import numbers_of
from practice.core.money import plain
from practice.core.spreadsheet import Kind
from practice.core.text import _
from practice.premises.queries import the_practice


def _money(view, context, row, name) -> str:
    return show.money(getattr(row, name))


def _label(view, context, row, name) -> str:
    return show.label(getattr(row, name))


def _standing(view, context, row, name) -> str:
    """Paid, part paid, overdue: more than that it was issued, and all of it stands in the row."""
    is_issued = row.state is DocumentState.ISSUED
    return show.label((is_issued and state_of(row, show.today())) or row.state)


def _plain(view, context, row, name) -> str:
    return plain(getattr(row, name), the_practice().currency)


def _day(view, context, row, name) -> str:
    value = getattr(row, name)
    return show.day(value) if value else ""


def _moment(view, context, row, name) -> str:
    value = getattr(row, name)
    return f"{show.day(value)}, {show.time(value)}" if value else ""


def _number(view, context, row, name) -> str:
    """The number of the document a row belongs to; those of a page are read at once by `get_list`."""
    document_id, known = getattr(row, name), g.setdefault("document_numbers", {})
    if document_id and document_id not in known:
        known.update(numbers_of([document_id]))
    return known.get(document_id, "")


DOCUMENT = dict.fromkeys(("document_id", "credit_note_id"), _number)


def exported(*names: str) -> dict:
    """Amounts as machines read them: 78.00."""
    return dict.fromkeys(names, _plain)


def formatters(*, money=(), labels=(), days=()) -> dict:
    """Amounts as money, members of enums as words, days as everywhere."""
    return dict.fromkeys(money, _money) | dict.fromkeys(labels, _label) | dict.fromkeys(days, _day)


MEASURES = {"quantity": lambda view, context, row, name: f"{row.quantity / 1000:g}",
            "tax_rate": lambda view, context, row, name: f"{row.tax_rate / 10_000:g} %"}


class MoneyList(ListView):
    read_permission, export_permission = P.INVOICE_READ, P.MONEY_EXPORT
    column_default_sort = ("id", True)

    def get_list(self, *args, **options):
        count, rows = super().get_list(*args, **options)
        ids = {getattr(row, name, None) for row in rows for name in DOCUMENT} - {None}
        g.document_numbers = numbers_of(ids) if ids else {}
        return count, rows


class PartList(MoneyList):
    """Rows that belong to a document: each leads to it."""

    def row_url(self, row) -> str:
        return url_for("money.page", document_id=row.document_id)


class DocumentList(Streamed, MoneyList):
    stream_fields = (
        Field(_("Number"), Document.number_text), Field(_("Kind"), Document.kind, words=show.label),
        Field(_("Document status"), Document.state, words=show.label),  # draft, issued or void
        Field(_("Issued"), Document.issued_on, Kind.DATE),
        Field(_("Due"), Document.due_on, Kind.DATE), Field(_("Billed to"), Document.billed_name),
        Field(_("Without tax"), Document.net_amount, Kind.MONEY), Field(_("Tax"), Document.tax_amount, Kind.MONEY),
        Field(_("With tax"), Document.gross_amount, Kind.MONEY),
        Field(_("Still owed"), Document.open_amount, Kind.MONEY), Field(_("Currency"), Document.currency))
    column_list = ("number_text", "kind", "state", "issued_on", "due_on", "billed_name", "gross_amount", "open_amount")
    column_details_list = ("number_text", "kind", "state", "issued_on", "due_on", "billed_name", "net_amount",
                           "tax_amount", "gross_amount", "open_amount", "currency", "billed_address", "reason",
                           "issued_at", "content_hash")
    column_labels = {"number_text": _("Number"), "kind": _("Kind"), "state": _("State"), "issued_on": _("Issued"),
                     "due_on": _("Due"), "billed_name": _("Billed to"), "net_amount": _("Without tax"),
                     "tax_amount": _("Tax"), "gross_amount": _("With tax"), "open_amount": _("Still owed"),
                     "currency": _("Currency"), "reason": _("Why"), "content_hash": _("Fingerprint"),
                     "billed_address": _("Address"), "issued_at": _("Issued at")}
    column_sortable_list = ("number_text", "issued_on")
    column_filters = ("issued_on",)
    big_columns = ("kind",)
    number_columns = ("net_amount", "tax_amount", "gross_amount", "open_amount")
    column_formatters = formatters(money=number_columns, labels=("kind",), days=("issued_on", "due_on")) | {
        "state": _standing, "issued_at": _moment}
    card_columns = {"billed_name": "card-name", "state": "card-state", "number_text": "card-line",
                    "gross_amount": "card-sum"}

    def row_url(self, row) -> str:
        return url_for("money.page", document_id=row.id)


class LineList(PartList):
    column_list = ("document_id", "kind", "text", "recognised_on", "quantity", "net_amount", "tax_amount",
                   "gross_amount")
    big_columns = ("kind", "quantity")
    column_details_list = column_export_list = (
        "document_id", "position", "kind", "text", "service_on", "recognised_on", "quantity", "discount_amount",
        "tax_rate", "net_amount", "tax_amount", "gross_amount")
    column_labels = {"document_id": _("Document"), "position": _("Line"), "kind": _("Kind"), "text": _("Item"),
                     "service_on": _("Date of service"), "recognised_on": _("Counts on"), "quantity": _("Quantity"),
                     "discount_amount": _("Discount"), "tax_rate": _("Tax rate"), "net_amount": _("Without tax"),
                     "tax_amount": _("Tax"), "gross_amount": _("With tax")}
    column_sortable_list = ("recognised_on",)
    column_filters = ("recognised_on",)
    number_columns = ("quantity", "discount_amount", "tax_rate", "net_amount", "tax_amount", "gross_amount")
    column_formatters = formatters(
        money=("discount_amount", "net_amount", "tax_amount", "gross_amount"), labels=("kind",),
        days=("service_on", "recognised_on")) | MEASURES | DOCUMENT
    column_formatters_export = exported(
        "discount_amount", "net_amount", "tax_amount", "gross_amount") | MEASURES | DOCUMENT
    card_columns = {"text": "card-name", "gross_amount": "card-sum", "recognised_on": "card-line"}


class PaymentList(Streamed, MoneyList):
    stream_fields = (
        Field(_("Number"), Payment.id, Kind.INTEGER), Field(_("Day"), Payment.received_on, Kind.DATE),
        Field(_("Method"), Payment.method, words=show.label), Field(_("Amount"), Payment.amount, Kind.MONEY),
        Field(_("Reference"), Payment.reference), Field(_("Takes back"), Payment.reverses_id, Kind.INTEGER),
        Field(_("Why"), Payment.reason), Field(_("Currency"), Payment.currency))
    column_list = ("id", "received_on", "method", "amount", "reference", "reverses_id", "reason")
    column_details_list = (*column_list, "currency")
    column_labels = {"id": _("Number"), "received_on": _("Day"), "method": _("Method"), "amount": _("Amount"),
                     "currency": _("Currency"), "reference": _("Reference"), "reverses_id": _("Takes back"),
                     "reason": _("Why")}
    column_sortable_list = ("id", "received_on")
    column_filters = ("received_on",)
    number_columns = ("amount",)
    column_formatters = formatters(money=("amount",), labels=("method",), days=("received_on",))
    card_columns = {"id": "card-name", "method": "card-state", "received_on": "card-line", "amount": "card-sum"}


class AllocationList(PartList):
    column_list = column_details_list = column_export_list = ("document_id", "on_date", "payment_id",
                                                              "credit_note_id", "amount")
    column_labels = {"on_date": _("Day"), "document_id": _("Document"), "payment_id": _("Payment"),
                     "credit_note_id": _("Credit note"), "amount": _("Amount")}
    column_sortable_list = ("on_date",)
    column_filters = ("on_date",)
    number_columns = ("amount",)
    column_formatters = formatters(money=("amount",), days=("on_date",)) | DOCUMENT
    column_formatters_export = exported("amount") | DOCUMENT
    card_columns = {"document_id": "card-name", "on_date": "card-line", "amount": "card-sum"}


class PackageList(Streamed, PartList):
    stream_joins = ((Document, Document.id == Package.document_id),)
    stream_fields = (
        Field(_("Invoice"), Document.number_text), Field(_("Sold"), Package.sold_on, Kind.DATE),
        Field(_("Until"), Package.expires_on, Kind.DATE), Field(_("Bought"), Package.sessions_bought, Kind.INTEGER),
        Field(_("Left"), Package.sessions_left, Kind.INTEGER),
        Field(_("Value left"), Package.value_left_amount, Kind.MONEY))
    column_list = column_details_list = (
        "document_id", "sold_on", "expires_on", "sessions_bought", "sessions_left", "value_left_amount")
    column_labels = {"document_id": _("Invoice"), "sold_on": _("Sold"), "expires_on": _("Until"),
                     "sessions_bought": _("Bought"), "sessions_left": _("Left"), "value_left_amount": _("Value left")}
    number_columns = ("sessions_bought", "sessions_left", "value_left_amount")
    column_formatters = formatters(money=("value_left_amount",), days=("sold_on", "expires_on")) | DOCUMENT
    card_columns = {"document_id": "card-name", "sold_on": "card-line", "value_left_amount": "card-sum"}
