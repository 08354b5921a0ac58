"""How formula values behave: blanks, text, numbers, instants and arrays, and their comparison.

A value is None (blank), a number, text, an aware datetime (with a locale: Spoken), a list or an
object of the API. An error value is CellError.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sandbox.airtable.model import instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CellError(Exception):
    """#ERROR!: propagates through the formula; the row is not chosen."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An instant and the locale that SET_LOCALE gave it."""

    at: datetime
    locale: str


def is_true(value: object) -> bool:
    """Whether a filter keeps a row of this value: not one of 0, false, "", NaN, []."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return bool(value) or isinstance(value, datetime)


def text(value: object) -> str:  # noqa: PLR0911  # one return per kind of value
    """The value in text context; arrays are joined with comma and space."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(int(value))
        case float():
            return _number_text(value)
        case datetime():
            return instant(value.astimezone(UTC))
        case Spoken():
            return text(value.at)
        case list():
            return ", ".join(text(part) for part in value)
        case dict():
            return _object_text(value)
        case _:
            return str(value)


def _number_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value.is_integer() else str(value)


def _object_text(value: Mapping[str, object]) -> str:
    """A collaborator's name, a barcode's text, a button's label, or an attachment with its URL."""
    if "filename" in value:
        return f"{value['filename']} ({value.get('url', '')})"
    names = (value.get(key) for key in ("name", "text", "label", "email", "value"))
    return str(next((name for name in names if name), ""))


def number(value: object) -> float:
    """The value in arithmetic; blank is 0, text is an error unless it reads as a number."""
    match value:
        case None | "" | []:
            return 0.0
        case int() | float():
            return float(value)
        case datetime() | Spoken():
            at = value if isinstance(value, datetime) else value.at
            return (at - EPOCH) / timedelta(milliseconds=1)
        case [only]:
            return number(only)
        case _:
            try:
                amount = float(text(value).replace(",", ""))
            except ValueError as error:
                raise CellError(f"{text(value)!r} is no number") from error
            return amount


def whole(value: object) -> int:
    """The value as an index or count."""
    amount = number(value)
    if not math.isfinite(amount):
        raise CellError(f"{amount} is no count")
    return int(amount)


@lru_cache(maxsize=4096)
def parsed(written: str) -> datetime:
    """An ISO date or date and time as an aware instant; naive is UTC."""
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError as error:
        raise CellError(f"{written!r} is no date") from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def moment(value: object) -> datetime | None:
    """The value as an instant; None for a blank."""
    match value:
        case None | "" | []:
            return None
        case datetime():
            return value
        case Spoken():
            return value.at
        case [only]:
            return moment(only)
        case _:
            return parsed(text(value))


def is_blank(value: object) -> bool:
    """Whether the cell is empty, or holds empty text or an empty array."""
    return value is None or value in ("", [])


def equal(left: object, right: object) -> bool:
    """Airtable's `=`: exact on text; a blank equals "", 0 and an unchecked box."""
    if is_blank(left) or is_blank(right):
        return (is_blank(left) or left == 0) and (is_blank(right) or right == 0)
    if isinstance(left, datetime) and isinstance(right, datetime):
        return text(left) == text(right)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    return text(left) == text(right)


def less(left: object, right: object) -> bool:
    """Airtable's `<`: text against text by letters, everything else by number."""
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return number(left) < number(right)
