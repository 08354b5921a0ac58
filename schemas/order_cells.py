"""Reading single cells of TikTok's exports: money text, ids, counts and local times.

Each reader returns a value, None for TikTok's "unknown", or raises BadCell saying why not.
"""

import re
from datetime import datetime
from decimal import Decimal

from schemas.money import Money, exponent
from schemas.order_columns import clean
from schemas.parsing import BadCell
from schemas.workbook_cells import NumberCell

_UNKNOWN = frozenset({"", "--", "-", "/", "n/a"})
_DECIMAL_COMMA = frozenset(["BRL", "COP", "ARS", "DKK", "PLN", "CZK", "SEK", "NOK", "TRY"])
_EITHER = frozenset(["EUR"])
# In these, shops write whole numbers; a separator only groups thousands.
_WHOLE = frozenset(["IDR"])
_YES = frozenset({"yes", "có", "sim", "ya"})
_NO = frozenset({"no", "không", "não", "tidak"})
_YEARS = range(2000, 2100)  # others are no times of orders, and reach beyond what clocks know
_REASON = 160  # characters
_LARGEST = 2**62  # well inside BIGINT, so that sums of columns are too
_PREFIX = re.compile(r"^(?:[A-Za-z]{1,3}\.?|[A-Za-z]{0,2}[$£€¥₫฿₱₩])\s*(?=[\d(+-])")
_SUFFIX = re.compile(r"(?<=\d)\s*(?:[A-Za-z]{3}|[€₫฿])$")
_ID = re.compile(r"\d{1,25}", re.ASCII)
_WHEN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


def in_short(reason: str) -> str:
    """The reason without the middle of a cell that nobody wants to read whole."""
    if len(reason) <= _REASON:
        return reason
    return f"{reason[: _REASON // 2]}…{reason[-_REASON // 2 :]}"


def is_unknown(cell: str) -> bool:
    """Whether TikTok says that it does not know (yet); never the same as 0."""
    return clean(cell).casefold() in _UNKNOWN


def minor_units(cell: str, currency: str) -> int | None:
    """The amount in minor units of `currency`, written as its shops write it; None if unknown."""
    if is_unknown(cell):
        return None
    shown = clean(cell)
    number = _SUFFIX.sub("", _PREFIX.sub("", shown))
    if number.startswith(("-", "(")):
        raise BadCell(f"{shown!r} is negative")
    # A workbook's own number has a decimal point, however its shop writes money.
    plain = (
        _grouped(number, ",", ".", exponent(currency))
        if isinstance(cell, NumberCell)
        else _plain(number, currency)
    )
    if plain is None:
        raise BadCell(f"{shown!r} is not an amount as {currency} shops write it")
    units = Money(Decimal(plain), currency).minor()
    if units > _LARGEST:
        raise BadCell(f"{shown!r} is impossibly large")
    return units


def has_decimal_point(currency: str) -> bool:
    """Whether amounts of the currency have hundredths after a point, and commas only group."""
    others = _DECIMAL_COMMA | _EITHER | _WHOLE
    return exponent(currency) == 2 and currency not in others


def _plain(number: str, currency: str) -> str | None:
    """The number with a decimal point and no grouping; None if it is not one in that currency."""
    decimals = exponent(currency)
    if decimals == 0 or currency in _WHOLE:
        return _grouped(number, ",", ".", decimals) or _grouped(number, ".", ",", decimals)
    if currency in _DECIMAL_COMMA:
        return _grouped(number, ".", ",", decimals)
    point = _grouped(number, ",", ".", decimals)
    if currency in _EITHER:
        return point or _grouped(number, ".", ",", decimals)
    return point


def _grouped(number: str, group: str, point: str, decimals: int) -> str | None:
    whole, _, fraction = number.partition(point)
    if not re.fullmatch(rf"\d+|\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", whole, re.ASCII):
        return None
    if point in number and not re.fullmatch(r"\d+", fraction, re.ASCII):
        return None
    # Spreadsheets write 12 as 12.00 even in yen: zeros beyond the minor unit say nothing.
    kept = fraction.rstrip("0")
    if len(kept) > decimals or (len(fraction) > 2 and len(fraction) > decimals):
        return None
    return whole.replace(group, "") + (f".{kept}" if kept else "")


def identifier(cell: str) -> str:
    """A TikTok id: digits, kept as text; one that a workbook held as a number has lost some."""
    shown = clean(cell)
    if isinstance(cell, NumberCell):
        raise BadCell(f"{shown!r} is a number in the workbook, not text: export again")
    if not _ID.fullmatch(shown):
        hint = " (a spreadsheet shortened it: export again)" if "E+" in shown.upper() else ""
        raise BadCell(f"{shown!r} is not an id{hint}")
    return shown


def count(cell: str) -> int:
    """A whole number of things, at least 0."""
    shown = clean(cell)
    if not re.fullmatch(r"\d{1,9}", shown, re.ASCII):
        raise BadCell(f"{shown!r} is not a whole number")
    return int(shown)


def yes_or_no(cell: str) -> bool:
    """TikTok's Yes or No, in the languages of its exports."""
    shown = clean(cell).casefold()
    if shown not in _YES | _NO:
        raise BadCell(f"{clean(cell)!r} is neither Yes nor No")
    return shown in _YES


def local_time(cell: str) -> datetime | None:
    """A day-first time on the shop's clock (naive); None if unknown."""
    if is_unknown(cell):
        return None
    shown = clean(cell)
    found = _WHEN.fullmatch(shown)
    if not found:
        raise BadCell(f"{shown!r} is not a time like 31/10/2026 18:05:00")
    day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
    if year not in _YEARS:
        raise BadCell(f"{shown!r} is in no year of this programme")
    try:
        # The shop's zone is added by its Shop.
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - see above
    except ValueError as error:
        raise BadCell(f"{shown!r} is not a time that exists (day first)") from error


def order_of(cell: str) -> str:
    """Which order of day and month the cell proves: "day", "month" or "" (neither)."""
    found = _WHEN.fullmatch(clean(cell))
    if not found:
        return ""
    first, second = int(found[1]), int(found[2])
    if first > 12 >= second:
        return "day"
    return "month" if second > 12 >= first and second <= 31 else ""
