"""What the accountant gets: bookings that agree with the report, in layouts that are read back by their rules."""
import csv
import io
import re
import zipfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given

from practice.access import guard
from practice.billing.models.payments import Method
from practice.billing.services.checkout import checkout
from practice.billing.services.payouts import record_payout
from practice.core import clock
from practice.core.db import snapshot, transaction
from practice.core.errors import Forbidden, Invalid
from practice.premises.services import close_books
from practice.reports import layouts
from practice.reports.period import Period
from practice.reports.queries.accounting import DATEV, batches, codes, keys_of, name_of_key, next_days
from practice.reports.queries.journal import Entry, journal, sold
from practice.reports.queries.report import report
from practice.reports.services.accounting import NothingNew, Unmapped, make_batch, save_codes
from tests import personas
from tests.factories.billing import Stage
from tests.reports.test_walk import RANDOM
from tests.reports.walk import EVERYTHING, STEPS, Walk


@pytest.fixture
def walk(people):
    return Walk(Stage(people))


def balances(entries) -> dict[str, int]:
    found = {}
    for entry in entries:
        assert entry.amount > 0
        found[entry.debit] = found.get(entry.debit, 0) + entry.amount
        found[entry.credit] = found.get(entry.credit, 0) - entry.amount
    return found


@RANDOM
@given(steps=STEPS)
@example(steps=EVERYTHING)
def test_the_bookings_agree_with_the_report(walk, steps):
    """From the first day on: what is owed, credit, tips, tax, money and revenue."""
    walk.begin()
    walk.live(steps)
    everything = Period(date(2026, 1, 1), clock.now().date())
    olive = walk.stage.people.olive
    with guard.acting(olive), snapshot():
        entries = journal(everything)
    with guard.acting(olive):
        f = report(olive, everything).figures
    found = balances(entries)

    def total(beginning: str) -> int:
        return sum(amount for key, amount in found.items() if key.startswith(beginning))

    handed_out = f["tips_given"] - f["tips_payable"]
    assert found.get("clients", 0) == f["owed"] and -found.get("credit", 0) == f["client_credit"]
    assert -found.get("vouchers", 0) == f["voucher_liability"]
    assert -found.get("tips", 0) == f["tips_payable"] and -found.get("packages", 0) == f["deferred_packages"]
    assert -total("tax:") == f["invoiced_tax"] and handed_out == f["received"] - total("method:") - (
        f["paid_out"] + f["card_fees"])
    assert (found.get("payout_bank", 0), found.get("card_fees", 0)) == (f["paid_out"], f["card_fees"])
    assert -total("revenue:") - found.get("expired", 0) == f["earned"]
    assert all(name_of_key(key)[0] for key in keys_of(entries))


@pytest.fixture
def stage(people):
    """An invoice of 78.00 that is paid, to somebody whose name Windows-1252 cannot write; a month later."""
    stage = Stage(people)
    client = stage.client("Łukasz", "=Żak; Ω")
    stage.pay(7800, stage.invoice(client_id=client), client_id=client)
    clock.set_to(datetime(2026, 12, 3, 10, tzinfo=UTC))
    with guard.acting(people.olive), transaction():
        close_books(people.olive, date(2026, 11, 30))
    return stage


ACCOUNTS = {"clients": "1400", "credit": "1718", "method:card": "1360", "revenue:service:S:135000": "8400",
            "tax:S:135000": "1776", "datev:consultant": "29098", "datev:client": "55003"}


def mapped(stage, but: str = "") -> None:
    with guard.acting(stage.people.bo), transaction():
        save_codes(stage.people.bo, {key: (account, "9" if key.startswith("revenue") else "")
                                     for key, account in ACCOUNTS.items() if key != but})


def made(stage):
    with guard.acting(stage.people.bo), transaction():
        return make_batch(stage.people.bo).number


def test_an_account_that_is_missing_is_named(stage):
    mapped(stage, but="method:card")
    with pytest.raises(Unmapped) as error:
        made(stage)
    assert error.value.params["names"] == "Card"


