"""The staff: adding people, their roles, their therapist's profile."""
from collections.abc import Iterable

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.access.roles import Role
from practice.accounts import passwords
from practice.accounts.models import TherapistProfile, User, UserRole
from practice.accounts.services.signing_in import end_all
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.text import _


class EmailTaken(DomainError):
    message = _("Somebody signs in with this address already.")


class LastOwner(DomainError):
    message = _("The practice needs at least one owner who can sign in.")


class OwnRoles(DomainError):
    message = _("Nobody changes their own roles or access: ask another owner.")


def add_user(actor: Actor, *, name: str, email: str, password: str, roles: Iterable[Role],
             must_change_password: bool = True) -> User:
    """A new member of the staff. Raises Invalid, EmailTaken."""
    require(actor, Permission.USER_EDIT)
    roles = frozenset(roles)
    if not roles:
        raise Invalid(_("Choose at least one role."), "roles")
    email = email.strip().casefold()
    passwords.check_new(password, email.split("@")[0])
    if db.session.scalar(select(User.id).where(User.email == email)):
        raise EmailTaken(field="email")
    user = User(name=name.strip(), email=email, password_hash=passwords.hash_password(password),
                must_change_password=must_change_password, created_at=clock.now(),
                roles=[UserRole(role=role) for role in sorted(roles)])
    db.session.add(user)
    db.session.flush()
    if Role.THERAPIST in roles:
        _add_profile(user)
    audit.record(actor, "user.add", user, roles=sorted(roles))
    return user


def _add_profile(user: User) -> None:
    taken = db.session.scalar(select(func.count(TherapistProfile.id)))
    user.profile = TherapistProfile(short_name=user.name.split()[0][:40], colour=taken % 8 + 1, position=taken)
    db.session.flush()


def get_user(user_id: int) -> User:
    """Raises NotFound."""
    user = db.session.scalars(select(User).where(User.id == user_id)).first()
    if user is None:
        raise NotFound()
    return user


def set_roles(actor: Actor, user_id: int, roles: Iterable[Role], *, is_active: bool, version: int) -> User:
    """Change what somebody may do. Acts on their next click: all their sign-ins end."""
    require(actor, Permission.USER_EDIT)
    user, roles = get_user(user_id), frozenset(roles)
    check_version(user, version)
    before = frozenset(row.role for row in user.roles)
    if user.id == actor.user_id and (roles != before or not is_active):
        raise OwnRoles(field="roles")
    if not roles:
        raise Invalid(_("Choose at least one role."), "roles")
    user.roles = [row for row in user.roles if row.role in roles] + [UserRole(role=r) for r in sorted(roles - before)]
    user.is_active = is_active
    db.session.flush()
    if Role.THERAPIST in roles and user.profile is None:
        _add_profile(user)
    _keep_an_owner()
    if roles != before or not is_active:
        end_all(user.id)
    audit.record(actor, "user.roles", user, before=sorted(before), after=sorted(roles), is_active=is_active)
    return user


def _keep_an_owner() -> None:
    owners = db.session.scalar(select(func.count(User.id)).join(UserRole)
                               .where(UserRole.role == Role.OWNER, User.is_active))
    if not owners:
        raise LastOwner()


def set_profile(actor: Actor, user_id: int, *, short_name: str, registration_body: str, registration_number: str,
                colour: int, version: int) -> TherapistProfile:
    """A therapist's registration, name and colour in the day view."""
    require(actor, Permission.USER_EDIT)
    profile = get_user(user_id).profile
    if profile is None:
        raise NotFound()
    check_version(profile, version)
    profile.short_name, profile.colour = short_name.strip(), colour
    profile.registration_body, profile.registration_number = registration_body.strip(), registration_number.strip()
    audit.record(actor, "user.profile", profile, user_id=user_id)
    return profile


def change_password(actor: Actor, *, current: str, new: str) -> None:
    """One's own password; needs the current one and ends every sign-in. Raises Invalid."""
    user = get_user(actor.user_id)
    if not passwords.is_right(user.password_hash, current):
        raise Invalid(_("This is not your current password."), "current")
    passwords.check_new(new, user.email.split("@")[0])
    user.password_hash, user.must_change_password = passwords.hash_password(new), False
    end_all(user.id)
    audit.record(actor, "user.password", user)


def reset_password(actor: Actor, user_id: int, temporary: str) -> None:
    """Give somebody a password for one sign-in: they must choose their own right after it."""
    require(actor, Permission.USER_EDIT)
    user = get_user(user_id)
    passwords.check_new(temporary, user.email.split("@")[0])
    user.password_hash, user.must_change_password = passwords.hash_password(temporary), True
    end_all(user.id)
    audit.record(actor, "user.password_reset", user)
