"""Free times beside the form, and what stands against the time that was typed."""
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext

from practice.accounts.queries import therapists
from practice.admin import day_columns, show
from practice.admin.booking.forms import Asked
from practice.catalog.queries import able_therapists, get_treatment, price_of, treatments
from practice.clients.models import Client
from practice.core import clock
from practice.intake.queries import NEVER, form_status
from practice.premises.queries import price_groups
from practice.safety.queries.desk import consequences_of
from practice.schedule.overlaps import ClashReason, Slot, Taken, clashes
from practice.schedule.queries import appointments, diary


@dataclass(frozen=True)
class Offers:
    """Free times beside the form, and what stands against the time that was typed."""

    slots: list[Slot]
    names: dict[int, str]
    problem: str | None = None  # in words: taken, or no such day
    warning: str | None = None  # bookable all the same
    is_free: bool = False


def short_names() -> dict[int, str]:
    return {one.id: one.short_name for one in therapists()}


def offers(asked: Asked, nearest: list[Slot] | None = None) -> Offers:
    """Free times for what the form says; around the typed time when that is taken."""
    names = short_names()
    if asked.treatment_id is None:
        return Offers([], names)
    problem, warning, is_free = asked.problem, None, False
    if asked.at is not None:
        problem, warning = against(asked)
        is_free = problem is None
        if problem and nearest is None and asked.therapist_id:
            nearest = diary.nearest_free(asked.treatment_id, asked.at, asked.therapist_id, minutes=asked.minutes,
                                         moving_id=asked.moving_id)
    slots = nearest
    if slots is None:
        slots = diary.first_free(asked.treatment_id, earliest=asked.at or asked.earliest,
                                 therapist_id=asked.therapist_id, minutes=asked.minutes, count=6,
                                 moving_id=asked.moving_id)
    return Offers(sorted(slots, key=lambda slot: slot.start), names, problem, warning, is_free)


def against(asked: Asked) -> tuple[str | None, str | None]:
    """What stands in the way of the typed time, and what is only unusual about it."""
    treatment = get_treatment(asked.treatment_id)
    minutes = asked.minutes or treatment.minutes
    ends_at = asked.at + timedelta(minutes=minutes)
    if asked.therapist_id is None:
        return None, None
    if asked.therapist_id not in able_therapists(treatment.id):
        return gettext("This therapist does not give this treatment."), None
    new = Taken(asked.at, ends_at, asked.therapist_id, asked.room_id, ref=asked.moving_id,
                buffer=treatment.buffer_minutes)
    found = clashes(new, diary.taken_between(asked.at, ends_at + timedelta(minutes=treatment.buffer_minutes)))
    if found:
        other = found[0].other
        if found[0].reason is ClashReason.THERAPIST_BOOKED:
            return gettext("%(name)s is booked %(first)s–%(last)s.", name=short_names().get(asked.therapist_id, ""),
                           first=show.time(other.start), last=show.time(other.end)), None
        return gettext(found[0].message), None
    if asked.at < clock.now() - timedelta(minutes=5):
        return None, gettext("This time is in the past.")
    if not diary.is_within_hours(asked.at, ends_at, asked.therapist_id):
        return None, gettext("That is outside the therapist's working hours.")
    return None, None


def own_prices(client: Client | None) -> str | None:
    """What somebody of a price group pays: "Student: Deep tissue 60 €60.00"."""
    if client is None or client.price_group_id is None:
        return None
    own = [f"{row.name} {show.money(price)}" for row in treatments()
           if (price := price_of(row, client.price_group_id)) != row.price_amount]
    group = price_groups(kept_id=client.price_group_id)[client.price_group_id]
    return f"{group}: {', '.join(own)}" if own else group


def client_status(client: Client | None) -> dict | None:
    """What the desk must know of the client before booking: the form, and consequences without causes."""
    if client is None:
        return None
    held = form_status([client.id]).get(client.id, NEVER)
    return {"form": held, "is_current": held.is_current(show.today()),
            "consequences": [day_columns.consequence_mark(kind) for kind in
                             consequences_of({client.id}).get(client.id, ())],
            "next": appointments.next_of(client.id),
            "invite": day_columns.address("intake_link.page", client_id=client.id)}
