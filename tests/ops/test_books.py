"""The books close after everything the desk does; a row changed behind the services is named, with its rule."""
import hashlib

import pytest
from sqlalchemy import text

from practice.access import guard
from practice.audit import services as audit
from practice.billing.models.payments import Method
from practice.billing.models.superbills import Superbill
from practice.billing.queries.vouchers import get_voucher
from practice.billing.services.checkout import checkout
from practice.billing.services.memberships import start_membership
from practice.billing.services.opening import bring_debt
from practice.billing.services.payments import reverse_payment, take_payment, use_credit
from practice.billing.services.payouts import record_payout, take_payout_back
from practice.billing.services.superbills import add_referral
from practice.billing.services.till import close_the_till, open_the_till
from practice.billing.services.tips import pay_out_tips
from practice.billing.services.vouchers import sell_voucher
from practice.billing.services.write_offs import write_off
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.db import db, transaction
from practice.ops import triggers
from practice.ops.books.check import check_books
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests import personas
from tests.factories.billing import Stage
from tests.plugins.commands import Command
from tests.world import FACTS

GUARDED = ("document", *triggers.DOCUMENT_PARTS, *triggers.MONEY_FIXED)


@pytest.fixture
def stage(people):
    """Three invoices (the first part paid, the second credited, the third by credit), a package used once, a reversal
    and a client of another name."""
    stage = Stage(people)
    first, second = stage.invoice(), stage.invoice(3000, 2000)
    stage.pay(5000, first)
    stage.pay(9000, second)
    stage.credit(second)
    stage.credit(second := stage.invoice(4000), {1: 1500})
    stage.do(lambda: use_credit(stage.rae, second))
    undone = stage.pay(1200, first)
    stage.do(lambda: reverse_payment(stage.rae, undone, reason="wrong card"))
    package, session = stage.package(3, 20_000), stage.session()
    stage.do(lambda: checkout(stage.rae, session, payments=[(Method.CARD, 1)], request_key="k", package_id=package))
    stage.client("Ben", "Okafor")
    stage.do(lambda: start_membership(stage.rae, client_id=stage.ann, treatment_id=stage.treatment, sessions=2,
                                      price_amount=9000, starts_on=stage.today))
    olive = stage.people.olive
    with guard.acting(olive), transaction():
        bring_debt(olive, stage.ann, amount=900, on=stage.today, due_on=stage.today, reference="R-1")
    more(stage)
    superbill(stage)
    paid_out(stage)
    return stage


def more(stage):
    """A till closed with cash and a tip in it, tips handed out, a write-off, a voucher used in part."""
    olive, theo = stage.people.olive, stage.people.theo.user_id
    with guard.acting(olive), transaction():
        change_settings(olive, version=get_practice().version, has_till=True, has_tips=True, has_vouchers=True)
    till = stage.do(lambda: open_the_till(stage.rae, float_amount=5000))
    stage.do(lambda: take_payment(stage.rae, client_id=stage.ann, amount=900, method=Method.CASH, request_key="tip",
                                  tip=900, tip_for_id=theo))
    stage.do(lambda: pay_out_tips(stage.rae, therapist_id=theo, amount=400, method=Method.CASH, request_key="out"))
    stage.do(lambda: close_the_till(stage.rae, till, counted={Method.CASH: 5490}))
    lost = stage.invoice(1000)
    stage.do(lambda: write_off(stage.rae, lost, amount=300, on=stage.today, reason="moved away"))
    voucher = stage.do(lambda: sell_voucher(stage.rae, client_id=stage.ann, text="Voucher", price_amount=5000,
                                            value_amount=6000, method=Method.CARD, request_key="v"))
    code, session = stage.read(lambda: get_voucher(voucher).code), stage.session()
    stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="w", voucher=code))


def paid_out(stage):
    """A payout of the card processor that was taken back, and the right one."""
    bo, today = stage.people.bo, stage.today
    for number, bank in enumerate((5000, 6000)):
        with guard.acting(bo), transaction():
            row = record_payout(bo, method=Method.CARD, first_on=today, last_on=today, paid_on=today, bank_amount=bank,
                                fee_amount=100, request_key=f"payout-{number}")
            if number == 0:
                take_payout_back(bo, row.id, reason="typed wrong")