def test_batches_are_numbered_and_hold_what_is_new(stage):
    mapped(stage)
    assert made(stage) == 1
    with pytest.raises(NothingNew):
        made(stage)
    stage.invoice()
    clock.set_to(datetime(2027, 1, 3, 10, tzinfo=UTC))
    with guard.acting(stage.people.olive), transaction():
        close_books(stage.people.olive, date(2026, 12, 31))
    assert made(stage) == 2
    with guard.acting(stage.people.bo):
        assert [(row.first_on, row.last_on) for row in batches()] == [
            (date(2026, 12, 1), date(2026, 12, 31)), (date(2026, 11, 17), date(2026, 11, 30))]
        assert next_days() is None


def test_who_hands_over(stage):
    mapped(stage)
    with guard.acting(stage.rae), pytest.raises(Forbidden), transaction():
        make_batch(stage.rae)
    for account in ("14 00; DROP", "=1+1", "-5", "1" * 101, '14"00', "14\n00"):
        with guard.acting(stage.people.bo), pytest.raises(Invalid), transaction():
            save_codes(stage.people.bo, {"clients": (account, "")})
    with guard.acting(stage.people.bo), transaction():
        save_codes(stage.people.bo, {"clients": ("Débiteurs: Accounts Receivable (A/R)", "")})


@dataclass
class File:
    entries: list[Entry]
    codes: dict


@pytest.fixture
def found(stage):
    mapped(stage)
    with guard.acting(stage.people.bo), snapshot():
        entries = journal(Period.month(2026, 11))
        return File(entries, {row.key: Account(row.account, row.tax_key) for row in codes().values()})


@dataclass
class Account:
    account: str
    tax_key: str


def test_the_neutral_journal(found):
    data = layouts.neutral(found.entries, found.codes, decimals=2, names=True)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert sorted((row["debit"], row["credit"], row["amount"], row["tax_key"]) for row in rows) == [
        ("1360", "1718", "78.00", ""), ("1400", "1776", "9.28", ""), ("1400", "8400", "68.72", "9"),
        ("1718", "1400", "78.00", "")]
    assert {row["client"] for row in rows} == {"Łukasz =Żak; Ω"}
    assert "Łukasz" not in layouts.neutral(found.entries, found.codes, decimals=2, names=False).decode("utf-8-sig")


def test_datev(found):
    """By the rules of the format: Windows-1252, CRLF, 125 columns, amounts with a comma, days as TTMM."""
    how = {"decimals": 2, "currency": "EUR", "made_at": datetime(2026, 12, 3, 10, 0), "first": date(2026, 11, 1),
           "last": date(2026, 11, 30)}
    evil = [*found.entries, replace(found.entries[0], text='a "b"; Łódź €')]
    data = layouts.datev(evil, found.codes, names=True, **how)
    head, titles, *lines = data.decode("cp1252").split("\r\n")[:-1]
    assert head.startswith('"EXTF";700;21;"Buchungsstapel";13;20261203100000000;')
    assert ";29098;55003;20260101;4;" in head
    assert len(head.split(";")) == 31 and len(titles.split(";")) == 125
    rows = list(csv.reader(lines, delimiter=";"))
    assert len(rows) == 5 and {len(row) for row in rows} == {125}
    for row in rows:
        assert re.fullmatch(r"\d{1,10},\d{2}", row[0]) and row[1] == "S" and row[9] == "1711" and row[113] == "1"
        assert row[6].isdigit() and row[7].isdigit() and len(row[10]) <= 36 and len(row[13]) <= 60
    assert rows[-1][13].startswith('a "b"; ?ód? €')
    without = layouts.datev(found.entries, found.codes, names=False, **how).decode("cp1252")
    assert "ukasz" not in without


def test_datev_wants_accounts_of_four_digits(found):
    short = {key: Account("1", "") if not key.startswith("datev") else code for key, code in found.codes.items()}
    data = layouts.datev(found.entries, short, names=True, decimals=2, currency="EUR", made_at=personas.NOW,
                         first=date(2026, 11, 1), last=date(2026, 11, 30))
    assert data.split(b";")[13] == b"4"


