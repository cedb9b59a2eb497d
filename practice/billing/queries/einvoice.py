"""An invoice as data for machines: EN 16931 in the syntax CII, as Factur-X and ZUGFeRD carry it inside the PDF.

Everything comes from the snapshot of the document, so that the same document gives the same bytes.
"""
import re
from collections.abc import Iterable
from decimal import Decimal

from practice.billing.models.documents import Document, DocumentKind
from practice.core.money import decimals, to_decimal
from practice.core.text import _
from practice.premises.models import TaxCategory

EN16931 = "urn:cen.eu:en16931:2017"
TYPES = {DocumentKind.INVOICE: "380", DocumentKind.CREDIT_NOTE: "381"}
PIECE = "C62"  # the unit "one"
TRANSFER = "58"  # SEPA credit transfer
OUTSIDE = "Not subject to VAT"
EDITION = 2  # of the XML, kept with the document at issue: what was issued under an older one keeps its bytes
MEDICAL = re.compile(r"132\s*\(\s*1\s*\)\s*\(\s*c\s*\)", re.IGNORECASE)  # the article of the directive 2006/112/EC
MEDICAL_CODE, OUTSIDE_CODE = "VATEX-EU-132-1C", "VATEX-EU-O"  # of the list that the norm names for BT-121
MOST_DECIMALS = 2


def can_carry(document: Document) -> bool:
    return document.kind in TYPES and not obstacle(document)


def obstacle(document: Document) -> str:
    """What stands on an invoice or credit note, or is missing, that the norm cannot say; "" for nothing."""
    if document.gross_amount == 0:
        return _("It comes to nothing.")
    if not document.issuer_head.get("tax_number"):
        return _("No tax number of the practice stands on it.")
    if len({tax.category == TaxCategory.OUTSIDE for tax in document.taxes}) != 1:
        return _("Part of it is taxed and part is outside the tax: one e-invoice cannot hold both.")
    if decimals(document.currency) > MOST_DECIMALS:
        return _("E-invoices do not go with this currency.")
    return ""


def einvoice(document: Document, corrects: str | None = None) -> bytes:
    """The XML of an issued document; `corrects` is the number that a credit note takes back, whose amounts are
    positive here."""
    from drafthorse.models.document import Document as Invoice

    sign = -1 if document.kind is DocumentKind.CREDIT_NOTE else 1
    found = Invoice()
    found.context.guideline_parameter.id = EN16931
    found.header.id, found.header.type_code = document.number_text, TYPES[document.kind]
    found.header.issue_date_time = document.issued_on
    _parties(found.trade.agreement, document)
    days = [line.service_on for line in document.lines if line.service_on]
    found.trade.delivery.event.occurrence = max(days, default=document.issued_on)
    for line in document.lines:
        found.trade.items.add(_line(document, line, sign))
    _settlement(found.trade.settlement, document, sign)
    if corrects:
        found.trade.settlement.invoice_referenced_document.issuer_assigned_id = corrects
    return found.serialize(schema="FACTUR-X_EN16931")


def _amount(document: Document, minor: int) -> Decimal:
    return to_decimal(minor, document.currency)


def exemption_code(category: TaxCategory, reasons: Iterable[str]) -> str:
    """The code for why there is no tax, where the reason printed on the paper names its article; else ""."""
    if category == TaxCategory.OUTSIDE:
        return OUTSIDE_CODE
    return MEDICAL_CODE if reasons and all(map(MEDICAL.search, reasons)) else ""


def _parties(agreement, document: Document) -> None:
    from drafthorse.models.party import TaxRegistration

    head, is_outside = document.issuer_head, all(tax.category == TaxCategory.OUTSIDE for tax in document.taxes)
    country = head.get("country", "")
    for party, name, address, lives_in in (
            (agreement.seller, head["name"], head["address"], country),
            (agreement.buyer, document.billed_name, document.billed_address, head.get("buyer_country") or country)):
        party.name, party.address.country_id = name, lives_in
        lines = [line for line in address.splitlines() if line.strip()][:3]
        for part, line in zip(("line_one", "line_two", "line_three"), lines, strict=False):
            setattr(party.address, part, line)
    number = agreement.seller.id = head["tax_number"]
    if not is_outside:
        agreement.seller.tax_registrations.add(TaxRegistration(id=(_scheme(number, country), number)))


def _scheme(number: str, country: str) -> str:
    """VA for a VAT number, which begins with its country, FC for any other number of the tax office."""
    return "VA" if country and number.upper().startswith(("EL", country.upper())) else "FC"


def _line(document: Document, line, sign: int):
    """The price without tax is that of the whole quantity, so that no digit of it is lost."""
    from drafthorse.models.note import IncludedNote
    from drafthorse.models.tradelines import LineItem

    item, quantity = LineItem(), Decimal(abs(line.quantity)) / 1000
    net = sign * line.net_amount
    item.document.line_id, item.product.name = str(line.position), line.text
    item.agreement.net.amount = abs(_amount(document, net))
    item.agreement.net.basis_quantity = (quantity, PIECE)
    item.delivery.billed_quantity = (quantity if net >= 0 else -quantity, PIECE)
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = str(line.tax_category)
    if line.tax_category != TaxCategory.OUTSIDE:
        item.settlement.trade_tax.rate_applicable_percent = _percent(line.tax_rate)
    item.settlement.monetary_summation.total_amount = _amount(document, net)
    for words in (line.given_by, line.discount_reason):
        if words:
            note = IncludedNote()
            note.content = words
            item.document.notes.add(note)
    return item


def _percent(rate: int) -> Decimal:
    return (Decimal(rate) / 10_000).quantize(Decimal("0.01"))


def _settlement(settlement, document: Document, sign: int) -> None:
    from drafthorse.models.accounting import ApplicableTradeTax
    from drafthorse.models.payment import PaymentMeans, PaymentTerms

    settlement.currency_code = document.currency
    account = "".join(document.issuer_head.get("bank_account", "").split())
    if account:
        means = PaymentMeans()
        means.type_code = TRANSFER
        means.payee_account.iban = account
        settlement.payment_means.add(means)
    for row in document.taxes:
        tax = ApplicableTradeTax()
        tax.calculated_amount, tax.basis_amount = (_amount(document, sign * row.tax_amount),
                                                   _amount(document, sign * row.net_amount))
        tax.type_code, tax.category_code = "VAT", str(row.category)
        if row.category != TaxCategory.OUTSIDE:
            tax.rate_applicable_percent = _percent(row.rate)
        if row.category in (TaxCategory.EXEMPT, TaxCategory.OUTSIDE):
            reasons = {line.tax_reason for line in document.lines if line.tax_category == row.category} - {""}
            tax.exemption_reason = "; ".join(sorted(reasons)) or OUTSIDE
            code = exemption_code(row.category, reasons)
            if code and document.issuer_head["einvoice"] == EDITION:
                tax.exemption_reason_code = code
        settlement.trade_tax.add(tax)
    if document.due_on:
        terms = PaymentTerms()
        terms.due = document.due_on
        settlement.terms.add(terms)
    sums, net, gross = settlement.monetary_summation, sign * document.net_amount, sign * document.gross_amount
    sums.line_total = _amount(document, net)
    sums.charge_total = sums.allowance_total = Decimal("0.00")
    sums.tax_basis_total = _amount(document, net)
    sums.tax_total = (_amount(document, sign * document.tax_amount), document.currency)
    sums.grand_total = _amount(document, gross)
    sums.prepaid_total = Decimal("0.00")
    sums.due_amount = _amount(document, gross)
