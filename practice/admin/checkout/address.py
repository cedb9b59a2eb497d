"""What the address of a checkout asks for, so that every step is a link and nothing is lost."""
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import request, url_for

from practice.admin.fields import row_number
from practice.admin.switches import uses
from practice.billing.queries.vouchers import plain_code
from practice.billing.services.checkout import Along, Charge, Extra, what_to_charge
from practice.core.errors import Invalid
from practice.core.money import parse, plain
from practice.core.text import _
from practice.premises.queries import the_practice

ALL = "all"  # in the address: the discount is off everything
NONE = "0"  # in the address: nothing of this, although it is offered


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `extras` None: what the therapist handed over; `also_id` an older invoice to pay,
    `shared_with_id` a second therapist, `together` sessions of others that are paid along, with what those bring."""

    extras: tuple[Extra, ...] | None = None
    discount: int = 0
    reason: str = ""
    package_id: int | None = None
    with_credit: bool = True
    also_id: int | None = None
    voucher: str = ""
    together: tuple[Along, ...] = ()
    is_on_all: bool = False
    shared_with_id: int | None = None

    def along(self, appointment_id: int, **changed) -> tuple[Along, ...]:
        """The sessions paid along, with one of them changed; with nothing named, without it."""
        changes = (replace(one, **changed) if one.appointment_id == appointment_id else one for one in self.together)
        return tuple(one for one in changes if changed or one.appointment_id != appointment_id)


def read_address() -> Asked:
    """What the address asks for. Raises Invalid."""
    extras = None
    if "product" in request.args:
        counts: dict[int, int] = {}
        for product_id in map(row_number, request.args.getlist("product")):
            if product_id:
                counts[product_id] = counts.get(product_id, 0) + 1
        extras = tuple(Extra(product, count) for product, count in counts.items())
    discount, codes = request.args.get("discount", "").strip(), read_codes()
    together = tuple(Along(number, row_number(request.args.get(f"package-{number}")) or None, codes.get(number, ""),
                           f"credit-{number}" in request.args)
                     for number in dict.fromkeys(filter(None, map(row_number, request.args.getlist("with")))))
    return Asked(extras, parse(discount, the_practice().currency) if discount else 0,
                 request.args.get("why", "").strip()[:120], row_number(request.args.get("package")) or None,
                 request.args.get("credit") != NONE, row_number(request.args.get("also")) or None,
                 codes.get(None, ""), together, request.args.get("off") == ALL,
                 row_number(request.args.get("shared")) or None)


def read_codes() -> dict[int | None, str]:
    """Codes of vouchers by the session they are brought for, None for the one that is checked out; what was typed just
    now says for whom it is. Raises Invalid for a code that is there twice."""
    if not uses("vouchers"):
        return {}
    typed, whose = plain_code(request.args.get("voucher", "")), row_number(request.args.get("for")) or None
    numbers = filter(None, map(row_number, request.args.getlist("with")))
    codes = {number: plain_code(request.args.get(f"voucher-{number}", "")) for number in numbers}
    codes[None] = plain_code(request.args.get("held", ""))  # the client's own, while one is typed for somebody else
    codes = {number: code for number, code in (codes | {whose: typed}).items() if code}
    if len(set(codes.values())) < len(codes):
        raise Invalid(_("A voucher is brought for one session here: take it off the other one."), "voucher")
    return codes


def address_of(asked: Asked, charge: Charge, **changed) -> str:
    """The address of the same checkout with something added or taken away: add, drop (products), and Asked's names."""
    add, drop = changed.pop("add", None), changed.pop("drop", None)
    wanted, products = replace(asked, **changed), None
    if add or drop:
        kept = charge.extras if wanted.extras is None else wanted.extras
        products = [*pieces(kept, but=drop), *([add] if add else [])]
    return url_for("checkout.page", appointment_id=charge.appointment.id, **fields_of(wanted, products))


def fields_of(asked: Asked, products: list[int] | None = None) -> dict[str, list]:
    """What stands in such an address, by name; `products` are other ones by number, one a piece."""
    if products is None and asked.extras is not None:
        products = pieces(asked.extras)
    fields = {
        "product": products if products is None else products or [NONE],
        "package": [asked.package_id], "also": [asked.also_id], "shared": [asked.shared_with_id],
        "voucher": [asked.voucher], "credit": [None if asked.with_credit else NONE],
        "with": [one.appointment_id for one in asked.together]}
    if asked.discount:
        fields |= {"discount": [plain(asked.discount, the_practice().currency)], "why": [asked.reason],
                   "off": [ALL if asked.is_on_all else None]}
    for one in asked.together:
        fields |= {f"package-{one.appointment_id}": [one.package_id], f"voucher-{one.appointment_id}": [one.voucher],
                   f"credit-{one.appointment_id}": [1 if one.with_credit else None]}
    return {name: values for name, values in fields.items() if values and any(values)}


def pieces(extras: Iterable[Extra], but: int | None = None) -> list[int]:
    """The number of the product of each piece."""
    return [extra.product_id for extra in extras for _piece in range(extra.quantity) if extra.product_id != but]


def charge_of(appointment_id: int, asked: Asked) -> Charge:
    return what_to_charge(appointment_id, extras=asked.extras, discount=asked.discount, discount_reason=asked.reason,
                          is_on_all=asked.is_on_all, shared_with_id=asked.shared_with_id)
