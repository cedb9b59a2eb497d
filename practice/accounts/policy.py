"""Colleagues know each other's names; one's own sign-ins are one's own; secrets are for the house alone."""
from sqlalchemy import true

from practice.access.actor import Actor, Kind
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register, system_only
from practice.accounts.models import Attempt, FirstRunCode, SignIn, TherapistProfile, User, UserRole


def sign_in_rows(actor: Actor):
    if actor.may(Permission.USER_EDIT):
        return true()
    return SignIn.__table__.c.user_id == actor.user_id if actor.kind is Kind.STAFF else None


for model in (User, UserRole, TherapistProfile):
    register(model, everyone_with(Permission.USER_READ))
register(SignIn, sign_in_rows)
register(Attempt, system_only)
register(FirstRunCode, system_only)
