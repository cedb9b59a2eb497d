"""Versions of forms. A published version never changes; the next one is a new row."""
from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import DomainError, NotFound
from practice.core.text import _
from practice.intake.definition import SHIPPED, from_data, shipped, to_data
from practice.intake.desk_side import without_chart_marks
from practice.intake.models import FormState, FormVersion, hash_of
from practice.intake.queries import get_form, newer_shipped


class NotADraft(DomainError):
    message = _("This version is published and does not change any more: begin a draft from it.")


def install_shipped(actor: Actor) -> None:
    """Publish the forms that come with the product, where the practice has none of that key yet."""
    require(actor, Permission.FORM_EDIT)
    for key in SHIPPED:
        if db.session.scalar(select(FormVersion.id).where(FormVersion.key == key).limit(1)) is None:
            row = publish(actor, to_data(shipped(key)))
            row.shipped_hash = row.content_hash


def start_draft(actor: Actor, form_id: int, *, from_shipped: bool = False) -> FormVersion:
    """A draft to change, begun from that version; the draft there is already, where there is one.

    `from_shipped`: begun from the form that came with the product since. Raises NotFound, also when there is no other.
    """
    require(actor, Permission.FORM_EDIT)
    source = get_form(form_id)
    same = (FormVersion.key == source.key, FormVersion.language == source.language)
    there = db.session.scalars(select(FormVersion).where(*same, FormVersion.state == FormState.DRAFT)).first()
    if there is not None:
        return there
    content, shipped_hash = source.content, source.shipped_hash
    if from_shipped:
        content = newer_shipped(source)
        if content is None:
            raise NotFound()
        shipped_hash = hash_of(content)
    last = db.session.scalar(select(func.max(FormVersion.number)).where(*same)) or 0
    row = FormVersion(key=source.key, language=source.language, number=last + 1, title=content["title"],
                      state=FormState.DRAFT, content=without_chart_marks(content), shipped_hash=shipped_hash,
                      version=1)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "form.draft", row, key=row.key, number=row.number)
    return row


def save_draft(actor: Actor, form_id: int, content: dict, *, version: int | None) -> FormVersion:
    """Keep the draft as it stands now. Raises BadDefinition, NotADraft, Stale, NotFound."""
    require(actor, Permission.FORM_EDIT)
    row = _draft(form_id)
    check_version(row, version)
    definition = from_data(content)
    row.content, row.title = content, definition.title
    audit.record(actor, "form.save", row, key=row.key, number=row.number)
    return row


def publish_draft(actor: Actor, form_id: int, *, version: int | None) -> FormVersion:
    """The draft is asked from now on; the version before it is retired and stays with what was answered to it.

    Raises BadDefinition, NotADraft, Stale, NotFound.
    """
    require(actor, Permission.FORM_EDIT)
    row = _draft(form_id)
    check_version(row, version)
    from_data(row.content)
    for old in db.session.scalars(select(FormVersion).where(
            FormVersion.key == row.key, FormVersion.language == row.language,
            FormVersion.state == FormState.PUBLISHED)):
        old.state = FormState.RETIRED
    row.state, row.published_at = FormState.PUBLISHED, clock.now()
    db.session.flush()
    audit.record(actor, "form.publish", row, key=row.key, number=row.number)
    return row


def _draft(form_id: int) -> FormVersion:
    row = db.session.scalars(select(FormVersion).where(FormVersion.id == form_id).with_for_update()
                             .execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound()
    if row.state is not FormState.DRAFT:
        raise NotADraft()
    return row


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
