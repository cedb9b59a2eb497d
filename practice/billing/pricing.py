"""The one calculator. Screen, PDF, export and e-invoice all ask here, so no figure can disagree with another.

Pure: numbers in, numbers out. All money is int minor units (cents), quantities are int thousandths (1000 is one),
percents and tax rates int ten-thousandths of a percent (20 % is 200_000, 9.975 % is 99_750). Floats are refused when
a value is built.

The rules (EN 16931, which also suits documents outside Europe):

1. A line is rounded first: quantity x unit price / price base, then its own discounts and charges, each rounded.
2. A document discount or charge belongs to a tax set; one that names none is shared over all sets by their sums.
   Inside a set it is shared over the lines in proportion to what they come to.
3. Tax is rounded once per tax per document, half-up away from zero. In net mode it comes on top; in gross mode it is
   taken out, and the sum that the client saw stays the total.
4. Every share is by largest remainder, ties to the lower line, so columns always add up.

Worked example: two massages of 85.00 and oil at 19.90, 20 % and 10 % tax inside the price, 10 % off the oil,
5.00 off the whole, 100.00 paid on account, the rest in cash to the next 0.05:

>>> high, low = Tax("S", 200_000), Tax("S", 100_000)
>>> totals = price(PricedDocument("EUR", mode=Mode.GROSS, paid=10_000, cash_rounding=5, lines=(
...     Line(8500, quantity=2000, taxes=(high,)),
...     Line(1990, taxes=(low,), adjustments=(Adjustment(percent=100_000, reason="Regular"),))),
...     adjustments=(Adjustment(amount=500, reason="Late start"),)))

The oil comes to 19.90 - 1.99 = 17.91, the lines to 187.91. The 5.00 are shared 4.52 and 0.48 over the two rates.

>>> [(line.amount, line.adjustment, line.total, line.document_share) for line in totals.lines]
[(17000, 0, 17000, -452), (1990, -199, 1791, -48)]

165.48 x 20 / 120 = 27.58 tax, 17.43 x 10 / 110 = 1.584... = 1.58. What is left is net.

>>> [(line.net, line.tax, line.gross) for line in totals.lines]
[(13790, 2758, 16548), (1585, 158, 1743)]
>>> [(each.tax.rate, each.base, each.amount) for each in totals.taxes]
[(200000, 13790, 2758), (100000, 1585, 158)]
>>> (totals.line_total, totals.document_adjustment, totals.net, totals.tax, totals.gross)
(18791, -500, 15375, 2916, 18291)

82.91 are due; the till takes 82.90.

>>> (totals.rounding, totals.payable)
(-1, 8290)
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from math import lcm
from operator import add, sub
from typing import NamedTuple

from practice.core.errors import Invalid
from practice.core.money import MOST_MINOR_UNITS, deal, decimals, round_half_up, split, whole
from practice.core.text import _

HUNDRED_PERCENT = 1_000_000
UNTAXED_CATEGORIES = frozenset({"Z", "E", "O", "AE", "G", "K"})  # EN 16931: these carry a rate of 0
PRICE_DECIMALS = 4  # of a minor unit: 0.0583 cents a millilitre
_SCALE = 10**PRICE_DECIMALS


class Mode(StrEnum):
    """What the prices are: without tax (it comes on top), or with it ("keep gross")."""

    NET = "net"
    GROSS = "gross"


class _Tax(NamedTuple):
    category: str
    rate: int
    code: str


class Tax(_Tax):
    """A tax on a line. `category` is the letter of EN 16931 (S, Z, E, O ...); `code` tells two of one rate apart."""

    __slots__ = ()

    def __new__(cls, category: str = "S", rate: int = 0, code: str = ""):
        if not 0 <= whole(rate) <= HUNDRED_PERCENT:
            raise Invalid(_("A tax rate lies between 0 and 100 %."), field="rate")
        if rate and category in UNTAXED_CATEGORIES:
            raise Invalid(_("Zero-rated, exempt and outside the tax have the rate 0."), field="rate")
        return super().__new__(cls, str(category), rate, code)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A discount, or with `is_charge` a charge: either `amount` (minor units) or `percent`, never negative.

    On a document, `taxes` names the tax set it belongs to (the `taxes` of the lines it lowers); None means all.
    """

    amount: int | None = None
    percent: int | None = None
    is_charge: bool = False
    reason: str = ""
    taxes: tuple[Tax, ...] | None = None

    def __post_init__(self):
        if (self.amount is None) == (self.percent is None):
            raise Invalid(_("A discount is either an amount or a percentage."))
        if whole(self.percent if self.amount is None else self.amount) < 0:
            raise Invalid(_("A discount cannot be negative."))
        if self.percent is not None and self.percent > HUNDRED_PERCENT and not self.is_charge:
            raise Invalid(_("A discount is 100 % at most."))

    def of(self, base: int) -> int:
        """What it adds to `base` (minor units, signed): rounded half-up, and turned round on a negative base."""
        if self.percent is not None:
            size = round_half_up(base * self.percent, HUNDRED_PERCENT)
        else:
            size = -self.amount if base < 0 else self.amount
        return size if self.is_charge else -size


