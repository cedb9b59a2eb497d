"""What pays for a session, and what is left to pay: the one answer that the desk's screen and the checkout share.

Pure: sums in minor units in, sums out. A package session or a voucher for the treatment takes the treatment off the
invoice; a voucher for an amount and the client's credit (deposits are part of it) then pay what is invoiced, in this
order. A package session of 78.00 beside a product of 18.00, with 5.00 of credit:

>>> settle(9600, 1800, treatment_id=3, has_package=True, credit=500)
Settlement(by_package=7800, by_voucher=0, by_credit=500, left=1300, ahead=<Ahead.PACKAGE: 'package'>)
"""
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from practice.core.errors import DomainError
from practice.core.text import _


class OtherTreatment(DomainError):
    message = _("This voucher is for another treatment.")


class TreatmentPaidAlready(DomainError):
    message = _("A package session pays for this treatment already.")


class Ahead(StrEnum):
    """What the treatment was paid with before it was given."""

    PACKAGE = "package"
    VOUCHER = "voucher"


@dataclass(frozen=True)
class Brought:
    """A voucher that somebody brings: for one treatment, or for the amount `left` on it."""

    left: int
    treatment_id: int | None = None


@dataclass(frozen=True)
class Settlement:
    """Who pays how much, and what is `left` to pay now. With `ahead` the treatment stands on no invoice any more."""

    by_package: int
    by_voucher: int
    by_credit: int
    left: int
    ahead: Ahead | None


def settle(whole: int, rest: int, *, treatment_id: int, has_package: bool = False, voucher: Brought | None = None,
           credit: int = 0) -> Settlement:
    """Divide the sum of a session (`whole`; `rest`: without its treatment) among what pays for it.

    Raises OtherTreatment, TreatmentPaidAlready.
    """
    ahead = Ahead.PACKAGE if has_package else None
    is_for_treatment = voucher is not None and voucher.treatment_id is not None
    if is_for_treatment and voucher.treatment_id != treatment_id:
        raise OtherTreatment(field="voucher")
    if is_for_treatment and has_package:
        raise TreatmentPaidAlready(field="voucher")
    if is_for_treatment:
        by_package, by_voucher, ahead = 0, whole - rest, Ahead.VOUCHER
    else:
        by_package = whole - rest if has_package else 0
        by_voucher = min(whole - by_package, voucher.left) if voucher is not None else 0
    left = whole - by_package - by_voucher
    by_credit = min(left, credit)
    return Settlement(by_package, by_voucher, by_credit, left - by_credit, ahead)


def share_out(given: Sequence[int], open_amounts: Sequence[int], tip: int = 0) -> list[list[int]]:
    """What of each sum given (minor units) is for each of the invoices paid together, in their order.

    The first sum holds the `tip`, which is the first one's; so is whatever is more than all of them. 100.00 by card and
    56.00 in cash for two invoices of 78.00:

    >>> share_out([10_000, 5600], [7800, 7800])
    [[7800, 2200], [0, 5600]]
    """
    left, shares = list(open_amounts), []
    for place, amount in enumerate(given):
        rest, row = amount - (0 if place else tip), []
        for number, wanted in enumerate(left):
            row.append(min(wanted, rest))
            left[number] -= row[-1]
            rest -= row[-1]
        row[0] += rest + (0 if place else tip)
        shares.append(row)
    return shares
