"""Loading the wording of a licensed measure, and taking it out again."""
from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.core.errors import NotFound
from practice.sessions.models import MeasureWording
from practice.sessions.wording import read_wording


def load_wording(actor: Actor, text: str) -> MeasureWording:
    """Take the questions of a file in place of those loaded before. Raises WordingRefused."""
    require(actor, Permission.RULEBOOK_EDIT)
    content = read_wording(text)
    row = _held(content["measure"])
    if row is None:
        row = MeasureWording(key=content["measure"])
        db.session.add(row)
    row.content, row.loaded_at, row.loaded_by_id = content, clock.now(), actor.user_id
    db.session.flush()
    audit.record(actor, "wording.load", row, key=row.key)
    return row


def take_out_wording(actor: Actor, key: str) -> None:
    """From now on answers are entered by number again. Raises NotFound."""
    require(actor, Permission.RULEBOOK_EDIT)
    row = _held(key)
    if row is None:
        raise NotFound()
    db.session.delete(row)
    audit.record(actor, "wording.take_out", key=key)


def _held(key: str) -> MeasureWording | None:
    return db.session.scalars(select(MeasureWording).where(MeasureWording.key == key).with_for_update()
                              .execution_options(populate_existing=True)).first()
