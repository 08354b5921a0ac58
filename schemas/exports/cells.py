"""Reading one cell of an export by what its column holds.

Each reader returns a value, None for TikTok's "unknown", or raises BadCell saying why not. Amounts
are minor units of the file's currency, percentages and days exact text.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from schemas.exports.declaring import Reads
from schemas.order_cells import identifier, in_short, is_unknown, minor_units
from schemas.order_columns import clean
from schemas.orders import handle as handle_of
from schemas.parsing import BadCell
from schemas.workbook_cells import DateCell, NumberCell

Value = str | int | bool | None

_SHOWN = 60  # characters of a cell that a message repeats
_TEXT_LIMIT = 2_000  # characters of a cell that are kept; captions have 2,200 at most
_UNKEPT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_COUNT = re.compile(r"\d[\d.,]*", re.ASCII)
_WITHOUT_DECIMALS = "JPY"
_PERCENT = re.compile(r"(-?\d{1,12}(?:[.,]\d{1,12})?) ?%", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,20})?", re.ASCII)
_HANDLE = re.compile(r"[a-z0-9_.]{1,64}", re.ASCII)
_REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./-]{0,63}", re.ASCII)
_SHORTENED = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_LINK_ID = re.compile(r"/(?:video|photo)/(\d{5,25})(?!\d)", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?", re.ASCII)
_DAY = re.compile(
    r"(?:(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<last>\d{4}))"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?",
    re.ASCII,
)
# Most cells of a finance file say 0 or what another one says.
_REPEATED = frozenset({Reads.MONEY, Reads.SIGNED, Reads.COUNT, Reads.PERCENT, Reads.DAY})


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a cell depends on: the currency, and whether slashed dates are month-first."""

    currency: str
    month_first: bool = False


def read_cell(cell: str, reads: Reads, how: Reading) -> Value:
    """The value of a cell whose column reads so; None if TikTok does not know it."""
    try:
        return _repeated(cell, reads, how) if reads in _REPEATED else _read(cell, reads, how)
    except BadCell as bad:
        raise BadCell(in_short(str(bad))) from bad


def _read(cell: str, reads: Reads, how: Reading) -> Value:
    return None if is_unknown(cell) else _READERS[reads](cell, how)


# `typed`, for a number of a workbook is not the text that reads the same.
_repeated = lru_cache(maxsize=65_536, typed=True)(_read)


def plain(cell: str) -> str:
    """The cell cleaned, without characters that no database keeps."""
    return _UNKEPT.sub("", clean(cell))


def shown(cell: str) -> str:
    """The cell as a message repeats it: cleaned, and not too long."""
    cleaned = plain(cell)
    return cleaned if len(cleaned) <= _SHOWN else cleaned[:_SHOWN] + "…"


def _signed(cell: str, how: Reading) -> int | None:
    """Minor units of an amount with its sign: -1.00, -$1.00, $-1.00 or ($1.00)."""
    currency = how.currency
    plain = clean(cell).replace("\u2212", "-")
    if is_unknown(plain):
        return None
    if isinstance(cell, NumberCell):
        units = minor_units(NumberCell(plain.removeprefix("-")), currency)
        return -units if units and plain.startswith("-") else units
    if plain.startswith("(") and plain.endswith(")"):
        units = minor_units(plain[1:-1], currency)
    elif "-" in plain[:6]:
        units = minor_units(plain.replace("-", "", 1), currency)
    else:
        return minor_units(plain, currency)
    return None if units is None else -units


def order_of_days(cell: str) -> str:
    """Which order of day and month a slashed date proves: "day", "month" or "" (neither)."""
    found = _DAY.fullmatch(clean(cell))
    if isinstance(cell, DateCell) or not found or not found["first"]:
        return ""
    first, second = int(found["first"]), int(found["second"])
    if first > 12 >= second:
        return "day"
    return "month" if second > 12 >= first else ""


