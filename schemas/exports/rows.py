"""The one row parser of all exports: a raw row and a declaration become a record or a Rejection.

What a whole file proves (order of dates, repeats, sums) is in `judging.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.exports.cells import Reading, Value, plain, read_cell
from schemas.exports.declaring import Column, Need, Reads
from schemas.exports.recognising import Header
from schemas.order_cells import is_unknown
from schemas.order_columns import clean
from schemas.orders import Rejection
from schemas.parsing import BadCell

_KEPT = 500  # characters of a cell in a column nobody knows
_MEASURED = frozenset({Reads.MONEY, Reads.SIGNED, Reads.COUNT, Reads.PERCENT, Reads.ID, Reads.DAY})
# Prose in a column of numbers: two words in a row, or one as no currency is long.
_PROSE = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}|[^\W\d_]{8,}")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of an export: values by field, and the texts of columns nobody knows."""

    row: int
    values: Mapping[str, Value]
    extra: Mapping[str, str]

    def units(self, field: str) -> int | None:
        """An amount or count; None if it is unknown."""
        value = self.values.get(field)
        return value if isinstance(value, int) else None

    def text(self, field: str) -> str:
        """A text; "" if it is unknown."""
        value = self.values.get(field)
        return value if isinstance(value, str) else ""


def parse_row(header: Header, row: Sequence[str], number: int, how: Reading) -> Record | Rejection:
    """The record that a raw row states, or why row `number` is rejected."""
    if wrong := _wrong_width(header, row, number):
        return wrong
    values: dict[str, Value] = dict(header.export.fixed)
    for column in header.export.columns:
        if column.field not in header.at:
            continue
        try:
            values[column.field] = _value(column, row[header.at[column.field]], how)
        except BadCell as bad:
            return Rejection(number, column.names[0], str(bad))
    extra = {
        plain(name): plain(row[where])[:_KEPT]
        for name, where in header.unknown.items()
        if where < len(row) and plain(row[where])
    }
    return Record(number, values, extra)


def explains(header: Header, row: Sequence[str]) -> bool:
    """Whether a row right under the header is the prose with which TikTok explains its columns.

    It has prose where numbers belong, and no key, or nothing but prose.
    """
    measured = [
        clean(row[header.at[column.field]])
        for column in header.export.columns
        if column.reads in _MEASURED
        and column.field in header.at
        and header.at[column.field] < len(row)
    ]
    filled = [cell for cell in measured if not is_unknown(cell)]
    prose = [cell for cell in filled if _PROSE.search(cell)]
    key = next(c for c in header.export.columns if c.need is not Need.MAY)
    place = header.at[key.field]
    keyless = place >= len(row) or is_unknown(row[place])
    return bool(prose) and (keyless or prose == filled)


def _wrong_width(header: Header, row: Sequence[str], number: int) -> Rejection | None:
    """Cells that are missing or too many: what stands in the others cannot be trusted."""
    places = {where: field for field, where in header.at.items()}
    lacking = [where for where in sorted(places) if where >= len(row)]
    if lacking:
        column = header.export.column(places[lacking[0]]).names[0]
        return Rejection(number, column, f"has {len(row)} cells, not {max(places) + 1}")
    if any(clean(cell) for cell in row[header.width :]):
        column = header.export.column(places[max(places)]).names[0]
        why = f"has more cells than the header's {header.width}: is a comma not quoted?"
        return Rejection(number, column, why)
    return None


def _value(column: Column, cell: str, how: Reading) -> Value:
    value = read_cell(cell, column.reads, how)
    if value is None and column.need is Need.KNOWN:
        raise BadCell("is empty or unknown")
    return value
