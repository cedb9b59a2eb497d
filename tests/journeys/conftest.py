"""Where pictures go, and the demo practice on a stopped clock for the tests that only look."""
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from practice.access import guard
from practice.access.actor import system
from practice.access.roles import Role
from practice.accounts.services.users import add_user
from practice.billing.models.documents import Document
from practice.billing.models.packages import Package
from practice.billing.models.payments import Payment
from practice.catalog.models import Product
from practice.core import clock
from practice.core.db import db, transaction
from practice.demo import fill
from practice.demo.cast import PASSWORD
from practice.intake.models import FormVersion, Submission
from practice.intake.services.links import invite
from practice.premises.models import Location, Room, TaxCode
from practice.reports.period import Period
from practice.safety.models import Condition
from practice.schedule.models import Appointment
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from practice.sessions.models import SessionNote
from tests.plugins.browsers import DESKTOP, PATIENCE, free_port, watch
from tests.plugins.databases import clone

# A Tuesday morning: two sessions are paid, one waits to be checked out, one is running, the next clients have arrived.
NOW = datetime(2026, 11, 17, 11, 20, tzinfo=UTC)
BOOKS = "bo@example.com"


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> Path:
    """The folder of the pictures: PRACTICE_SCREENSHOTS, or one that pytest throws away."""
    folder = os.environ.get("PRACTICE_SCREENSHOTS")
    if not folder:
        return tmp_path_factory.mktemp("pictures")
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@dataclass(frozen=True)
class Demo:
    """The demo practice, served from this process so that its clock stands still; `numbers` fill in addresses."""

    url: str
    numbers: dict


@pytest.fixture(scope="module")
def demo_house(database_worker):
    """Three weeks of the demo, with as many clients as fill them."""
    with clone(database_worker, "sqlite") as database, pytest.MonkeyPatch.context() as patch:
        patch.setattr(fill, "CLIENTS", 70)
        patch.setattr(fill, "MONTHS", 0.6)
        fill.fill(NOW)
        with clock.frozen(NOW):
            numbers = name_rows()
        with serving_here(database.app) as url:
            yield Demo(url, numbers)


@contextmanager
def serving_here(app):
    """Serve from this process, so that the clock of the test is that of the server; gives the address."""
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def name_rows() -> dict:
    """The rows that addresses name, and somebody for the books."""
    house = system("looking around")
    with guard.acting(house):
        with transaction():
            add_user(house, name="Bo Haddad", email=BOOKS, password=PASSWORD, roles={Role.BOOKKEEPER},
                     must_change_password=False)
        today = clock.local_date(NOW, fill.ZONE)
        rows = db.session.query(Appointment).filter_by(on_date=today).order_by(Appointment.starts_at).all()
        jons = {row.state: row for row in reversed(rows) if row.therapist.name == "Jon Keller"}
        aikos = {row.state: row for row in rows if row.therapist.name == "Aiko Mori"}
        notes = db.session.query(SessionNote).filter_by(therapist_id=jons[S.BOOKED].user_id)
        note, over, coming = notes.order_by(SessionNote.id.desc()).first(), aikos[S.IN_SESSION], jons[S.BOOKED]
        numbers = {
            "running": jons[S.IN_SESSION].id, "arrived": jons[S.ARRIVED].id, "coming": coming.id, "done": over.id,
            "client": coming.client_id, "therapist": coming.user_id, "note": note.id,
            "written": note.appointment_id, "written_client": note.client_id,
            "document": db.session.query(Document).order_by(Document.id.desc()).first().id,
            "charged": db.session.query(Document).filter(Document.appointment_id.is_not(None)).order_by(
                Document.id.desc()).first().appointment_id,
            "submission": db.session.query(Submission).filter_by(client_id=coming.client_id).first().id,
            "treatment": coming.treatment_id, "month": f"{today:%Y-%m}",
            "last_month": str(Period.of(today).before), "day": today.isoformat(),
        }
        for name, model in (("payment", Payment), ("package", Package), ("condition", Condition), ("room", Room),
                            ("tax", TaxCode), ("location", Location), ("form", FormVersion), ("product", Product)):
            numbers[name] = db.session.query(model.id).order_by(model.id).first().id
        with transaction():
            set_state(house, over.id, S.DONE)
            _row, numbers["secret"] = invite(house, numbers["client"])
    return numbers


@pytest.fixture
def demo(demo_house):
    """The demo practice at NOW."""
    with clock.frozen(NOW):
        yield demo_house


@pytest.fixture
def look_page(browser, demo):
    """`look_page(size=..., dark=...)`: a page on the demo practice."""
    contexts = []

    def open_page(*, size=DESKTOP, dark=False, **options):
        context = browser.new_context(base_url=demo.url, viewport=size, color_scheme="dark" if dark else "light",
                                      timezone_id=fill.ZONE, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.problems = watch(page, demo.url)
        return page

    yield open_page
    for context in contexts:
        context.close()
