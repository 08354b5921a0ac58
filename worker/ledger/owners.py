"""Whose an order was, for the few that differ, and when something was first posted on its month."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from worker.ledger.metadata import UtcDateTime
from worker.ledger.tables import CREATOR_HANDLES
from worker.ledger.tables_money import POSTED_LINES

_RESTS_ON_SALES = ("Top-up", "Milestone", "Contest")


def owners(connection: Connection, base: str) -> Mapping[str, Sequence[Any]]:
    """The spans of every handle."""
    found: dict[str, list[Any]] = {}
    for span in connection.execute(
        select(CREATOR_HANDLES).where(CREATOR_HANDLES.c.base == base)
    ).all():
        found.setdefault(span.handle, []).append(span)
    return found


def owner(spans: Sequence[Any], at: datetime | None) -> str:
    """Whose the handle of these spans was then; "" if nobody's, or if two could claim it."""
    for span in spans:
        if at and span.since <= at and (span.until is None or at < span.until):
            return str(span.creator)
    return ""


def first_posted(connection: Connection, base: str) -> Mapping[tuple[str, str], datetime]:
    """When the first line that rests on sales was posted, by creator and month."""
    line = POSTED_LINES.c
    month = func.substr(line.window, 1, 7).label("month")
    query = (
        select(line.creator, month, func.min(line.posted_at, type_=UtcDateTime()).label("first"))
        .where(line.base == base, line.kind.in_(_RESTS_ON_SALES))
        .group_by(line.creator, month)
    )
    return {(row.creator, row.month): row.first for row in connection.execute(query)}
