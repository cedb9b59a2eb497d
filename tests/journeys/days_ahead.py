"""Working days of the desk with what was paid ahead, what insurers want, and what is asked for."""
from datetime import date

from practice.access import guard
from practice.accounts.services.users import get_user, set_profile
from practice.audit import services as audit
from practice.billing.models.vouchers import Voucher
from practice.billing.services.checkout import checkout
from practice.billing.services.fees import record_consent
from practice.billing.services.superbills import add_referral
from practice.billing.services.vouchers import sell_voucher
from practice.catalog.queries import get_treatment
from practice.clients.queries import get_client
from practice.core.db import db, transaction
from practice.premises.models import Issuer, Profile
from practice.premises.queries import get_practice, issuer_for
from practice.premises.services import change_settings, save
from practice.schedule.states import AppointmentState as S
from tests.journeys.keyboard import FIRST


def package(desk, client):
    keys = desk.begin(f"/money/clients/{client}/package")
    keys.pick("#treatment")
    keys.type("#sessions", "5")
    keys.type("#price", "350")
    keys.submit("main form .btn-primary")
    desk.count("sell a package")
    desk.new_day()
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.press("a:has-text('Use one')")
    keys.press("button:has-text('Finish, nothing to pay')")
    keys.sees("Paid ahead")
    desk.count("use a package session")


def voucher(desk, client):
    keys = desk.begin(f"/money/vouchers/sell/{client}")
    keys.type("#price", "50")
    keys.submit("main form .btn-primary")
    desk.count("sell a voucher")
    desk.new_day()
    db.session.rollback()
    with guard.acting(desk.stage.rae):
        code = db.session.query(Voucher).one().code
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.press("summary:has-text('Voucher')")
    keys.type("#voucher", code.lower())
    keys.press("button:has-text('Use the voucher')")
    keys.sees("€28.00")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    desk.count("use a voucher")


def late_voucher(desk, client):
    stage, done = desk.stage, desk.session(client)
    code = stage.do(lambda: sell_voucher(stage.rae, client_id=client, text="Voucher", price_amount=7800, method="card",
                                         request_key="late", treatment_id=stage.treatment).code)
    stage.do(lambda: checkout(stage.rae, done, payments=[], request_key="open"))
    keys = desk.begin(f"/money/invoices/{desk.documents(client)[-1]}")
    keys.press(".money-voucher summary")
    keys.type("#voucher", code)
    keys.submit("button:has-text('Use the voucher')")
    keys.sees("€78.00 paid with the voucher")
    desk.count("a voucher for the treatment of an invoice")


def superbill(desk, client):
    """The owner has set up what insurers of the United States want, the therapist has entered the referrer's paper."""
    people, stage = desk.stage.people, desk.stage
    head, theo = {"profile": Profile.SUPERBILL_US, "address": "12 Main St", "tax_number": "12-3456789"}, people.theo
    with guard.acting(people.olive), transaction():
        save(people.olive, Issuer, issuer_for(None).id, version=issuer_for(None).version, **head)
        change_settings(people.olive, version=get_practice().version, phone="+353155501380")
        set_profile(people.olive, theo.user_id, short_name="Theo", colour=1, npi="1234567893",
                    registration_body="OBMT", registration_number="1", version=get_user(theo.user_id).profile.version)
        treatment = get_treatment(stage.treatment)
        treatment.billing_code = "97124"
    with guard.acting(people.system), transaction():
        row = get_client(client)
        row.born_on = date(1990, 1, 1)
        audit.record(people.system, "client.change", client_id=client)
    done = desk.session(client)
    with guard.acting(theo), transaction():
        add_referral(theo, client, referrer="Dr Reed", codes=["M54.50"], from_on=FIRST)
    stage.do(lambda: checkout(stage.rae, done, payments=[("card", 7800)], request_key="us"))
    keys = desk.begin(f"/money/invoices/{desk.documents(client)[0]}")
    keys.press("summary[aria-label*='More'], summary:has-text('More'), button:has-text('More')")
    keys.press("a:has-text('Superbill')")
    keys.submit("button:has-text('Make the superbill')")
    keys.sees("It is made")
    desk.count("a superbill")


def fee(desk, client):
    desk.session(client, S.NO_SHOW)
    with guard.acting(desk.stage.rae), transaction():
        record_consent(desk.stage.rae, client, how="on paper", on=FIRST)
    keys = desk.begin("/money/fees/")
    keys.press("button:has-text('Charge the fee')")
    keys.submit("dialog[open] button:has-text('Charge the fee')")
    desk.count("charge a no-show")


def reminder(desk, client):
    keys = desk.begin("/money/reminders/")
    keys.press("button:has-text('Make reminders')")
    keys.submit("dialog[open] button:has-text('Make reminders')")
    keys.sees("made: print")
    desk.count("remind")
