"""Everything the brief stands on, read in one go around the moment when the reading is recorded."""
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from practice.access.actor import Actor
from practice.admin import show
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.core import clock
from practice.intake.models import VISIT_CHECK, Submission
from practice.safety.models import BriefReview
from practice.safety.queries.forms import sent_on
from practice.safety.queries.known import Known, known, known_with
from practice.schedule.models import Appointment, DeskMessage
from practice.schedule.queries.appointments import TreatedBy, treated_by
from practice.schedule.queries.messages import messages_for
from practice.sessions.content import NoteContent
from practice.sessions.models import Addendum, Measurement, SessionNote
from practice.sessions.plan import PlanContent
from practice.sessions.queries.before import Before
from practice.sessions.queries.notes import content_of, last_notes_and_added
from practice.sessions.queries.plans import care_plan_of, measurements_of, plan_content

NOTES = 6  # the last session and the curve
MEASURES = 40  # the newest outcome measures


@dataclass(frozen=True)
class Brief:
    """A client on a day, with the appointment it is read for or without one."""

    client: Client
    appointment: Appointment | None
    on: date
    me: int
    known: Known
    treated: list[TreatedBy]
    notes: list[tuple[SessionNote, NoteContent]]
    messages: list[DeskMessage]
    review: BriefReview | None
    care_plan: PlanContent
    measured: list[tuple[Measurement, dict]]
    asks_a_check: bool = False  # the practice, before each visit
    added: dict[int, list[Addendum]] = field(default_factory=dict)  # to these notes, by their ids

    @property
    def visit(self) -> int:
        """Which visit this is, or would be."""
        return 1 + sum(one.sessions for one in self.treated)

    @cached_property
    def last_with_me(self) -> TreatedBy | None:
        return next((one for one in self.treated if one.user_id == self.me), None)

    @property
    def last(self) -> TreatedBy | None:
        """Since when things count as changed: the last session with this therapist, else with anybody."""
        return self.last_with_me or (self.treated[0] if self.treated else None)

    @property
    def since(self) -> datetime | None:
        return self.last.last_ended_at if self.last else None

    @property
    def others(self) -> list[TreatedBy]:
        """Who else has treated the client since."""
        mine = self.last_with_me
        return [one for one in self.treated
                if mine and one.user_id != self.me and one.last_started_at > mine.last_started_at]

    @property
    def form(self) -> Submission | None:
        return self.known.form.submission if self.known.form else None

    @property
    def is_form_of_the_day(self) -> bool:
        return self.form is not None and sent_on(self.form) == self.on

    @property
    def is_check_due(self) -> bool:
        """Whether what is asked before each visit has yet to be asked for this one; a health history comes first."""
        return self.asks_a_check and self.known.form is not None and not self.known.is_asked_for_the_day

    def histories(self) -> list:
        """The health histories among the forms that were read, newest first."""
        return [one for one in self.known.forms if one.definition.key != VISIT_CHECK]


def for_appointment(actor: Actor, found: Before) -> Brief:
    """The brief before an appointment."""
    row = found.appointment
    me = actor.user_id if actor.user_id == row.user_id else row.user_id
    return _brief(row.client, row, row.on_date, me, known_with(row.client, found.profile, row.on_date), row.starts_at,
                  messages_for(row.id) if found.has_messages else [], found.review, plan_content(found.plan),
                  measurements_of(row.client_id, MEASURES) if found.has_measures else [], found.asks_a_check)


def for_client(actor: Actor, client_id: int) -> Brief:
    """The chart as it stands today, without an appointment. Raises NotFound."""
    on = show.today()
    return _brief(get_client(client_id), None, on, actor.user_id, known(client_id, on), clock.now(), [], None,
                  care_plan_of(client_id), measurements_of(client_id, MEASURES))


def _brief(client, appointment, on, me, known_, before, messages, review, plan, measured,
           asks_a_check=False) -> Brief:
    notes = last_notes_and_added(client.id, NOTES, before=before if appointment else None)
    return Brief(client, appointment, on, me, known_, treated_by(client.id, before),
                 [(note, content_of(note)) for note, _added in notes], messages, review, plan, measured,
                 asks_a_check, {note.id: added for note, added in notes if added})
