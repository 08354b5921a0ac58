"""Parked bases in the ledger: those Airtable answers no more until the month's calls count afresh.

The row of the last time stays, so that it can be told that it is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables_screen import PARKED


@dataclass(frozen=True, slots=True)
class Parked:
    """Why and until when Airtable is not called; `since` is when it refused last."""

    because: str
    since: datetime
    until: datetime

    def stands(self, now: datetime) -> bool:
        """Whether the base is parked now; else this is the last time it was."""
        return now < self.until


def load(ledger: Ledger, base: str) -> Parked | None:
    """The base's parking, also when it is over; None if it never was parked."""
    with ledger.reading() as connection:
        row = connection.execute(select(PARKED).where(PARKED.c.base == base)).first()
    return Parked(row.because, row.since, row.until) if row else None


def park(
    ledger: Ledger, bases: Sequence[str], *, because: str, at: datetime, until: datetime
) -> None:
    """Park the bases; those that are parked already keep their reason."""
    new = {"because": because, "since": at, "until": until}
    with ledger.writing() as connection:
        over = delete(PARKED).where(PARKED.c.base.in_(bases), PARKED.c.until <= at)
        connection.execute(over)
        for base in bases:
            insert_new(connection, PARKED, {"base": base, **new})
        connection.execute(update(PARKED).where(PARKED.c.base.in_(bases)).values(since=at))


def unpark(ledger: Ledger, bases: Sequence[str], at: datetime) -> bool:
    """End the bases' parking now; False if none was parked."""
    ended = update(PARKED).where(PARKED.c.base.in_(bases), PARKED.c.until > at).values(until=at)
    with ledger.writing() as connection:
        return connection.execute(ended).rowcount > 0


def take_probe(ledger: Ledger, bases: Sequence[str], at: datetime, after: timedelta) -> bool:
    """Whether the caller, and nobody else, may ask Airtable whether it still refuses."""
    taken = (
        update(PARKED)
        .where(PARKED.c.base.in_(bases), PARKED.c.until > at, PARKED.c.since <= at - after)
        .values(since=at)
    )
    with ledger.writing() as connection:
        return connection.execute(taken).rowcount > 0
