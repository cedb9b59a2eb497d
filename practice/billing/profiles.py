"""What a paper must carry by the law of its place, asked before it is issued. Pure: facts in, what is missing out.

EU: articles 226, 226a and 226b of Directive 2006/112/EC. UK: SI 1995/2518, regulations 14 and 16A (up to 250 pounds a
simplified invoice will do). Ontario: the College of Massage Therapists' standard on fees and billing. Australia: the
tax office's rules for tax invoices and what health funds ask of a massage receipt. United States: what goes onto a
superbill later (superbill.py) and can be entered once for all.
"""
from dataclasses import dataclass

from practice.core.errors import DomainError
from practice.core.text import _

UK_SIMPLIFIED = 250_00  # pence
ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
PLAIN, VAT_EU, VAT_UK, RMT_ONTARIO, FUND_AUSTRALIA, SUPERBILL_US = (
    "plain", "vat_eu", "vat_uk", "rmt_ontario", "fund_australia", "superbill_us")


@dataclass(frozen=True)
class Fault:
    """Something a paper lacks, in words, and where it is entered: "practice", "taxes", "staff", "treatment", "client",
    "referral", with the number of the row there."""

    words: str
    place: str = ""
    row_id: int | None = None


class NotReadyToIssue(DomainError):
    """The paper lacks something that its profile must carry; `faults` name all of it, and where it is entered."""

    def __init__(self, *faults: Fault, **params):
        super().__init__(faults[0].words, **params)
        self.faults = faults


@dataclass(frozen=True)
class LineFacts:
    """A line: what it sells, how it is taxed ("S", "Z", "E", "O"), and who gave it."""

    is_treatment: bool
    category: str
    reason: str = ""
    registration: str = ""
    provider: str = ""
    npi: str = ""
    code: str = ""
    therapist_id: int | None = None
    treatment_id: int | None = None


@dataclass(frozen=True)
class PaperFacts:
    """What is about to be issued; amounts in minor units. `simplified_amount`: up to here a simplified invoice will
    do."""

    profile: str
    address: str
    tax_number: str
    phone: str
    client_address: str
    gross: int
    simplified_amount: int
    lines: tuple[LineFacts, ...]
    client_id: int | None = None


def check_paper(paper: PaperFacts) -> None:
    """Raises NotReadyToIssue with everything that is missing, each once."""
    faults = dict.fromkeys(CHECKS.get(paper.profile, lambda paper: ())(paper))
    if faults:
        raise NotReadyToIssue(*faults)


def is_simplified(paper: PaperFacts) -> bool:
    """Whether the paper may do without the client's address."""
    limit = UK_SIMPLIFIED if paper.profile == VAT_UK else paper.simplified_amount
    return paper.gross <= limit


def is_abn(text: str) -> bool:
    """Whether these are the eleven digits of an Australian Business Number, by its check (weights, modulo 89)."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    if len(digits) != 11 or digits[0] == 0:
        return False
    digits[0] -= 1
    return sum(weight * digit for weight, digit in zip(ABN_WEIGHTS, digits, strict=True)) % 89 == 0


def _head(paper: PaperFacts):
    if not paper.address.strip():
        yield Fault(_("The paper must carry the practice's address: it is entered in Set-up, Practice."), "practice")


def _vat(paper: PaperFacts):
    yield from _head(paper)
    if not paper.tax_number.strip() and any(line.category in "SZ" for line in paper.lines):
        yield Fault(_("The invoice must carry the VAT number: it is entered in Set-up, Practice, Tax number."),
                    "practice")
    if any(line.category == "E" and len(line.reason.strip()) < 3 for line in paper.lines):
        yield Fault(_("The invoice must say why a line is exempt: the reason is entered in Set-up, Taxes."), "taxes")
    if not is_simplified(paper) and not paper.client_address.strip():
        yield Fault(_("An invoice of this amount must carry the client's address: it is entered on the client's page, "
                      "Edit."), "client", paper.client_id)


def _ontario(paper: PaperFacts):
    yield from _head(paper)
    treatments = [line for line in paper.lines if line.is_treatment]
    for line in treatments:
        if not line.registration.strip():
            yield Fault(_("The receipt must carry the therapist's registration number: it is entered in Set-up, "
                          "Staff."), "staff", line.therapist_id)
    if treatments and len(treatments) < len(paper.lines):
        yield Fault(_("Products and other sales stand on a receipt of their own, without the registration number: take "
                      "them off here and sell them from the client's account."))
    if any(line.category == "S" for line in paper.lines) and not paper.tax_number.strip():
        yield Fault(_("The receipt must carry the HST number: it is entered in Set-up, Practice, Tax number."),
                    "practice")


def _australia(paper: PaperFacts):
    yield from _head(paper)
    if not is_abn(paper.tax_number):
        yield Fault(_("The tax invoice must carry the ABN, eleven digits: it is entered in Set-up, Practice, Tax "
                      "number."), "practice")
    if not paper.phone.strip():
        yield Fault(_("A health fund asks for the practice's phone number: it is entered in Set-up, Practice."),
                    "practice")
    for line in paper.lines:
        if line.is_treatment and not line.registration.strip():
            yield Fault(_("A health fund asks for the therapist's association number: it is entered in Set-up, Staff."),
                        "staff", line.therapist_id)
        if line.is_treatment and not line.provider.strip():
            yield Fault(_("A health fund asks for the therapist's provider number: it is entered in Set-up, Staff."),
                        "staff", line.therapist_id)


def _united_states(paper: PaperFacts):
    yield from _head(paper)
    if not paper.tax_number.strip():
        yield Fault(_("Insurers ask for the practice's EIN: it is entered in Set-up, Practice, Tax number."),
                    "practice")
    if not paper.phone.strip():
        yield Fault(_("Insurers ask for the practice's phone number: it is entered in Set-up, Practice."), "practice")
    for line in paper.lines:
        if line.is_treatment and not line.npi:
            yield Fault(_("The therapist's NPI is missing: it is entered in Set-up, Staff."), "staff",
                        line.therapist_id)
        if line.is_treatment and not line.registration.strip():
            yield Fault(_("Insurers ask for the therapist's licence number: it is entered in Set-up, Staff."), "staff",
                        line.therapist_id)
        if line.is_treatment and line.treatment_id and not line.code:
            yield Fault(_("The treatment has no code for insurers: it is entered in Set-up, Treatments."), "treatment",
                        line.treatment_id)


CHECKS = {VAT_EU: _vat, VAT_UK: _vat, RMT_ONTARIO: _ontario, FUND_AUSTRALIA: _australia, SUPERBILL_US: _united_states}
