"""Which invoices some lines are written on, and what they come to: one, or more where the law of the place wants it."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from practice.access.actor import Actor
from practice.billing.models.documents import Document, LineKind
from practice.billing.pricing import PricedLine, Totals
from practice.billing.services.documents import LineInput, issue_invoice, price_lines, tax_codes_of, today
from practice.billing.services.packages import name_on_paper
from practice.catalog.queries import get_treatment, price_of
from practice.clients.queries import get_client
from practice.core.errors import Invalid
from practice.core.text import _
from practice.premises.models import Profile
from practice.premises.queries import issuer_for, the_practice


@dataclass(frozen=True)
class Sums:
    """Priced lines in their order, the rates of tax among them, and what they come to together."""

    lines: tuple[PricedLine, ...]
    rates: frozenset[int]
    gross: int


def totals_of(lines: Sequence[LineInput]) -> Totals:
    """What these lines will come to when they are invoiced now."""
    return price_lines(the_practice(), lines, tax_codes_of(line.tax_code_id for line in lines))


def papers_of(lines: Sequence[LineInput], therapist_id: int | None) -> list[Sequence[LineInput]]:
    """The invoices these lines are written on: one; in Ontario a massage receipt holds nothing else, and what is sold
    beside the treatment stands on a second one."""
    given = [line for line in lines if line.kind is LineKind.SERVICE]
    others = [line for line in lines if line.kind is not LineKind.SERVICE]
    if not given or not others or issuer_for(therapist_id).profile is not Profile.RMT_ONTARIO:
        return [lines]
    return [given, others]


def sums_of(lines: Sequence[LineInput], therapist_id: int | None) -> Sums:
    """What these lines will come to on the invoices they are written on (see papers_of)."""
    papers = [totals_of(paper) for paper in papers_of(lines, therapist_id)]
    rates = frozenset(tax.tax.rate for paper in papers for tax in paper.taxes)
    return Sums(tuple(line for paper in papers for line in paper.lines), rates, sum(paper.gross for paper in papers))


def by_hand(client_id: int, treatment_id: int, count: int, therapist_id: int, on: date) -> LineInput:
    """A treatment that was given on a day without an appointment, at the client's price of today. Raises Invalid,
    NotFound."""
    treatment = get_treatment(treatment_id)
    if on > today():
        raise Invalid(_("Not a day to come."), "day")
    price = price_of(treatment, get_client(client_id).price_group_id)
    return LineInput(name_on_paper(treatment, client_id), price, treatment.tax_code_id, quantity=count * 1000,
                     therapist_id=therapist_id, treatment_id=treatment.id, service_on=on)


def issue_papers(actor: Actor, *, client_id: int, lines: Sequence[LineInput], therapist_id: int | None,
                 request_key: str) -> list[Document]:
    """Invoices written by hand, one or as many as papers_of says. Raises NotReadyToIssue, Invalid, NotFound."""
    return [issue_invoice(actor, client_id=client_id, lines=paper, therapist_id=therapist_id,
                          request_key=f"{request_key}:{place}")
            for place, paper in enumerate(papers_of(lines, therapist_id))]