def test_datev_refuses_an_account_that_is_no_number(found):
    named = found.codes | {"credit": Account("Client credit", "")}
    with pytest.raises(Invalid) as error:
        layouts.datev(found.entries, named, names=True, decimals=2, currency="EUR", made_at=personas.NOW,
                      first=date(2026, 11, 1), last=date(2026, 11, 30))
    assert error.value.params == {"accounts": "Client credit"}


def test_sage(found):
    rows = list(csv.reader(io.StringIO(layouts.sage(found.entries, found.codes, decimals=2,
                                                    names=False).decode("cp1252"))))
    assert len(rows) == 8 and {len(row) for row in rows} == {13}
    sums = {kind: sum(float(row[7]) for row in rows if row[0] == kind) for kind in ("JD", "JC")}
    assert sums["JD"] == sums["JC"] and all(re.fullmatch(r"\d\d/\d\d/\d{4}", row[4]) for row in rows)


@pytest.fixture
def lines(stage):
    """Both lines of November and what was credited since."""
    mapped(stage)
    stage.credit(stage.invoice(1000))
    with guard.acting(stage.people.bo), snapshot():
        return sold(Period(date(2026, 11, 1), date(2026, 12, 31)))


CODES = {"revenue:service:S:135000": Account("200", "13.5% (VAT on Income)")}


def test_xero(lines):
    data = layouts.xero(lines, CODES, decimals=2, names=True, currency="EUR").decode()
    rows = list(csv.DictReader(io.StringIO(data)))
    assert len(rows[0]) == 27 and data.startswith("*ContactName,EmailAddress,POAddressLine1,")
    assert [row["*UnitAmount"] for row in rows] == ["68.72", "8.81", "-8.81"]
    for row in rows:
        assert all(row[head] for head in row if head.startswith("*"))
        assert re.fullmatch(r"\d\d/\d\d/\d{4}", row["*InvoiceDate"]) and row["*AccountCode"] == "200"
    assert "ukasz" not in layouts.xero(lines, CODES, decimals=2, names=False, currency="EUR").decode()


def test_quickbooks(lines):
    invoices = [line for line in lines if line.is_invoice]
    data = layouts.quickbooks(invoices, CODES, decimals=2, names=False, currency="EUR").decode()
    rows = list(csv.DictReader(io.StringIO(data)))
    assert [(row["*ItemAmount"], row["ItemTaxAmount"]) for row in rows] == [("68.72", "9.28"), ("8.81", "1.19")]
    assert all(row[head] for row in rows for head in row if head.startswith("*")) and "ukasz" not in data


def test_credit_notes_are_journal_entries_in_quickbooks(lines):
    notes = [line for line in lines if not line.is_invoice]
    known = CODES | {"clients": Account("Debtors", ""), "tax:S:135000": Account("VAT", "")}
    data = layouts.quickbooks_credits(notes, known, decimals=2, names=True, currency="EUR").decode()
    rows = list(csv.DictReader(io.StringIO(data)))
    assert [(row["*AccountName"], row["*Debits"], row["*Credits"]) for row in rows] == [
        ("200", "8.81", ""), ("VAT", "1.19", ""), ("Debtors", "", "10.00")]
    assert {row["*JournalNo"] for row in rows} == {notes[0].number} and rows[-1]["Name"] == "Ann Doyle"


@pytest.mark.requirement("formula")
@pytest.mark.parametrize("evil", ["=HYPERLINK(1)", "\uff1d1+1", "@x", "+1"])
def test_no_layout_opens_as_a_formula(evil):
    """What clients are called, what was typed as a reference, the accountant's own names of taxes."""
    day, known = date(2026, 11, 18), {key: Account("200", evil) for key in ("a", "b", *DATEV)}
    booked = [Entry(day, "P1", "a", "b", 100, text=evil, therapist=evil, client=evil)]
    line = layouts.Sold("R1", True, day, day, 1, evil, evil, "a", 100, 20, day, "b")
    how = {"decimals": 2, "currency": "EUR"}
    of_datev = how | {"made_at": datetime(2026, 12, 3, 10, 0), "first": day, "last": day}
    files = [layouts.neutral(booked, known, decimals=2, names=True),
             layouts.sage(booked, known, decimals=2, names=True),
             layouts.datev(booked, known, names=True, **of_datev).replace(b";", b","),
             layouts.xero([line], known, names=True, **how), layouts.quickbooks([line], known, names=True, **how),
             layouts.xero_journal(booked, known, decimals=2), layouts.quickbooks_journal(booked, known, **how)]
    for data in files:
        cells = [cell for row in csv.reader(io.StringIO(data.decode("cp1252", "replace"))) for cell in row]
        assert not [cell for cell in cells if cell[:1] in "=@+" and cell]
        assert evil not in data.decode("utf-8", "replace").split(",")


