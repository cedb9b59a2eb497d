"""Bookings in the layouts that accountants import: journal, DATEV, Sage 50, Xero, QuickBooks. Pure: rows in, bytes out.

Machines read these files: amounts with a point (DATEV: comma) and two decimals, no signs that a layout cannot carry.
"""
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from practice.core.errors import Invalid
from practice.core.spreadsheet import neutralise
from practice.core.text import _

DATEV_BEFORE = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre",
    "Beleglink", *(f"Beleginfo - {what} {number}" for number in range(1, 9) for what in ("Art", "Inhalt")),
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
    *(f"Zusatzinformation - {what} {number}" for number in range(1, 21) for what in ("Art", "Inhalt")))
DATEV_AFTER = (
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp",
    "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz",
    "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer",
    "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit",
    "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)", "Abw. Skontokonto")
DATEV_HEADS = DATEV_BEFORE + DATEV_AFTER
FIXED = DATEV_HEADS.index("Festschreibung")
NUMBER = re.compile(r"[0-9]{1,9}")


class Code(Protocol):
    account: str
    tax_key: str


class Booked(Protocol):
    on_date: date
    document: str
    debit: str
    credit: str
    amount: int
    text: str
    therapist: str
    client: str


@dataclass(frozen=True)
class Sold:
    """A line of an issued document, for layouts that take invoices instead of bookings; credit notes are negative."""

    number: str
    is_invoice: bool
    issued_on: date
    due_on: date
    client_id: int
    client: str
    text: str
    key: str
    net: int
    tax: int
    service_on: date | None
    tax_account: str  # the key of the account its tax is booked on


def neutral(entries: Sequence[Booked], codes: Mapping[str, Code], *, decimals: int, names: bool) -> bytes:
    """The journal: one line a booking, UTF-8 with BOM."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["date", "document", "debit", "credit", "amount", "tax_key", "text", "therapist",
                     *(["client"] if names else [])])
    for entry in entries:
        writer.writerow([entry.on_date.isoformat(), entry.document, codes[entry.debit].account,
                         codes[entry.credit].account, _amount(entry.amount, decimals), _tax_key(entry, codes),
                         _safe(entry.text), _safe(entry.therapist), *([_safe(entry.client)] if names else [])])
    return out.getvalue().encode("utf-8-sig")


def datev(entries: Sequence[Booked], codes: Mapping[str, Code], *, decimals: int, names: bool, currency: str,
          made_at: datetime, first: date, last: date) -> bytes:
    """EXTF, format 13 of "Buchungsstapel" as DATEV describes it (developer.datev.de, DATEV-Format): Windows-1252 with
    what it cannot write as "?", CRLF, commas for decimals, accounts of at least four digits.

    `made_at` is local. The codes "datev:consultant" and "datev:client" hold the numbers of the header. Raises Invalid
    for a currency of three decimals and for an account that is no number, which the format does not know.
    """
    if decimals > 2:
        raise Invalid(_("DATEV knows amounts of two decimals alone: take the journal."))
    used = {key for entry in entries for key in (entry.debit, entry.credit)}
    if named := sorted(codes[key].account for key in used if not NUMBER.fullmatch(codes[key].account)):
        raise Invalid(_("DATEV knows accounts by numbers of up to nine digits, and not these: %(accounts)s."),
                      accounts=", ".join(named))
    length = max(4, *(len(codes[key].account) for key in used))
    head = ['"EXTF"', "700", "21", '"Buchungsstapel"', "13", made_at.strftime("%Y%m%d%H%M%S") + "000", "", '"RE"', '""',
            '""', codes["datev:consultant"].account, codes["datev:client"].account, f"{first.year}0101", str(length),
            f"{first:%Y%m%d}", f"{last:%Y%m%d}", '"Practice"', '""', "1", "0", "1", f'"{currency}"', "", '""', "", "",
            '""', "", "", '""', '""']
    lines = [";".join(head), ";".join(DATEV_HEADS)]
    for entry in entries:
        cells = [""] * len(DATEV_HEADS)
        text = " ".join(part for part in (entry.text, entry.client if names else "") if part)
        cells[:14] = [_amount(entry.amount, decimals).replace(".", ","), '"S"', f'"{currency}"', "", "", "",
                      codes[entry.debit].account, codes[entry.credit].account, _quoted(_tax_key(entry, codes), 4),
                      f"{entry.on_date:%d%m}", _quoted(entry.document, 36), "", "", _quoted(text, 60)]
        cells[FIXED] = "1"
        lines.append(";".join(cells))
    return ("\r\n".join(lines) + "\r\n").encode("cp1252", errors="replace")


def sage(entries: Sequence[Booked], codes: Mapping[str, Code], *, decimals: int, names: bool) -> bytes:
    """Sage 50's audit trail as journals: a debit and a credit line a booking, by position and without heads. The order
    of the fields is from two makers of add-ons for it that agree; Sage's own list could not be compared."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for entry in entries:
        details = " ".join(part for part in (entry.text, entry.client if names else "") if part)
        for kind, key in (("JD", entry.debit), ("JC", entry.credit)):
            writer.writerow([kind, "", codes[key].account, "0", f"{entry.on_date:%d/%m/%Y}",
                             _plain(entry.document)[:30], _safe(details)[:60],
                             _amount(entry.amount, decimals), "T9", "0.00", "1", "", ""])
    return out.getvalue().encode("cp1252", errors="replace")


