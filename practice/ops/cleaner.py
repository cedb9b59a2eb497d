"""Clears away beside the server what clients filled in and never sent, once its address has run out for good."""
import logging
import threading
from contextlib import AbstractContextManager

from practice.access.actor import system
from practice.access.guard import acting
from practice.core.db import transaction
from practice.intake.services import unsent
from practice.ops import beside
from practice.transfer.services.holds import held_clients

BREATH = 0.05  # seconds: whoever waits to write comes first
LAST_WORD = 10  # seconds a step in hand is given when the server stops
log = logging.getLogger("practice.cleaner")


def clear_all(app, over: threading.Event | None = None) -> int:
    """Go on until nothing is left to clear, or it is `over`; the number of forms cleared away."""
    house, cleared = system("forms that were never sent"), 0
    with app.app_context(), acting(house):
        while over is None or not over.wait(BREATH):
            with transaction():
                if not unsent.clear_next(house, spare=held_clients()):
                    break
            cleared += 1
    return cleared


def at_work(app) -> AbstractContextManager[None]:
    """Within the block forms that were never sent are cleared away in the background."""
    def step(over: threading.Event) -> None:
        try:
            clear_all(app, over)
        except Exception:
            log.exception("Forms that were never sent stay for now")

    return beside.at_work("cleaner", step, threading.Event(), last_word=LAST_WORD)
