"""The staff: adding and changing people, their roles, their therapist's profile, their passwords."""
from collections.abc import Iterable

from sqlalchemy import func, select

from practice.access.actor import Actor, Kind
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.access.roles import Role
from practice.accounts import passwords
from practice.accounts.models import TherapistProfile, User, UserRole
from practice.accounts.npi import is_npi
from practice.accounts.queries import get_user, lock_user
from practice.accounts.services import passkeys
from practice.accounts.services.signing_in import plain_email
from practice.accounts.services.tickets import shut_out
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import DomainError, Forbidden, Invalid, NotFound
from practice.core.text import _

COLOURS = 8  # each with a shape of its own


class EmailTaken(DomainError):
    message = _("Somebody signs in with this address already.")


class LastOwner(DomainError):
    message = _("The practice needs at least one owner who can sign in.")


class OwnRoles(DomainError):
    message = _("Nobody changes their own roles or access: ask another owner.")


class OwnPassword(DomainError):
    message = _("Change your own password on your own page.")


def add_user(actor: Actor, *, name: str, email: str, password: str, roles: Iterable[Role],
             must_change_password: bool = True, practice: str = "") -> User:
    """A new member of the staff. Raises Invalid, EmailTaken."""
    require(actor, Permission.USER_EDIT)
    roles = _checked_roles(roles)
    name, email = _checked_name(name), _free_email(email, None)
    passwords.check_new(password, *known_words(name, email, practice))
    user = User(name=name, email=email, password_hash=passwords.hash_password(password),
                must_change_password=must_change_password, created_at=clock.now(),
                roles=[UserRole(role=role) for role in sorted(roles)])
    db.session.add(user)
    db.session.flush()
    if Role.THERAPIST in roles:
        _add_profile(user)
    audit.record(actor, "user.add", user, roles=sorted(roles))
    return user


def _checked_roles(roles: Iterable[Role]) -> frozenset[Role]:
    roles = frozenset(Role(role) for role in roles)
    if not roles:
        raise Invalid(_("Choose at least one role."), "roles")
    return roles


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Invalid(_("Enter a name of at most 120 characters"), "name")
    return name


def _free_email(email: str, user_id: int | None) -> str:
    """The address in the form in which it is stored. Raises Invalid, EmailTaken."""
    email = plain_email(email)
    before, at, after = email.partition("@")
    if not (before and at and after) or len(email) > 254 or any(sign.isspace() for sign in email):
        raise Invalid(_("This is not an e-mail address"), "email")
    with db.session.no_autoflush:
        twin = db.session.scalar(select(User.id).where(User.email == email, User.id != (user_id or 0)))
    if twin:
        raise EmailTaken(field="email")
    return email


def known_words(name: str, email: str, practice: str = "") -> list[str]:
    """What everybody knows of somebody: their names, their address, the practice's name."""
    return [*name.split(), *practice.split(), email.split("@")[0], email]


def _add_profile(user: User) -> None:
    taken = db.session.scalar(select(func.count(TherapistProfile.id)))
    user.profile = TherapistProfile(short_name=user.name.split()[0][:40], colour=taken % COLOURS + 1, position=taken)
    db.session.flush()


def change_user(actor: Actor, user_id: int, *, name: str, email: str, roles: Iterable[Role], is_active: bool,
                version: int | None) -> User:
    """Change who somebody is and what they may do. A change of roles, address or access ends all their sign-ins.

    Raises NotFound, Stale, Invalid, EmailTaken, OwnRoles, LastOwner.
    """
    require(actor, Permission.USER_EDIT)
    roles = _checked_roles(roles)
    owners = _lock_owners()
    user = get_user(user_id)
    check_version(user, version)
    name, email = _checked_name(name), _free_email(email, user_id)
    before = frozenset(row.role for row in user.roles)
    was_active, had_email = user.is_active, user.email
    if user.id == actor.user_id and (roles != before or not is_active):
        _check_own_change(roles, is_active, owners - {user.id})
    left = owners - {user.id} | ({user.id} if is_active and Role.OWNER in roles else set())
    if not left:
        raise LastOwner(field="roles")
    user.name, user.email, user.is_active = name, email, is_active
    user.roles = [row for row in user.roles if row.role in roles] + [UserRole(role=r) for r in sorted(roles - before)]
    db.session.flush()
    if Role.THERAPIST in roles and user.profile is None:
        _add_profile(user)
    if roles != before or is_active != was_active or email != had_email:
        shut_out(user.id)
    audit.record(actor, "user.change", user, roles_before=sorted(before), roles=sorted(roles), is_active=is_active,
                 has_new_address=email != had_email)
    return user


