"""Forms begun and never sent: what was typed and photographed goes when nobody can go on with it any more."""
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.files.models import File, FileKind
from practice.files.services import hand_in
from practice.intake.models import IntakeDraft, Way
from practice.intake.services import drafts, links, submissions
from practice.intake.services.unsent import KEPT
from practice.ops import cleaner
from practice.transfer.services import holds
from tests.factories import intake
from tests.factories.pictures import jpeg
from tests.personas import NOW

PHOTO = jpeg(b"a picture of packages " * 40)
OVER = links.HOLDS + KEPT


@pytest.fixture
def ann(people) -> int:
    return intake.client_of(people, "theo", born_on=date(1988, 2, 21))


def typed(people, client_id: int, *, at=NOW, way=Way.LINK):
    """The actor of a new address, something typed under it and a photo handed in; and the photo's word."""
    with clock.frozen(at):
        actor, _secret = intake.address(people, client_id, way=way)
        with guard.acting(actor), transaction():
            if links.open_link(actor).device_hash is None:
                links.begin(actor)
            uid = hand_in(actor, client_id, PHOTO, kind=FileKind.MEDICINES, record="intake_link",
                          record_id=actor.link_id)
            drafts.save_draft(actor, {"medicines": [{"file": uid}]}, step=5)
    return actor, uid


def cleared(app, at) -> int:
    db.session.remove()
    with clock.frozen(at):
        return cleaner.clear_all(app)


def left(people) -> tuple[list[str], int]:
    """The photos by their word, and how many drafts."""
    db.session.rollback()
    with guard.acting(people.system):
        found = list(db.session.scalars(select(File.uid).order_by(File.id))), db.session.scalar(
            select(func.count(IntakeDraft.id)))
        db.session.rollback()
        return found


def test_it_goes_a_week_after_the_address_ran_out_and_the_trail_says_so(app, people, ann):
    _actor, photo = typed(people, ann)
    _other, later = typed(people, intake.client_of(people, "theo", first_name="Bo"), at=NOW + timedelta(days=9))
    assert cleared(app, NOW + OVER - timedelta(minutes=1)) == 0 and left(people) == ([photo, later], 2)
    assert cleared(app, NOW + OVER) == 1 and left(people) == ([later], 1)
    with guard.acting(people.system):
        rows = db.session.execute(select(AuditRow.action, AuditRow.client_id, AuditRow.facts)
                                  .where(AuditRow.action.in_(["file.take_back", "intake.clear"]))).all()
    assert [(row.action, row.client_id) for row in rows] == [("file.take_back", ann), ("intake.clear", ann)]
    assert rows[0].facts["count"] == 1 and rows[1].facts["drafts"] == 1
    assert cleared(app, NOW + OVER) == 0


def test_a_file_of_any_kind_goes(app, people, ann):
    actor, _photo = typed(people, ann)
    with guard.acting(people.system), transaction():
        hand_in(people.system, ann, PHOTO, kind=FileKind.PAPER_FORM, record="intake_link", record_id=actor.link_id)
        hand_in(people.system, ann, PHOTO, kind=FileKind.PAPER_FORM, record="client", record_id=ann)
    assert cleared(app, NOW + OVER) == 1
    with guard.acting(people.system):
        assert list(db.session.scalars(select(File.record))) == ["client"]
        db.session.rollback()


def test_what_was_sent_stays_whatever_runs_out_later(app, people, ann):
    _first, photo = typed(people, ann)
    second, _secret = intake.address(people, ann)  # it goes on with what was typed: the photo hangs on the first
    answers = intake.healthy(medicines=[{"file": photo}])
    with guard.acting(second), transaction():
        drafts.drop_photos(second, answers)
        submissions.send(second, answers, intake.TYPED)
    _third, unsent = typed(people, ann, at=NOW + timedelta(days=300))
    assert left(people) == ([photo, unsent], 1)
    assert cleared(app, NOW + timedelta(days=300) + OVER) == 1 and left(people) == ([photo], 0)


def test_it_waits_while_another_address_goes_on_with_it(app, people, ann):
    _first, photo = typed(people, ann)
    with clock.frozen(NOW + timedelta(days=29)):
        intake.address(people, ann)
    assert cleared(app, NOW + OVER) == 0 and left(people) == ([photo], 1)
    assert cleared(app, NOW + timedelta(days=29) + OVER) == 1 and left(people) == ([], 0)


def test_it_waits_while_the_same_form_is_filled_in_here(app, people, ann):
    _first, photo = typed(people, ann)
    _here, fresh = typed(people, ann, at=NOW + OVER - timedelta(hours=1), way=Way.TABLET)
    assert cleared(app, NOW + OVER) == 0 and left(people) == ([photo, fresh], 2)
    assert cleared(app, NOW + OVER + timedelta(days=8)) == 1 and left(people) == ([], 0)


def test_nothing_goes_while_there_is_a_hold(app, people, ann):
    _actor, photo = typed(people, ann)
    with guard.acting(people.olive), transaction():
        holds.set_hold(people.olive, ann, reason="A claim against us")
    assert cleared(app, NOW + OVER) == 0 and left(people) == ([photo], 1)
    with guard.acting(people.olive), transaction():
        holds.lift_hold(people.olive, ann)
    assert cleared(app, NOW + OVER) == 1
