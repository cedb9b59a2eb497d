"""Column types that are the same on SQLite and PostgreSQL."""
import json
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Integer, String, Text
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator):
    """An instant. Takes and gives aware datetimes in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise TypeError("an instant must be an aware datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactInteger(TypeDecorator):
    """A whole number of a smallest unit. Floats, Decimals and booleans are refused: they round or lie."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is not None and type(value) is not int:
            raise TypeError(f"a whole number is needed here, not {type(value).__name__}")
        return value

    def process_result_value(self, value, dialect):
        return int(value) if value is not None else None  # PostgreSQL adds whole numbers up to a Decimal


class MinorUnits(ExactInteger):
    """Money in the currency's smallest unit (cents for EUR, yen for JPY)."""

    cache_ok = True


class Quantity(ExactInteger):
    """A quantity in thousandths: 1500 is one and a half."""

    cache_ok = True


class Rate(ExactInteger):
    """A rate in ten-thousandths of a percent: 200000 is 20 %."""

    cache_ok = True


class Enum_(TypeDecorator):  # the underscore tells it from enum.Enum and sqlalchemy.Enum
    """A StrEnum stored as its value in a VARCHAR(32); an unknown value is refused on the way in."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]):
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value, dialect):
        return None if value is None else self.enum(value).value

    def process_result_value(self, value, dialect):
        return None if value is None else self.enum(value)


class JsonText(TypeDecorator):
    """JSON kept as text with sorted keys, so that equal values are equal bytes on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else canonical_json(value)

    def process_result_value(self, value, dialect):
        return None if value is None else json.loads(value)


def canonical_json(value) -> str:
    """`value` as JSON text with sorted keys and no blanks: the same value gives the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER
