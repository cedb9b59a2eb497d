"""How much is in a bench database."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`sessions` are spread over `therapists` at eight a day each, the last of them on the day of the bench.

    The day itself is equally large at M and L: what grows from one to the other is what lies behind it. `uncharged`
    sessions of some weeks ago were never charged: these are what the bench checks out.
    """

    name: str
    clients: int
    sessions: int
    therapists: int
    uncharged: int

    @property
    def a_day(self) -> int:
        """Sessions on a full day."""
        return self.therapists * 8

    @property
    def days(self) -> int:
        return -(-self.sessions // self.a_day)


SIZES = {
    "S": Size("S", 1_000, 10_000, 3, 480),
    "M": Size("M", 20_000, 200_000, 20, 1_000),
    "L": Size("L", 100_000, 1_000_000, 20, 1_000),
}
