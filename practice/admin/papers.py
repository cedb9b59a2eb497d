"""What stands on an invoice, a credit note, a receipt: from the snapshot of the document, in the client's language."""
from decimal import Decimal

from flask_babel import force_locale, format_date, format_decimal, gettext

from practice.billing.models.documents import KIND_LABELS, Document, DocumentKind
from practice.billing.models.payments import METHOD_LABELS
from practice.billing.queries.documents import Part
from practice.core.money import format_money
from practice.core.pdf import render
from practice.premises.models import TaxCategory

TEMPLATES = {DocumentKind.INVOICE: "invoice", DocumentKind.CREDIT_NOTE: "credit_note",
             DocumentKind.VOUCHER_SALE: "invoice"}


def invoice_pdf(document: Document, *, corrects: str | None = None, is_copy: bool = False) -> bytes:
    """The document as issued: the same bytes however often it is printed. `corrects` is the number a credit note takes
    back; `is_copy` prints DUPLICATE across it."""
    with force_locale(document.language):
        return render(TEMPLATES[document.kind], _paper(document, corrects) | _mark(is_copy), language=document.language)


def _mark(is_copy: bool) -> dict:
    return {"mark": gettext("DUPLICATE")} if is_copy else {}


def receipt_pdf(document: Document, parts: list[Part], *, is_copy: bool = False) -> bytes:
    """The document with what was paid for it until now."""
    with force_locale(document.language):
        paper, paid = _paper(document), sum(part.amount for part in parts if _is_paid(part))
        paper["kind"] = gettext("Receipt")
        paper["title"] = f"{gettext('Receipt')} {document.number_text}"
        paper["paid"] = {"label": gettext("Paid"), "value": _money(document, paid)}
        paper["payments"] = [{"label": _payment_words(document, part), "value": _money(document, part.amount)}
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
    return gettext("Credit") if part.is_credit else gettext(METHOD_LABELS[part.payment.method])


def _payment_words(document: Document, part: Part) -> str:
    return f"{_method(part)}, {_day(part.on_date)}"


def _money(document: Document, minor: int) -> str:
    return format_money(minor, document.currency, document.language)


def _day(value) -> str:
    return format_date(value, "d MMM y")


def _number(whole: int, parts: int) -> str:
    """A number kept in parts, as the document's language writes it: "1.5", "1,5"; every digit that counts."""
    return format_decimal(Decimal(whole) / parts, format="#,##0.######")


def _paper(document: Document, corrects: str | None = None) -> dict:
    head, is_note = document.issuer_head, document.kind is DocumentKind.CREDIT_NOTE
    kind = gettext(KIND_LABELS[document.kind])
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
                 "contact": [text for text in (head.get("phone"), head.get("email")) if text],
                 "tax_ids": [{"label": gettext("Tax number"), "value": head["tax_number"]}]
                 if head.get("tax_number") else []},
        "to": {"label": gettext("Billed to"), "name": document.billed_name,
               "lines": document.billed_address.splitlines()},
        "lines": [_line(document, line) for line in document.lines],
        "sums": [{"label": gettext("Without tax"), "value": net}] if document.tax_amount else [],
        "total": {"label": gettext("Total"), "value": _money(document, document.gross_amount)},
        "tax_table": [_tax(document, row) for row in document.taxes],
        "payments": [], "open": None, "how_to_pay": _how_to_pay(head) if not is_note else None,
        "notes": [text for text in (document.reason, head.get("footer", "")) if text], "signature": None,
        "labels": {
            "page": gettext("Page %(page)s of %(pages)s"), "item": gettext("Item"),
            "date": gettext("Date"), "quantity": gettext("Quantity"), "unit_price": gettext("Price"),
            "tax": gettext("Tax"), "amount": gettext("Amount"), "tax_rate": gettext("Tax rate"),
            "tax_base": gettext("Without tax"), "tax_amount": gettext("Tax"), "tax_gross": gettext("With tax"),
            "payments": gettext("Payments"), "signature": gettext("Signature")},
    }


def _line(document: Document, line) -> dict:
    """A line with its own day and who gave the treatment: what an insurer asks for."""
    detail = [line.given_by] if line.given_by else []
    if line.discount_amount:
        detail.append(f"{gettext('Discount')}: {_money(document, -line.discount_amount)} ({line.discount_reason})")
    amount = line.gross_amount if document.price_mode == "gross" else line.net_amount
    return {"name": line.text, "detail": detail, "date": _day(line.service_on) if line.service_on else "",
            "quantity": _number(line.quantity, 1000),
            "unit_price": _money(document, line.unit_price_amount), "amount": _money(document, amount)}


def _tax(document: Document, row) -> dict:
    is_taxed = row.category is TaxCategory.STANDARD
    reasons = {line.tax_reason for line in document.lines if line.tax_category is row.category and line.tax_reason}
    paper = {"rate": f"{_number(row.rate, 10_000)} %" if is_taxed else gettext("No tax"),
             "base": _money(document, row.net_amount), "tax": _money(document, row.tax_amount),
             "gross": _money(document, row.net_amount + row.tax_amount)}
    return paper | ({"note": "; ".join(sorted(reasons))} if reasons else {})


def _how_to_pay(head: dict) -> dict | None:
    if not head.get("bank_account"):
        return None
    return {"label": gettext("How to pay"), "lines": [{"label": gettext("Account"), "value": head["bank_account"]}]}
