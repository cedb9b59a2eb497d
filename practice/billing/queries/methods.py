"""How money can come: card, cash, bank transfer, and what the practice added of its own."""
from sqlalchemy import select

from practice.billing.models.payments import METHOD_LABELS, OPENING_LABEL, Method
from practice.core.db import db, kept
from practice.core.errors import Invalid
from practice.core.text import _
from practice.premises.models import PaymentMethod

OPENING = {Method.OPENING: OPENING_LABEL}
OWN = select(PaymentMethod.id, PaymentMethod.name, PaymentMethod.kind, PaymentMethod.is_active).order_by(
    PaymentMethod.id)


def own_methods() -> dict[Method, object]:
    """The practice's own by key, with name, kind and is_active; those no longer in use too."""
    if kept().get("methods") is None:
        kept()["methods"] = {Method(f"own-{row.id}"): row for row in db.session.execute(OWN)}
    return kept()["methods"]


def methods() -> dict[Method, str]:
    """What can be chosen, with its word: of the house's three to be translated, of the others as it was named."""
    return METHOD_LABELS | {key: row.name for key, row in own_methods().items() if row.is_active}


def method_word(method: Method) -> str:
    """The word of a method, in use or not."""
    return own_methods()[method].name if method.own_id else (METHOD_LABELS | OPENING)[method]


def written(method: Method) -> str:
    """As a table of a report keeps it: the key of the house's three, the name of an own one as it is now."""
    return method_word(method) if method.own_id else str(method)


def kind_of(method: Method) -> Method:
    """CARD, CASH or BANK: what an own method is treated like."""
    return Method(own_methods()[method].kind.value) if method.own_id else method


def known_method(key: str) -> Method | None:
    """The method an address names, in use or not."""
    return Method(key) if key in METHOD_LABELS or key in own_methods() else None


def usable(method: str) -> Method:
    """A method that can be chosen. Raises Invalid."""
    if method not in METHOD_LABELS and method not in methods():
        raise Invalid(_("Choose how it is paid."), "method")
    return Method(method)
