"""Reading forms, arrivals and submissions."""
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, bindparam, exists, func, select
from sqlalchemy.orm import joinedload

from practice.clients.models import Client, name_of
from practice.core import clock
from practice.core.db import db
from practice.core.errors import NotFound
from practice.files.models import File, FileKind
from practice.intake.definition import SHIPPED, FormDefinition, from_data, is_minor, is_under_age, shipped, to_data
from practice.intake.desk_side import without_chart_marks
from practice.intake.models import (
    VISIT_CHECK,
    DeskAnswers,
    FormState,
    FormVersion,
    IntakeArrival,
    IntakeLink,
    Submission,
    Way,
    hash_of,
)


def published_form(key: str, language: str) -> FormVersion:
    """The published version of a form, in that language or else in any. Raises NotFound."""
    rows = db.session.scalars(select(FormVersion).where(FormVersion.key == key,
                                                        FormVersion.state == FormState.PUBLISHED)).all()
    for row in sorted(rows, key=lambda row: (row.language != language, row.language != "en")):
        return row
    raise NotFound()


# Whether a practice asks its clients something before each visit: one that has retired that form asks nothing.
FORMS = FormVersion.__table__  # no row rule: everybody who works here may know which forms there are
ASKS_A_CHECK = exists().where(FORMS.c.key == VISIT_CHECK, FORMS.c.state == FormState.PUBLISHED)


def asks_a_check() -> bool:
    return db.session.scalar(select(ASKS_A_CHECK))


MOST_HELD = 64
_held: dict[str, FormDefinition] = {}


def definition_of(form: FormVersion) -> FormDefinition:
    """The definition a version holds, checked once for each content."""
    found = _held.get(form.content_hash)
    if found is None:
        found = from_data(without_chart_marks(form.content))
        if len(_held) >= MOST_HELD:
            _held.clear()
        if form.content_hash:
            _held[form.content_hash] = found
    return found


def newer_shipped(form: FormVersion) -> dict | None:
    """What came with the product for this form since it was taken from there; None: nothing else, or a draft waits."""
    if form.state is not FormState.PUBLISHED or form.key not in SHIPPED:
        return None
    content = to_data(shipped(form.key))
    same = (FormVersion.key == form.key, FormVersion.language == form.language)
    if content["language"] != form.language or hash_of(content) == form.shipped_hash:
        return None
    waits = exists().where(*same, FormVersion.state == FormState.DRAFT)
    return None if db.session.scalar(select(waits)) else content


@dataclass(frozen=True)
class FormStatus:
    """How a client's health form stands: `valid_until_on` None means none ever came in; `invited_at` an address is
    open. A check at a visit counts for nothing here; `is_check_due`: where it was asked about, it has yet to be
    filled in for the day.
    """

    arrived_at: datetime | None
    valid_until_on: date | None
    invited_at: datetime | None
    is_check_due: bool = False

    def is_current(self, on: date) -> bool:
        return self.valid_until_on is not None and self.valid_until_on >= on


NEVER = FormStatus(None, None, None)


ARRIVALS = (
    select(IntakeArrival.client_id, func.max(IntakeArrival.arrived_at), func.max(IntakeArrival.valid_until_on))
    .where(IntakeArrival.client_id.in_(bindparam("clients", expanding=True)), IntakeArrival.valid_until_on.is_not(None))
    .group_by(IntakeArrival.client_id))
INVITED = (
    select(IntakeLink.client_id, func.max(IntakeLink.created_at))
    .where(IntakeLink.client_id.in_(bindparam("clients", expanding=True)), IntakeLink.spent_at.is_(None),
           IntakeLink.revoked_at.is_(None), IntakeLink.expires_at > bindparam("now"))
    .group_by(IntakeLink.client_id))


def form_status(client_ids: Iterable[int]) -> dict[int, FormStatus]:
    """How the forms of these clients stand; two queries, whatever their number. Without a clinical word."""
    ids = list(client_ids)
    arrivals = db.session.execute(ARRIVALS, {"clients": ids}).all()
    invited = dict(db.session.execute(INVITED, {"clients": ids, "now": clock.now()}).all())
    found = {client: FormStatus(arrived, until, invited.pop(client, None)) for client, arrived, until in arrivals}
    return found | {client: FormStatus(None, None, at) for client, at in invited.items()}


