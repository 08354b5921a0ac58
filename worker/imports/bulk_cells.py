"""Reading whole columns of cells: each distinct text once, by the reader that single rows use.

Where nearly every cell differs (ids, times) the regular ones are read by polars. A cell that its
reader refuses is not good: its row goes to the row parser, which says why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

from schemas.money import exponent
from schemas.order_cells import has_decimal_point, is_unknown, order_of
from schemas.orders import instant
from schemas.parsing import BadCell
from schemas.shops import Shop
from schemas.workbook_cells import DateCell
from worker.imports.raw_rows import unmarked

UTC_TIME = pl.Datetime("us")
_MOST_REMEMBERED = 300_000  # distinct cells of one column
_GLUED = " \t"
_DIGITS = "^[0-9]{1,25}$"
_REGULAR_TIME = "^[0-3][0-9]/[01][0-9]/20[0-9]{2} [0-2][0-9]:[0-5][0-9]:[0-5][0-9]$"
# No more digits than surely fit; a separator groups by threes, and all are the same.
_HUNDREDTHS = r"^[$£]?(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})\.[0-9]{2}$"
_WHOLE = r"^(?:[0-9]{1,12}|[0-9]{1,3}(?:\.[0-9]{3}){1,3}|[0-9]{1,3}(?:,[0-9]{3}){1,3})₫?$"
_NO_DIGIT = "[^0-9]"
_FEW_AMOUNTS = 4_000  # distinct ones of a frame: above, reading each once costs more than it saves
_DAY = 10  # characters of a regular time that are its day
Reader = Callable[[str], object]
PolarsType = type[pl.DataType] | pl.DataType


@dataclass(frozen=True, slots=True)
class Column:
    """A column as read: null where unknown or not good; which cells are good."""

    values: pl.Series
    good: pl.Series


class Distinct:
    """Reads a column's cells by `reader`, each distinct text once."""

    def __init__(self, reader: Reader, kind: PolarsType) -> None:
        self._reader = reader
        self._kind = kind
        self._known: dict[str, tuple[object, bool]] = {}

    def read(self, cells: pl.Series) -> Column:
        """The cells' values; a cell that the reader refuses is not good."""
        if not cells.len():
            return Column(pl.Series(dtype=self._kind), _all(0))
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        distinct = cells.unique()
        found = [self._known.get(cell) or self._try(cell) for cell in distinct.to_list()]
        values = pl.Series([value for value, _ in found], dtype=self._kind, strict=False)
        read = cells.replace_strict(distinct, values, return_dtype=self._kind)
        bad = distinct.filter(pl.Series([not good for _, good in found], dtype=pl.Boolean))
        good = ~cells.is_in(bad.implode()) if bad.len() else _all(cells.len())
        return Column(read, good)

    def _try(self, cell: str) -> tuple[object, bool]:
        try:
            found = (self._reader(unmarked(cell)), True)
        except BadCell:
            found = (None, False)
        self._known[cell] = found
        return found


class Mostly:
    """Reads a column of which nearly every cell differs: the plain ones at once, else by `reader`.

    `plain` gives null for every cell that it is not certain of.
    """

    def __init__(self, plain: Callable[[pl.Series], pl.Series], reader: Reader) -> None:
        self._plain = plain
        self._rest = Distinct(reader, pl.String)

    def read(self, cells: pl.Series) -> Column:
        """The cells' texts."""
        return _completed(cells, self._plain(cells.str.strip_chars(_GLUED)), self._rest)


def plain_ids(cells: pl.Series) -> pl.Series:
    """The cells that are nothing but digits."""
    return cells.set(~cells.str.contains(_DIGITS), None)


def plain_days(cells: pl.Series) -> pl.Series:
    """The days (ISO) of the cells that are times of the usual form, though no such day may be."""
    regular = cells.set(~cells.str.contains(_REGULAR_TIME), None)
    year, month, day = (regular.str.slice(*part) for part in ((6, 4), (3, 2), (0, 2)))
    return year + "-" + month + "-" + day


class Amounts:
    """Reads a column of money, by `reader` but where nearly every amount differs."""

    def __init__(self, reader: Reader, currency: str) -> None:
        self._currency = currency
        self._rest = Distinct(reader, pl.Int64())

    def read(self, cells: pl.Series) -> Column:
        """The amounts in minor units."""
        if cells.n_unique() <= _FEW_AMOUNTS:
            return self._rest.read(cells)
        return _completed(cells, plain_amounts(cells, self._currency), self._rest)


def plain_amounts(cells: pl.Series, currency: str) -> pl.Series:
    """Minor units of the cells that are written the usual way in the currency, else null."""
    if has_decimal_point(currency):
        usual = cells.str.contains(_HUNDREDTHS)
    elif exponent(currency) == 0:
        usual = cells.str.contains(_WHOLE)
    else:
        return pl.repeat(None, cells.len(), dtype=pl.Int64, eager=True)
    return cells.set(~usual, None).str.replace_all(_NO_DIGIT, "").cast(pl.Int64)


class Times:
    """Reads a column of times on the shop's clock, and what it proves of the order of dates."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._rest = Distinct(lambda cell: _naive(instant(cell, shop)), UTC_TIME)
        self._offsets: dict[date, timedelta | None] = {}
        self.proofs: dict[str, str] = {}  # an example by what it proves: "day" or "month"
        self.kinds: dict[type[str], str] = {}  # an example by what it was: text, or a real date

    def read(self, cells: pl.Series) -> Column:
        """The instants, in UTC."""
        shown = cells.str.strip_chars(_GLUED)
        regular = shown.str.contains(_REGULAR_TIME)
        local = shown.set(~regular, None).str.to_datetime(
            "%d/%m/%Y %H:%M:%S", time_unit="us", strict=False
        )
        self._look(shown.filter(regular).str.head(_DAY).unique())
        self._look(cells.filter(~regular).unique())
        days = local.dt.date()
        distinct = days.unique()
        offsets = [self._offset(day) for day in distinct.to_list()]
        offset = days.replace_strict(
            distinct, pl.Series(offsets, dtype=pl.Duration("us")), return_dtype=pl.Duration("us")
        )
        return _completed(cells, local - offset, self._rest)

    def _offset(self, day: date | None) -> timedelta | None:
        """What the shop's clock is ahead of UTC all that day; None if that changes."""
        if day is None:
            return None
        if day not in self._offsets:
            ends = (datetime.combine(day + timedelta(n), time()) for n in (0, 1))
            ahead = {local - _utc(self._shop.to_utc(local)) for local in ends}
            self._offsets[day] = ahead.pop() if len(ahead) == 1 else None
        return self._offsets[day]

    def _look(self, distinct: pl.Series) -> None:
        for text in distinct.to_list():
            cell = unmarked(text)
            if is_unknown(cell):
                continue
            self.kinds.setdefault(DateCell if isinstance(cell, DateCell) else str, cell)
            if proof := order_of(cell):
                self.proofs.setdefault(proof, cell)


def _completed(cells: pl.Series, values: pl.Series, rest: Distinct) -> Column:
    """The values; where they are null, what `rest` reads."""
    unsure = values.is_null()
    if not unsure.any():
        return Column(values, ~unsure)
    places = unsure.arg_true()
    others = rest.read(cells.gather(places))
    return Column(values.scatter(places, others.values), (~unsure).scatter(places, others.good))


def _all(height: int) -> pl.Series:
    return pl.repeat(value=True, n=height, dtype=pl.Boolean, eager=True)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _naive(at: datetime | None) -> datetime | None:
    return None if at is None else _utc(at)
