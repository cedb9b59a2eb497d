"""Lines that several therapists gave together: what each of them has of one, to the last minor unit."""
from collections.abc import Sequence

from sqlalchemy import select

from practice.billing.models.documents import DocumentLine, LineShare
from practice.core.db import db
from practice.core.errors import DomainError
from practice.core.money import split
from practice.core.text import _

BETWEEN_NAMES = " · "  # of therapists on paper


class SharedAhead(DomainError):
    message = _("A session paid ahead counts for the therapist it was booked with: it is not shared.")


def shares_of(therapists: Sequence[int], net: int, tax: int) -> list[LineShare]:
    """What each of several therapists has of a line: equal parts, the odd minor unit to the first; [] for one alone."""
    parts = [1] * len(therapists)
    return [LineShare(therapist_id=number, net_amount=a_net, tax_amount=a_tax) for number, a_net, a_tax
            in zip(therapists, split(net, parts), split(tax, parts), strict=True)] if len(therapists) > 1 else []


def shared_by(document_id: int) -> dict[int, list[int]]:
    """The therapists of the lines that several gave together, by position."""
    found: dict[int, list[int]] = {}
    for position, therapist_id in db.session.execute(
            select(DocumentLine.position, LineShare.therapist_id).join(LineShare, LineShare.line_id == DocumentLine.id)
            .where(DocumentLine.document_id == document_id).order_by(LineShare.id)):
        found.setdefault(position, []).append(therapist_id)
    return found
