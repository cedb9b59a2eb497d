"""Tax rates as people type and read them: "20", "13,5", "9.975 %"."""
import re
from decimal import Decimal

from practice.core.errors import Invalid
from practice.core.text import _

PERCENT = 10_000  # a rate is kept in ten-thousandths of a percent
HUNDRED = 100 * PERCENT
_TYPED = re.compile(r"(\d{1,3})(?:[.,](\d{1,4}))?")


def parse_rate(text: str, *, field: str | None = "rate") -> int:
    """Ten-thousandths of a percent from what somebody typed: "13,5" -> 135000. Raises Invalid."""
    found = _TYPED.fullmatch(re.sub(r"[\s%]", "", text)) if len(text) < 30 else None
    if found is None:
        raise Invalid(_("Write a percentage such as 20 or 13.5"), field)
    rate = int(found[1]) * PERCENT + int((found[2] or "").ljust(4, "0"))
    if rate > HUNDRED:
        raise Invalid(_("At most 100"), field)
    return rate


def show_rate(rate: int) -> str:
    """135000 -> "13.5"."""
    return f"{(Decimal(rate) / PERCENT).normalize():f}"
