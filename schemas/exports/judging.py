"""What only a whole file shows: its order of dates, its period, its sums, rows stated twice.

Each judgement is a value: a text that refuses the file, warnings, or rejected rows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from schemas.exports.cells import is_slashed, order_of_days, shown
from schemas.exports.declaring import Days, Export, Reads
from schemas.exports.recognising import Header
from schemas.exports.rows import Record
from schemas.order_columns import clean
from schemas.orders import Rejection
from schemas.parsing import BadCell

TRUNCATED_AT = 5_000  # rows at which Seller Center was seen to cut an export
_SHOPS_SHOWN = 5
_PERIOD = re.compile(r"(?<!\d)(\d{8})\s?[-_~]\s?(\d{8})(?!\d)")
_TYPED = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_PRODUCT = re.compile(r"(?<!\d)(\d{15,20})(?!\d)")


@dataclass(frozen=True, slots=True)
class Period:
    """The days a list counts, both included."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class DayOrder:
    """What a file's slashed dates prove; `refused_because` is "" unless it cannot be read."""

    month_first: bool = False
    warning: str = ""
    refused_because: str = ""


def period_in(file_name: str) -> Period | None:
    """The period of a name like Creator_List_20261001-20261031.xlsx; None without one."""
    for found in _PERIOD.finditer(file_name):
        days = [f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in found.groups()]
        try:
            return _period(days[0], days[1])
        except ValueError:
            continue
    return None


def period_typed(typed: str) -> Period:
    """The period a person typed as 2026-10-01..2026-10-31; BadCell if it is none."""
    found = _TYPED.fullmatch(typed.strip())
    if not found:
        raise BadCell(f"{typed!r}: write it like 2026-10-01..2026-10-31")
    try:
        return _period(found[1], found[2])
    except ValueError as error:
        raise BadCell(f"{typed!r} is no period: {error}") from error


def _period(since: str, until: str) -> Period:
    period = Period(date.fromisoformat(since), date.fromisoformat(until))
    if period.since > period.until:
        raise ValueError("its end is before its beginning")
    return period


def product_in(file_name: str) -> str:
    """The product id in a file's name; "" without one."""
    found = _PRODUCT.search(file_name)
    return found[1] if found else ""


def order_of_file(header: Header, rows: Iterable[Sequence[str]], period: Period | None) -> DayOrder:
    """Whether the file's slashed dates are day-first or month-first, or that nobody can tell."""
    places = [
        header.at[column.field]
        for column in header.export.columns
        if column.reads is Reads.DAY and column.field in header.at
    ]
    cells = [row[place] for row in rows for place in places if place < len(row)]
    slashed = [cell for cell in cells if is_slashed(cell)]
    proofs: dict[str, str] = {}
    for cell in slashed:
        if proof := order_of_days(cell) or _proof_of_period(cell, period):
            proofs.setdefault(proof, shown(cell))
    if len(proofs) > 1:
        return DayOrder(
            refused_because=f"has dates of two orders, {proofs['day']!r} (day first) beside "
            f"{proofs['month']!r} (month first); export it again"
        )
    if "month" in proofs and header.export.days is Days.DAY_FIRST:
        return DayOrder(
            refused_because=f"has dates that are not day-first, like {proofs['month']!r}; "
            "export it again"
        )
    warning = "No date has a day after the 12th, so nothing proves that dates are day-first."
    return DayOrder("month" in proofs, warning if slashed and not proofs else "")


def _proof_of_period(cell: str, period: Period | None) -> str:
    """A video is not posted after the period that counts it: one reading may be too late."""
    if period is None:
        return ""
    first, second, year = (int(part) for part in clean(cell).split(" ")[0].split("/"))
    try:
        day_first, month_first = date(year, second, first), date(year, first, second)
    except ValueError:
        return ""
    if (day_first > period.until) == (month_first > period.until):
        return ""
    return "month" if day_first > period.until else "day"


def refused_for_zeros(export: Export, records: Sequence[Record]) -> str:
    """Why the file is refused: a field that cannot be 0 or unknown everywhere; "" if none is."""
    for field in export.never_zero:
        if records and not any(record.units(field) for record in records):
            name = export.column(field).names[0]
            return f"has nothing but 0 or -- in {name!r}: the column was renamed or emptied"
    return ""


def warnings_of(export: Export, records: Sequence[Record], rows: int) -> list[str]:
    """What a person should look at, though the file was imported."""
    found = [] if rows else ["There is no row under the header."]
    if rows == TRUNCATED_AT:
        found.append(
            f"Exactly {TRUNCATED_AT:,} rows: exports were seen cut there. "
            "Export shorter periods and compare the total."
        )
    shops = sorted({record.text("shop_name") for record in records} - {""})
    if len(shops) > 1:
        found.append(f"The rows are of {len(shops)} shops: {', '.join(shops[:_SHOPS_SHOWN])}.")
    odd = [record for record in records if _breaks_identity(export, record)]
    if odd:
        parts = " + ".join(repr(export.column(part).names[0]) for part in export.parts)
        found.append(
            f"{export.column(export.whole).names[0]!r} is not {parts} in {len(odd)} rows, "
            f"first in row {odd[0].row}."
        )
    return found


def _breaks_identity(export: Export, record: Record) -> bool:
    if not export.whole:
        return False
    whole, parts = record.units(export.whole), [record.units(part) for part in export.parts]
    known = [part for part in parts if part is not None]
    return whole is not None and len(known) == len(parts) and sum(known) != whole


def without_repeats(
    export: Export, records: Sequence[Record], key: Sequence[str]
) -> tuple[list[Record], list[Rejection]]:
    """One record per key, and the rows that went: the furthest in its life stays.

    Rows of one key and rank with differing values are all rejected.
    """
    named = next(column.names[0] for column in export.columns if column.field in key)
    groups: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        groups[tuple(record.text(field) for field in key)].append(record)
    kept: list[Record] = []
    gone: list[Rejection] = []
    for group in groups.values():
        furthest = max(record.units("rank") or 0 for record in group)
        leading = [record for record in group if (record.units("rank") or 0) == furthest]
        differ = any(record.values != leading[0].values for record in leading)
        numbers = ", ".join(str(record.row) for record in group[:10])
        stays = None if differ else leading[-1]
        reason = (
            f"rows {numbers} state one thing with other values"
            if stays is None
            else f"the same is in row {stays.row}, which was imported"
        )
        kept += [] if stays is None else [stays]
        gone += [Rejection(record.row, named, reason) for record in group if record is not stays]
    return kept, gone
