"""Who stands in the columns of a day: the therapists, when they work, and how much each has booked."""
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, bindparam, func, or_, select

from practice.access.guard import system_session
from practice.access.roles import Role
from practice.accounts.models import TherapistProfile, User, UserRole
from practice.accounts.queries import Therapist
from practice.premises.queries import the_practice
from practice.schedule import overlaps
from practice.schedule.models import Appointment, Shift
from practice.schedule.overlaps import WeeklyShift, Work

DAY = timedelta(days=1)
A_DAY = 24 * 60  # minutes


@dataclass(frozen=True)
class Team:
    """`therapists` are the active ones in the order of the day view. `work` is what anybody works on the day, `booked`
    counts appointments of any state; both name people who left, too."""

    therapists: list[Therapist]
    booked: dict[int, int]
    work: list[Work]


IS_ACTIVE = and_(User.is_active, UserRole.role.is_not(None), TherapistProfile.user_id.is_not(None))
BOOKED = (select(Appointment.user_id, func.count(Appointment.id).label("count_booked"))
          .where(Appointment.on_date == bindparam("day")).group_by(Appointment.user_id).subquery())
TEAM = (
    select(User.id, User.name, TherapistProfile.short_name, TherapistProfile.colour, IS_ACTIVE.label("is_active"),
           BOOKED.c.count_booked, Shift.weekday, Shift.starts_minute, Shift.ends_minute, Shift.location_id,
           Shift.from_on, Shift.until_on)
    .outerjoin(TherapistProfile, TherapistProfile.user_id == User.id)
    .outerjoin(UserRole, and_(UserRole.user_id == User.id, UserRole.role == Role.THERAPIST))
    .outerjoin(BOOKED, BOOKED.c.user_id == User.id)
    # Of the day before, what runs past midnight.
    .outerjoin(Shift, and_(Shift.user_id == User.id, or_(
        Shift.weekday == bindparam("weekday"),
        and_(Shift.weekday == bindparam("weekday_before"), Shift.ends_minute > A_DAY))))
    .where(or_(IS_ACTIVE, BOOKED.c.count_booked.is_not(None), Shift.id.is_not(None)))
    .order_by(TherapistProfile.position, User.id))


def team(day: date) -> Team:
    """Everybody of a local day, whoever asks; one statement."""
    with system_session("the day's columns") as session:
        rows = session.execute(TEAM, {"day": day, "weekday": day.weekday(),
                                      "weekday_before": (day - DAY).weekday()}).all()
    people = {row.id: row for row in rows}.values()
    shifts = [WeeklyShift(row.id, *row[-6:]) for row in rows if row.weekday is not None]
    return Team([Therapist(*row[:4]) for row in people if row.is_active],
                {row.id: row.count_booked for row in people if row.count_booked},
                overlaps.expand_range(shifts, day - DAY, day, the_practice().time_zone))
