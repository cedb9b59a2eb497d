"""Registering clients, changing them, and who has them in care."""
from datetime import date, datetime, timedelta

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.contact import parse_email, parse_phone
from practice.clients.matching import normalise, prefix_key, search_text
from practice.clients.models import Care, CareReason, ChartLimit, Client, ReminderChannel
from practice.clients.queries import get_client, named_for
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.premises.queries import the_practice

FIELDS = ("first_name", "last_name", "preferred_name", "pronouns", "born_on", "phone", "email", "street", "postal_code",
          "city", "country", "language", "reminder_channel", "usual_therapist_id", "price_group_id")
GLASS_HOLDS = timedelta(hours=12)
SHORTEST_REASON = 10


class ChartLimited(DomainError):
    message = _("This client is seen by named therapists only: book with one of them.")


def register_client(actor: Actor, *, first_name: str, last_name: str, preferred_name: str = "", pronouns: str = "",
                    born_on: date | None = None, phone: str = "", email: str = "", street: str = "",
                    postal_code: str = "", city: str = "", country: str = "", language: str = "",
                    reminder_channel: ReminderChannel = ReminderChannel.NONE, usual_therapist_id: int | None = None,
                    price_group_id: int | None = None,
                    checked_duplicate_ids: tuple[int, ...] = ()) -> Client:
    """A new client. `checked_duplicate_ids` are those that were shown as possibly the same. Raises Invalid."""
    require(actor, Permission.CLIENT_REGISTER)
    row = Client(first_name="", last_name="", search_text="", sort_key="", first_key="", last_key="",
                 created_at=clock.now())
    _set(row, {
        "first_name": first_name, "last_name": last_name, "preferred_name": preferred_name, "pronouns": pronouns,
        "born_on": born_on, "phone": phone, "email": email, "street": street, "postal_code": postal_code, "city": city,
        "country": country, "language": language, "reminder_channel": reminder_channel,
        "usual_therapist_id": usual_therapist_id, "price_group_id": price_group_id})
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "client.register", row, client_id=row.id, not_the_same_as=list(checked_duplicate_ids))
    return row


def _set(row: Client, values: dict) -> list[str]:
    """Write values in their one form, and the keys that follow from them; gives the names of those that changed."""
    changed = []
    for name, value in values.items():
        value = _in_one_form(name, value)
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    for name, message in (("first_name", _("Enter the first name")), ("last_name", _("Enter the last name"))):
        if not normalise(getattr(row, name)):
            raise Invalid(message, name)
    row.search_text = search_text(row.first_name, row.last_name, row.preferred_name or None, row.phone or None,
                                  row.email or None)
    row.sort_key = prefix_key(row.last_name, row.first_name)
    row.first_key, row.last_key = prefix_key(row.first_name), prefix_key(row.last_name)
    return changed


def _in_one_form(name: str, value):
    """Text trimmed, a phone number in E.164, an address with its domain in small letters. Raises Invalid."""
    if not isinstance(value, str) or isinstance(value, ReminderChannel):
        return value
    value = " ".join(value.split())
    if value and name == "phone":
        return parse_phone(value, the_practice().country)
    return parse_email(value) if value and name == "email" else value


def change_client(actor: Actor, client_id: int, *, version: int, **values) -> Client:
    """Change some of FIELDS. Raises NotFound, Stale, Invalid."""
    require(actor, Permission.CLIENT_EDIT)
    if unknown := values.keys() - set(FIELDS):
        raise TypeError(f"not a client's field: {sorted(unknown)}")
    row = get_client(client_id)
    check_version(row, version)
    audit.record(actor, "client.change", row, client_id=row.id, changed=_set(row, values))
    return row


def archive_client(actor: Actor, client_id: int) -> Client:
    """Take a client out of lists and search; nothing is removed."""
    return _archive(actor, client_id, clock.now(), "client.archive")


def restore_client(actor: Actor, client_id: int) -> Client:
    """Bring an archived client back."""
    return _archive(actor, client_id, None, "client.restore")


def _archive(actor: Actor, client_id: int, at: datetime | None, action: str) -> Client:
    require(actor, Permission.CLIENT_EDIT)
    row = get_client(client_id)
    row.archived_at = at
    row.version += 1
    audit.record(actor, action, row, client_id=row.id)
    return row


def begin_care(actor: Actor, client_id: int, user_id: int, *, from_at: datetime, until_at: datetime,
               reason: CareReason, appointment_id: int | None = None, words: str = "") -> Care:
    """A user may open the client's chart from now until then. Who calls has checked that they may give it."""
    named = named_for(client_id)
    if named and user_id not in named and reason is not CareReason.BREAK_GLASS:
        raise ChartLimited()
    row = Care(client_id=client_id, user_id=user_id, from_at=from_at, until_at=until_at, reason=reason,
               appointment_id=appointment_id, words=words)
    db.session.add(row)
    audit.record(actor, "care.begin", row, client_id=client_id, user_id=user_id, until_at=until_at, reason=reason)
    return row


def end_care(actor: Actor, appointment_id: int) -> None:
    """The care that a booking gave ends now."""
    now = clock.now()
    for row in db.session.scalars(select(Care).where(Care.appointment_id == appointment_id, Care.until_at > now)):
        row.until_at = max(now, row.from_at)
        audit.record(actor, "care.end", row, client_id=row.client_id, user_id=row.user_id)


def break_glass(actor: Actor, client_id: int, words: str) -> Care:
    """Open a chart that is nobody's to open, with a reason that everybody can see afterwards. Raises Invalid."""
    require(actor, Permission.CHART_BREAK_GLASS)
    client = get_client(client_id)
    words = words.strip()
    if len(words) < SHORTEST_REASON:
        raise Invalid(_("Say in a sentence why you need to open this chart."), "words")
    now = clock.now()
    return begin_care(actor, client.id, actor.user_id, from_at=now, until_at=now + GLASS_HOLDS,
                      reason=CareReason.BREAK_GLASS, words=words[:300])


def limit_chart(actor: Actor, client_id: int, user_ids: set[int]) -> None:
    """Keep a chart (of staff, of their family) to these people; to nobody in particular with an empty choice.

    Everybody else's care ends now, and bookings give them none. Raises NotFound.
    """
    require(actor, Permission.CLIENT_RIGHTS)
    client, now = get_client(client_id), clock.now()
    db.session.execute(select(Client.id).where(Client.id == client.id).with_for_update(key_share=True))
    standing = db.session.scalars(select(ChartLimit).where(ChartLimit.client_id == client.id,
                                                           ChartLimit.ended_at.is_(None))).all()
    for row in standing:
        if row.user_id not in user_ids:
            row.ended_at = now
    for user_id in sorted(user_ids - {row.user_id for row in standing}):
        db.session.add(ChartLimit(client_id=client.id, user_id=user_id, set_at=now, set_by_id=actor.user_id))
    for held in db.session.scalars(select(Care).where(Care.client_id == client.id, Care.until_at > now)):
        if user_ids and held.user_id not in user_ids:
            held.until_at = max(now, held.from_at)
    audit.record(actor, "chart.limit", client, client_id=client.id, people=sorted(user_ids))
