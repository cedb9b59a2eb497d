"""What stands on an invoice, a credit note, a receipt: from the snapshot of the document, in the client's language."""
from decimal import Decimal

from flask_babel import force_locale, format_date, format_decimal, gettext

from practice.billing.models.documents import KIND_LABELS, Document, DocumentKind
from practice.billing.queries.documents import Part
from practice.billing.queries.einvoice import einvoice
from practice.billing.queries.methods import method_word
from practice.billing.services.shares import BETWEEN_NAMES
from practice.clients.contact import format_phone
from practice.clients.queries import names_of
from practice.core.hybrid import with_data
from practice.core.money import format_money, round_half_up
from practice.core.pdf import PdfFailed, render
from practice.core.text import _
from practice.premises.models import TAX_CATEGORY_LABELS, Profile, TaxCategory
from practice.premises.rates import HUNDRED

TEMPLATES = {DocumentKind.INVOICE: "invoice", DocumentKind.CREDIT_NOTE: "credit_note",
             DocumentKind.VOUCHER_SALE: "invoice", DocumentKind.OPENING: "invoice"}


# How the law of the place calls the papers and the tax number.
KINDS = {Profile.FUND_AUSTRALIA: {DocumentKind.INVOICE: _("Tax invoice"),
                                  DocumentKind.CREDIT_NOTE: _("Adjustment note")}}
RECEIPTS = {Profile.FUND_AUSTRALIA: _("Tax invoice and receipt")}
TAX_IDS = {Profile.VAT_EU: _("VAT number"), Profile.VAT_UK: _("VAT number"), Profile.RMT_ONTARIO: _("HST number"),
           Profile.FUND_AUSTRALIA: _("ABN"), Profile.SUPERBILL_US: _("EIN")}
WITH_RATES = (Profile.VAT_EU, Profile.VAT_UK)  # each line without tax, with its rate


def invoice_pdf(document: Document, *, corrects: str | None = None, is_copy: bool = False) -> bytes:
    """The document as issued: the same bytes however often it is printed. `corrects` is the number a credit note takes
    back; `is_copy` prints DUPLICATE across it."""
    paper = invoice_paper(document, corrects=corrects, is_copy=is_copy)
    if document.issuer_head.get("einvoice") and not is_copy:
        try:
            on = document.issued_on
            pdf = render(TEMPLATES[document.kind], paper | {"day": [on.year, on.month, on.day]},
                         language=document.language, is_to_keep=True)
        except PdfFailed:  # a letter without a font: the plain paper is still right
            pass
        else:
            return with_data(pdf, einvoice(document, corrects), language=document.language,
                             made_at=document.issued_at)
    return render(TEMPLATES[document.kind], paper, language=document.language)


def invoice_paper(document: Document, *, corrects: str | None = None, is_copy: bool = False) -> dict:
    """What stands on the document, in words."""
    with force_locale(document.language):
        return _paper(document, corrects) | _mark(is_copy)


def _mark(is_copy: bool) -> dict:
    return {"mark": gettext("DUPLICATE")} if is_copy else {}


def receipt_pdf(document: Document, parts: list[Part], *, is_copy: bool = False) -> bytes:
    """The document with what was paid for it until now, and by whom where it was somebody else."""
    payers = payers_of(parts)
    with force_locale(document.language):
        paper, paid = _paper(document), sum(part.amount for part in parts if _is_paid(part))
        paper["kind"] = gettext(RECEIPTS.get(profile_of(document), "Receipt"))
        paper["title"] = f"{paper['kind']} {document.number_text}"
        paper["paid"] = {"label": gettext("Paid"), "value": _money(document, paid)}
        paper["payments"] = [{"label": _payment_words(part, payers), "value": _money(document, part.amount)}
                             for part in parts if _is_paid(part)]
        paper["how"] = ", ".join(dict.fromkeys(_method(part) for part in parts if _is_paid(part)))
        if document.open_amount:
            paper["open"] = {"label": gettext("Still open"), "value": _money(document, document.open_amount)}
        else:
            paper["how_to_pay"] = None
            paper["facts"] = [fact for fact in paper["facts"] if fact["label"] != gettext("Due")]
        return render("receipt", paper | _mark(is_copy), language=document.language)


def _is_paid(part: Part) -> bool:
    """Money or a voucher; a credit note and a write-off are nothing that was paid."""
    return part.payment is not None or part.voucher is not None


def _method(part: Part) -> str:
    if part.voucher is not None:
        return gettext("Voucher")
    return gettext("Credit") if part.is_credit else gettext(method_word(part.payment.method))


def payers_of(parts: list[Part]) -> dict[int, str]:
    """The names of the other clients who gave the money, by id."""
    others = {part.payment.paid_by_id for part in parts if part.payment and part.payment.paid_by_id}
    return names_of(others) if others else {}


def _payment_words(part: Part, payers: dict[int, str]) -> str:
    payer = payers.get(part.payment.paid_by_id) if part.payment else None
    by = [gettext("paid by %(name)s", name=payer)] if payer else []
    return ", ".join([_method(part), _day(part.on_date), *by])


def _money(document: Document, minor: int) -> str:
    return format_money(minor, document.currency, document.language)


def _day(value) -> str:
    return format_date(value, "d MMM y")


def _number(whole: int, parts: int) -> str:
    """A number kept in parts, as the document's language writes it: "1.5", "1,5"; every digit that counts."""
    return format_decimal(Decimal(whole) / parts, format="#,##0.######")


