"""Sales, commission and posted payouts for ROI, summed by the database for each row of a table.

No order line becomes a Python object. Whose a line is, `creator_handles` says for the instant of
its creation.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)

from automations.payout_facts import CARRY_OVER
from automations.payout_frozen import thawed
from automations.roi.figures import Account, By
from automations.roi.sorting import CampaignDays, Sorting, Span
from automations.roi.tables import CONTESTED, NONE, UNKNOWN, Sales
from schemas.orders import LineStatus
from worker.ledger.given_pairs import given_pairs
from worker.ledger.tables import CREATOR_HANDLES
from worker.ledger.tables_money import ORDER_LINES, POSTED_LINES, SHOP_PRODUCTS

_LINES, _HANDLES, _POSTED = ORDER_LINES.c, CREATOR_HANDLES.c, POSTED_LINES.c
COUNTED = (LineStatus.PENDING.value, LineStatus.SETTLED.value)
WAITING = (LineStatus.HOLD.value, LineStatus.NEEDS_REVIEW.value)


def sales(connection: Connection, base: str, sorting: Sorting, span: Span) -> tuple[Sales, ...]:
    """What was sold in the span, by row and currency."""
    source: FromClause = ORDER_LINES
    if sorting.by in (By.CREATOR, By.COHORT, By.TIER):
        source = source.outerjoin(CREATOR_HANDLES, _owned())
        row, source = _row_of_creator(connection, sorting, _HANDLES.creator, source)
    elif sorting.by is By.CAMPAIGN:
        row, source = _campaign(connection, sorting, source)
    elif sorting.by is By.PRODUCT:
        row = _LINES.product_id
    else:
        row = func.substr(_LINES.created_on, 1, 7)
    return _summed(connection, base, sorting, span, (row, source))


def all_sales(connection: Connection, base: str, sorting: Sorting, span: Span) -> tuple[Sales, ...]:
    """What was sold in the span, by currency alone: the totals of every table."""
    return _summed(connection, base, sorting, span, (literal(""), ORDER_LINES))


def payouts(connection: Connection, base: str, sorting: Sorting, span: Span) -> tuple[Sales, ...]:
    """What was posted for the months of the span, by row and currency; carry-overs are no cost.

    A campaign's are those of the rules that count it alone, as their terms were when posted.
    """
    source: FromClause = POSTED_LINES
    row: ColumnElement[str] = literal(NONE)
    if sorting.by in (By.CREATOR, By.COHORT, By.TIER):
        row, source = _row_of_creator(connection, sorting, _POSTED.creator, source)
    elif sorting.by is By.MONTH:
        row = func.substr(_POSTED.window, 1, 7)
    elif sorting.by is By.CAMPAIGN:
        row = _POSTED.terms
    named = _campaign_of if sorting.by is By.CAMPAIGN else str
    row = row.label("row")
    query = (
        select(row, _POSTED.currency, func.sum(_POSTED.amount_minor).label("minor"))
        .select_from(source)
        .where(
            _POSTED.base == base,
            _POSTED.kind != CARRY_OVER,
            func.substr(_POSTED.window, 1, 7).between(span.since, span.until),
        )
        .group_by(row, _POSTED.currency)
    )
    return tuple(
        Sales(named(found.row), found.currency, Account(payouts=int(found.minor)))
        for found in connection.execute(query)
    )


def sellers(connection: Connection, base: str, span: Span) -> Mapping[str, frozenset[str]]:
    """The creators with a counted sale, by month."""
    month = func.substr(_LINES.created_on, 1, 7).label("month")
    query = (
        select(month, _HANDLES.creator)
        .select_from(ORDER_LINES.join(CREATOR_HANDLES, _owned()))
        .where(*_in(base, span), _sold(), _HANDLES.creator != "")
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.month, set()).add(row.creator)
    return {month: frozenset(creators) for month, creators in found.items()}


def product_names(connection: Connection, base: str) -> Mapping[str, str]:
    """What order files call each product, by its id."""
    product = SHOP_PRODUCTS.c
    query = select(product.product_id, product.name).where(product.base == base)
    return {row.product_id: row.name for row in connection.execute(query.order_by(product.shop))}


def waiting(connection: Connection, base: str, span: Span) -> tuple[tuple[str, int, str, int], ...]:
    """Lines in no figure: status, count, currency and Payment Amount in minor units."""
    query = (
        select(
            _LINES.status,
            func.count().label("lines"),
            _LINES.currency,
            func.sum(_LINES.payment_amount).label("minor"),
        )
        .where(*_in(base, span), _LINES.status.in_(WAITING))
        .group_by(_LINES.status, _LINES.currency)
        .order_by(_LINES.status, _LINES.currency)
    )
    return tuple(
        (row.status, row.lines, row.currency, int(row.minor)) for row in connection.execute(query)
    )


def _summed(
    connection: Connection,
    base: str,
    sorting: Sorting,
    span: Span,
    rows: tuple[ColumnElement[str], FromClause],
) -> tuple[Sales, ...]:
    row, source = rows
    margin: ColumnElement[int] = literal(None, BigInteger)
    if sorting.margins:
        known = given_pairs(connection, "margins", sorting.margins)
        source = source.outerjoin(known, known.c.name == _LINES.product_id)
        margin = known.c.given.cast(BigInteger)
    figures, row = _figures(margin), row.label("row")
    query = (
        select(row, _LINES.currency, *(one.label(name) for name, one in figures))
        .select_from(source)
        .where(*_in(base, span), _LINES.status.in_(COUNTED))
        .group_by(row, _LINES.currency)
    )
    return tuple(
        Sales(
            found["row"],
            found["currency"],
            # PostgreSQL sums BIGINTs as NUMERIC, SQLite as integers; both are exact.
            Account(**{name: int(found[name] or 0) for name, _ in figures}),
        )
        for found in connection.execute(query).mappings()
    )


def _figures(margin: ColumnElement[int]) -> Sequence[tuple[str, ColumnElement[int]]]:
    kept = and_(_sold(), _LINES.fully_returned.is_(False))
    settled = _LINES.status == LineStatus.SETTLED.value
    pairs = [
        _commission(actual, estimated)
        for actual, estimated in (
            (_LINES.actual_commission, _LINES.est_commission),
            (_LINES.actual_shop_ads, _LINES.est_shop_ads),
            (_LINES.actual_cofunded, _LINES.est_cofunded),
        )
    ]
    has_margin = and_(kept, margin.is_not(None))
    return (
        ("lines", func.sum(case((_sold(), 1), else_=0))),
        ("orders", func.count(case((_sold(), _LINES.order_id)).distinct())),
        ("gross", _sum(_sold(), _LINES.payment_amount)),
        ("net", _sum(kept, _LINES.payment_amount)),
        (
            "settled_net",
            _sum(and_(settled, _LINES.fully_returned.is_(False)), _LINES.actual_commission_base),
        ),
        ("commission_actual", func.sum(sum(actual for actual, _ in pairs))),
        ("commission_estimated", func.sum(sum(estimated for _, estimated in pairs))),
        ("net_with_margin", _sum(has_margin, _LINES.payment_amount)),
        ("contribution", _sum(has_margin, _LINES.payment_amount * margin)),
    )


def _commission(
    actual: ColumnElement[int], estimated: ColumnElement[int]
) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """One part of a line's commission: what is actual of it, else what is estimated."""
    settled = _LINES.status == LineStatus.SETTLED.value
    known = and_(actual.is_not(None), or_(settled, actual > 0))
    # What was returned before it settled earns no commission; the estimate still says it would.
    lapsed = and_(_LINES.fully_returned.is_(True), ~settled)
    return (
        case((known, actual), else_=0),
        case((or_(known, lapsed), 0), else_=func.coalesce(estimated, 0)),
    )


