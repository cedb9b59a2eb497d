"""Of two who do the same at the same time the second sees what the first has done: neither is lost, none is double."""
import io
import json
import threading

import pyotp
import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.accounts.models import Authenticator, RecoveryCode
from practice.accounts.services import second_step
from practice.admin.report_command import send_report
from practice.billing.services.till import move_cash, open_the_till
from practice.clients.models import ChartLimit, Client
from practice.clients.queries import get_client
from practice.clients.services import change_client, limit_chart, register_client
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import DomainError, Invalid, Stale
from practice.intake.models import FormVersion
from practice.intake.services.forms import start_draft
from practice.outbox.queries import messages_about
from practice.premises.models import Room
from practice.premises.queries import get_practice
from practice.premises.services import change_settings, save
from practice.reports.services.accounting import save_codes
from practice.sessions.services.wordings import load_wording
from practice.transfer.models import Correction, CorrectionState, TrailReview
from practice.transfer.services.holds import lift_hold, set_hold
from practice.transfer.services.logs import ask_correction, decide_correction
from practice.transfer.services.reviewing import sign_review
from tests import personas
from tests.admin.test_wordings import WHO5
from tests.factories import intake
from tests.plugins.people import sign_in


def acts(people, client_id: int, correction_id: int, room_id: int) -> dict:
    """{what: (what both do, each in words of their own, and what the second is told)}."""
    olive, rae = people.olive, people.rae
    return {
        "client": (rae, lambda who: change_client(rae, client_id, version=1, city=who), Stale),
        "correction": (olive, lambda who: decide_correction(olive, client_id, correction_id, granted=who == "first",
                                                            answer=f"The {who} says so", version=1), Stale),
        "room": (olive, lambda who: save(olive, Room, room_id, version=1, name=f"The {who}"), Stale),
        "review": (olive, lambda who: sign_review(olive, "2026-10", words=f"The {who} signs"), Invalid),
        "hold": (olive, lambda who: lift_hold(olive, client_id), Invalid),
        "limit": (olive, lambda who: limit_chart(olive, client_id, {getattr(
            people, "theo" if who == "first" else "tara").user_id}), None),
        "step": (people.theo, lambda who: set_up(people.theo), None),
    }


def set_up(actor) -> None:
    secret = second_step.new_secret()
    second_step.set_up(actor, secret, pyotp.TOTP(secret).at(clock.now()))


@pytest.mark.requirement("lost-update", "rights", "second-factor")
def test_the_second_of_two_is_told(cloned_database):
    """The second begins while the first has not committed; on PostgreSQL it would see nothing of it."""
    clock.set_to(personas.NOW)
    people, app = personas.open_house(), cloned_database.app
    with guard.acting(people.olive), transaction():
        client_id = register_client(people.olive, first_name="Ann", last_name="Adams").id
        set_hold(people.olive, client_id, reason="A claim is before the court")
        correction_id = ask_correction(people.olive, client_id, what="Another birth date").id
        room_id = db.session.scalar(select(Room.id).order_by(Room.id).limit(1))
    doing, told = acts(people, client_id, correction_id, room_id), {}

    def second(name, actor, act) -> None:
        with app.app_context(), guard.acting(actor):
            try:
                with transaction():
                    act("second")
                told[name] = None
            except DomainError as error:
                told[name] = type(error)

    others = [threading.Thread(target=second, args=(name, actor, act)) for name, (actor, act, _told) in doing.items()]
    with guard.acting(people.system), transaction():
        for actor, act, _told in doing.values():
            guard.bind(actor)
            act("first")
            db.session.flush()  # before somebody else acts
        guard.bind(people.system)
        for other in others:
            other.start()
        others[0].join(0.5)
    for other in others:
        other.join()
    assert told == {name: wanted for name, (_actor, _act, wanted) in doing.items()}
    with guard.acting(people.system):
        assert get_client(client_id).city == "first" and db.session.get(Client, client_id).version == 2
        assert db.session.get(Correction, correction_id).state is CorrectionState.GRANTED
        assert db.session.get(Room, room_id).name == "The first"
        assert db.session.scalar(select(TrailReview.words)) == "The first signs"
        limits = select(ChartLimit.user_id).where(ChartLimit.ended_at.is_(None))
        assert db.session.scalars(limits).all() == [people.tara.user_id]
        for model, wanted in ((Authenticator, 1), (RecoveryCode, second_step.RECOVERY_CODES)):
            assert db.session.scalar(select(func.count()).select_from(model)) == wanted


def clicks(olive, form_id: int) -> list[tuple]:
    """(what the first of two writes, the address and the fields of the second, what that one is answered)."""
    wording, codes = json.dumps(WHO5), {"key": ["card"], "account": ["1360"], "tax_key": [""]}
    return [
        (lambda: open_the_till(olive, float_amount=5000), "/money/till/open", {"float_amount": "50"}, 422),
        (lambda: move_cash(olive, amount=500, reason="For stamps", request_key="same"), "/money/till/move",
         {"direction": "in", "amount": "5", "reason": "For stamps", "request_key": "same"}, 302),
        (lambda: start_draft(olive, form_id), f"/setup/forms/{form_id}/begin", {}, 302),
        (lambda: save_codes(olive, {"card": ("1360", "")}), "/reports/accounting/accounts", codes, 302),
        (lambda: load_wording(olive, wording), "/setup/measures/", {"file": wording}, 302)]


@pytest.mark.requirement("no-5xx", "lost-update")
def test_the_second_click_meets_what_the_first_wrote(cloned_database):
    """Both make the same row: the second waits for the first, and then goes by what it finds."""
    clock.set_to(personas.NOW)
    people, app, answers = personas.open_house(), cloned_database.app, []
    with guard.acting(people.system), transaction():
        intake.publish(people)
    with guard.acting(people.olive), transaction():
        change_settings(people.olive, version=get_practice().version, has_till=True)
        form_id = db.session.scalar(select(FormVersion.id).order_by(FormVersion.id).limit(1))
    browser = sign_in(app.test_client(), "olive")
    for act, url, fields, wanted in clicks(people.olive, form_id):
        sent = {name: (io.BytesIO(value.encode()), "a.json") if name == "file" else value
                for name, value in fields.items()}

        def second(url=url, sent=sent) -> None:
            answers.append(browser.post(url, data=sent).status_code)

        other = threading.Thread(target=second)
        with guard.acting(people.olive), transaction():
            act()
            db.session.flush()
            other.start()
            other.join(0.3)
        other.join()
        assert answers[-1] == wanted, url


def test_of_machines_that_mail_the_month_at_once_one_does(cloned_database):
    """Three schedulers at the same minute: all have looked before the first can write, and each owner gets one mail."""
    clock.set_to(personas.NOW)
    people, app, sent = personas.open_house(), cloned_database.app, []

    def machine() -> None:
        with app.app_context():
            sent.append(send_report("2026-10"))

    machines = [threading.Thread(target=machine) for _number in range(3)]
    with guard.acting(people.system), transaction():
        if cloned_database.kind == "postgresql":  # SQLite lets nobody begin
            db.session.connection().exec_driver_sql("LOCK TABLE outbox_message IN SHARE ROW EXCLUSIVE MODE")
        for one in machines:
            one.start()
        machines[0].join(2)
    for one in machines:
        one.join()
    assert sorted(map(len, sent)) == [0, 0, 2]
    with guard.acting(people.system):
        assert len(messages_about(["report:2026-10"])) == 2