def _paper(document: Document, corrects: str | None = None) -> dict:
    head, is_note = document.issuer_head, document.kind is DocumentKind.CREDIT_NOTE
    profile = profile_of(document)
    kind = gettext(KINDS.get(profile, {}).get(document.kind, KIND_LABELS[document.kind]))
    facts = [{"label": gettext("Date"), "value": _day(document.issued_on)}]
    if corrects:
        facts.append({"label": gettext("Takes back"), "value": corrects})
    days = {line.service_on for line in document.lines if line.service_on}
    if len(days) == 1:  # several days stand at their lines
        facts.append({"label": gettext("Date of treatment"), "value": _day(days.pop())})
    if document.due_on and not is_note:
        facts.append({"label": gettext("Due"), "value": _day(document.due_on)})
    net = format_money(document.net_amount, document.currency, document.language)
    return {
        "title": f"{kind} {document.number_text}", "kind": kind, "number": document.number_text, "facts": facts,
        "head": {"name": head.get("name", ""), "lines": head.get("address", "").splitlines(),
                 "contact": [text for text in (_phone(head), head.get("email")) if text],
                 "tax_ids": [{"label": gettext(TAX_IDS.get(profile, "Tax number")), "value": head["tax_number"]}]
                 if head.get("tax_number") else []},
        "to": {"label": gettext("Billed to"), "name": document.billed_name,
               "lines": document.billed_address.splitlines()},
        "lines": [_line(document, line) for line in document.lines],
        "sums": [{"label": gettext("Without tax"), "value": net}] if document.tax_amount else [],
        "total": {"label": gettext("Total"), "value": _money(document, document.gross_amount)},
        "tax_table": [_tax(document, row) for row in document.taxes],
        "payments": [], "open": None, "how_to_pay": _how_to_pay(head) if document.gross_amount > 0 else None,
        "notes": [text for text in (document.reason, head.get("footer", "")) if text],
        "signature": _signature(document) if profile is Profile.RMT_ONTARIO else None,
        "labels": {
            "page": gettext("Page %(page)s of %(pages)s"), "item": gettext("Item"),
            "date": gettext("Date"), "quantity": gettext("Quantity"), "unit_price": gettext("Price"),
            "tax": gettext("Tax"), "amount": gettext("Amount"), "tax_rate": gettext("Tax rate"),
            "tax_base": gettext("Without tax"), "tax_amount": gettext("Tax"), "tax_gross": gettext("With tax"),
            "payments": gettext("Payments"), "signature": gettext("Signature")},
    }


def _phone(head: dict) -> str:
    return format_phone(head["phone"], head.get("country", "")) if head.get("phone") else ""


def _line(document: Document, line) -> dict:
    """A line with its own day and who gave the treatment: what an insurer asks for."""
    detail = [line.given_by] if line.given_by else []
    unit_price, discount, has_rate = line.unit_price_amount, line.discount_amount, profile_of(document) in WITH_RATES
    amount = line.gross_amount if document.price_mode == "gross" else line.net_amount
    if has_rate and document.price_mode == "gross":
        amount = line.net_amount
        unit_price = (round_half_up(unit_price * HUNDRED, HUNDRED + line.tax_rate) if discount
                      else round_half_up(amount * 1000, line.quantity))
        discount = round_half_up(unit_price * line.quantity, 1000) - amount if discount else 0
    if discount:
        detail.append(f"{gettext('Discount')}: {_money(document, -discount)} ({line.discount_reason})")
    paper = {"name": line.text, "detail": detail, "date": _day(line.service_on) if line.service_on else "",
             "quantity": _number(line.quantity, 1000), "unit_price": _money(document, unit_price),
             "amount": _money(document, amount)}
    return paper | ({"tax": _rate(line.tax_category, line.tax_rate)} if has_rate else {})


def profile_of(document: Document) -> Profile:
    """The profile it was issued under."""
    return Profile(document.issuer_head.get("profile", Profile.PLAIN))


def _signature(document: Document) -> dict | None:
    """A line to sign for who gave the treatment: the name and the registration as they were at issue."""
    given = [line.given_by for line in document.lines if line.given_by]
    name, _comma, registration = given[0].split(BETWEEN_NAMES)[0].partition(", ") if given else ("", "", "")
    return {"name": name, "detail": registration} if given else None


def _rate(category: TaxCategory, rate: int) -> str:
    """"20 %", "exempt"."""
    if category is TaxCategory.STANDARD:
        return f"{_number(rate, 10_000)} %"
    return gettext(TAX_CATEGORY_LABELS[category])


def _tax(document: Document, row) -> dict:
    reasons = {line.tax_reason for line in document.lines if line.tax_category is row.category and line.tax_reason}
    has_rates = profile_of(document) in WITH_RATES or row.category is TaxCategory.STANDARD
    paper = {"rate": _rate(row.category, row.rate) if has_rates else gettext("No tax"),
             "base": _money(document, row.net_amount), "tax": _money(document, row.tax_amount),
             "gross": _money(document, row.net_amount + row.tax_amount)}
    return paper | ({"note": "; ".join(sorted(reasons))} if reasons else {})


def _how_to_pay(head: dict) -> dict | None:
    if not head.get("bank_account"):
        return None
    return {"label": gettext("How to pay"), "lines": [{"label": gettext("Account"), "value": head["bank_account"]}]}
