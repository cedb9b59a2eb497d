"""Versions of forms. A published version never changes; the next one is a new row."""
from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.intake.definition import from_data, shipped, to_data
from practice.intake.models import FormState, FormVersion

SHIPPED = ("full", "short", "visit")


def install_shipped(actor: Actor) -> None:
    """Publish the forms that come with the product, where the practice has none of that key yet."""
    require(actor, Permission.FORM_EDIT)
    for key in SHIPPED:
        if db.session.scalar(select(FormVersion.id).where(FormVersion.key == key).limit(1)) is None:
            publish(actor, to_data(shipped(key)))


def publish(actor: Actor, content: dict) -> FormVersion:
    """Make `content` the published version of its form in its language and retire the one before.

    Raises BadDefinition.
    """
    require(actor, Permission.FORM_EDIT)
    definition = from_data(content)
    same = (FormVersion.key == definition.key, FormVersion.language == definition.language)
    last = db.session.scalar(select(func.max(FormVersion.number)).where(*same)) or 0
    for old in db.session.scalars(select(FormVersion).where(*same, FormVersion.state == FormState.PUBLISHED)):
        old.state = FormState.RETIRED
    row = FormVersion(key=definition.key, language=definition.language, number=last + 1, title=definition.title,
                      state=FormState.PUBLISHED, content=content, published_at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "form.publish", row, key=row.key, number=row.number)
    return row