XERO_HEADS = (
    "*ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4", "POCity",
    "PORegion", "POPostalCode", "POCountry", "*InvoiceNumber", "Reference", "*InvoiceDate", "*DueDate",
    "InventoryItemCode", "*Description", "*Quantity", "*UnitAmount", "Discount", "*AccountCode", "*TaxType",
    "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency", "BrandingTheme")
QUICKBOOKS_HEADS = (
    "*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "Terms", "Location", "Memo", "Item(Product/Service)",
    "ItemDescription", "ItemQuantity", "ItemRate", "*ItemAmount", "*ItemTaxCode", "ItemTaxAmount", "Currency",
    "Service Date")
QUICKBOOKS_JOURNAL_HEADS = (
    "*JournalNo", "*JournalDate", "*AccountName", "*Debits", "*Credits", "Description", "Name", "Currency")
XERO_JOURNAL_HEADS = (
    "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1", "TrackingOption1",
    "TrackingName2", "TrackingOption2")
LINES_A_FILE = {"xero": 500, "quickbooks": 1000}  # more at once the import refuses, or warns of
INVOICES_A_FILE = 100  # of QuickBooks
BOOKINGS_A_FILE = 150  # of two lines each


def parts(lines: Sequence, most_lines: int, most_documents: int | None = None, *, by: str = "number") -> list[list]:
    """Lines or bookings cut into as few pieces as the import takes at once, each document whole; one piece even of
    nothing."""
    found: list[list] = [[]]
    documents = 0
    for _number, group in groupby(lines, key=attrgetter(by)):
        whole = list(group)
        if found[-1] and (len(found[-1]) + len(whole) > most_lines or documents == most_documents):
            found.append([])
            documents = 0
        found[-1] += whole
        documents += 1
    return found


def xero(lines: Sequence[Sold], codes: Mapping[str, Code], *, decimals: int, names: bool, currency: str) -> bytes:
    """Xero's sales invoices: a row a line, amounts without tax (choose "tax exclusive" at the import), days as
    DD/MM/YYYY; credit notes are negative. The tax key is Xero's name of the tax. The heads are those of its template as
    guides and exporters show it."""
    rows = []
    for line in lines:
        cells = dict.fromkeys(XERO_HEADS, "")
        cells |= {"*ContactName": _who(line, names), "*InvoiceNumber": line.number, "*Quantity": "1",
                  "*InvoiceDate": f"{line.issued_on:%d/%m/%Y}", "*DueDate": f"{line.due_on:%d/%m/%Y}",
                  "*Description": _safe(line.text), "*UnitAmount": _signed(line.net, decimals),
                  "*AccountCode": codes[line.key].account, "*TaxType": _safe(codes[line.key].tax_key),
                  "Currency": currency}
        rows.append(cells)
    return _sheet(XERO_HEADS, rows)


def quickbooks(lines: Sequence[Sold], codes: Mapping[str, Code], *, decimals: int, names: bool,
               currency: str) -> bytes:
    """QuickBooks Online's invoices outside the US: amounts without tax, the tax beside them. It imports no credit
    notes: see quickbooks_credits. The account stands as the item, the tax key is QuickBooks' tax code.

    An answer on Intuit's own support pages (quickbooks.intuit.com, learn-support en-ca 394876) names these fields and
    which of them it needs; how the heads are spelled is from public exporters that agree, for Intuit's template file
    could not be compared. A head it does not know is mapped by hand at the import."""
    rows = []
    for line in lines:
        amount, day = _signed(line.net, decimals), line.service_on or line.issued_on
        rows.append(dict.fromkeys(QUICKBOOKS_HEADS, "") | {
            "*InvoiceNo": line.number, "*Customer": _who(line, names), "*InvoiceDate": f"{line.issued_on:%d/%m/%Y}",
            "*DueDate": f"{line.due_on:%d/%m/%Y}", "Item(Product/Service)": codes[line.key].account,
            "ItemDescription": _safe(line.text), "ItemQuantity": "1", "ItemRate": amount, "*ItemAmount": amount,
            "*ItemTaxCode": _safe(codes[line.key].tax_key), "ItemTaxAmount": _signed(line.tax, decimals),
            "Currency": currency, "Service Date": f"{day:%d/%m/%Y}"})
    return _sheet(QUICKBOOKS_HEADS, rows)


