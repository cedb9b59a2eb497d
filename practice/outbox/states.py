"""How far a message is, and when it is tried again. Pure."""
from datetime import datetime, timedelta
from enum import StrEnum


class MessageState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # one sender has it
    SENT = "sent"  # the mail server took it
    REFUSED = "refused"  # the mail server never will, or not after all tries
    UNSURE = "unsure"  # cut off while it was handed over: a person decides, nothing is sent twice by itself


WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
LOST_AFTER = timedelta(minutes=10)  # a sender that long at one message is no longer there


def next_try(tries: int, now: datetime) -> datetime | None:
    """When a message that was put off is tried again, None after the last time. `tries` were made already."""
    return now + WAITS[tries - 1] if tries <= len(WAITS) else None
