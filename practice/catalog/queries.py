"""Reading what the practice sells."""
from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import selectinload

from practice.accounts.queries import therapists
from practice.catalog.models import Product, Treatment, TreatmentPrice, TreatmentText, TreatmentTherapist
from practice.core.db import db, read_already
from practice.core.errors import NotFound

ONE_TREATMENT = select(Treatment).where(Treatment.id == bindparam("treatment_id"))
NEUTRAL_NAME = select(TreatmentText.neutral_name).where(
    TreatmentText.treatment_id == bindparam("treatment_id"), TreatmentText.language == bindparam("language"))
NAMED = select(TreatmentTherapist.user_id).where(TreatmentTherapist.treatment_id == bindparam("treatment_id"))


def treatments(*, active: bool = True) -> list[Treatment]:
    """The treatments in the practice's order; retired ones too with `active` False."""
    chosen = select(Treatment).options(selectinload(Treatment.tax_code)).order_by(Treatment.position, Treatment.name)
    return list(db.session.scalars(chosen.where(Treatment.is_active) if active else chosen))


def get_treatment(treatment_id: int) -> Treatment:
    """Raises NotFound."""
    row = (read_already(Treatment, treatment_id)
           or db.session.scalars(ONE_TREATMENT, {"treatment_id": treatment_id}).first())
    if row is None:
        raise NotFound()
    return row


GROUP_PRICE = select(TreatmentPrice.price_amount).where(
    TreatmentPrice.treatment_id == bindparam("treatment_id"), TreatmentPrice.price_group_id == bindparam("group_id"))


def price_of(treatment: Treatment, price_group_id: int | None) -> int:
    """What somebody of this price group pays for it, else its usual price; minor units."""
    if price_group_id is None:
        return treatment.price_amount
    own = db.session.scalar(GROUP_PRICE, {"treatment_id": treatment.id, "group_id": price_group_id})
    return treatment.price_amount if own is None else own


def billing_codes(treatment_ids: Iterable[int]) -> dict[int, str]:
    """The codes under which insurers count these treatments, by id; "" for one without."""
    return dict(db.session.execute(select(Treatment.id, Treatment.billing_code)
                                   .where(Treatment.id.in_(list(treatment_ids)))).all())


def neutral_name(treatment: Treatment, language: str) -> str:
    """The neutral name of a treatment in that language, else in the practice's."""
    own = db.session.scalar(NEUTRAL_NAME, {"treatment_id": treatment.id, "language": language})
    return own or treatment.neutral_name


def named_therapists() -> dict[int, set[int]]:
    """The therapists whom a treatment names, by treatment; one that names nobody is left out."""
    named: dict[int, set[int]] = {}
    for treatment_id, user_id in db.session.execute(select(TreatmentTherapist.treatment_id,
                                                           TreatmentTherapist.user_id)):
        named.setdefault(treatment_id, set()).add(user_id)
    return named


def able_therapists(treatment_id: int) -> list[int]:
    """Who gives this treatment, in the order of the day view: those it names, or every therapist."""
    named = set(db.session.scalars(NAMED, {"treatment_id": treatment_id}))
    return [person.id for person in therapists() if not named or person.id in named]


def products(*, active: bool = True) -> list[Product]:
    chosen = select(Product).options(selectinload(Product.tax_code)).order_by(Product.name)
    return list(db.session.scalars(chosen.where(Product.is_active) if active else chosen))


def get_product(product_id: int) -> Product:
    """Raises NotFound."""
    row = db.session.scalars(select(Product).where(Product.id == product_id)).first()
    if row is None:
        raise NotFound()
    return row
