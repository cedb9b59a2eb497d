"""Reading users and sign-ins."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import selectinload

from practice.access.guard import system_session
from practice.access.roles import Role
from practice.accounts.models import (
    Attempt,
    Passkey,
    RecoveryCode,
    SignIn,
    TherapistProfile,
    User,
    UserRole,
    registered_with,
)
from practice.core.db import db
from practice.core.errors import NotFound


@dataclass(frozen=True)
class OpenSignIn:
    """A sign-in that still holds: who it is, with the roles of this very moment."""

    id: int
    user_id: int
    name: str
    email: str
    language: str
    roles: frozenset[Role]
    last_seen_at: datetime
    must_change_password: bool
    has_pin: bool
    has_passkey: bool
    has_second_step: bool
    proved_at: datetime | None
    is_locked: bool


# Asked with every request, so built only once: building it takes longer than asking. A row for each role.
OPEN_SIGN_IN = (
    select(SignIn.id, SignIn.user_id, User.name, User.email, User.language, SignIn.last_seen_at,
           User.must_change_password, User.pin_hash, User.has_passkey, User.has_second_step, SignIn.proved_at,
           SignIn.locked_at, UserRole.role)
    .join(User, User.id == SignIn.user_id).outerjoin(UserRole, UserRole.user_id == User.id)
    .where(SignIn.secret_hash == bindparam("secret_hash"), SignIn.ended_at.is_(None), User.is_active,
           or_(SignIn.last_seen_at > bindparam("seen_after"), User.pin_hash.is_not(None), User.has_passkey),
           SignIn.started_at > bindparam("started_after")))


def open_sign_in(rows: Sequence[tuple], seen_after: datetime) -> OpenSignIn | None:
    """What rows of OPEN_SIGN_IN say; none: it has ended, grown too old, or its user was disabled.

    One that has idled is locked where its user has a PIN or a passkey to open it, and has ended where there is none.
    """
    if not rows:
        return None
    roles = frozenset(row[-1] for row in rows if row[-1] is not None)
    (row_id, user_id, name, email, language, last_seen_at, must_change, pin_hash, has_passkey, has_second_step,
     proved_at, locked_at, _role) = rows[0]
    return OpenSignIn(row_id, user_id, name, email, language, roles, last_seen_at, must_change, pin_hash is not None,
                      has_passkey, has_second_step, proved_at, locked_at is not None or last_seen_at <= seen_after)


def pin_hash_of(user_id: int) -> str | None:
    """What the PIN of a user is checked against; None for who has none."""
    with system_session("a PIN is checked") as session:
        return session.scalar(select(User.pin_hash).where(User.id == user_id))


def credentials(email: str):
    """(id, password_hash, is_active, name) of the user with that address, or None."""
    with system_session("signing in") as session:
        return session.execute(
            select(User.id, User.password_hash, User.is_active, User.name).where(User.email == email)).first()


def has_second_step(user_id: int) -> bool:
    """Whether the password alone does not let this user in."""
    with system_session("signing in") as session:
        return bool(session.scalar(select(User.has_second_step).where(User.id == user_id)))


def passkeys_of(user_id: int) -> list[Passkey]:
    """One's own passkeys, the newest last."""
    return list(db.session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def recovery_codes_left(user_id: int) -> int:
    """How many of one's recovery codes were not used yet."""
    return db.session.scalar(select(func.count(RecoveryCode.id)).where(RecoveryCode.user_id == user_id))


def is_empty() -> bool:
    """Whether nobody can sign in yet: the first run."""
    with system_session("first run") as session:
        return session.scalar(select(User.id).limit(1)) is None


def attempts_since(key: str, since: datetime) -> int:
    """How many failed tries were counted under `key`."""
    with system_session("counting failed tries") as session:
        return session.scalar(select(func.count(Attempt.id)).where(Attempt.key == key, Attempt.at > since))


def has_signed_in_from(user_id: int, address: str, since: datetime) -> bool:
    """Whether that user has opened a sign-in from that address lately."""
    with system_session("signing in") as session:
        return session.scalar(select(SignIn.id).where(SignIn.user_id == user_id, SignIn.address == address,
                                                      SignIn.started_at > since).limit(1)) is not None


def open_sign_ins(user_id: int, now: datetime, idle: timedelta, longest: timedelta) -> list[SignIn]:
    """The sign-ins of a user that still hold, the one used last first: one's own, or anybody's for an owner."""
    return list(db.session.scalars(
        select(SignIn).join(User, User.id == SignIn.user_id)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.started_at > now - longest,
               or_(SignIn.last_seen_at > now - idle, User.pin_hash.is_not(None), User.has_passkey))
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())))


