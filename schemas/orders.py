"""Order lines: one row of the seller's "Affiliate orders" export as a typed record.

A row that cannot be understood is a Rejection with column and reason, never an exception.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from schemas import order_columns as columns
from schemas.order_cells import (
    count,
    identifier,
    in_short,
    is_unknown,
    local_time,
    minor_units,
    yes_or_no,
)
from schemas.order_columns import clean
from schemas.parsing import BadCell
from schemas.shops import Shop

T = TypeVar("T")


class LineStatus(Enum):
    """Where an order line stands between order and settled commission."""

    UNPAID = "unpaid"
    PENDING = "pending"
    SETTLED = "settled"
    VOID = "void"
    HOLD = "hold"
    NEEDS_REVIEW = "needs review"


_STATUSES: Mapping[str, LineStatus] = {
    "unpaid by customer": LineStatus.UNPAID,
    "unpaid": LineStatus.UNPAID,
    "awaiting payment": LineStatus.UNPAID,
    "pending": LineStatus.PENDING,
    "processing": LineStatus.PENDING,
    "shipped": LineStatus.PENDING,
    "completed": LineStatus.PENDING,
    "to-settle": LineStatus.PENDING,
    "settled": LineStatus.SETTLED,
    "ineligible": LineStatus.VOID,
    "canceled": LineStatus.VOID,
    "cancelled": LineStatus.VOID,
    "frozen": LineStatus.HOLD,
    "đã quyết toán": LineStatus.SETTLED,
    "không đủ điều kiện": LineStatus.VOID,
    "liquidado": LineStatus.SETTLED,
    "pendente": LineStatus.PENDING,
    "inelegível": LineStatus.VOID,
}
# An unknown status may displace what is still under way, never what was settled or voided.
_RANKS: Mapping[LineStatus, int] = {
    LineStatus.UNPAID: 0,
    LineStatus.PENDING: 1,
    LineStatus.HOLD: 1,
    LineStatus.NEEDS_REVIEW: 1,
    LineStatus.SETTLED: 2,
    LineStatus.VOID: 3,
}


def status_of(raw: str) -> LineStatus:
    """The status a text of the export stands for; NEEDS_REVIEW if nobody has seen it before."""
    return _STATUSES.get(clean(raw).casefold(), LineStatus.NEEDS_REVIEW)


def rank_of(status: LineStatus) -> int:
    """How far in its life a line of that status is; a later status has a higher rank."""
    return _RANKS[status]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One SKU of one order; amounts in minor units of `currency`, None where unknown.

    `created_on` is the day on the shop's clock (ISO text): the windows of payouts are made of it.
    `extra` is JSON: the cells of columns nobody knows by their names, None if all are empty.
    """

    order_id: str
    sku_id: str
    product_id: str
    creator_handle: str
    content_id: str
    content_type: str
    currency: str
    status: LineStatus
    raw_status: str
    fully_returned: bool
    quantity: int
    price: int | None
    payment_amount: int
    est_commission_base: int
    est_commission: int | None
    actual_commission_base: int | None
    actual_commission: int | None
    est_shop_ads: int | None
    actual_shop_ads: int | None
    est_cofunded: int | None
    actual_cofunded: int | None
    standard_rate: str
    shop_ads_rate: str
    created_on: str
    created_at: datetime
    paid_at: datetime | None
    delivered_at: datetime | None
    settled_at: datetime | None
    extra: str | None

    @property
    def rank(self) -> int:
        """How far in its life the line is; an older download never takes it back."""
        return rank_of(LineStatus.VOID if self.fully_returned else self.status)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was not imported: its number as a spreadsheet shows it, the column, and why."""

    row: int
    column: str
    reason: str


class Cells:
    """One raw row by column name; remembers which column was last read, to name it."""

    def __init__(self, at: Mapping[str, int], row: Sequence[str]) -> None:
        self._at = at
        self._row = row
        self.column = ""

    def has(self, column: str) -> bool:
        """Whether the file has that column."""
        return column in self._at

    def text(self, column: str) -> str:
        """The cleaned cell; "" where the file has no such column."""
        return clean(self._raw(column))

    def read(self, column: str, reader: Callable[[str], T]) -> T:
        """The cell, read by `reader`."""
        return reader(self._raw(column))

    def known(self, column: str, reader: Callable[[str], T | None]) -> T:
        """The cell, read by `reader`; BadCell if it is unknown."""
        value = reader(self._raw(column))
        if value is None:
            raise BadCell("is empty or unknown")
        return value

    def _raw(self, column: str) -> str:
        self.column = column
        place = self._at.get(column)
        return self._row[place] if place is not None and place < len(self._row) else ""


def parse_line(
    at: Mapping[str, int],
    row: Sequence[str],
    number: int,
    shop: Shop,
    *,
    extra: Mapping[str, int] | None = None,
) -> OrderLine | Rejection:
    """The order line a raw row states, or why row `number` is rejected.

    `at` says where the known columns stand, `extra` where those stand that nobody knows.
    """
    cells = Cells(at, row)
    try:
        return _line(cells, shop, extra_of(extra or {}, row))
    except BadCell as bad:
        return Rejection(number, cells.column, in_short(str(bad)))


def _line(cells: Cells, shop: Shop, extra: str | None) -> OrderLine:
    def money(cell: str) -> int | None:
        return minor_units(cell, shop.currency)

    def when(cell: str) -> datetime | None:
        return instant(cell, shop)

    sold_in = cells.read(columns.CURRENCY, lambda cell: currency(cell, shop))
    status = status_of(cells.text(columns.STATUS))
    # What is settled has actual amounts; before that they are still unknown.
    actual = cells.known if status is LineStatus.SETTLED else cells.read
    created = cells.known(columns.CREATED, local_time)
    quantity = cells.read(columns.QUANTITY, count)
    return OrderLine(
        order_id=cells.read(columns.ORDER_ID, identifier),
        sku_id=cells.read(columns.SKU_ID, identifier),
        product_id=cells.read(columns.PRODUCT_ID, identifier),
        creator_handle=cells.read(columns.CREATOR, handle),
        content_id=cells.read(columns.CONTENT_ID, content_id),
        content_type=cells.text(columns.CONTENT_TYPE),
        currency=sold_in,
        status=status,
        raw_status=cells.read(columns.STATUS, filled),
        fully_returned=_fully_returned(cells, quantity),
        quantity=quantity,
        price=cells.read(columns.PRICE, money),
        payment_amount=cells.known(columns.PAYMENT_AMOUNT, money),
        est_commission_base=cells.known(columns.EST_BASE, money),
        est_commission=cells.read(columns.EST_COMMISSION, money),
        actual_commission_base=actual(columns.ACTUAL_BASE, money),
        actual_commission=actual(columns.ACTUAL_COMMISSION, money),
        est_shop_ads=cells.read(columns.EST_SHOP_ADS, money),
        actual_shop_ads=cells.read(columns.ACTUAL_SHOP_ADS, money),
        est_cofunded=cells.read(columns.EST_COFUNDED, money),
        actual_cofunded=cells.read(columns.ACTUAL_COFUNDED, money),
        standard_rate=cells.text(columns.STANDARD_RATE),
        shop_ads_rate=cells.text(columns.SHOP_ADS_RATE),
        created_on=created.date().isoformat(),
        created_at=cells.known(columns.CREATED, when),
        paid_at=cells.read(columns.PAID, when),
        delivered_at=cells.read(columns.DELIVERED, when),
        settled_at=cells.read(columns.SETTLED, when),
        extra=extra,
    )


def _fully_returned(cells: Cells, quantity: int) -> bool:
    """As the file says; an older one only counts what came back, and what was only refunded."""
    if cells.has(columns.FULLY_RETURNED):
        return cells.read(columns.FULLY_RETURNED, yes_or_no)
    return 0 < quantity <= sum(cells.read(column, count) for column in columns.RETURN_COUNTS)


def extra_of(extra: Mapping[str, int], row: Sequence[str]) -> str | None:
    """The row's cells in those places as JSON by name; None if all are empty or unknown."""
    said = {name: clean(row[at]) for name, at in extra.items() if at < len(row)}
    known = {name: cell for name, cell in said.items() if not is_unknown(cell)}
    return json.dumps(known, ensure_ascii=False, separators=(",", ":")) if known else None


def instant(cell: str, shop: Shop) -> datetime | None:
    """The instant (UTC) of a time on the shop's clock; None if unknown."""
    local = local_time(cell)
    return shop.to_utc(local) if local else None


def handle(cell: str) -> str:
    """The canonical handle: without @, profile address or query, lower case."""
    shown = clean(cell)
    if is_unknown(shown):
        raise BadCell("is empty: nobody could be paid for this line")
    bare = shown.split("?")[0].rstrip("/").rsplit("/", 1)[-1].removeprefix("@").casefold()
    if not bare or " " in bare:
        raise BadCell(f"{shown!r} is not a handle")
    return bare


def currency(cell: str, shop: Shop) -> str:
    """The shop's own currency; BadCell if the cell names another."""
    shown = clean(cell).upper()
    if shown != shop.currency:
        raise BadCell(f"{shown!r}, but shop {shop.name} sells in {shop.currency}")
    return shop.currency


def content_id(cell: str) -> str:
    """The video's or live's id; "" if there is none."""
    return "" if is_unknown(cell) else identifier(cell)


def filled(cell: str) -> str:
    """The cleaned cell; BadCell if it is unknown."""
    if is_unknown(cell):
        raise BadCell("is empty")
    return clean(cell)
