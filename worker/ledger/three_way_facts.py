"""What order files, settlements and payouts say of the same money, compared by the database.

Only orders on which they do not agree become Python objects. Where a settlement statement has an
order, the profit/loss statement, which states the same money, is left aside for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from automations.three_way import MonthSums, OrderSides
from schemas.orders import LineStatus
from schemas.shops import Shop
from worker.ledger import owners
from worker.ledger.metadata import UtcDateTime
from worker.ledger.tables_exports import SETTLEMENT_LINES
from worker.ledger.tables_money import ORDER_LINES

MOST_ORDERS = 20_000  # differences read; more than that is one mistake, not so many
_O, _S = ORDER_LINES.c, SETTLEMENT_LINES.c


@dataclass(frozen=True, slots=True)
class Covered:
    """The days a shop's settlements were imported for: the first and the last of them."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Differing:
    """An order that differs, with the months it was settled and stated in ("" for neither)."""

    sides: OrderSides
    settled_month: str
    stated_month: str


def covered(connection: Connection, base: str) -> Mapping[str, Covered]:
    """By shop the days for which settlements are there; no shop without any."""
    on = _stated_on()
    query = (
        select(_S.shop, func.min(on).label("first"), func.max(on).label("last"))
        .where(_S.base == base, on.is_not(None))
        .group_by(_S.shop)
    )
    return {row.shop: Covered(row.first, row.last) for row in connection.execute(query)}


def order_sums(connection: Connection, base: str, shops: Sequence[Shop]) -> tuple[MonthSums, ...]:
    """Actual commission of settled order lines, by the month of settlement on the shop's clock."""
    spans = _settled_span(connection, base)
    if spans is None:
        return ()
    month = _month(shops, *spans).label("month")
    query = (
        select(_O.shop, _O.currency, month, func.sum(_paid()).label("minor"))
        .where(_O.base.concat("") == base, _is_settled())
        .group_by(_O.shop, _O.currency, month)
    )
    return tuple(
        MonthSums(row.shop, row.currency, row.month, int(row.minor))
        for row in connection.execute(query)
    )


def settlement_sums(connection: Connection, base: str) -> tuple[MonthSums, ...]:
    """What settlements took for creators and for partners, by the month of the statement."""
    month = func.substr(func.coalesce(_stated_on(), ""), 1, 7).label("month")
    query = (
        select(
            _S.shop,
            _S.currency,
            month,
            func.sum(_taken()).label("creators"),
            func.sum(_for_partners()).label("partners"),
        )
        .where(*_counted(base))
        .group_by(_S.shop, _S.currency, month)
    )
    return tuple(
        MonthSums(row.shop, row.currency, row.month, int(row.creators), int(row.partners))
        for row in connection.execute(query)
    )


def differing(
    connection: Connection, base: str, shops: Sequence[Shop], patience: timedelta
) -> tuple[Differing, ...]:
    """The orders on which settlements and order files differ, the largest difference first.

    An order in no settlement is one only between the first imported and `patience` before the last.
    """
    every = union_all(_of_orders(base), _of_settlements(base)).subquery("sides")
    side = every.c
    ours, theirs = func.sum(side.ours), func.sum(side.theirs)
    stated, settled_at = func.sum(side.stated), func.max(side.settled_at, type_=UtcDateTime())
    differ = and_(stated > 0, ours != theirs)
    missing = [
        and_(
            stated == 0,
            ours != 0,
            side.shop == shop.name,
            settled_at >= _start(shop, within.first),
            settled_at < _start(shop, within.last) - patience,
        )
        for shop in shops
        if (within := covered(connection, base).get(shop.name))
    ]
    query = (
        select(
            side.shop, side.order_id, side.currency, ours.label("ours"), theirs.label("theirs"),
            func.sum(side.refund).label("refund"), func.sum(side.known).label("known"),
            func.sum(side.settled).label("settled"), stated.label("stated"),
            settled_at.label("settled_at"), func.max(side.stated_on).label("stated_on"),
            func.max(side.handle).label("handle"),
            func.max(side.created_at, type_=UtcDateTime()).label("created_at"),
            func.max(side.created_on).label("created_on"),
        )
        .group_by(side.shop, side.order_id, side.currency)
        .having(or_(differ, *missing))
        .order_by(func.abs(ours - theirs).desc(), side.shop, side.order_id)
        .limit(MOST_ORDERS)
    )  # fmt: skip
    rows = connection.execute(query).all()
    return tuple(_told(connection, base, shops, rows))


