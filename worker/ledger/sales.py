"""What order lines say of creators: the day of each creator's first sale."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from worker.ledger.engine import Ledger
from worker.ledger.metadata import UtcDateTime
from worker.ledger.tables import CREATOR_IDENTITIES
from worker.ledger.tables_money import ORDER_LINES


def first_sales(ledger: Ledger, base: str, zone: ZoneInfo) -> Mapping[str, date]:
    """For each creator who ever sold: the day (in the base's zone) of the first line not void."""
    first = func.min(ORDER_LINES.c.created_at, type_=UtcDateTime()).label("first_at")
    with ledger.reading() as connection:
        rows = connection.execute(
            select(CREATOR_IDENTITIES.c.creator, first)
            .join(
                ORDER_LINES,
                (ORDER_LINES.c.base == CREATOR_IDENTITIES.c.base)
                & (ORDER_LINES.c.creator_handle == CREATOR_IDENTITIES.c.value),
            )
            .where(
                CREATOR_IDENTITIES.c.base == base,
                CREATOR_IDENTITIES.c.kind == "handle",
                ORDER_LINES.c.status.in_(["pending", "settled"]),
                ORDER_LINES.c.payment_amount > 0,
            )
            .group_by(CREATOR_IDENTITIES.c.creator)
        ).all()
    return {row.creator: row.first_at.astimezone(zone).date() for row in rows if row.first_at}
