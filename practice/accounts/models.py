"""Users, their roles, their therapist's profile, and their sign-ins."""
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.access.roles import Role
from practice.core.columns import BigId, Enum_, UtcDateTime
from practice.core.db import db
from practice.core.sealed import Sealed, SealedRow, sealed_column


class User(db.Model):
    """Somebody who signs in. Never deleted: the audit trail names them by number."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    pin_hash: Mapped[str | None] = mapped_column(String(200))  # opens a locked sign-in, never a new one
    # after the password comes a code
    has_second_step: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    has_passkey: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    language: Mapped[str] = mapped_column(String(16), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)

    roles: Mapped[list["UserRole"]] = relationship(cascade="all, delete-orphan", order_by="UserRole.role")
    profile: Mapped["TherapistProfile | None"] = relationship(uselist=False)


class UserRole(db.Model):
    __tablename__ = "user_role"
    __table_args__ = (UniqueConstraint("user_id", "role"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[Role] = mapped_column(Enum_(Role))


def registered_with(body: str, number: str) -> str:
    """A registration in words; a number that begins with the body's name already is not given it twice."""
    return number if number.startswith(body) else f"{body} {number}".strip()


class TherapistProfile(db.Model):
    """What a therapist needs beside a user: registration, colour and place in the day view."""

    __tablename__ = "therapist_profile"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), unique=True)
    short_name: Mapped[str] = mapped_column(String(40))
    registration_body: Mapped[str] = mapped_column(String(80), default="")
    registration_number: Mapped[str] = mapped_column(String(40), default="")
    provider_number: Mapped[str] = mapped_column(String(40), default="", server_default="")  # with who pays
    npi: Mapped[str] = mapped_column(String(10), default="", server_default="")  # United States: of the provider
    colour: Mapped[int] = mapped_column(Integer, default=1)  # 1..8, each with a shape of its own
    position: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)


class SignIn(db.Model):
    """One signed-in browser. The cookie's secret is stored hashed; ended rows stay for the record."""

    __tablename__ = "sign_in"
    __audited__ = False  # its start and end are recorded; `last_seen_at` is not

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    device: Mapped[str] = mapped_column(String(120), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when they last showed who they are
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Authenticator(SealedRow, db.Model):
    """The app on somebody's phone that shows the codes of their second step. `last_step` is the newest one used."""

    __tablename__ = "authenticator"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), unique=True)
    _secret: Mapped[bytes | None] = sealed_column()
    secret = Sealed()
    last_step: Mapped[int] = mapped_column(Integer)
    set_up_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecoveryCode(db.Model):
    """A code for the day the phone is lost, as a keyed hash; gone once it was used."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    code_hash: Mapped[str] = mapped_column(String(64))


class Passkey(db.Model):
    """A key in somebody's own device; here is its public half. `sign_count` is the device's own count of its uses."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TicketKind(StrEnum):
    SECOND_STEP = "second_step"  # the password was right
    RESET = "reset"
    PASSKEY = "passkey"  # what a passkey has to sign


class Ticket(db.Model):
    """A secret that is worth one thing, once, for a short while. Only its hash is kept; gone once it was used."""

    __tablename__ = "ticket"
    __audited__ = False  # what it is made and used for is recorded

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[TicketKind] = mapped_column(Enum_(TicketKind))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attempt(db.Model):
    """A failed try, counted to slow down guessing. `key` is a keyed hash of the account, the address or a link."""

    __tablename__ = "attempt"
    __audited__ = False
    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FirstRunCode(db.Model):
    """The one-time code that lets the first owner in; gone once there is one."""

    __tablename__ = "first_run_code"
    __audited__ = False

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