ON_DAY = IntakeArrival.arrived_on == bindparam("day")
LATEST = (select(IntakeArrival.id).where(ON_DAY).order_by(IntakeArrival.arrived_at.desc(), IntakeArrival.id.desc())
          .limit(bindparam("most", type_=Integer, literal_execute=True)))  # PostgreSQL plans once for a known number
ARRIVED = (
    select(IntakeArrival.arrived_at, select(func.count(IntakeArrival.id)).where(ON_DAY).scalar_subquery(),
           Client.first_name, Client.preferred_name, Client.last_name)
    .outerjoin(Client, Client.id == IntakeArrival.client_id).where(IntakeArrival.id.in_(LATEST))
    .order_by(IntakeArrival.arrived_at.desc(), IntakeArrival.id.desc()))


def arrived_on(day: date, most: int) -> tuple[list[tuple[str, datetime]], int]:
    """The forms that came in last on that local day, newest first, as (name, when); and how many there were."""
    rows = db.session.execute(ARRIVED, {"day": day, "most": most}).all()
    named = [(name_of(*row[2:]), row.arrived_at) for row in rows if row.last_name is not None]
    return named, rows[0][1] if rows else 0


def latest_submission(client_id: int) -> Submission | None:
    """The newest form of a client: clinical, through the row rule of the chart."""
    return db.session.scalars(select(Submission).where(Submission.client_id == client_id)
                              .order_by(Submission.submitted_at.desc(), Submission.id.desc()).limit(1)).first()


def desk_answers(client_id: int) -> DeskAnswers | None:
    """What reception may see of the newest form of a client that tells the desk anything."""
    return db.session.scalars(select(DeskAnswers).where(DeskAnswers.client_id == client_id)
                              .options(joinedload(DeskAnswers.form_version))
                              .order_by(DeskAnswers.sent_at.desc(), DeskAnswers.id.desc()).limit(1)).first()


def get_submission(submission_id: int) -> Submission:
    """Raises NotFound."""
    row = db.session.scalars(select(Submission).where(Submission.id == submission_id)).first()
    if row is None:
        raise NotFound()
    return row


def get_form(form_version_id: int) -> FormVersion:
    """Raises NotFound."""
    row = db.session.scalars(select(FormVersion).where(FormVersion.id == form_version_id)).first()
    if row is None:
        raise NotFound()
    return row


def links_of(client_id: int, *, most: int = 10) -> list[IntakeLink]:
    """The addresses given out for a client's forms, newest first."""
    return list(db.session.scalars(select(IntakeLink).where(IntakeLink.client_id == client_id)
                                   .order_by(IntakeLink.created_at.desc(), IntakeLink.id.desc()).limit(most)))


def submissions_of(client_id: int) -> list[Submission]:
    """Every form a client sent, newest first: clinical, through the row rule of the chart."""
    return list(db.session.scalars(select(Submission).where(Submission.client_id == client_id)
                                   .order_by(Submission.submitted_at.desc(), Submission.id.desc())))


@dataclass(frozen=True)
class PaperWaiting:
    """A form photographed at the desk that nobody has typed in yet: whose it is, how many pages, since when."""

    client_id: int
    name: str
    pages: int
    since: datetime


def papers_waiting() -> list[PaperWaiting]:
    """The photographed forms of the clients whose charts are open to this person, the oldest first."""
    typed = exists().where(Submission.client_id == File.client_id, Submission.way == Way.PAPER,
                           Submission.submitted_at >= File.added_at, Submission.form_version_id == FORMS.c.id,
                           FORMS.c.key != VISIT_CHECK)  # the questions before a visit are another sheet
    rows = db.session.execute(
        select(Client, func.count(File.id), func.min(File.added_at)).join(File, File.client_id == Client.id)
        .where(File.kind == FileKind.PAPER_FORM, ~typed).group_by(Client.id).order_by(func.min(File.added_at))).all()
    return [PaperWaiting(client.id, client.name, pages, since) for client, pages, since in rows]


def answers_of(row) -> dict:
    """The answers of a draft, of a submission or for the desk as a mapping."""
    return json.loads(row.answers or "{}")


def needs_guardian(client_id: int, answers: Mapping[str, Any], on: date) -> bool:
    """Whether the birth date on the sheet, or the one the practice has, makes the client a minor."""
    if is_minor(answers, on):
        return True
    born_on = db.session.scalar(select(Client.born_on).where(Client.id == client_id))
    return born_on is not None and is_under_age(born_on, on)
