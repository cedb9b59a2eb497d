"""Papers about an account: the statement and the reminder, in the client's language, with the practice's head."""
from flask_babel import force_locale, format_date, gettext

from practice.admin.show import phone
from practice.billing.models.documents import Document
from practice.billing.models.reminders import STEPS, Reminder
from practice.billing.queries.methods import method_word
from practice.billing.queries.statement import ENTRY_LABELS, Statement
from practice.clients.models import Client
from practice.core.money import format_money
from practice.core.pdf import render
from practice.premises.queries import issuer_for, the_practice
from practice.reports.period import AGES
from practice.reports.queries.tables import AGE_LABELS


def statement_pdf(client: Client, statement: Statement, ages: dict[str, int]) -> bytes:
    """Every entry with debit, credit and balance, and how old what is owed is."""
    language = language_of(client)
    with force_locale(language):
        def money(minor: int) -> str:
            return format_money(minor, the_practice().currency, language)

        rows = [[day(statement.first), gettext("Balance before"), "", "", money(statement.opening)]]
        rows += [[day(line.on_date), entry_words(line), money(line.debit) if line.debit else "",
                  money(line.credit) if line.credit else "", money(line.balance)] for line in statement.lines]
        tables = [{"rows": rows, "total": None, "columns": [
            column(gettext("Date")), column(gettext("Text"), wide=True), column(gettext("Owed"), number=True),
            column(gettext("Paid"), number=True), column(gettext("Balance"), number=True)]}]
        if any(ages.values()):
            tables.append({"heading": gettext("Still owed, since when"), "total": None,
                           "rows": [[money(ages[age]) for age in AGES]],
                           "columns": [column(gettext(AGE_LABELS[age]), number=True, wide=True) for age in AGES]})
        label = gettext("You owe") if statement.closing >= 0 else gettext("Your credit")
        return render("ledger", paper(client, gettext("Statement of account"), "") | {
            "facts": [{"label": gettext("From"), "value": day(statement.first)},
                      {"label": gettext("Until"), "value": day(statement.last)}],
            "tables": tables, "total": {"label": label, "value": money(abs(statement.closing))},
            "how_to_pay": how_to_pay() if statement.closing > 0 else None}, language=language)


def entry_words(line) -> str:
    """"Invoice 2026-0934", "Payment, card"."""
    words = gettext(ENTRY_LABELS[line.entry])
    if line.method is not None:
        return f"{words}, {gettext(method_word(line.method))}"
    return f"{words} {line.number}".strip()


def reminder_pdf(client: Client, document: Document, row: Reminder) -> bytes:
    """The letter as it was made: what was owed that day, and until when to pay."""
    language = language_of(client)
    with force_locale(language):
        owed = format_money(row.owed_amount, document.currency, language)
        words = {1: gettext("You may have overlooked it: this invoice is still open. Please pay it within the next "
                            "days. If you paid meanwhile, thank you: this letter needs no answer."),
                 2: gettext("This invoice is still open, after our first reminder. Please pay it by the day named "
                            "above, or call us if something is not clear."),
                 STEPS: gettext("This is the last reminder of this invoice. Please pay it by the day named above. "
                                "After that we shall hand it on to be collected.")}
        titles = {1: gettext("Payment reminder"), 2: gettext("Second reminder"), STEPS: gettext("Last reminder")}
        return render("ledger", paper(client, titles[row.step], document.number_text) | {
            "to": {"label": gettext("To"), "name": document.billed_name,
                   "lines": document.billed_address.splitlines()},
            "facts": [{"label": gettext("Date"), "value": day(row.made_on)},
                      {"label": gettext("Please pay by"), "value": day(row.pay_until_on)}],
            "text": [words[row.step]],
            "tables": [{"rows": [[document.number_text, day(document.issued_on), day(document.due_on),
                                  format_money(document.gross_amount, document.currency, language), owed]],
                        "total": None, "columns": [
                            column(gettext("Invoice"), wide=True), column(gettext("Date")), column(gettext("Due")),
                            column(gettext("Total"), number=True), column(gettext("Still owed"), number=True)]}],
            "total": {"label": gettext("Still owed"), "value": owed}, "how_to_pay": how_to_pay()}, language=language)


def language_of(client: Client) -> str:
    return client.language or the_practice().language


def day(value) -> str:
    return format_date(value, "d MMM y")


def column(label: str, *, number: bool = False, wide: bool = False) -> dict:
    return {"label": label, "number": number, "wide": wide}


def paper(client: Client, kind: str, number: str) -> dict:
    """Head, addressee and labels."""
    head, practice = issuer_for(None), the_practice()
    place = f"{client.postal_code} {client.city}".strip()
    return {
        "kind": kind, "title": f"{kind} {number}".strip(), "number": number, "text": [],
        "head": {"name": head.name, "lines": head.address.splitlines(),
                 "contact": [text for text in (phone(practice.phone), practice.email) if text]},
        "to": {"label": gettext("To"), "name": f"{client.first_name} {client.last_name}".strip(),
               "lines": [text for text in (client.street, place) if text]},
        "labels": {"page": gettext("Page %(page)s of %(pages)s")}}


def how_to_pay() -> dict | None:
    account = issuer_for(None).bank_account
    if not account:
        return None
    return {"label": gettext("How to pay"), "lines": [{"label": gettext("Account"), "value": account}]}