PAID_OUT = [Entry(date(2026, 11, 18), "PO1", "payout_bank", "method:card", 7650, text="po_1"),
            Entry(date(2026, 11, 18), "PO1", "card_fees", "method:card", 150, text="po_1")]
BANK = {"payout_bank": Account("090", "No VAT"), "card_fees": Account("404", "No VAT"),
        "method:card": Account("Clearing", "No VAT")}


def test_card_payouts_are_journals_in_xero_and_quickbooks():
    """Of each journal debits and credits come to nothing; Xero takes up to 300 lines."""
    rows = list(csv.DictReader(io.StringIO(layouts.xero_journal(PAID_OUT, BANK, decimals=2).decode())))
    assert [(row["*AccountCode"], row["*Amount"]) for row in rows] == [
        ("090", "76.50"), ("Clearing", "-76.50"), ("404", "1.50"), ("Clearing", "-1.50")]
    assert {(row["*Narration"], row["*Date"], row["*TaxRate"]) for row in rows} == {("PO1", "18/11/2026", "No VAT")}
    data = layouts.quickbooks_journal(PAID_OUT, BANK, decimals=2, currency="EUR").decode()
    rows = list(csv.DictReader(io.StringIO(data)))
    assert [(row["*AccountName"], row["*Debits"], row["*Credits"]) for row in rows] == [
        ("090", "76.50", ""), ("Clearing", "", "76.50"), ("404", "1.50", ""), ("Clearing", "", "1.50")]


def test_a_payout_is_booked_against_its_method_and_its_accounts_are_asked_for(as_person, stage):
    """78.00 by card in November; of it 76.50 come to the bank, 1.50 is kept: nothing is left on the card's account."""
    clock.set_to(personas.NOW)
    with guard.acting(stage.people.olive), transaction():
        close_books(stage.people.olive, None, reason="a payout was forgotten")
    with guard.acting(stage.people.bo), transaction():
        record_payout(stage.people.bo, method=Method.CARD, first_on=stage.today, last_on=stage.today,
                      paid_on=stage.today, bank_amount=7650, fee_amount=150, request_key="payout", reference="po_1")
    with guard.acting(stage.people.bo), snapshot():
        found = balances(journal(Period.month(2026, 11)))
    assert (found["method:card"], found["payout_bank"], found["card_fees"]) == (0, 7650, 150)
    mapped(stage)
    clock.set_to(datetime(2026, 12, 3, 10, tzinfo=UTC))
    with guard.acting(stage.people.olive), transaction():
        close_books(stage.people.olive, date(2026, 11, 30))
    with pytest.raises(Unmapped) as error:
        made(stage)
    assert error.value.params["names"] == "Fees kept of card payments, Bank account of card payouts"
    with guard.acting(stage.people.bo), transaction():
        save_codes(stage.people.bo, {"card_fees": ("4970", ""), "payout_bank": ("1200", "")})
    made(stage)
    clock.set_to(personas.NOW)
    browser = as_person("bo")
    for layout in ("journal", "datev", "sage"):
        data = browser.get(f"/reports/accounting/batches/1/{layout}").data
        assert data.count(b"4970") == 1 and data.count(b"po_1") == (4 if layout == "sage" else 2)
        assert b"PO" in data, "what no credit note is called"
    for layout in ("xero", "quickbooks"):
        with zipfile.ZipFile(io.BytesIO(browser.get(f"/reports/accounting/batches/1/{layout}").data)) as archive:
            assert archive.namelist() == [f"{layout}-1-1.csv", f"{layout}-journals-1-2.csv"]


