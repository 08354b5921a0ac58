"""The sales a payout run rests on, summed by the database: no order line becomes a Python object.

One aggregate per basis, by handle and window; whose a handle was when is read beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
)

from automations.pricing.basis import Basis, Grain, Sum
from automations.pricing.windows import first_day, next_month
from schemas.money import Money
from schemas.orders import LineStatus
from schemas.payout_rules import Measure
from schemas.shops import Shop
from worker.ledger.handles import ALWAYS, NOBODY
from worker.ledger.tables import CREATOR_HANDLES, CREATOR_IDENTITIES, CREATORS
from worker.ledger.tables_money import ORDER_LINES

_LINES, _SPANS = ORDER_LINES.c, CREATOR_HANDLES.c
# Spelt as in the index, or the database would not know it again.
_MONTH: ColumnElement[str] = func.substr(
    _LINES.created_on, literal_column("1"), literal_column("7")
)
# As an expression: no plan may read by shop, and then every line instead of an index's entries.
_SHOP = _LINES.shop + literal_column("''")
# Spelt as the index that holds these few lines alone.
_WAITS: ColumnElement[bool] = literal_column("order_lines.status IN ('needs review', 'hold')")
_PART = or_(_SPANS.since > ALWAYS, _SPANS.until.is_not(None))  # a handle that changed hands
_SOLD = (
    _LINES.status.in_((LineStatus.PENDING.value, LineStatus.SETTLED.value)),
    _LINES.fully_returned.is_(False),
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines in no sum, with the reason, so that a person can see how much waits."""

    why: str
    count: int
    amount: Money


def sums(
    connection: Connection,
    base: str,
    bases: Mapping[Basis, date | None],
    closing: tuple[Sequence[Shop], str],
) -> Mapping[Basis, Sequence[Sum]]:
    """By basis the sums of each creator and window; `bases` says from which day each is needed.

    `closing` are the shops that count and the month whose end is the cut-off.
    """
    owners, parted = _sole_owners(connection, base), _parted(connection, base)
    return {
        basis: _of_creators(
            basis,
            owners,
            connection.execute(_by_handle(base, basis, closing, first)),
            connection.execute(_by_span(base, basis, closing, first).where(_among(parted)))
            if parted
            else (),
        )
        for basis, first in bases.items()
    }


def left_out(connection: Connection, base: str, shops: Sequence[str]) -> tuple[LeftOut, ...]:
    """Lines nobody is paid for, with the sum of what customers paid, by reason and currency."""
    sold = (*_SOLD, _SHOP.in_(shops))
    strange = set(connection.execute(_distinct(_LINES.shop, base)).scalars()) - set(shops)
    parted = _parted(connection, base)
    elsewhere = (_LINES.shop.in_(sorted(strange)),) if strange else (false(),)
    reasons: tuple[tuple[str, Sequence[ColumnElement[bool]]], ...] = (
        ("are of a shop that Settings does not name", elsewhere),
        ("are on hold at TikTok", (_WAITS, _has(LineStatus.HOLD), _SHOP.in_(shops))),
        ("could be claimed by two creators: their handle changed hands",
         (*sold, _among(parted), _claimed(base))),
        ("have a handle that no row of Creators has", (*sold, _unknown_handle(base))),
        ("have a status nobody has reviewed",
         (_WAITS, _has(LineStatus.NEEDS_REVIEW), _SHOP.in_(shops))),
    )  # fmt: skip
    return tuple(
        LeftOut(why, row.lines, Money.from_minor(_exact(row.minor), row.currency))
        for why, conditions in reasons
        for row in connection.execute(_counted(base, conditions))
    )


