"""Colleagues know each other's names; secrets are for the house alone."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register, system_only
from practice.accounts.models import Attempt, FirstRunCode, SignIn, TherapistProfile, User, UserRole

for model in (User, UserRole, TherapistProfile):
    register(model, everyone_with(Permission.USER_READ))
register(SignIn, everyone_with(Permission.USER_EDIT))
register(Attempt, system_only)
register(FirstRunCode, system_only)