def test_sessions_paid_ahead_are_journals_beside_the_invoices(people, as_person):
    """Two of a package of three for 200.00 on one day: 58.74 and 58.74 are earned, in one journal."""
    stage = Stage(people)
    package = stage.package()
    for _session in range(2):
        session = stage.session()
        stage.do(lambda session=session: checkout(stage.rae, session, payments=[], request_key=f"s{session}",
                                                  package_id=package))
    used = {"clients", "packages", "tax:S:135000", "revenue:package_session"}
    clock.set_to(datetime(2026, 12, 3, 10, tzinfo=UTC))
    with guard.acting(people.olive), transaction():
        close_books(people.olive, date(2026, 11, 30))
    with guard.acting(people.bo), transaction():
        save_codes(people.bo, {key: (key.partition(":")[0].title(), "No VAT") for key in used})
        make_batch(people.bo)
    clock.set_to(personas.NOW)
    for layout, debit, credit in (("xero", "*Amount", "*Amount"), ("quickbooks", "*Debits", "*Credits")):
        data = as_person("bo").get(f"/reports/accounting/batches/1/{layout}").data
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rows = list(csv.DictReader(io.StringIO(archive.read(f"{layout}-journals-1-2.csv").decode())))
        assert [row[debit] for row in rows[::2]] == ["58.74", "58.74"]
        assert [row[credit].lstrip("-") for row in rows[1::2]] == ["58.74", "58.74"]
        assert {row.get("*Narration", row.get("*JournalNo")) for row in rows} == {"S261117"}
        assert {row["Description"] for row in rows} == {"2026-0001"}


def test_files_are_cut_between_invoices(lines):
    many = [replace(lines[0], number=f"2026-{number:04}") for number in range(7) for _line in range(2)]
    pieces = layouts.parts(many, 5)
    assert [len(piece) for piece in pieces] == [4, 4, 4, 2] and sum(pieces, []) == many
    assert [len(piece) for piece in layouts.parts(many, 100, 3)] == [6, 6, 2]
    assert layouts.parts([], 5) == [[]] and [len(piece) for piece in layouts.parts(many[:2], 1)] == [2]


def test_a_batch_with_credit_notes_is_two_files_for_quickbooks(as_person, stage):
    stage.credit(stage.invoice(1000))
    mapped(stage)
    clock.set_to(datetime(2027, 1, 3, 10, tzinfo=UTC))
    with guard.acting(stage.people.olive), transaction():
        close_books(stage.people.olive, date(2026, 12, 31))
    assert made(stage) == 1
    clock.set_to(personas.NOW)
    answer = as_person("bo").get("/reports/accounting/batches/1/quickbooks")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["quickbooks-1-1.csv", "quickbooks-credit-notes-1-2.csv"]
        heads = {name: archive.read(name).decode().splitlines()[0] for name in archive.namelist()}
    assert [head.split(",")[0] for head in heads.values()] == ["*InvoiceNo", "*JournalNo"]


def test_the_screen(as_person, stage):
    browser = as_person("bo")
    assert "missing" in browser.get("/reports/accounting/").get_data(as_text=True)
    browser.post("/reports/accounting/accounts", data={"key": [*ACCOUNTS, "nonsense"],
                                                       "account": [*ACCOUNTS.values(), "1"],
                                                       "tax_key": [""] * (len(ACCOUNTS) + 1)})
    browser.post("/reports/accounting/batches")
    assert "30 Nov 2026" in browser.get("/reports/accounting/").get_data(as_text=True)
    for layout in ("journal", "datev", "sage", "xero", "quickbooks"):
        assert browser.get(f"/reports/accounting/batches/1/{layout}").status_code == 200
    assert "Łukasz" in browser.get("/reports/accounting/batches/1/journal?names=1").data.decode("utf-8-sig")
    assert set(DATEV) <= set(ACCOUNTS) and as_person("rae").get("/reports/accounting/").status_code == 403
