"""Money of the demo practice beyond the checkout: what it uses, a day of its till, tips, vouchers, reminders, fees."""
import random
from datetime import date, time, timedelta

from practice.access.actor import Actor
from practice.billing.models.payments import Method
from practice.billing.models.vouchers import VoucherKind
from practice.billing.queries.fees import missed
from practice.billing.queries.reminders import overdue
from practice.billing.queries.till import expected, get_till_day, open_till
from practice.billing.queries.tips import tip_accounts
from practice.billing.services.fees import charge_fee, record_consent
from practice.billing.services.reminders import remind
from practice.billing.services.till import close_the_till, move_cash, open_the_till
from practice.billing.services.tips import pay_out_tips
from practice.billing.services.vouchers import sell_voucher
from practice.core import clock
from practice.demo.days import Stage
from practice.premises.queries import get_practice
from practice.premises.services import change_settings

FLOAT = 15_000  # minor units
DRAWER = 40_000  # above it cash goes to the bank


def switch_on(house: Actor) -> None:
    """The demo shows everything; a new practice begins with packages alone."""
    change_settings(house, version=get_practice().version, no_show_percent=50, late_cancel_percent=50,
                    has_till=True, has_tips=True, has_deposits=True, has_vouchers=True, has_reminders=True,
                    has_memberships=True)


def agree(stage: Stage, client_id: int, day: date) -> None:
    """Most clients sign what is said about fees when they register."""
    if client_id % 6:
        record_consent(stage.desk, client_id, how="Signed at registration", on=day)


def open_day(stage: Stage, day: date) -> None:
    open_the_till(stage.desk, float_amount=FLOAT)
    chance = random.Random(day.toordinal())
    for row in overdue(day):
        if row.next_step and row.is_time:
            remind(stage.desk, row.document.id)
    for row in missed(day):
        if row.consent and row.appointment.on_date < day and chance.random() < 0.6:
            bill = charge_fee(stage.desk, row.appointment.id, text="Appointment not kept")
            if chance.random() < 0.8:
                stage.owing.append((day + timedelta(days=chance.randint(5, 20)), bill.client_id, bill.id,
                                    bill.gross_amount))


def close_day(stage: Stage, day: date, client_id: int | None) -> None:
    """A voucher now and then, tips handed out on Fridays, cash to the bank, the count, now and then a few cents off."""
    clock.set_to(stage.at(day, time(18, 40)))
    chance = random.Random(day.toordinal())
    if client_id is not None and chance.random() < 0.12:
        _sell(stage, day, client_id, chance)
    for row in tip_accounts() if day.weekday() == 4 else ():
        if row.owed > 0:
            pay_out_tips(stage.desk, therapist_id=row.therapist_id, amount=row.owed, method=Method.CASH,
                         request_key=f"demo-tips-{day}-{row.therapist_id}")
    till = open_till()
    cash = expected(get_till_day(till.id))[0].amount
    if cash > DRAWER:
        move_cash(stage.desk, amount=FLOAT - cash, reason="To the bank", request_key=f"demo-bank-{day}")
        cash = FLOAT
    counted = max(0, cash - (chance.choice((10, 50, -20)) if chance.random() < 0.06 else 0))
    close_the_till(stage.desk, till.id, counted={Method.CASH: counted})


def _sell(stage: Stage, day: date, client_id: int, chance: random.Random) -> None:
    if chance.choice(list(VoucherKind)) is VoucherKind.MULTI:
        price, wanted = 5000, {"value_amount": 5000}
    else:
        price, wanted = 6500, {"treatment_id": next(iter(stage.treatments.values()))}
    sell_voucher(stage.desk, client_id=client_id, text="Voucher", price_amount=price, method=Method.CARD,
                 request_key=f"demo-voucher-{day}", holds_days=1095, **wanted)
