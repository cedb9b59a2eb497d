"""Sending what was committed: each message is taken by one sender, handed over outside any transaction, and its end
written down. A sender that is cut off in between leaves it marked as taken, and nobody sends it a second time."""
import base64
from collections import Counter

from sqlalchemy import bindparam, select

from practice.access.actor import system
from practice.access.guard import acting
from practice.core import clock
from practice.core.db import db, transaction
from practice.outbox.letter import CutOff, File, Letter, MailServer, PutOff, Refused, connection_to, hand_over
from practice.outbox.models import Attachment, Message
from practice.outbox.states import LOST_AFTER, MessageState, next_try

NEXT = (select(Message).where(Message.state == MessageState.WAITING, Message.next_at <= bindparam("now"))
        .order_by(Message.next_at, Message.id).limit(1).with_for_update(skip_locked=True)
        .execution_options(populate_existing=True))
IS_DUE = select(Message.id).where(Message.state == MessageState.WAITING, Message.next_at <= bindparam("now")).limit(1)
LOST = (select(Message).where(Message.state == MessageState.SENDING, Message.taken_at < bindparam("before"))
        .with_for_update(skip_locked=True))
TAKEN = (select(Message).where(Message.id == bindparam("message_id"), Message.tries == bindparam("tries"))
         .with_for_update().execution_options(populate_existing=True))
FILES = select(Attachment).where(Attachment.message_id == bindparam("message_id")).order_by(Attachment.id)


def send_waiting(server: MailServer) -> Counter:
    """Send everything whose time has come; gives how many ended in which state. Raises NoMailServer."""
    ended: Counter = Counter()
    with acting(system("outbox")):
        _give_up_lost()
        while db.session.scalar(IS_DUE, {"now": clock.now()}):
            with connection_to(server) as connection:
                if not _send_some(connection, server.sender, ended):
                    break
    return ended


def _send_some(connection, sender: str, ended: Counter) -> bool:
    """Send one after the other until none is left, or one fails: its connection may be over, or in the middle of
    something. Gives whether there was any."""
    has_sent = False
    while taken := _take():
        message_id, tries, letter = taken
        state, said = _try(connection, sender, letter)
        ended[_end(message_id, tries, state, said)] += 1
        has_sent = True
        if state is not MessageState.SENT:
            break
    return has_sent


def _give_up_lost() -> None:
    """Messages that a sender took and never came back with: whether they arrived, nobody here can know."""
    values = {"before": clock.now() - LOST_AFTER}
    if db.session.scalars(LOST, values).first() is None:
        return
    with transaction():
        for row in db.session.scalars(LOST, values):
            row.state = MessageState.UNSURE


def _take() -> tuple[int, int, Letter] | None:
    """The next message, for this sender alone: its number, which try it is, and what to send."""
    with transaction():
        row = db.session.scalars(NEXT, {"now": clock.now()}).first()
        if row is None:
            return None
        row.state, row.taken_at, row.tries = MessageState.SENDING, clock.now(), row.tries + 1
        files = tuple(File(one.name, one.media_type, base64.b64decode(one.content))
                      for one in db.session.scalars(FILES, {"message_id": row.id}))
        letter = Letter(row.uid, row.to_address, row.from_name, row.subject, row.body, row.posted_at, files)
        return row.id, row.tries, letter


def _try(connection, sender: str, letter: Letter) -> tuple[MessageState, str]:
    try:
        return MessageState.SENT, hand_over(connection, sender, letter)
    except Refused as error:
        return MessageState.REFUSED, str(error)
    except PutOff as error:
        return MessageState.WAITING, str(error)
    except CutOff as error:
        return MessageState.UNSURE, str(error)


def _end(message_id: int, tries: int, state: MessageState, said: str) -> MessageState:
    """Write down how a try ended; what was put off for the last time is refused."""
    with transaction():
        row = db.session.scalars(TAKEN, {"message_id": message_id, "tries": tries}).first()
        if row is None:  # its client was erased meanwhile, and their mail with them
            return state
        if state is MessageState.WAITING:
            again = next_try(tries, clock.now())
            state = state if again else MessageState.REFUSED
            row.next_at = again or row.next_at
        row.state, row.server_words = state, said[:200]
        if state is MessageState.SENT:
            row.sent_at = clock.now()
            for file in db.session.scalars(FILES, {"message_id": message_id}):
                file.content = None
        return state
