"""Sends the outbox beside the server: at once when something was posted here, and every minute what was put off."""
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from practice.outbox.letter import NoMailServer
from practice.outbox.services.posting import posted
from practice.outbox.services.sending import send_waiting
from practice.outbox.states import MessageState

MINUTE = 60  # seconds
LAST_WORD = 35  # seconds a message in hand is given when the server stops
log = logging.getLogger("practice.postman")


def send(app) -> str:
    """Send what waits, once; says what became of it. Raises NoMailServer."""
    with app.app_context():
        ended = send_waiting(app.config["MAIL_SERVER"])
    return ", ".join(f"{ended[state]} {words}" for state, words in (
        (MessageState.SENT, "sent"), (MessageState.REFUSED, "refused"), (MessageState.WAITING, "put off"),
        (MessageState.UNSURE, "cut off")))


@contextmanager
def at_work(app) -> Iterator[None]:
    """Within the block the outbox is sent in the background, where there is a mail server."""
    if app.config["MAIL_SERVER"] is None:
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_work, args=(app, over), name="postman", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        posted.set()
        thread.join(LAST_WORD)


def _work(app, over: threading.Event) -> None:
    while not over.is_set():
        posted.clear()
        try:
            send(app)
        except NoMailServer as error:
            log.warning("Mail waits: the mail server did not answer (%s)", error)
        except Exception:
            log.exception("Mail waits: sending failed")
        posted.wait(MINUTE)
