"""Putting money right at the desk in a real browser, with the clicks counted: a partial refund takes three, a credit
note four, a wrong method three, what is more than the sum is a tip."""

from practice.access import guard
from practice.billing.queries.tips import tip_accounts
from practice.core import clock
from practice.core.db import db, transaction
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests import personas
from tests.factories.billing import Stage
from tests.plugins.browsers import ON_ONE_DATABASE, PHONE, faults, sign_in

pytestmark = ON_ONE_DATABASE


class Clicks:
    """A page whose clicks are counted; typing is not one."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def on(self, selector: str):
        self.count += 1
        self.page.click(selector)


def everything_on(stage: Stage) -> None:
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, no_show_percent=50, **dict.fromkeys(
            ("has_till", "has_tips", "has_deposits", "has_vouchers", "has_reminders"), True))


def test_clicks_at_the_desk(live_server, new_page):
    clock.set_to(None)
    stage = Stage(personas.open_house())
    paid, wrong = stage.invoice(), stage.invoice()
    stage.pay(7800, paid)
    stage.pay(7800, wrong)
    page = new_page()
    sign_in(page, "rae")

    page.goto("/money/")
    refund = Clicks(page)
    refund.on(f"a[href='/money/invoices/{paid}']")
    refund.on(f"a[href='/money/back/invoices/{paid}/refund']")
    page.fill("#amount", "10")
    page.fill("#reason", "too short")
    refund.on("button:has-text('Give it back')")
    page.wait_for_selector("text=€10.00 given back")

    page.goto("/money/")
    note = Clicks(page)
    note.on(f"a[href='/money/invoices/{wrong}']")
    note.on("details.money-back > summary")
    page.fill("#reason", "charged twice")
    note.on("button:has-text('Issue a credit note')")
    note.on("dialog[open] button:has-text('Issue the credit note')")
    page.wait_for_selector("text=The credit note is issued")

    page.goto("/money/payments?method=card")
    method = Clicks(page)
    method.on("a[href$='/method'] >> nth=0")
    method.on("input[name=method][value=cash]")
    method.on("button:has-text('Put it right')")
    page.wait_for_selector("text=The method is put right")
    print(f"clicks: partial refund {refund.count}, credit note {note.count}, wrong method {method.count}")
    assert (refund.count, note.count, method.count) == (3, 4, 3)
    db.session.rollback()
    stage.check_books()


def test_more_than_the_sum_is_asked_for(live_server, new_page):
    clock.set_to(None)
    stage = Stage(personas.open_house())
    everything_on(stage)
    session = stage.session()
    page = new_page()
    sign_in(page, "rae")
    page.goto(f"/checkout/{session}")
    page.fill("#amount", "85")
    assert page.is_visible("[data-pay-over]") and page.is_checked("input[name=over][value=credit]")
    page.check("input[name=over][value=tip]")
    assert page.is_visible("#tip_for") and "€7.00 more than to pay: a tip." in page.inner_text(".pay")
    assert faults(page) == []
    page.click(".btn-pay")
    page.wait_for_selector("iframe.paper")
    db.session.rollback()
    assert stage.read(lambda: [row.owed for row in tip_accounts()]) == [700]

    package, owed = stage.package(), stage.invoice()
    phone = new_page(size=PHONE, dark=True)
    sign_in(phone, "rae")
    for address in ("/money/till/", "/money/tips/", "/money/owed/", "/money/reminders/", "/money/fees/",
                    "/money/vouchers/", f"/money/owed/statements/{stage.ann}", f"/money/vouchers/sell/{stage.ann}",
                    f"/money/clients/{stage.ann}/deposit", f"/money/clients/{stage.ann}/",
                    f"/money/package/{package}/extend", f"/money/invoices/{owed}"):
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert faults(phone) == [], address
