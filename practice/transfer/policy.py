"""Who sees what is kept of people's rights: who may answer for them."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register
from practice.transfer.models import Correction, Disclosure, Erasure, LegalHold, TrailReview

for model in (Correction, Disclosure, Erasure, LegalHold):
    register(model, everyone_with(Permission.CLIENT_RIGHTS))
register(TrailReview, everyone_with(Permission.AUDIT_READ))
