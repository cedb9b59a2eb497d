"""Keeping the price list, and the settings that hang on it."""
import re
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.queries import therapists
from practice.audit import services as audit
from practice.catalog.models import Product, Treatment, TreatmentPrice, TreatmentText, TreatmentTherapist
from practice.catalog.queries import get_product, get_treatment
from practice.catalog.techniques import catalogue
from practice.core.db import check_version, db
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.premises import services as premises
from practice.premises.models import Practice, TaxCode
from practice.premises.queries import the_practice

CODE = re.compile(r"[0-9]{5}|[A-Z][0-9]{4}")
LONGEST = 8 * 60  # minutes


class CurrencyInUse(DomainError):
    message = _("The currency stays: there are prices in it.")


class NameTaken(DomainError):
    message = _("There is one with this name already.")


def save_treatment(actor: Actor, treatment_id: int | None, *, version: int | None = None, name: str, neutral_name: str,
                   minutes: int, buffer_minutes: int = 0, price_amount: int, tax_code_id: int,
                   needs_room: bool = True, usual_techniques: Sequence[str] = (), therapist_ids: Sequence[int] = (),
                   texts: Mapping[str, tuple[str, str]] | None = None, is_active: bool = True,
                   billing_code: str = "", prices: Mapping[int, int] | None = None,
                   techniques: Collection[str] | None = None) -> Treatment:
    """Add (`treatment_id` None) or change a treatment.

    `techniques` are the keys of every technique there is, where the practice has some of its own.

    `texts` are (name, neutral name) per further language; no `therapist_ids` means everybody gives it;
    `prices` are those of price groups, by their number.
    Raises Invalid, NameTaken, Stale, NotFound.
    """
    require(actor, Permission.CATALOG_EDIT)
    name, neutral_name = name.strip(), neutral_name.strip()
    _check_treatment(name, neutral_name, minutes, buffer_minutes, price_amount)
    if set(usual_techniques) - set(techniques or catalogue()):
        raise Invalid(_("Unknown technique."), "usual_techniques")
    _check_tax_code(tax_code_id)
    if treatment_id is None:
        row = Treatment(position=db.session.scalar(select(func.count(Treatment.id))))
    else:
        row = get_treatment(treatment_id)
        check_version(row, version)
    _refuse_twin(Treatment, name, treatment_id)
    row.name, row.neutral_name, row.minutes, row.buffer_minutes = name, neutral_name, minutes, buffer_minutes
    row.price_amount, row.tax_code_id, row.needs_room = price_amount, tax_code_id, needs_room
    row.billing_code = _read_code(billing_code)
    row.usual_techniques, row.is_active = list(usual_techniques), is_active
    _name_therapists(row, therapist_ids)
    if texts is not None:
        _set_texts(row, texts)
    if prices is not None:
        _set_prices(row, prices)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "treatment.save", row, price=price_amount, is_active=is_active)
    return row


def _name_therapists(row: Treatment, user_ids: Sequence[int]) -> None:
    """Rows that stay are kept: a new one for the same pair would meet the old one in the unique index."""
    wanted = set(user_ids)
    kept = [item for item in row.therapists if item.user_id in wanted]
    new = wanted - {item.user_id for item in kept}
    if new - {person.id for person in therapists()}:
        raise Invalid(_("Choose among the therapists"), "therapist_ids")
    row.therapists = kept + [TreatmentTherapist(user_id=user_id) for user_id in sorted(new)]


def _set_texts(row: Treatment, texts: Mapping[str, tuple[str, str]]) -> None:
    kept = {item.language: item for item in row.texts if item.language in texts}
    row.texts = [kept.get(language) or TreatmentText(language=language) for language in texts]
    for item in row.texts:
        item.name, item.neutral_name = (words.strip() for words in texts[item.language])
        if not (item.name and item.neutral_name and item.language):
            raise Invalid(_("A language needs both names"), "texts")


def _set_prices(row: Treatment, prices: Mapping[int, int]) -> None:
    if min(prices.values(), default=0) < 0:
        raise Invalid(_("A price is not below zero"), "group_prices")
    kept = {item.price_group_id: item for item in row.prices if item.price_group_id in prices}
    row.prices = [kept.get(group) or TreatmentPrice(price_group_id=group) for group in sorted(prices)]
    for item in row.prices:
        item.price_amount = prices[item.price_group_id]


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


def _read_code(given: str) -> str:
    """A code of five signs, as 97124, or none. Raises Invalid."""
    code = given.strip().upper()
    if code and not CODE.fullmatch(code):
        raise Invalid(_("Five digits, such as 97124"), "billing_code")
    return code


def _check_tax_code(tax_code_id: int) -> None:
    if not db.session.scalar(select(TaxCode.id).where(TaxCode.id == tax_code_id)):
        raise Invalid(_("Choose one of the tax codes"), "tax_code_id")


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
    _check_tax_code(tax_code_id)
    row = Product() if product_id is None else get_product(product_id)
    if product_id is not None:
        check_version(row, version)
    _refuse_twin(Product, name, product_id)
    row.name, row.price_amount, row.tax_code_id, row.is_active = name, price_amount, tax_code_id, is_active
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "product.save", row, price=price_amount, is_active=is_active)
    return row


def offer(actor: Actor, model: type, row_id: int, is_offered: bool) -> Treatment | Product:
    """Take a treatment or product off the price list, or put it back. What was booked or sold stays as it is."""
    require(actor, Permission.CATALOG_EDIT)
    row = {Treatment: get_treatment, Product: get_product}[model](row_id)
    row.is_active = is_offered
    row.version += 1
    audit.record(actor, f"{model.__tablename__}.{'offer' if is_offered else 'retire'}", row)
    return row


def retire(actor: Actor, model: type, row_id: int) -> Treatment | Product:
    """Take a treatment or product off the price list. Raises NotFound."""
    return offer(actor, model, row_id, False)


def change_settings(actor: Actor, *, version: int | None, **values) -> Practice:
    """Change the practice's settings; its currency only while nothing has a price.

    Raises CurrencyInUse, Stale, Invalid.
    """
    has_prices = db.session.scalar(select(Treatment.id).limit(1)) or db.session.scalar(select(Product.id).limit(1))
    if has_prices and values.get("currency", the_practice().currency) != the_practice().currency:
        raise CurrencyInUse(field="currency")
    return premises.change_settings(actor, version=version, **values)