def _campaign(
    connection: Connection, sorting: Sorting, source: FromClause
) -> tuple[ColumnElement[str], FromClause]:
    """The campaign of the video that sold; else the first that claims product and day."""
    by_day = [(_claimed(one), one.campaign) for one in sorting.campaigns]
    row: ColumnElement[str] = case(*by_day, else_=NONE) if by_day else literal(NONE)
    if not sorting.campaign_of_video:
        return row, source
    videos = given_pairs(connection, "videos", sorting.campaign_of_video)
    source = source.outerjoin(videos, videos.c.name == _LINES.content_id)
    return func.coalesce(videos.c.given, row), source


def _claimed(one: CampaignDays) -> ColumnElement[bool]:
    asked = [
        *([_LINES.product_id == one.product_id] if one.product_id else []),
        *([_LINES.created_on >= one.starts] if one.starts else []),
        *([_LINES.created_on <= one.ends] if one.ends else []),
    ]
    return and_(*asked)


def _row_of_creator(
    connection: Connection, sorting: Sorting, creator: ColumnElement[str], source: FromClause
) -> tuple[ColumnElement[str], FromClause]:
    known: ColumnElement[str] = creator
    if sorting.by is not By.CREATOR:
        groups = given_pairs(connection, "groups", sorting.group_of)
        # Joined on the bare column: SQLite indexes the pairs for nothing less.
        source = source.outerjoin(groups, groups.c.name == creator)
        known = func.coalesce(groups.c.given, NONE)
    return case((creator.is_(None), UNKNOWN), (creator == "", CONTESTED), else_=known), source


def _campaign_of(terms: str) -> str:
    return thawed(terms).campaign or NONE if terms else NONE


def _owned() -> ColumnElement[bool]:
    return and_(
        _HANDLES.base == _LINES.base,
        _HANDLES.handle == _LINES.creator_handle,
        _HANDLES.since <= _LINES.created_at,
        or_(_HANDLES.until.is_(None), _HANDLES.until > _LINES.created_at),
    )


def _sold() -> ColumnElement[bool]:
    """Counts as GMV: not void, not unpaid, not a sample."""
    return and_(_LINES.status.in_(COUNTED), _LINES.payment_amount > 0)


def _in(base: str, span: Span) -> Sequence[ColumnElement[bool]]:
    return (
        # An expression, so that SQLite reads the table in its own order: by an index it would
        # jump through it and take five times as long.
        _LINES.base.concat("") == base,
        _LINES.created_on >= f"{span.since}-01",
        _LINES.created_on <= f"{span.until}-31",
    )


def _sum(condition: ColumnElement[bool], amount: ColumnElement[Any]) -> ColumnElement[int]:
    return func.sum(case((condition, amount), else_=0))
