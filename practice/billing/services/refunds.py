"""Money back on a paid invoice, in one step: the credit note and the payment out, both of today."""
from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.billing.models.documents import Document, DocumentKind
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.documents import credit_of, get_document
from practice.billing.services.credit_notes import credited_lines, draft_note
from practice.billing.services.documents import issue
from practice.billing.services.locking import lock_account
from practice.billing.services.payments import first_by_key, give_back
from practice.core.errors import DomainError
from practice.core.money import split, whole
from practice.core.text import _


class NotPaidYet(DomainError):
    message = _("Not that much of this invoice was paid with money. Take it back with a credit note instead.")


def refundable(document: Document) -> int:
    """What can be given back of a document at most: what is not credited yet, once nothing is open."""
    credited = sum(part.gross for part in credited_lines(document.id).values())
    return 0 if document.open_amount else document.gross_amount - credited - document.written_off_amount


def refund(actor: Actor, document_id: int, *, amount: int, method: Method, request_key: str, reason: str) -> Payment:
    """Give back part of a paid invoice (minor units with tax), or all of it. Gives the payment out.

    The amount is taken from the lines in proportion to what is left of them. What the client has as credit stays.
    Raises NotPaidYet, PackageUsed, AlreadyCredited, TillClosed, Invalid, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE, Permission.PAYMENT_TAKE)
    invoice = get_document(document_id)
    client_id = invoice.client_id
    lock_account(client_id)
    first = first_by_key(client_id, request_key, amount=-whole(amount), method=method)
    if first is not None:
        return first
    invoice = get_document(document_id, lock=True)
    if invoice.kind is DocumentKind.OPENING or not 0 < whole(amount) <= refundable(invoice):
        raise NotPaidYet(field="amount")
    credit = credit_of(client_id)
    note = draft_note(actor, document_id, reason=reason, amounts=_spread(invoice, amount))
    if credit_of(client_id) - credit < amount:
        raise NotPaidYet(field="amount")
    out = give_back(actor, client_id=client_id, amount=amount, method=method, request_key=request_key, reason=reason)
    issue(actor, note)
    return out


def _spread(invoice: Document, amount: int) -> dict[int, int]:
    before = credited_lines(invoice.id)
    left = {line.position: line.gross_amount - (before[line.position].gross if line.position in before else 0)
            for line in invoice.lines}
    return dict(zip(left, split(amount, list(left.values())), strict=True))
