"""The facts of a payout run, summed by the database: no order line becomes a Python object.

One aggregate per rule, by creator and month of creation on the shop's clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from automations.payouts import CARRY_OVER, Posted
from automations.pricing import Basis, Sum
from schemas.money import Money
from schemas.orders import LineStatus
from worker.ledger.tables import CREATOR_IDENTITIES, CREATORS
from worker.ledger.tables_money import ORDER_LINES, POSTED_LINES


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines in no sum, with the reason, so that a person can see how much waits."""

    why: str
    count: int
    amount: Money


def sums(
    connection: Connection, base: str, basis: Basis, cut_offs: Mapping[str, datetime]
) -> tuple[Sum, ...]:
    """The Actual Commission Base of the basis by creator and window; `cut_offs` by shop."""
    lines = ORDER_LINES.c
    window = func.substr(lines.created_on, 1, 7).label("month")
    query = (
        select(
            CREATOR_IDENTITIES.c.creator,
            window,
            func.count().label("lines"),
            func.sum(lines.actual_commission_base).label("minor"),
        )
        .join(CREATOR_IDENTITIES, _same_creator())
        .where(
            lines.base == base,
            lines.currency == basis.currency,
            lines.status == basis.status.value,
            lines.fully_returned == basis.returned,
            lines.created_on >= basis.since.isoformat(),
            or_(*(_due(shop, at, basis) for shop, at in cut_offs.items())),
        )
        .group_by(CREATOR_IDENTITIES.c.creator, window)
        .order_by(CREATOR_IDENTITIES.c.creator, window)
    )
    if basis.until is not None:
        query = query.where(lines.created_on <= basis.until.isoformat())
    if basis.content:
        query = query.where(lines.content_type == basis.content)
    return tuple(
        Sum(basis.rule, row.creator, row.month, row.lines, _money(row.minor, basis.currency))
        for row in connection.execute(query)
    )


def posted(connection: Connection, base: str) -> tuple[Posted, ...]:
    """What was posted so far, by creator, rule version, window and currency."""
    lines = POSTED_LINES.c
    slot = (lines.creator, lines.rule, lines.rule_version, lines.window, lines.currency)
    query = (
        select(
            *slot,
            func.max(lines.kind).label("kind"),
            func.max(lines.terms).label("terms"),
            func.sum(lines.amount_minor).label("minor"),
        )
        .where(lines.base == base)
        .group_by(*slot)
        .order_by(*slot)
    )
    return tuple(
        Posted(
            creator=row.creator,
            rule=row.rule,
            version=row.rule_version,
            window=row.window,
            kind=row.kind,
            amount=_money(row.minor, row.currency),
            terms=row.terms,
        )
        for row in connection.execute(query)
    )


def posted_terms(connection: Connection, base: str) -> tuple[str, ...]:
    """The terms of every rule version that has a posted line."""
    query = (
        select(POSTED_LINES.c.terms)
        .where(
            POSTED_LINES.c.base == base,
            POSTED_LINES.c.terms != "",
            POSTED_LINES.c.kind != CARRY_OVER,
        )
        .distinct()
        .order_by(POSTED_LINES.c.terms)
    )
    return tuple(connection.execute(query).scalars())


def left_out(connection: Connection, base: str, shops: Sequence[str]) -> tuple[LeftOut, ...]:
    """Lines nobody is paid for: unknown status, handle of no creator, shop not in Settings."""
    lines = ORDER_LINES.c
    known = select(CREATOR_IDENTITIES.c.value).where(_same_creator()).exists()
    reasons = (
        ("have a status nobody has reviewed", lines.status == LineStatus.NEEDS_REVIEW.value),
        ("have a handle that no row of Creators has", ~known),
        ("are of a shop that Settings does not name", lines.shop.not_in(shops)),
    )
    found = []
    for why, condition in reasons:
        query = (
            select(
                lines.currency,
                func.count().label("lines"),
                func.sum(func.coalesce(lines.actual_commission_base, lines.est_commission_base))
                .label("minor"),
            )
            .where(lines.base == base, condition)
            .group_by(lines.currency)
            .order_by(lines.currency)
        )  # fmt: skip
        found += [
            LeftOut(why, row.lines, _money(row.minor, row.currency))
            for row in connection.execute(query)
        ]
    return tuple(found)


def creators(connection: Connection, base: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Creator by record id (every row it ever was), and its present record id by creator."""
    by_record = select(CREATOR_IDENTITIES.c.value, CREATOR_IDENTITIES.c.creator).where(
        CREATOR_IDENTITIES.c.base == base, CREATOR_IDENTITIES.c.kind == "record"
    )
    present = select(CREATORS.c.id, CREATORS.c.record_id).where(CREATORS.c.base == base)
    return _pairs(connection, by_record), _pairs(connection, present)


def _pairs(connection: Connection, query: Select[Any]) -> Mapping[str, str]:
    return dict(tuple(row) for row in connection.execute(query))


def _same_creator() -> Any:
    return and_(
        CREATOR_IDENTITIES.c.base == ORDER_LINES.c.base,
        CREATOR_IDENTITIES.c.kind == "handle",
        CREATOR_IDENTITIES.c.value == ORDER_LINES.c.creator_handle,
    )


def _due(shop: str, cut_off: datetime, basis: Basis) -> Any:
    # Where TikTok gave no time, the file in which we first saw it settled stands for it.
    settled_at = func.coalesce(ORDER_LINES.c.settled_at, ORDER_LINES.c.changed_at)
    return and_(ORDER_LINES.c.shop == shop, settled_at < cut_off - basis.hold_back)


def _money(minor: object, currency: str) -> Money:
    # PostgreSQL sums BIGINTs as NUMERIC, SQLite as integers; both are exact.
    return Money.from_minor(int(str(minor or 0)), currency)