def is_slashed(cell: str) -> bool:
    """Whether the cell is a date whose day and month could be told apart only by the file."""
    found = _DAY.fullmatch(clean(cell))
    return bool(found and found["first"]) and not isinstance(cell, DateCell)


def _day(cell: str, how: Reading) -> str:
    written = clean(cell)
    compact, found = _COMPACT.fullmatch(written), _DAY.fullmatch(written)
    if compact:
        parts = (compact[1], compact[2], compact[3])
    elif found and found["year"]:
        parts = (found["year"], found["month"], found["day"])
    elif found:
        month_first = how.month_first and not isinstance(cell, DateCell)
        day, month = ("second", "first") if month_first else ("first", "second")
        parts = (found["last"], found[month], found[day])
    else:
        raise BadCell(f"{shown(cell)!r} is not a day")
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2])).isoformat()
    except ValueError as error:
        raise BadCell(f"{shown(cell)!r} is not a day that exists") from error


def _count(cell: str, how: Reading) -> int:
    """A whole number, grouped as amounts are: 1,204 or 1.204 or 1204.00."""
    del how
    said = BadCell(f"{shown(cell)!r} is not a whole number")
    if not _COUNT.fullmatch(clean(cell)):
        raise said
    try:
        return minor_units(cell, _WITHOUT_DECIMALS) or 0
    except BadCell as error:
        raise said from error


def _percent(cell: str, how: Reading) -> str:
    """The percentage as exact text, with its sign: a number without one is kept unscaled."""
    del how
    written = clean(cell)
    if found := _PERCENT.fullmatch(written):
        return found[1].replace(",", ".") + "%"
    if not isinstance(cell, NumberCell) and not _NUMBER.fullmatch(written):
        raise BadCell(f"{shown(cell)!r} is not a percentage")
    return written


def _text(cell: str, how: Reading) -> str:
    del how
    return plain(cell)[:_TEXT_LIMIT]


def _identifier(cell: str, how: Reading) -> str:
    del how
    _refuse_number(cell)
    return identifier(cell)


def _refuse_number(cell: str) -> None:
    if isinstance(cell, NumberCell):
        raise BadCell(
            f"{shown(cell)!r} is a number in the workbook, which may have lost digits; "
            "export the file again and do not save it in a spreadsheet"
        )


def _reference(cell: str, how: Reading) -> str:
    del how
    _refuse_number(cell)
    written = clean(cell)
    if _SHORTENED.fullmatch(written):
        return identifier(cell)  # says that a spreadsheet shortened it
    if not _REFERENCE.fullmatch(written):
        raise BadCell(f"{shown(cell)!r} is not a reference")
    return written


def _handle(cell: str, how: Reading) -> str:
    del how
    bare = handle_of(cell)
    if not _HANDLE.fullmatch(bare):
        raise BadCell(f"{shown(cell)!r} is not a handle")
    return bare


def _currency(cell: str, how: Reading) -> str:
    written = clean(cell).upper()
    if written != how.currency:
        raise BadCell(f"{shown(cell)!r}, but the shop sells in {how.currency}")
    return written


def _link(cell: str, how: Reading) -> str:
    del how
    found = _LINK_ID.search(clean(cell))
    if not found:
        raise BadCell(f"{shown(cell)!r} names no video: its id cannot be told")
    return found[1]


_READERS: Mapping[Reads, Callable[[str, Reading], Value]] = {
    Reads.TEXT: _text,
    Reads.ID: _identifier,
    Reads.REFERENCE: _reference,
    Reads.MONEY: lambda cell, how: minor_units(cell, how.currency),
    Reads.SIGNED: _signed,
    Reads.COUNT: _count,
    Reads.PERCENT: _percent,
    Reads.HANDLE: _handle,
    Reads.DAY: _day,
    Reads.CURRENCY: _currency,
    Reads.LINK: _link,
}
