"""Eight people at work while their server is killed: nothing is lost, nothing is double, no server error."""
import pytest
from sqlalchemy import update

from practice.access import guard
from practice.access.actor import system
from practice.audit import services as audit
from practice.core.db import db, transaction
from practice.ops.rush.run import prepare
from practice.ops.soak.proof import faults
from practice.ops.soak.run import soak
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState

SECONDS = 15


@pytest.mark.requirement("faults", "durable", "never-locked", "no-double-booking")
@pytest.mark.timeout(240)
def test_a_short_soak(cloned_database, tmp_path):
    """And what is then taken out of the database is missed."""
    prepare()
    found = soak(cloned_database.environ(tmp_path), tmp_path, SECONDS, kills=1)
    assert found.wrong == [] and found.kills == 1
    assert set(found.done) == {"registered", "booked", "charged", "notes"}
    assert set(found.answers) <= {200, 302, 409, 422}
    told = found.told
    with guard.acting(system("looking")):
        lost = next(one.booked[0] for one in told if one.booked)
        with transaction():
            db.session.execute(update(Appointment).where(Appointment.state == AppointmentState.BOOKED)
                               .values(state=AppointmentState.CANCELLED_EARLY))
            audit.record(system("looking"), "made.up")
        assert any(lost[1] in line and "is booked 0 times" in line for line in faults(told))
        told[0].registered.append(("Nobody", "Like"))
        told[0].charged.append(0)
        told[0].noted[0] = 1
        words = "\n".join(faults(told))
    assert "'Like') is registered 0 times" in words and "session 0 was charged" in words
    assert "note of session 0" in words
