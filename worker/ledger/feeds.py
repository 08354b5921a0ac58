"""Where each base's change feed stands, in the ledger; the feed is read by `worker/feed.py`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables_screen import FEEDS


@dataclass(frozen=True, slots=True)
class FeedState:
    """A base's feed: its webhook ("" if none), the next payload, and what was read when.

    `gap` says why whole tables must be read before the mirror can be trusted ("" if it can).
    """

    hook: str = ""
    mac_secret: str = ""
    cursor: int = 1
    read_at: datetime | None = None
    swept_at: datetime | None = None
    people_at: datetime | None = None
    gap: str = ""


def load(ledger: Ledger, base: str) -> FeedState:
    """The feed's state; that of a base never read if there is none."""
    with ledger.reading() as connection:
        row = connection.execute(select(FEEDS).where(FEEDS.c.base == base)).first()
    if row is None:
        return FeedState()
    return FeedState(
        row.hook, row.mac_secret, row.cursor, row.read_at, row.swept_at, row.people_at, row.gap
    )


def save(connection: Connection, base: str, **values: object) -> None:
    """Set some of the feed's state."""
    blank = {"hook": "", "mac_secret": "", "cursor": 1, "gap": ""}
    if not insert_new(connection, FEEDS, {"base": base, **blank, **values}):
        connection.execute(update(FEEDS).where(FEEDS.c.base == base).values(**values))
