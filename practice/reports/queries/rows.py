"""The rows that figures of a month are added up from: select statements, one per kind of row.

Figures and their rows come from the same statements, so a figure cannot disagree with the rows it opens.
"""
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, literal, select, union_all

from practice.billing.models.documents import Document, DocumentKind, DocumentLine, DocumentState, DocumentTax
from practice.billing.models.packages import Package, PackageUse
from practice.billing.models.payments import Allocation, Payment
from practice.reports.period import Month

ISSUED = Document.state != DocumentState.DRAFT


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @classmethod
    def of(cls, month: Month) -> "Span":
        return cls(month.first, month.last)


def documents(span: Span) -> Select:
    """Documents issued in the span; credit notes carry negative amounts."""
    return (select(Document.id, Document.number_text, Document.kind, Document.issued_on, Document.due_on,
                   Document.billed_name, Document.net_amount, Document.tax_amount, Document.gross_amount)
            .where(ISSUED, Document.issued_on.between(span.first, span.last))
            .order_by(Document.issued_on, Document.id))


def earned(span: Span):
    """Earned net revenue: service, product and fee lines by recognition date, and package sessions as they are used.

    The sale of a package is not earned revenue; a credit note's lines count, negative, by their own date.
    Columns: on_date, kind, therapist_id, treatment_id, what, number_text, document_id, amount (net, minor units).
    """
    lines = (
        select(DocumentLine.recognised_on.label("on_date"), DocumentLine.kind.label("kind"),
               DocumentLine.therapist_id.label("therapist_id"), DocumentLine.treatment_id.label("treatment_id"),
               DocumentLine.text.label("what"), Document.number_text.label("number_text"),
               Document.id.label("document_id"), DocumentLine.net_amount.label("amount"))
        .join(Document, Document.id == DocumentLine.document_id)
        .where(ISSUED, DocumentLine.kind != "package", DocumentLine.recognised_on.between(span.first, span.last)))
    uses = (
        select(PackageUse.used_on, literal("service"), PackageUse.therapist_id, Package.treatment_id,
               literal("package"), Document.number_text, Document.id, PackageUse.value_amount)
        .join(Package, Package.id == PackageUse.package_id).join(Document, Document.id == Package.document_id)
        .where(PackageUse.used_on.between(span.first, span.last)))
    return union_all(lines, uses).subquery("earned")


def taxes(span: Span) -> Select:
    """Net and tax by category and rate of the documents issued in the span."""
    return (select(DocumentTax.category, DocumentTax.rate, func.sum(DocumentTax.net_amount),
                   func.sum(DocumentTax.tax_amount))
            .join(Document, Document.id == DocumentTax.document_id)
            .where(ISSUED, Document.issued_on.between(span.first, span.last))
            .group_by(DocumentTax.category, DocumentTax.rate).order_by(DocumentTax.rate.desc(), DocumentTax.category))


def payments(span: Span) -> Select:
    """Money in, and out as negative amounts, by the day it was received."""
    return (select(Payment.id, Payment.received_on, Payment.method, Payment.amount, Payment.reference,
                   Payment.reverses_id)
            .where(Payment.received_on.between(span.first, span.last)).order_by(Payment.received_on, Payment.id))


def allocations(span: Span) -> Select:
    """What was put against documents in the span: allocation, source, and the document's issue date."""
    return (select(Allocation.amount, Allocation.payment_id, Document.issued_on)
            .join(Document, Document.id == Allocation.document_id)
            .where(Allocation.on_date.between(span.first, span.last)))


def owed(as_of: date) -> Select:
    """What was still owed at the end of a day: each invoice less what was allocated to it until then, if above zero."""
    paid = (select(Allocation.document_id, func.sum(Allocation.amount).label("paid"))
            .where(Allocation.on_date <= as_of).group_by(Allocation.document_id).subquery("paid"))
    left = (Document.gross_amount - func.coalesce(paid.c.paid, 0)).label("owed")
    return (select(Document.id, Document.number_text, Document.issued_on,
                   func.coalesce(Document.due_on, Document.issued_on).label("due_on"), Document.billed_name, left)
            .outerjoin(paid, paid.c.document_id == Document.id)
            .where(ISSUED, Document.kind == DocumentKind.INVOICE, Document.issued_on <= as_of,
                   Document.gross_amount > func.coalesce(paid.c.paid, 0))
            .order_by(func.coalesce(Document.due_on, Document.issued_on), Document.id))
