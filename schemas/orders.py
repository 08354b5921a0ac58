"""Order lines: one row of the seller's "Affiliate orders" export as a typed record.

A row that cannot be understood is a Rejection with column and reason, never an exception.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from schemas import order_columns as columns
from schemas.order_cells import count, identifier, is_unknown, local_time, minor_units, yes_or_no
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

    @property
    def rank(self) -> int:
        """How far in its life the line is; an older download never takes it back."""
        return _RANKS[LineStatus.VOID] if self.fully_returned else _RANKS[self.status]


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

    def text(self, column: str) -> str:
        """The cleaned cell; "" where the file has no such column."""
        return clean(self._raw(column))

    def read(self, column: str, reader: Callable[[str], T]) -> T:
        """The cell, read by `reader`."""
        return reader(self._raw(column))

    def _raw(self, column: str) -> str:
        self.column = column
        place = self._at.get(column)
        return self._row[place] if place is not None and place < len(self._row) else ""

    def known(self, column: str, reader: Callable[[str], T | None]) -> T:
        """The cell, read by `reader`; BadCell if it is unknown."""
        value = reader(self._raw(column))
        if value is None:
            raise BadCell("is empty or unknown")
        return value


def parse_line(
    at: Mapping[str, int], row: Sequence[str], number: int, shop: Shop
) -> OrderLine | Rejection:
    """The order line a raw row states, or why row `number` is rejected."""
    cells = Cells(at, row)
    try:
        return _line(cells, shop)
    except BadCell as bad:
        return Rejection(number, cells.column, str(bad))


def _line(cells: Cells, shop: Shop) -> OrderLine:
    currency = cells.read(columns.CURRENCY, lambda cell: _currency(cell, shop))

    def money(cell: str) -> int | None:
        return minor_units(cell, currency)

    def instant(cell: str) -> datetime | None:
        local = local_time(cell)
        return shop.to_utc(local) if local else None

    status = status_of(cells.text(columns.STATUS))
    # What is settled has actual amounts; before that they are still unknown.
    actual = cells.known if status is LineStatus.SETTLED else cells.read
    created = cells.known(columns.CREATED, local_time)
    return OrderLine(
        order_id=cells.read(columns.ORDER_ID, identifier),
        sku_id=cells.read(columns.SKU_ID, identifier),
        product_id=cells.read(columns.PRODUCT_ID, identifier),
        creator_handle=cells.read(columns.CREATOR, handle),
        content_id=cells.read(columns.CONTENT_ID, _content_id),
        content_type=cells.text(columns.CONTENT_TYPE),
        currency=currency,
        status=status,
        raw_status=cells.read(columns.STATUS, _filled),
        fully_returned=cells.read(columns.FULLY_RETURNED, yes_or_no),
        quantity=cells.read(columns.QUANTITY, count),
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
        created_at=cells.known(columns.CREATED, instant),
        paid_at=cells.read(columns.PAID, instant),
        delivered_at=cells.read(columns.DELIVERED, instant),
        settled_at=cells.read(columns.SETTLED, instant),
    )


def handle(cell: str) -> str:
    """The canonical handle: without @, profile address or query, lower case."""
    shown = clean(cell)
    if is_unknown(shown):
        raise BadCell("is empty: nobody could be paid for this line")
    bare = shown.split("?")[0].rstrip("/").rsplit("/", 1)[-1].removeprefix("@").casefold()
    if not bare or " " in bare:
        raise BadCell(f"{shown!r} is not a handle")
    return bare


def _currency(cell: str, shop: Shop) -> str:
    shown = clean(cell).upper()
    if shown != shop.currency:
        raise BadCell(f"{shown!r}, but shop {shop.name} sells in {shop.currency}")
    return shown


def _content_id(cell: str) -> str:
    return "" if is_unknown(cell) else identifier(cell)


def _filled(cell: str) -> str:
    if is_unknown(cell):
        raise BadCell("is empty")
    return clean(cell)