@lru_cache(maxsize=512)
def _one_tax_set(taxes: tuple[Tax, ...]) -> tuple[Tax, ...]:
    """The same object for equal sets, so that pricing compares identities instead of hashing every line's taxes."""
    if len(set(taxes)) != len(taxes):
        raise Invalid(_("The same tax is on this line twice."), field="taxes")
    return taxes


@dataclass(frozen=True, slots=True)
class Line:
    """One thing sold. `unit_price` is in minor units, an int or a Decimal of at most 4 decimals, for `price_base`
    thousandths (1000: the price of one). A negative quantity takes something back.
    """

    unit_price: int | Decimal
    quantity: int = 1000
    taxes: tuple[Tax, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    price_base: int = 1000
    amount: int = field(init=False)  # minor units: quantity x unit price / price base, rounded
    adjustment: int = field(init=False)  # the signed sum of its own discounts and charges

    def __post_init__(self):
        if whole(self.price_base) <= 0:
            raise Invalid(_("A price is for more than nothing."), field="price_base")
        amount = round_half_up(whole(self.quantity) * _scaled(self.unit_price), self.price_base * _SCALE)
        adjustment = sum(each.of(amount) for each in self.adjustments) if self.adjustments else 0
        _refuse_overshoot(amount, adjustment)
        object.__setattr__(self, "amount", amount)
        object.__setattr__(self, "adjustment", adjustment)
        object.__setattr__(self, "taxes", _one_tax_set(tuple(self.taxes)))


@dataclass(frozen=True, slots=True)
class PricedDocument:
    """What `price` needs. `paid` is already on account; `cash_rounding` the smallest coin (minor units) or 0."""

    currency: str
    lines: tuple[Line, ...]
    mode: Mode = Mode.NET
    adjustments: tuple[Adjustment, ...] = ()
    paid: int = 0
    cash_rounding: int = 0

    def __post_init__(self):
        decimals(self.currency)
        if self.mode not in tuple(Mode):
            raise Invalid(_("Prices are either with or without tax."), field="mode")
        if whole(self.cash_rounding) < 0:
            raise Invalid(_("The smallest coin cannot be negative."), field="cash_rounding")
        whole(self.paid)


class PricedLine(NamedTuple):
    """A line's figures, minor units. `total` = amount + adjustment is what the client sees on the line; with the
    share of the document's discounts and charges it is the net (net mode) or the gross (gross mode).
    """

    amount: int
    adjustment: int
    total: int
    document_share: int
    net: int
    tax: int
    gross: int
    taxes: tuple[int, ...]  # beside the line's own taxes


_priced_line = partial(tuple.__new__, PricedLine)  # from a row of figures; twice as fast as PricedLine._make


class TaxTotal(NamedTuple):
    tax: Tax
    base: int
    amount: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a document, minor units: net + tax = gross, and gross - paid + rounding = payable."""

    currency: str
    mode: Mode
    lines: tuple[PricedLine, ...]
    taxes: tuple[TaxTotal, ...]  # by category, highest rate first
    line_total: int
    document_adjustment: int
    net: int
    tax: int
    gross: int
    paid: int
    rounding: int
    payable: int


def price(document: PricedDocument) -> Totals:
    """Every figure of the document. A discount larger than what it lowers is Invalid, as is a sum beyond all use."""
    lines = document.lines
    amounts = [line.amount for line in lines]
    own = [line.adjustment for line in lines]
    totals = list(map(add, amounts, own))
    sets = _tax_sets(lines)
    if document.adjustments:
        shares = _document_shares(document.adjustments, sets, totals)
        bases = list(map(add, totals, shares))
    else:
        shares, bases = [0] * len(lines), totals
    tax_amounts, line_taxes, taxes = _taxes(document.mode, sets, bases)
    if document.mode == Mode.GROSS:
        nets, grosses = list(map(sub, bases, taxes)), bases
    else:
        nets, grosses = bases, list(map(add, bases, taxes))

    net, tax, gross = sum(nets), sum(taxes), sum(grosses)
    due = gross - document.paid
    if max(abs(net), abs(gross), abs(due)) >= MOST_MINOR_UNITS:
        raise Invalid(_("This amount is too large."))
    step = document.cash_rounding or 1
    payable = round_half_up(due, step) * step
    columns = (amounts, own, totals, shares, nets, taxes, grosses, line_taxes)
    return Totals(
        currency=document.currency,
        mode=Mode(document.mode),
        lines=tuple(map(_priced_line, zip(*columns, strict=True))),
        taxes=_tax_totals(tax_amounts, sets, nets),
        line_total=sum(totals),
        document_adjustment=sum(shares),
        net=net,
        tax=tax,
        gross=gross,
        paid=document.paid,
        rounding=payable - due,
        payable=payable,
    )


def _scaled(unit_price: int | Decimal) -> int:
    if type(unit_price) is not Decimal:
        scaled = whole(unit_price) * _SCALE
    else:
        # as_tuple, not arithmetic: the context of Decimal would round a long price without a word.
        sign, digits, exponent = unit_price.as_tuple()
        if not isinstance(exponent, int) or len(digits) + abs(exponent) > 40:
            raise Invalid(_("This is not a price."), field="unit_price")
        scaled, lost = divmod(
            int("".join(map(str, digits))) * 10 ** max(exponent + PRICE_DECIMALS, 0),
            10 ** max(-exponent - PRICE_DECIMALS, 0),
        )
        if lost:
            raise Invalid(_("A price has too many decimals."), field="unit_price")
        scaled = -scaled if sign else scaled
    if scaled < 0:
        raise Invalid(
            _("A price cannot be negative; take something back with a negative quantity."), field="unit_price"
        )
    return scaled


def _refuse_overshoot(base: int, share: int) -> None:
    """A discount may bring something down to nothing, not through it."""
    if base * (base + share) < 0 or (base == 0 and share < 0):
        raise Invalid(_("The discount is larger than what it lowers."), field="discount")


def _tax_sets(lines: tuple[Line, ...]) -> dict[tuple[Tax, ...], list[int]]:
    """Line numbers by the taxes they carry, in an order that does not depend on that of the lines."""
    same_object: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        key = id(line.taxes)
        if key in same_object:
            same_object[key].append(index)
        else:
            same_object[key] = [index]
    sets: dict[tuple[Tax, ...], list[int]] = {}
    for indices in same_object.values():
        sets.setdefault(lines[indices[0]].taxes, []).extend(indices)
    return {taxes: sorted(sets[taxes]) for taxes in sorted(sets)}


def _document_shares(adjustments: Iterable[Adjustment], sets: dict, totals: list[int]) -> list[int]:
    """Each line's signed share of the document's discounts and charges."""
    sums = {taxes: sum(totals[index] for index in indices) for taxes, indices in sets.items()}
    per_set = dict.fromkeys(sets, 0)
    for adjustment in adjustments:
        if adjustment.taxes is None:
            part = adjustment.of(sum(totals))
            for taxes, share in zip(sums, split(part, list(sums.values())), strict=True):
                per_set[taxes] += share
        elif adjustment.taxes in sets:
            per_set[adjustment.taxes] += adjustment.of(sums[adjustment.taxes])
        else:
            raise Invalid(_("No line carries the tax of this discount or charge."), field="discount")
    shares = [0] * len(totals)
    for taxes, indices in sets.items():
        _refuse_overshoot(sums[taxes], per_set[taxes])
        for index, share in zip(indices, split(per_set[taxes], [totals[index] for index in indices]), strict=True):
            shares[index] = share
    return shares


def _taxes(mode: Mode, sets: dict, bases: list[int]) -> tuple[dict[Tax, int], list[tuple[int, ...]], list[int]]:
    """The amount of each tax, rounded once for the document; every line's shares of its taxes, and their sums."""
    amounts: dict[Tax, int] = {}
    shares_of: dict[tuple, list[int]] = {}
    for tax in {tax for taxes in sets for tax in taxes}:
        bearing = [taxes for taxes in sets if tax in taxes]
        wholes = [_whole_of(mode, taxes) for taxes in bearing]
        common = lcm(*wholes)
        parts = []
        for taxes, whole_of in zip(bearing, wholes, strict=True):
            factor = tax.rate * common // whole_of
            parts.append([bases[index] * factor for index in sets[taxes]])
        sums = list(map(sum, parts))
        amounts[tax] = round_half_up(sum(sums), common)
        for taxes, amount, of_set in zip(bearing, deal(amounts[tax], sums, common), parts, strict=True):
            shares_of[taxes, tax] = deal(amount, of_set, common)
    line_taxes: list[tuple[int, ...]] = [()] * len(bases)
    line_sums = [0] * len(bases)
    for taxes, indices in sets.items():  # of the untaxed set, the inner zip is empty
        for index, shares in zip(indices, zip(*(shares_of[taxes, tax] for tax in taxes), strict=True), strict=False):
            line_taxes[index] = shares
            line_sums[index] = sum(shares) if len(shares) > 1 else shares[0]
    return amounts, line_taxes, line_sums


def _whole_of(mode: Mode, taxes: tuple[Tax, ...]) -> int:
    """What the prices of this set are of their net, in ten-thousandths of a percent: 100 %, or with all its taxes."""
    return HUNDRED_PERCENT + sum(tax.rate for tax in taxes) if mode == Mode.GROSS else HUNDRED_PERCENT


def _tax_totals(amounts: dict[Tax, int], sets: dict, nets: list[int]) -> tuple[TaxTotal, ...]:
    net_of = {taxes: sum(nets[index] for index in indices) for taxes, indices in sets.items()}
    ordered = sorted(amounts, key=lambda tax: (tax.category, -tax.rate, tax.code))
    return tuple(
        TaxTotal(tax, sum(net for taxes, net in net_of.items() if tax in taxes), amounts[tax]) for tax in ordered
    )
