"""How much is in a bench database."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`sessions` are spread over `therapists` at eight a working day, the last of them on the day of the bench."""

    name: str
    clients: int
    sessions: int
    therapists: int

    @property
    def days(self) -> int:
        return -(-self.sessions // (self.therapists * 8))


SIZES = {
    "S": Size("S", 1_000, 10_000, 3),
    "M": Size("M", 20_000, 200_000, 20),
    "L": Size("L", 100_000, 1_000_000, 50),
}
