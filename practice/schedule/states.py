"""The states of an appointment and its legal moves, each way back included: a click can be undone."""
from enum import StrEnum

from practice.access.permissions import Permission as P
from practice.core.states import Moves
from practice.core.text import _


class AppointmentState(StrEnum):
    BOOKED = "booked"
    ARRIVED = "arrived"
    IN_SESSION = "in_session"
    DONE = "done"
    NO_SHOW = "no_show"
    CANCELLED_EARLY = "cancelled_early"
    CANCELLED_LATE = "cancelled_late"


S = AppointmentState

STATE_LABELS = {
    S.BOOKED: _("Booked"),
    S.ARRIVED: _("Arrived"),
    S.IN_SESSION: _("In session"),
    S.DONE: _("Done"),
    S.NO_SHOW: _("No-show"),
    S.CANCELLED_EARLY: _("Cancelled early"),
    S.CANCELLED_LATE: _("Cancelled late"),
}

# These take the therapist's and the room's time; the others have given it back.
HOLDING_TIME = (S.BOOKED, S.ARRIVED, S.IN_SESSION, S.DONE)

_CANCELLED = (S.CANCELLED_EARLY, S.CANCELLED_LATE)
_BEFORE = (S.BOOKED, S.ARRIVED)

# Carrying out is the desk's for everybody and a therapist's for their own; a promise is broken off by the desk alone.
MOVES = Moves(
    {(a, b): P.APPOINTMENT_CARRY_OUT for a in HOLDING_TIME for b in HOLDING_TIME if a is not b}
    | {pair: P.APPOINTMENT_CARRY_OUT for a in _BEFORE for pair in ((a, S.NO_SHOW), (S.NO_SHOW, a))}
    | {pair: P.APPOINTMENT_BOOK for a in _BEFORE for b in _CANCELLED for pair in ((a, b), (b, a))}
)