def superbill(stage):
    """A superbill of the first invoice, with a referrer's paper."""
    theo, session = stage.people.theo, stage.session()
    with guard.acting(theo), transaction():
        paper = add_referral(theo, stage.ann, referrer="Dr Reed", codes=["M54.50"], from_on=stage.today).id
    invoice = stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="us")).document_id
    with guard.acting(stage.people.system), transaction():
        db.session.add(Superbill(
            document_id=invoice, client_id=stage.ann, referral_id=paper, facts=FACTS, made_on=stage.today,
            content_hash=hashlib.sha256(canonical_json(FACTS).encode()).hexdigest(), made_at=clock.now(),
            made_by_id=stage.rae.user_id))
        audit.record(stage.people.system, "superbill.make", client_id=stage.ann)


def connection():
    """The test's own outer connection: what is written here is seen by every session, and rolled back at its end."""
    return db.session.get_bind()


def unguarded(work):
    """Write with the database's own guards taken away, and give everything back."""
    db.session.rollback()
    wire = connection()
    with wire.begin_nested() as point:
        if wire.dialect.name == "sqlite":
            for name in triggers.SQLITE_TRIGGERS:
                wire.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for table in GUARDED:
                wire.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        work(wire)
        found = check_books()
        db.session.rollback()
        point.rollback()
    return found


# rule, table of the row that must be named, what is done to the first such row ({id})
BREAKS = [
    ("document = lines", "document", "UPDATE document SET net_amount = net_amount + 1, gross_amount = gross_amount + 1 "
                                     "WHERE id = {id}"),
    ("document = taxes", "document", "UPDATE document_tax SET tax_amount = tax_amount + 1 WHERE document_id = {id}"),
    ("line = net + tax", "document_line", "UPDATE document_line SET gross_amount = gross_amount - 1 WHERE id = {id}"),
    ("line = shares of its therapists", "document_line",
     "INSERT INTO line_share (line_id, therapist_id, net_amount, tax_amount) "
     "VALUES ({id}, (SELECT min(id) FROM user_account), 1, 0)"),
    ("document as issued", "document", "UPDATE document SET billed_name = 'Somebody else' WHERE id = {id}"),
    ("days do not go back", "document", "UPDATE document SET issued_on = '2020-01-01' WHERE id = {second}"),
    ("numbers without gap or double", "document", "UPDATE document SET number = 77 WHERE id = {id}"),
    ("number of its series", "document", "UPDATE document SET number_text = 'X-1' WHERE id = {id}"),
    ("opening balances are in no series", "document", "UPDATE document SET number_text = 'X-1' WHERE id = {opening}"),
    ("counter behind the series", "series", "UPDATE series SET next_number = next_number + 1 WHERE id = {id}"),
    ("open = gross - what was put against it", "document",
     "UPDATE document SET open_amount = open_amount + 1 WHERE id = {id}"),
    ("not more than the document", "document", "UPDATE allocation SET amount = 9000 WHERE document_id = {id}"),
    ("credit note is put against its invoice", "document",
     "DELETE FROM allocation WHERE credit_note_id = {note}"),
    ("not more credited than invoiced", "document",
     "UPDATE document SET refers_to_id = {third} WHERE kind = 'credit_note'"),
    ("void = credited in full", "document", "UPDATE document SET state = 'void' WHERE id = {id}"),
    ("one currency", "document", "UPDATE document SET currency = 'USD' WHERE id = {id}"),
    ("not more than the payment", "payment", "UPDATE payment SET amount = 100 WHERE id = {id}"),
    ("not more taken off than was put", "payment",
     "UPDATE allocation SET amount = -amount WHERE payment_id = {id}"),
    ("a reversal is the whole payment", "payment", "UPDATE payment SET amount = -1 WHERE id = {reversal}"),
    ("paid by its own client", "allocation", "UPDATE payment SET client_id = {other} WHERE id = {payment}"),
    ("a method that exists", "payment", "UPDATE payment SET method = 'own-99' WHERE id = {id}"),
    ("paid by somebody else", "payment", "UPDATE payment SET paid_by_id = client_id WHERE id = {id}"),
    ("superbill as made", "superbill", "UPDATE superbill SET facts = replace(facts, '97124', '97140')"),
    ("superbill = its charges", "superbill",
     "UPDATE superbill SET facts = replace(facts, '8000,\"client\"', '9000,\"client\"')"),
    ("a superbill says what was paid", "superbill", "UPDATE superbill SET facts = replace(facts, '0}}', '9}}')"),
    ("a superbill is one client's", "superbill", "UPDATE superbill SET client_id = {other}"),
    ("credit is never below zero", "client", "UPDATE payment SET amount = 1 WHERE amount > 0"),
    ("balance = documents - payments", "client", "UPDATE document SET open_amount = open_amount + 1 WHERE id = {doc}"),
    ("one invoice an appointment", "document", "DROP INDEX uq_document_of_appointment; UPDATE document SET "
                                               "appointment_id = {appointment}, state = 'issued' WHERE id IN "
                                               "({doc}, {second})"),
    ("package = sold - used - credited", "package",
     "UPDATE package SET value_left_amount = value_left_amount + 1 WHERE id = {id}"),
    ("package = bought - used", "package", "UPDATE package SET sessions_left = 3 WHERE id = {id}"),
    ("the last session takes what is left", "package", "UPDATE package SET sessions_left = 0 WHERE id = {id}"),
    ("used by its own client", "package_use", "UPDATE package SET client_id = {other}"),
    ("months follow each other", "membership", "UPDATE membership SET next_on = '2026-12-18' WHERE id = {id}"),
    ("a month is as agreed", "membership_month", "UPDATE membership SET sessions = 3"),
    ("voucher = sold - used", "voucher", "UPDATE voucher SET left_amount = left_amount + 1 WHERE id = {id}"),
    ("a voucher is paid when it is sold", "voucher",
     "UPDATE document SET open_amount = 1 WHERE kind = 'voucher_sale'; UPDATE voucher SET left_amount = 5"),
    ("write-off stands against its invoice", "write_off", "UPDATE write_off SET amount = 1 WHERE id = {id}"),
    ("tips paid out were given", "user_account", "UPDATE tip_payout SET amount = 901"),
    ("a day is paid out once", "card_payout", "UPDATE card_payout SET reverses_id = NULL"),
    ("a payout is taken back whole", "card_payout", "UPDATE card_payout SET fee_amount = 99 WHERE id = {payout}"),
    ("a payout is of a method that exists", "card_payout", "UPDATE card_payout SET method = 'own-99'"),
    ("a fee is kept", "card_payout", "UPDATE card_payout SET fee_amount = -100 WHERE reverses_id IS NULL"),
    ("till = float + in - out", "till_count", "UPDATE till_day SET float_amount = 4999"),
    ("nothing after the closing", "payment",
     "UPDATE payment SET received_at = '2030-01-01 00:00:00' WHERE till_day_id IS NOT NULL"),
]


