"""A month at a busy desk, a working day a kind of thing, by keyboard alone; what would be clicks is counted, printed
and bounded, and at the end every sum is proved from the rows."""
from datetime import UTC, datetime, time

import pytest

from practice.access import guard
from practice.catalog.models import TreatmentPrice
from practice.core import clock
from practice.core.db import db, transaction
from practice.premises.models import MethodKind, PaymentMethod, PriceGroup
from practice.premises.queries import get_practice
from practice.premises.services import change_settings, save
from tests import personas
from tests.factories.billing import Stage
from tests.journeys.conftest import serving_here
from tests.journeys.days_ahead import fee, late_voucher, package, reminder, superbill, voucher
from tests.journeys.days_back import close_the_till, refund, take_back, write_off, wrong_method
from tests.journeys.days_taking import (
    both_therapists,
    change,
    deposit,
    later_and_in_part,
    own_method,
    product,
    split,
    student,
    tip,
    together,
    too_much,
)
from tests.journeys.keyboard import FIRST, Desk, Keyboard
from tests.plugins.browsers import DESKTOP, PATIENCE, watch

LIMITS = {"check out": 3, "partial refund": 4, "credit note": 4, "wrong method": 3, "an own method": 3,
          "two clients at once, one with a package": 5, "a treatment of two therapists": 4, "a concession price": 3,
          "a superbill": 4}
DAYS_OF = {"Cash": change, "Split": split, "Later": later_and_in_part, "Tip": tip, "Package": package,
           "Voucher": voucher, "Deposit": deposit, "Over": too_much, "Refund": refund, "Back": take_back,
           "Wrong": wrong_method, "Off": write_off, "Fee": fee, "Product": product, "Remind": reminder,
           "Own": own_method, "Pair": together, "Student": student, "Late": late_voucher, "Duo": both_therapists,
           "Insurer": superbill, "Till": close_the_till}

pytestmark = pytest.mark.only_on("sqlite", "the same services are driven on both databases without a browser")


@pytest.fixture
def desk(cloned_database, browser):
    """The practice with everything it may use, Rae's keyboard, and what she did: {what: clicks}."""
    clock.set_to(datetime.combine(FIRST, time(8), UTC))
    stage = Stage(personas.open_house())
    people = stage.people
    with guard.acting(people.olive), transaction():
        used = ("has_till", "has_tips", "has_deposits", "has_packages", "has_vouchers", "has_reminders")
        change_settings(people.olive, version=get_practice().version, no_show_percent=50, reminder_days=1,
                        **dict.fromkeys(used, True))
        save(people.olive, PaymentMethod, None, name="TWINT", kind=MethodKind.CARD)
        group = save(people.olive, PriceGroup, None, name="Student").id
        db.session.add(TreatmentPrice(treatment_id=stage.treatment, price_group_id=group, price_amount=6000))
    with serving_here(cloned_database.app) as url:
        context = browser.new_context(base_url=url, viewport=DESKTOP)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        problems = watch(page, url)
        yield Desk(stage, Keyboard(page))
        context.close()
    assert problems == []


def test_a_month_by_keyboard(desk):
    desk.new_day()
    keys = desk.begin("/money/till/")
    keys.type("#float_amount", "100")
    keys.press("button:has-text('Open the till')")
    keys.sees("Close the till")
    desk.count("open the till")

    ann = desk.client("Ann")
    desk.session(ann)
    keys = desk.begin("/")
    keys.press("a[href^='/checkout/']")
    desk.page.wait_for_selector(".btn-pay:focus")
    keys.key("1")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    desk.count("check out")

    for name, day in DAYS_OF.items():
        desk.new_day()
        day(desk, desk.client(name))

    for what, clicks in desk.done.items():
        print(f"{clicks:>3}  {what}")
    assert {"check out", "close the till"} <= desk.done.keys()
    assert {what: clicks for what, clicks in desk.done.items() if clicks > LIMITS.get(what, 6)} == {}
    assert desk.done["check out"] == 3
    db.session.rollback()
    desk.stage.check_books()