def _lock_owners() -> set[int]:
    """The owners who can sign in, held against two of them dismissing each other at once."""
    everybody = db.session.execute(
        select(User.id, User.is_active).order_by(User.id).with_for_update(key_share=True)).all()
    owners = set(db.session.scalars(select(UserRole.user_id).where(UserRole.role == Role.OWNER)))
    return {row.id for row in everybody if row.is_active} & owners


def _check_own_change(roles: frozenset[Role], is_active: bool, other_owners: set[int]) -> None:
    """With another owner there is somebody to ask; the only one may begin to treat clients, and stays the owner."""
    if other_owners:
        raise OwnRoles(field="roles")
    if not is_active or Role.OWNER not in roles:
        raise LastOwner(field="roles")


def set_profile(actor: Actor, user_id: int, *, short_name: str, registration_body: str, registration_number: str,
                colour: int, version: int | None, provider_number: str = "", npi: str = "",
                position: int | None = None) -> TherapistProfile:
    """A therapist's registration, name, colour (1..8) and place in the day view. Raises NotFound, Stale, Invalid."""
    require(actor, Permission.USER_EDIT)
    profile = lock_profile(user_id)
    check_version(profile, version)
    short_name = " ".join(short_name.split())
    if not short_name or len(short_name) > 40:
        raise Invalid(_("Enter a name of at most 40 characters"), "short_name")
    if not 1 <= colour <= COLOURS:
        raise Invalid(_("Choose one of the marks"), "colour")
    if npi.strip() and not is_npi(npi.strip()):
        raise Invalid(_("This is no NPI: its last digit does not fit the others."), "npi")
    profile.short_name, profile.colour = short_name, colour
    profile.registration_body, profile.registration_number = registration_body.strip(), registration_number.strip()
    profile.provider_number, profile.npi = provider_number.strip(), npi.strip()
    if position is not None:
        profile.position = position
    audit.record(actor, "user.profile", profile, user_id=user_id)
    return profile


def lock_profile(user_id: int) -> TherapistProfile:
    """A therapist's profile, held until the transaction ends. Raises NotFound."""
    profile = db.session.scalars(select(TherapistProfile).where(TherapistProfile.user_id == user_id)
                                 .with_for_update().execution_options(populate_existing=True)).first()
    if profile is None:
        raise NotFound()
    return profile


def change_password(actor: Actor, *, current: str, new: str, practice: str = "") -> None:
    """One's own password; needs the current one and ends every sign-in. Not made of the practice's name. Raises
    Invalid.
    """
    if actor.kind is not Kind.STAFF:
        raise Forbidden()
    user = lock_user(actor.user_id)
    if not passwords.is_right(user.password_hash, current):
        raise Invalid(_("This is not your current password."), "current")
    passwords.check_new(new, *known_words(user.name, user.email, practice))
    if new == current:
        raise Invalid(_("Choose another one than the present password."), "password")
    user.password_hash, user.must_change_password = passwords.hash_password(new), False
    shut_out(user.id)
    audit.record(actor, "user.password", user)


def reset_password(actor: Actor, user_id: int) -> str:
    """A password for one sign-in, given back once; after it its owner must choose their own.

    Ends all their sign-ins, and takes out their PIN and their passkeys. Not for oneself. Raises NotFound, OwnPassword.
    """
    require(actor, Permission.USER_EDIT)
    if user_id == actor.user_id:
        raise OwnPassword()
    user = lock_user(user_id)
    temporary = passwords.temporary()
    user.password_hash, user.must_change_password = passwords.hash_password(temporary), True
    user.pin_hash = None
    passkeys.take_all_out(user)
    shut_out(user.id)
    audit.record(actor, "user.password_reset", user)
    return temporary
