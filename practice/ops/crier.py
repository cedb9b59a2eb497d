"""Tells the desk beside the server what a changed rule means, client by client, with a breath between the steps.

Where another server runs the application, `practice beside` does the same once.
"""
import logging
import threading
from contextlib import AbstractContextManager

from practice.access.actor import system
from practice.access.guard import acting
from practice.core.db import transaction
from practice.ops import beside
from practice.safety.services import own_rules

BREATH = 0.05  # seconds: whoever waits to write comes first
LAST_WORD = 10  # seconds a step in hand is given when the server stops
log = logging.getLogger("practice.crier")


def tell_all(app, over: threading.Event | None = None) -> int:
    """Go on until everybody is told, or it is `over`; the number of steps taken."""
    house, steps, over = system("a rule changed"), 0, over or threading.Event()
    with app.app_context(), acting(house):
        while not over.wait(BREATH):
            with transaction():
                if not own_rules.tell_next(house):
                    break
            steps += 1
    return steps


def at_work(app) -> AbstractContextManager[None]:
    """Within the block the desk is told in the background."""
    def step(over: threading.Event) -> None:
        try:
            tell_all(app, over)
        except Exception:
            log.exception("What the desk is told waits")

    return beside.at_work("crier", step, own_rules.changed, last_word=LAST_WORD)
