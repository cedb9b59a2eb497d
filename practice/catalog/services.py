"""Keeping the price list."""
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.catalog.models import Product, Treatment, TreatmentText, TreatmentTherapist
from practice.catalog.queries import get_product, get_treatment
from practice.catalog.techniques import catalogue
from practice.core.db import check_version, db
from practice.core.errors import DomainError, Invalid
from practice.core.text import _

LONGEST = 8 * 60  # minutes


class NameTaken(DomainError):
    message = _("There is one with this name already.")


def save_treatment(actor: Actor, treatment_id: int | None, *, version: int | None = None, name: str, neutral_name: str,
                   minutes: int, buffer_minutes: int = 0, price_amount: int, tax_code_id: int,
                   needs_room: bool = True, usual_techniques: Sequence[str] = (), therapist_ids: Sequence[int] = (),
                   texts: Mapping[str, tuple[str, str]] | None = None, is_active: bool = True) -> Treatment:
    """Add (`treatment_id` None) or change a treatment.

    `texts` are (name, neutral name) per further language; no `therapist_ids` means everybody gives it.
    Raises Invalid, NameTaken, Stale, NotFound.
    """
    require(actor, Permission.CATALOG_EDIT)
    name, neutral_name = name.strip(), neutral_name.strip()
    _check_treatment(name, neutral_name, minutes, buffer_minutes, price_amount)
    unknown = [key for key in usual_techniques if key not in catalogue()]
    if unknown:
        raise Invalid(_("Unknown technique."), "usual_techniques")
    if treatment_id is None:
        row = Treatment(position=db.session.scalar(select(func.count(Treatment.id))))
    else:
        row = get_treatment(treatment_id)
        check_version(row, version)
    _refuse_twin(Treatment, name, treatment_id)
    row.name, row.neutral_name, row.minutes, row.buffer_minutes = name, neutral_name, minutes, buffer_minutes
    row.price_amount, row.tax_code_id, row.needs_room = price_amount, tax_code_id, needs_room
    row.usual_techniques, row.is_active = list(usual_techniques), is_active
    row.therapists = [TreatmentTherapist(user_id=user_id) for user_id in dict.fromkeys(therapist_ids)]
    if texts is not None:
        row.texts = [TreatmentText(language=language, name=pair[0], neutral_name=pair[1])
                     for language, pair in texts.items()]
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "treatment.save", row, price=price_amount, is_active=is_active)
    return row


def _check_treatment(name: str, neutral_name: str, minutes: int, buffer_minutes: int, price_amount: int) -> None:
    if not name:
        raise Invalid(_("Enter a name"), "name")
    if not neutral_name:
        raise Invalid(_("Enter the name that stands on documents"), "neutral_name")
    if not 5 <= minutes <= LONGEST:
        raise Invalid(_("From 5 to %(most)s minutes"), "minutes", most=LONGEST)
    if not 0 <= buffer_minutes <= 120:
        raise Invalid(_("From 0 to 120 minutes"), "buffer_minutes")
    if price_amount < 0:
        raise Invalid(_("A price is not below zero"), "price")


def _refuse_twin(model: type, name: str, row_id: int | None) -> None:
    with db.session.no_autoflush:
        if db.session.scalar(select(model.id).where(model.name == name, model.id != (row_id or 0))):
            raise NameTaken(field="name")


def save_product(actor: Actor, product_id: int | None, *, version: int | None = None, name: str, price_amount: int,
                 tax_code_id: int, is_active: bool = True) -> Product:
    """Add or change something sold over the counter. Raises Invalid, NameTaken, Stale, NotFound."""
    require(actor, Permission.CATALOG_EDIT)
    name = name.strip()
    if not name:
        raise Invalid(_("Enter a name"), "name")
    if price_amount < 0:
        raise Invalid(_("A price is not below zero"), "price")
    row = Product() if product_id is None else get_product(product_id)
    if product_id is not None:
        check_version(row, version)
    _refuse_twin(Product, name, product_id)
    row.name, row.price_amount, row.tax_code_id, row.is_active = name, price_amount, tax_code_id, is_active
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "product.save", row, price=price_amount, is_active=is_active)
    return row
