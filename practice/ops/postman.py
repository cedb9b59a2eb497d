"""Sends the outbox beside the server: at once when something was posted here, and every minute what was put off."""
import logging
import threading
from contextlib import AbstractContextManager, nullcontext

from practice.ops import beside
from practice.outbox.letter import NoMailServer
from practice.outbox.services.posting import posted
from practice.outbox.services.sending import send_waiting
from practice.outbox.states import MessageState

LAST_WORD = 35  # seconds a message in hand is given when the server stops
log = logging.getLogger("practice.postman")


def send(app) -> str:
    """Send what waits, once; says what became of it. Raises NoMailServer."""
    with app.app_context():
        ended = send_waiting(app.config["MAIL_SERVER"])
    return ", ".join(f"{ended[state]} {words}" for state, words in (
        (MessageState.SENT, "sent"), (MessageState.REFUSED, "refused"), (MessageState.WAITING, "put off"),
        (MessageState.UNSURE, "cut off")))


def at_work(app) -> AbstractContextManager[None]:
    """Within the block the outbox is sent in the background, where there is a mail server."""
    if app.config["MAIL_SERVER"] is None:
        return nullcontext()

    def step(_over: threading.Event) -> None:
        try:
            send(app)
        except NoMailServer as error:
            log.warning("Mail waits: the mail server did not answer (%s)", error)
        except Exception:
            log.exception("Mail waits: sending failed")

    return beside.at_work("postman", step, posted, last_word=LAST_WORD)