def _told(
    connection: Connection, base: str, shops: Sequence[Shop], rows: Sequence[Any]
) -> Iterable[Differing]:
    known = owners.owners(connection, base) if rows else {}
    posted = owners.first_posted(connection, base) if any(row.refund for row in rows) else {}
    zones = {shop.name: shop for shop in shops}
    for row in rows:
        creator = owners.owner(known.get(row.handle or "", ()), row.created_at)
        before = posted.get((creator, (row.created_on or "")[:7]))
        shop = zones.get(row.shop)
        paid_before = before is not None and before.date().isoformat() <= (row.stated_on or "")
        settled = row.settled_at.astimezone(shop.zone) if shop and row.settled_at else None
        sides = OrderSides(
            row.shop, row.order_id, row.currency, int(row.ours), int(row.theirs), int(row.refund),
            int(row.known), int(row.settled), int(row.stated), creator, paid_before,
        )  # fmt: skip
        month = settled.date().isoformat()[:7] if settled else ""
        yield Differing(sides, month, (row.stated_on or "")[:7])


def _of_orders(base: str) -> Select[Any]:
    settled = case((_is_settled(), 1), else_=0)
    return select(
        _O.shop,
        _O.order_id.label("order_id"),
        _O.currency,
        case((_is_settled(), _paid()), else_=0).label("ours"),
        literal(0).label("theirs"),
        literal(0).label("refund"),
        literal(1).label("known"),
        settled.label("settled"),
        literal(0).label("stated"),
        case((_is_settled(), func.coalesce(_O.settled_at, _O.changed_at))).label("settled_at"),
        cast(None, String).label("stated_on"),
        _O.creator_handle.label("handle"),
        _O.created_at.label("created_at"),
        _O.created_on.label("created_on"),
    ).where(_O.base.concat("") == base)


def _of_settlements(base: str) -> Select[Any]:
    return select(
        _S.shop,
        _order_id(),
        _S.currency,
        literal(0),
        _taken(),
        func.coalesce(_S.commission_refund, 0),
        literal(0),
        literal(0),
        literal(1),
        cast(None, UtcDateTime),
        _stated_on(),
        cast(None, String),
        cast(None, UtcDateTime),
        cast(None, String),
    ).where(*_counted(base))


def _counted(base: str) -> Sequence[ColumnElement[bool]]:
    """Lines that state commission; of one order either its settlement or its profit and loss."""
    other = SETTLEMENT_LINES.alias("other")
    stated = (
        select(literal(1))
        .where(
            other.c.base == _S.base,
            other.c.shop == _S.shop,
            other.c.entry_id == _S.entry_id,
            other.c.source == "settlement",
        )
        .exists()
    )
    said = or_(*(column.is_not(None) for column in (*_CREATORS, *_PARTNERS)))
    return (
        _S.base == base,
        _S.is_ad_payment.is_(False),
        said,
        or_(_S.source == "settlement", ~stated),
    )


_CREATORS = (
    _S.affiliate_commission, _S.affiliate_ads_commission, _S.commission_deposit,
    _S.commission_refund,
)  # fmt: skip
_PARTNERS = (_S.affiliate_partner_commission, _S.affiliate_partner_ads_commission)


def _taken() -> ColumnElement[int]:
    """What the line cost for creators: the file has what TikTok took as negative."""
    return -_total(_CREATORS)


def _for_partners() -> ColumnElement[int]:
    return -_total(_PARTNERS)


def _total(columns: Sequence[ColumnElement[Any]]) -> ColumnElement[int]:
    summed: ColumnElement[int] = func.coalesce(columns[0], 0)
    for column in columns[1:]:
        summed = summed + func.coalesce(column, 0)
    return summed


def _paid() -> ColumnElement[int]:
    """What TikTok paid the creator for a settled line: standard, Shop Ads and co-funded."""
    return _total((_O.actual_commission, _O.actual_shop_ads, _O.actual_cofunded))


def _is_settled() -> ColumnElement[bool]:
    return _O.status == LineStatus.SETTLED.value


def _order_id() -> ColumnElement[str]:
    return func.coalesce(func.nullif(_S.related_order_id, ""), _S.entry_id)


def _stated_on() -> ColumnElement[Any]:
    return func.coalesce(_S.statement_on, _S.settled_on)


def _settled_span(connection: Connection, base: str) -> tuple[datetime, datetime] | None:
    at = func.coalesce(_O.settled_at, _O.changed_at)
    query = select(func.min(at, type_=UtcDateTime()), func.max(at, type_=UtcDateTime())).where(
        _O.base.concat("") == base, _is_settled()
    )
    first, last = connection.execute(query).one()
    return (first, last) if first and last else None


def _month(shops: Sequence[Shop], first: datetime, last: datetime) -> ColumnElement[str]:
    """The month on the shop's clock in which a line was settled; of an unknown shop in UTC."""
    at = func.coalesce(_O.settled_at, _O.changed_at)
    found: list[tuple[ColumnElement[bool], str]] = []
    for shop in shops:
        month = first.astimezone(shop.zone).date().replace(day=1)
        while month <= last.astimezone(shop.zone).date():
            following = (month + timedelta(days=31)).replace(day=1)
            ends = shop.start_of(following)
            found.append((and_(_O.shop == shop.name, at < ends), month.isoformat()[:7]))
            month = following
    return case(*found, else_="") if found else literal("")


def _start(shop: Shop, day: str) -> datetime:
    return shop.start_of(datetime.fromisoformat(day[:10]).date())
