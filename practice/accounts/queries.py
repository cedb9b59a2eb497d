"""Reading users and sign-ins."""
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from practice.access.guard import system_session
from practice.access.roles import Role
from practice.accounts.models import Attempt, SignIn, TherapistProfile, User, UserRole
from practice.core.db import db


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


def open_sign_in(secret_hash: str, now: datetime, idle: timedelta, longest: timedelta) -> OpenSignIn | None:
    """The sign-in with that secret, unless it has ended, idled out, grown too old, or its user was disabled."""
    with system_session("who is signed in") as session:
        row = session.execute(
            select(SignIn.id, SignIn.user_id, SignIn.last_seen_at, User.name, User.email, User.language,
                   User.must_change_password)
            .join(User, User.id == SignIn.user_id)
            .where(SignIn.secret_hash == secret_hash, SignIn.ended_at.is_(None), User.is_active,
                   SignIn.last_seen_at > now - idle, SignIn.started_at > now - longest)
        ).first()
        if row is None:
            return None
        roles = session.scalars(select(UserRole.role).where(UserRole.user_id == row.user_id)).all()
    return OpenSignIn(row.id, row.user_id, row.name, row.email, row.language, frozenset(roles), row.last_seen_at,
                      row.must_change_password)


def credentials(email: str):
    """(id, password_hash, is_active, name) of the user with that address, or None."""
    with system_session("signing in") as session:
        return session.execute(
            select(User.id, User.password_hash, User.is_active, User.name).where(User.email == email)).first()


def is_empty() -> bool:
    """Whether nobody can sign in yet: the first run."""
    with system_session("first run") as session:
        return session.scalar(select(User.id).limit(1)) is None


def attempts_since(key: str, since: datetime) -> int:
    """How many failed tries were counted under `key`."""
    with system_session("counting failed tries") as session:
        return session.scalar(select(func.count(Attempt.id)).where(Attempt.key == key, Attempt.at > since))


@dataclass(frozen=True)
class Therapist:
    """What a screen needs to name a therapist."""

    id: int
    name: str
    short_name: str
    colour: int


def therapists() -> list[Therapist]:
    """The active therapists in the order of the day view."""
    rows = db.session.execute(
        select(User.id, User.name, TherapistProfile.short_name, TherapistProfile.colour)
        .join(TherapistProfile, TherapistProfile.user_id == User.id)
        .join(UserRole, (UserRole.user_id == User.id) & (UserRole.role == Role.THERAPIST))
        .where(User.is_active).order_by(TherapistProfile.position, User.id))
    return [Therapist(*row) for row in rows]


def user_names() -> dict[int, str]:
    """The names of all users, past ones too, by id."""
    return dict(db.session.execute(select(User.id, User.name)).all())


def roles_of(user_id: int) -> frozenset[Role]:
    """The roles of a user who is signing in."""
    with system_session("signing in") as session:
        return frozenset(session.scalars(select(UserRole.role).where(UserRole.user_id == user_id)))
