"""Order lines a frame at a time: whole columns where that is certain, else the row parser.

`schemas.orders.parse_line` is the one truth: what it accepts reads the same here, and every row
that is not good beyond doubt is given to it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial, reduce
from operator import and_

import polars as pl

from schemas import order_columns as columns
from schemas import orders
from schemas.order_cells import count, identifier, is_unknown, local_time, minor_units, yes_or_no
from schemas.order_columns import clean
from schemas.orders import LineStatus, OrderLine, Rejection, parse_line, rank_of, status_of
from schemas.shops import Shop
from worker.imports.bulk_cells import (
    UTC_TIME,
    Amounts,
    Column,
    Distinct,
    Mostly,
    Reader,
    Times,
    plain_days,
    plain_ids,
)
from worker.imports.raw_rows import ROW, RawRows, unmarked

TIMES = {
    "created_at": columns.CREATED,
    "paid_at": columns.PAID,
    "delivered_at": columns.DELIVERED,
    "settled_at": columns.SETTLED,
}
MONEY = {
    "price": columns.PRICE,
    "payment_amount": columns.PAYMENT_AMOUNT,
    "est_commission_base": columns.EST_BASE,
    "est_commission": columns.EST_COMMISSION,
    "actual_commission_base": columns.ACTUAL_BASE,
    "actual_commission": columns.ACTUAL_COMMISSION,
    "est_shop_ads": columns.EST_SHOP_ADS,
    "actual_shop_ads": columns.ACTUAL_SHOP_ADS,
    "est_cofunded": columns.EST_COFUNDED,
    "actual_cofunded": columns.ACTUAL_COFUNDED,
}
_RAW = {
    "content_type": columns.CONTENT_TYPE,
    "currency": columns.CURRENCY,
    "raw_status": columns.STATUS,
    "status": columns.STATUS,
    "creator_handle": columns.CREATOR,
    "standard_rate": columns.STANDARD_RATE,
    "shop_ads_rate": columns.SHOP_ADS_RATE,
    "product_name": columns.PRODUCT_NAME,
}
_IDS = {
    "order_id": columns.ORDER_ID,
    "sku_id": columns.SKU_ID,
    "product_id": columns.PRODUCT_ID,
    "content_id": columns.CONTENT_ID,
}
_OTHERS = {"quantity": columns.QUANTITY, "created_on": columns.CREATED}
FRAME: Mapping[str, pl.DataType] = {
    ROW: pl.UInt32(),
    **dict.fromkeys(["order_id", "sku_id", "product_id", "creator_handle"], pl.String()),
    **dict.fromkeys(["content_id", "content_type", "currency", "status"], pl.String()),
    **dict.fromkeys(["raw_status", "standard_rate", "shop_ads_rate"], pl.String()),
    **dict.fromkeys(MONEY, pl.Int64()),
    **dict.fromkeys(["paid_at", "delivered_at", "settled_at"], UTC_TIME),
    "fully_returned": pl.Boolean(),
    "quantity": pl.Int64(),
    "created_on": pl.String(),
    "created_at": UTC_TIME,
    "rank": pl.Int64(),
    "extra": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns stand: the known ones, and those nobody knows."""

    at: Mapping[str, int]
    extra: Mapping[str, int]

    @property
    def places(self) -> Sequence[int]:
        """The places whose cells are wanted, in their order."""
        return sorted({*self.at.values(), *self.extra.values()})