def places(wire) -> dict:
    """The rows that the breaks name."""
    def one(words):
        return wire.exec_driver_sql(words).scalar()

    return {
        "doc": one("SELECT min(id) FROM document"), "payment": one("SELECT min(id) FROM payment"),
        "second": one("SELECT id FROM document WHERE number = 2 AND kind = 'invoice'"),
        "third": one("SELECT id FROM document WHERE number = 3 AND kind = 'invoice'"),
        "note": one("SELECT min(id) FROM document WHERE kind = 'credit_note'"),
        "opening": one("SELECT id FROM document WHERE kind = 'opening'"),
        "payout": one("SELECT id FROM card_payout WHERE reverses_id IS NOT NULL"),
        "reversal": one("SELECT min(id) FROM payment WHERE reverses_id IS NOT NULL"),
        "other": one("SELECT max(id) FROM client"), "appointment": one("SELECT min(id) FROM appointment")}


@pytest.mark.requirement("sums")
def test_the_books_close(stage):
    assert check_books() == []


@pytest.mark.requirement("sums")
@pytest.mark.parametrize(("rule", "table", "words"), BREAKS, ids=[rule for rule, *_rest in BREAKS])
def test_the_row_that_breaks_a_rule_is_named(stage, rule, table, words):
    named = {}

    def work(wire):
        named.update(places(wire), id=wire.exec_driver_sql(f"SELECT min(id) FROM {table}").scalar())
        for statement in words.format(**named).split(";"):
            wire.execute(text(statement))

    found = [one for one in unguarded(work) if one.rule == rule]
    assert found and all(one.table == table for one in found), rule
    keys = ("id", "second", "third", "note", "reversal", "doc", "payment", "opening", "payout")
    rows = {named[key] for key in keys if f"{{{key}}}" in words}
    is_named = table not in ("client", "allocation", "document_line", "series", "user_account", "till_count")
    assert not rows or not is_named or {one.row_id for one in found} & rows


def test_the_command_names_the_row_and_fails(cloned_database, tmp_path):
    clock.set_to(personas.NOW)
    stage = Stage(personas.open_house())
    stage.invoice()

    def said():
        db.session.rollback()
        return Command("check", "books", environ=cloned_database.environ(tmp_path)).finish()

    code, out, wrong = said()
    assert code == 0 and "The books close" in out, wrong
    with db.engine.begin() as wire:
        wire.exec_driver_sql("UPDATE series SET next_number = 9")
    code, out, _wrong = said()
    assert code == 1 and "counter behind the series: next_number is 9" in out