def quickbooks_credits(lines: Sequence[Sold], codes: Mapping[str, Code], *, decimals: int, names: bool,
                       currency: str) -> bytes:
    """Credit notes as QuickBooks Online's journal entries: revenue and tax in the debit, what the client owes in the
    credit, with the client's name, as it wants one there. A journal's accounts are names: those of the account map.

    Its fields are those of Intuit's own article "Import journal entries" (quickbooks.intuit.com, learn-support), which
    says as well that account numbers are turned off for the import, and that a line of what clients owe has a name;
    how the heads are spelled is from public exporters to it that agree."""
    rows = []
    for line in lines:
        parts_of_line = ((line.key, -line.net), (line.tax_account, -line.tax), ("clients", line.net + line.tax))
        for key, amount in parts_of_line:
            if amount:
                rows.append(dict.fromkeys(QUICKBOOKS_JOURNAL_HEADS, "") | {
                    "*JournalNo": line.number, "*JournalDate": f"{line.issued_on:%d/%m/%Y}",
                    "*AccountName": codes[key].account, "*Debits" if amount > 0 else "*Credits":
                    _amount(abs(amount), decimals), "Description": _safe(line.text),
                    "Name": _who(line, names), "Currency": currency})
    return _sheet(QUICKBOOKS_JOURNAL_HEADS, rows)


def xero_journal(entries: Sequence[Booked], codes: Mapping[str, Code], *, decimals: int) -> bytes:
    """Bookings that are no invoices as Xero's manual journals, one a document: the debit above zero, the credit below.
    The tax key is Xero's name of the tax, which it wants of every account. Fields, days, signs and at most 300 lines
    are from Xero's own help (help.xero.com, ManualJournalsImport): one narration and day make one journal."""
    rows = []
    for entry in entries:
        for key, amount in ((entry.debit, entry.amount), (entry.credit, -entry.amount)):
            rows.append(dict.fromkeys(XERO_JOURNAL_HEADS, "") | {
                "*Narration": _plain(entry.document), "*Date": f"{entry.on_date:%d/%m/%Y}",
                "Description": _safe(entry.text), "*AccountCode": codes[key].account,
                "*TaxRate": _safe(codes[key].tax_key), "*Amount": _signed(amount, decimals)})
    return _sheet(XERO_JOURNAL_HEADS, rows)


def quickbooks_journal(entries: Sequence[Booked], codes: Mapping[str, Code], *, decimals: int,
                       currency: str) -> bytes:
    """The same as QuickBooks Online's journal entries."""
    rows = []
    for entry in entries:
        for side, key in (("*Debits", entry.debit), ("*Credits", entry.credit)):
            rows.append(dict.fromkeys(QUICKBOOKS_JOURNAL_HEADS, "") | {
                "*JournalNo": _plain(entry.document), "*JournalDate": f"{entry.on_date:%d/%m/%Y}",
                "*AccountName": codes[key].account, side: _amount(entry.amount, decimals),
                "Description": _safe(entry.text), "Currency": currency})
    return _sheet(QUICKBOOKS_JOURNAL_HEADS, rows)


def _sheet(heads: Sequence[str], rows: list[dict]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, heads, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _who(line: Sold, names: bool) -> str:
    return _safe(line.client) if names else f"Client {line.client_id}"


def _signed(minor: int, decimals: int) -> str:
    return ("-" if minor < 0 else "") + _amount(abs(minor), decimals)


def _tax_key(entry: Booked, codes: Mapping[str, Code]) -> str:
    return _safe(codes[entry.credit].tax_key or codes[entry.debit].tax_key)


def _amount(minor: int, decimals: int) -> str:
    text = str(minor).rjust(decimals + 1, "0")
    return f"{text[:-decimals]}.{text[-decimals:]}" if decimals else f"{text}.00"


def _plain(text: str) -> str:
    """Without control characters."""
    return "".join(sign for sign in text if sign >= " ")


def _safe(text: str) -> str:
    """For files that a spreadsheet may open as well: a blank before what it would take for a formula."""
    text = _plain(text)
    return text if text == neutralise(text) else f" {text}"


def _quoted(text: str, most: int) -> str:
    return '"' + _safe(text)[:most].replace('"', '""') + '"'
