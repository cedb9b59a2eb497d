"""Taking down an outcome measure."""
from collections.abc import Sequence
from datetime import date

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.sessions.measures import MEASURES, score
from practice.sessions.models import Measurement
from practice.sessions.services.notes import require_chart

LONGEST_WORDS = 300


def take_measure(actor: Actor, client_id: int, key: str, answers: Sequence[int | None], *, names: Sequence[str] = (),
                 place: str = "", words: str = "", taken_on: date | None = None) -> Measurement:
    """Keep the answers of a measure; a row never changes, a mistake is taken again. Raises Invalid, NotFound."""
    require(actor, Permission.CHART_WRITE)
    client = get_client(client_id)
    require_chart(actor, client.id)
    measure, today = MEASURES.get(key), clock.local_date(clock.now(), the_practice().time_zone)
    if measure is None:
        raise Invalid(_("There is no such measure."), "measure")
    try:
        figure = score(measure, answers)
    except ValueError:
        raise Invalid(_("An answer is out of range."), "answers") from None
    if figure is None:
        raise Invalid(_("Too few answers for a score."), "answers")
    if measure.named and (len(names) != len(answers) or any(not name.strip() for name in names)):
        raise Invalid(_("Name each activity."), "names")
    if taken_on is not None and taken_on > today:
        raise Invalid(_("A measure cannot be taken on a day to come."), "taken_on")
    row = Measurement(client_id=client.id, taken_on=taken_on or today, taken_by_id=actor.user_id,
                      created_at=clock.now(), content=canonical_json({
                          "key": key, "answers": list(answers), "names": [name.strip() for name in names],
                          "place": place, "words": words.strip()[:LONGEST_WORDS], "score": figure}))
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "measure.take", row, client_id=client.id)
    return row