def creators(connection: Connection, base: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Creator by record id (every row it ever was), and its present record id by creator."""
    by_record = select(CREATOR_IDENTITIES.c.value, CREATOR_IDENTITIES.c.creator).where(
        CREATOR_IDENTITIES.c.base == base, CREATOR_IDENTITIES.c.kind == "record"
    )
    present = select(CREATORS.c.id, CREATORS.c.record_id).where(CREATORS.c.base == base)
    return _pairs(connection, by_record), _pairs(connection, present)


def _counted(base: str, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    sums = func.count().label("lines"), func.sum(_LINES.payment_amount).label("minor")
    found = select(_LINES.currency, *sums).where(_LINES.base == base, *conditions)
    return found.group_by(_LINES.currency).order_by(_LINES.currency)


def _sole_owners(connection: Connection, base: str) -> Mapping[str, str]:
    """By handle whose it always was."""
    query = select(_SPANS.handle, _SPANS.creator).where(
        _SPANS.base == base, ~_PART, _SPANS.creator != NOBODY
    )
    return _pairs(connection, query)


def _by_handle(
    base: str, basis: Basis, closing: tuple[Sequence[Shop], str], first: date | None
) -> Select[Any]:
    """The sum of every handle and window, whoever it belonged to."""
    found = select(_LINES.creator_handle, *_summed(basis)).where(
        _LINES.base == base, *_counts(basis, closing, first)
    )
    return found.group_by(_LINES.creator_handle, *_grouped(basis))


def _by_span(
    base: str, basis: Basis, closing: tuple[Sequence[Shop], str], first: date | None
) -> Select[Any]:
    """The sums of handles that changed hands: by whose they were when the order was made."""
    found = (
        select(_SPANS.creator, *_summed(basis))
        .join(CREATOR_HANDLES, and_(_SPANS.handle == _LINES.creator_handle, _during_span()))
        .where(
            _LINES.base == base,
            _SPANS.base == base,
            _SPANS.creator != NOBODY,
            *_counts(basis, closing, first),
        )
    )
    return found.group_by(_SPANS.creator, *_grouped(basis))


def _of_creators(
    basis: Basis,
    owners: Mapping[str, str],
    by_handle: Iterable[Sequence[Any]],
    by_span: Iterable[Sequence[Any]],
) -> Sequence[Sum]:
    """One sum per creator and window, of all handles that are or were theirs."""
    found: dict[tuple[str, str], Sum] = {}
    of_handles = ((owners[row[0]], *row[1:]) for row in by_handle if row[0] in owners)
    for creator, month, lines, minor, first_on in (*of_handles, *by_span):
        one = Sum(creator, basis.window or month, lines, _exact(minor), first_on)
        slot = (creator, "" if basis.grain is Grain.EVER else one.window)
        before = found.get(slot)
        found[slot] = _together(before, one) if before else one
    return list(found.values())


def _together(one: Sum, other: Sum) -> Sum:
    early = min(one, other, key=lambda found: found.first_on)
    return early._replace(lines=one.lines + other.lines, minor=one.minor + other.minor)


def _summed(basis: Basis) -> tuple[ColumnElement[Any], ...]:
    first = func.min(_LINES.created_on)
    month = {
        Grain.MONTH: _MONTH,
        Grain.SPAN: literal_column("''"),
        Grain.EVER: func.substr(first, literal_column("1"), literal_column("7")),
    }[basis.grain]
    day = first if basis.grain is Grain.EVER else literal_column("''")
    return (
        month.label("month"),
        func.count().label("lines"),
        func.sum(_amount(basis)).label("minor"),
        day.label("first_on"),
    )


def _grouped(basis: Basis) -> tuple[ColumnElement[Any], ...]:
    return (_MONTH,) if basis.grain is Grain.MONTH else ()


def _counts(
    basis: Basis, closing: tuple[Sequence[Shop], str], first: date | None
) -> Iterable[ColumnElement[bool]]:
    """Which lines the basis takes."""
    shops, period = closing
    yield _LINES.currency == basis.currency
    yield _LINES.status.in_([status.value for status in basis.statuses])
    yield _LINES.fully_returned.is_(False)
    yield _LINES.payment_amount > 0
    # Whatever else is due, nothing after the month that is closed counts in it.
    yield period >= _MONTH
    yield or_(*(_due(shop, period, basis) for shop in shops))
    if first is not None:
        yield first.isoformat()[:7] <= _MONTH
    if basis.since is not None:
        yield _LINES.created_on >= basis.since.isoformat()
    if basis.until is not None:
        yield _LINES.created_on <= basis.until.isoformat()
        yield basis.until.isoformat()[:7] >= _MONTH
    if basis.product:
        yield _LINES.product_id == basis.product
    if basis.content:
        yield _LINES.content_type == basis.content


def _due(shop: Shop, period: str, basis: Basis) -> ColumnElement[bool]:
    its = _SHOP.in_([shop.name])
    latest = shop.start_of(first_day(next_month(period))) - basis.hold_back
    if basis.measure is Measure.SETTLED:
        # Where TikTok gave no time, the file in which we first saw it settled stands for it.
        return and_(its, func.coalesce(_LINES.settled_at, _LINES.changed_at) < latest)
    return and_(its, _LINES.created_at < latest) if basis.hold_back else its


def _amount(basis: Basis) -> ColumnElement[Any]:
    if basis.measure is Measure.GMV:
        return _LINES.payment_amount
    return _LINES.actual_commission_base


def _during_span() -> ColumnElement[bool]:
    return and_(
        _LINES.created_at >= _SPANS.since,
        or_(_SPANS.until.is_(None), _LINES.created_at < _SPANS.until),
    )


def _has(status: LineStatus) -> ColumnElement[bool]:
    return _LINES.status == status.value


def _unknown_handle(base: str) -> ColumnElement[bool]:
    known = select(_SPANS.handle).where(_SPANS.base == base)
    return _LINES.creator_handle.in_(_distinct(_LINES.creator_handle, base).except_(known))


def _distinct(column: ColumnElement[str], base: str) -> Select[Any]:
    """The values of an indexed column, jumping from each to the next instead of reading all."""
    lines = ORDER_LINES.alias()
    own = lines.c[column.name]
    least = select(func.min(own).label("value")).where(lines.c.base == base)
    found = least.cte(recursive=True)
    following = least.where(own > found.c.value).correlate(found).scalar_subquery()
    found = found.union_all(select(following).where(found.c.value.is_not(None)))
    return select(found.c.value).where(found.c.value.is_not(None))


def _claimed(base: str) -> ColumnElement[bool]:
    owned = select(_SPANS.handle).where(
        _SPANS.base == base,
        _SPANS.handle == _LINES.creator_handle,
        _SPANS.creator != NOBODY,
        _during_span(),
    )
    return ~owned.correlate(ORDER_LINES).exists()


def _parted(connection: Connection, base: str) -> Sequence[str]:
    """The handles that changed hands."""
    query = select(_SPANS.handle).where(_SPANS.base == base, _PART).distinct()
    return connection.execute(query.order_by(_SPANS.handle)).scalars().all()


def _among(handles: Sequence[str]) -> ColumnElement[bool]:
    return _LINES.creator_handle.in_(handles)


def _pairs(connection: Connection, query: Select[Any]) -> Mapping[str, str]:
    return dict(tuple(row) for row in connection.execute(query))


def _exact(minor: object) -> int:
    # PostgreSQL sums BIGINTs as NUMERIC, SQLite as integers; both are exact.
    return int(minor) if isinstance(minor, int) else int(str(minor or 0))