@dataclass(frozen=True, slots=True)
class ReadColumns:
    """A frame's columns by the names of FRAME, as read; also `status` of rows not good."""

    raw: RawRows
    by_name: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a frame, as FRAME says, in the order of their rows; and what was rejected."""

    lines: pl.DataFrame
    rejected: Sequence[Rejection]
    names: pl.DataFrame  # product_id, name


class LineReader:
    """Reads the frames of one file of one shop."""

    def __init__(self, layout: Layout, shop: Shop) -> None:
        self._layout = layout
        self._shop = shop
        money = partial(_money, currency=shop.currency)
        texts: dict[str, Reader] = {
            "currency": partial(orders.currency, shop=shop),
            "raw_status": orders.filled,
            "status": lambda cell: status_of(cell).value,
            "creator_handle": orders.handle,
        }
        self.times = {name: Times(shop) for name in TIMES}
        self._readers: dict[str, Amounts | Distinct | Mostly | Times] = {
            **{name: Distinct(texts.get(name, clean), pl.String()) for name in _RAW},
            **{name: Mostly(plain_ids, identifier) for name in _IDS},
            "content_id": Mostly(plain_ids, orders.content_id),
            "created_on": Mostly(plain_days, _day),
            **{name: Amounts(money, shop.currency) for name in MONEY},
            **self.times,
            "quantity": Distinct(count, pl.Int64()),
        }
        self._returned = Distinct(yes_or_no, pl.Boolean())
        self._back = tuple(Distinct(count, pl.Int64()) for _ in columns.RETURN_COUNTS)
        self._extra = {name: Distinct(partial(_piece, name), pl.String()) for name in layout.extra}

    def read(self, raw: RawRows) -> ReadColumns:
        """Every column of the frame."""
        named = {**_RAW, **_IDS, **MONEY, **TIMES, **_OTHERS}
        found = {
            name: reader.read(self._cells(raw, named[name]))
            for name, reader in self._readers.items()
        }
        found["fully_returned"] = self._fully_returned(raw, found["quantity"])
        return ReadColumns(raw, found)

    def lines(self, read: ReadColumns) -> Lines:
        """The lines of the frame, and the rows that are none."""
        raw = read.raw
        good = self._good(read)
        frame = self._frame(read).filter(good)
        parsed = [
            parse_line(self._layout.at, row, number, self._shop, extra=self._layout.extra)
            for number, row in self._rows(raw, ~good)
        ]
        numbers = raw.cells[ROW].filter(~good).to_list()
        slow = [
            _as_row(number, line)
            for number, line in zip(numbers, parsed, strict=True)
            if isinstance(line, OrderLine)
        ]
        if slow:
            more = pl.DataFrame(slow, schema=FRAME, orient="row")
            frame = pl.concat([frame, more]).sort(ROW)
        rejected = [line for line in parsed if isinstance(line, Rejection)]
        return Lines(frame, [*raw.ragged, *rejected], self._names(read, frame))

    def _cells(self, raw: RawRows, column: str) -> pl.Series:
        place = self._layout.at.get(column)
        if place is None:
            return pl.repeat("", raw.cells.height, dtype=pl.String, eager=True)
        return raw.cells[str(place)]

    def _fully_returned(self, raw: RawRows, quantity: Column) -> Column:
        if columns.FULLY_RETURNED in self._layout.at:
            return self._returned.read(self._cells(raw, columns.FULLY_RETURNED))
        returned, refunded = (
            reader.read(self._cells(raw, column))
            for reader, column in zip(self._back, columns.RETURN_COUNTS, strict=True)
        )
        ordered = quantity.values
        whole = (ordered > 0) & (returned.values + refunded.values >= ordered)
        return Column(whole, returned.good & refunded.good)

    def _good(self, read: ReadColumns) -> pl.Series:
        found = read.by_name
        good = reduce(and_, (column.good for column in found.values()))
        for name in ("payment_amount", "est_commission_base", "created_at"):
            good = good & found[name].values.is_not_null()
        settled = found["status"].values == LineStatus.SETTLED.value
        for name in ("actual_commission_base", "actual_commission"):
            good = good & (~settled | found[name].values.is_not_null())
        return good.fill_null(value=False)

    def _frame(self, read: ReadColumns) -> pl.DataFrame:
        found = {name: column.values for name, column in read.by_name.items()}
        frame = pl.DataFrame({ROW: read.raw.cells[ROW], **found})
        void = rank_of(LineStatus.VOID)
        ranks = {status.value: rank_of(status) for status in LineStatus}
        return frame.with_columns(
            rank=pl.when("fully_returned")
            .then(void)
            .otherwise(pl.col("status").replace_strict(ranks, default=None, return_dtype=pl.Int64)),
            extra=self._extra_of(read.raw),
        ).select(pl.col(name).cast(kind) for name, kind in FRAME.items())

    def _extra_of(self, raw: RawRows) -> pl.Series:
        height = raw.cells.height
        if not self._extra:
            return pl.repeat(None, height, dtype=pl.String, eager=True)
        pieces = pl.DataFrame(
            {
                name: reader.read(raw.cells[str(self._layout.extra[name])]).values
                for name, reader in self._extra.items()
            }
        )
        joined = pieces.select(
            pl.concat_str(pl.all(), separator=",", ignore_nulls=True).alias("said")
        )
        said = pl.col("said")
        whole = pl.concat_str(pl.lit("{"), said, pl.lit("}"))
        return joined.select(pl.when(said != "").then(whole).alias("said"))["said"]

    def _rows(self, raw: RawRows, wanted: pl.Series) -> Sequence[tuple[int, Sequence[str]]]:
        """The raw rows of those places, cells where the file had them."""
        width = max(self._layout.places) + 1
        found = []
        for number, *cells in raw.cells.filter(wanted).rows():
            row = [""] * width
            for place, cell in zip(self._layout.places, cells, strict=True):
                row[place] = unmarked(cell)
            found.append((number, row))
        return found

    def _names(self, read: ReadColumns, lines: pl.DataFrame) -> pl.DataFrame:
        named = pl.DataFrame(
            {ROW: read.raw.cells[ROW], "name": read.by_name["product_name"].values}
        ).filter(pl.col("name") != "")
        return (
            lines.select(ROW, "product_id")
            .join(named, on=ROW)
            .select("product_id", "name")
            .unique(subset="product_id", keep="last", maintain_order=True)
        )


def _day(cell: str) -> str | None:
    local = local_time(cell)
    return local.date().isoformat() if local else None


def _money(cell: str, currency: str) -> int | None:
    return minor_units(cell, currency)


def _piece(name: str, cell: str) -> str | None:
    """The cell as it stands in the JSON of its row; None if it is empty or unknown."""
    if is_unknown(cell):
        return None
    return json.dumps({name: clean(cell)}, ensure_ascii=False, separators=(",", ":"))[1:-1]


def _as_row(number: int, line: OrderLine) -> list[object]:
    said = asdict(line) | {ROW: number, "rank": line.rank, "status": line.status.value}
    for name in TIMES:
        said[name] = said[name] and said[name].replace(tzinfo=None)
    return [said[name] for name in FRAME]