def get_user(user_id: int) -> User:
    """Raises NotFound."""
    user = db.session.scalars(select(User).where(User.id == user_id)).first()
    if user is None:
        raise NotFound()
    return user


def lock_user(user_id: int) -> User:
    """A user, held until the transaction ends: taken first by whatever changes what lets them in, so that no two of
    those see the same ticket, code or key, and none waits for another in a circle. Raises NotFound.
    """
    user = db.session.scalars(select(User).where(User.id == user_id).with_for_update(key_share=True)
                              .execution_options(populate_existing=True)).first()
    if user is None:
        raise NotFound()
    return user


def staff() -> list[User]:
    """Everybody who signs in or did, those who may first, with roles and profile."""
    return list(db.session.scalars(select(User).options(selectinload(User.roles), selectinload(User.profile))
                                   .order_by(User.is_active.desc(), User.name, User.id)))


@dataclass(frozen=True)
class Therapist:
    """What a screen needs to name a therapist."""

    id: int
    name: str
    short_name: str
    colour: int


THERAPISTS = (
    select(User.id, User.name, TherapistProfile.short_name, TherapistProfile.colour)
    .join(TherapistProfile, TherapistProfile.user_id == User.id)
    .join(UserRole, (UserRole.user_id == User.id) & (UserRole.role == Role.THERAPIST))
    .where(User.is_active).order_by(TherapistProfile.position, User.id))


def therapists() -> list[Therapist]:
    """The active therapists in the order of the day view."""
    return [Therapist(*row) for row in db.session.execute(THERAPISTS)]


USER_NAMES = select(User.id, User.name)


def user_names() -> dict[int, str]:
    """The names of all users, past ones too, by id."""
    return dict(db.session.execute(USER_NAMES).all())


ON_PAPER = (
    select(User.id, User.name, TherapistProfile.registration_body, TherapistProfile.registration_number,
           TherapistProfile.provider_number, TherapistProfile.npi)
    .outerjoin(TherapistProfile, TherapistProfile.user_id == User.id)
    .where(User.id.in_(bindparam("user_ids", expanding=True))))


def names_on_paper(user_ids: Iterable[int]) -> dict[int, str]:
    """How these therapists stand on a document, by id: the name with the registration, where there is one."""
    rows = db.session.execute(ON_PAPER, {"user_ids": list(user_ids)})
    return {user_id: ", ".join(filter(None, (name, registered_with(body or "", number or ""), provider)))
            for user_id, name, body, number, provider, _npi in rows}


def registrations(user_ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """The registration number, the provider number and the NPI of these therapists, by id."""
    rows = db.session.execute(ON_PAPER, {"user_ids": list(user_ids)})
    return {row.id: (row.registration_number or "", row.provider_number or "", row.npi or "") for row in rows}


def roles_now(user_id: int | None) -> frozenset[Role]:
    """The roles of a user at this moment; none for one who may not sign in any more."""
    with system_session("what a colleague may do now") as session:
        return frozenset(session.scalars(select(UserRole.role).join(User, User.id == UserRole.user_id)
                                         .where(User.id == user_id, User.is_active)))


def roles_of(user_id: int) -> frozenset[Role]:
    """The roles of a user who is signing in."""
    with system_session("signing in") as session:
        return frozenset(session.scalars(select(UserRole.role).where(UserRole.user_id == user_id)))
