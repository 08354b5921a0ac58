"""What came in by mail: how far each folder was read, and the facts of each mail, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from schemas.hashes import hash_of
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import INBOUND, INBOXES


@dataclass(frozen=True, slots=True)
class Received:
    """One inbound mail as a fact on a creator (or on nobody, when it matched none)."""

    key: str
    message_id: str
    base: str
    creator: str
    record_id: str
    delivery: str
    kind: str
    text: str
    at: datetime
    subject: str = ""
    mailbox: str = ""  # the one whose message it answers or returns


def record_received(connection: Connection, received: Received) -> bool:
    """Record the mail; False if it was recorded before (the same UID, or the same Message-ID)."""
    if received.message_id:
        twice = select(INBOUND.c.key).where(
            # The mail of a forgotten creator is known by the hash of its id.
            INBOUND.c.message_id.in_([received.message_id, f"#{hash_of(received.message_id)}"]),
            INBOUND.c.key != received.key,
        )
        if connection.execute(twice).first():
            return False
    values = {name: getattr(received, name) for name in Received.__slots__}
    return insert_new(connection, INBOUND, values)


def count_since(connection: Connection, base: str, creator: str, kind: str, since: datetime) -> int:
    """How many mails of that kind came from or about a creator since then."""
    one = INBOUND.c
    counted = select(func.count()).where(
        one.base == base, one.creator == creator, one.kind == kind, one.at >= since
    )
    return int(connection.execute(counted).scalar_one())


def cursor(ledger: Ledger, mailbox: str, folder: str) -> tuple[int, int] | None:
    """(UIDVALIDITY, last UID read) of a folder; None if it was never read."""
    with ledger.reading() as connection:
        row = connection.execute(
            select(INBOXES).where(INBOXES.c.mailbox == mailbox, INBOXES.c.folder == folder)
        ).first()
    return None if row is None else (row.uid_validity, row.uid)


def advance(
    connection: Connection, mailbox: str, folder: str, *, position: tuple[int, int], at: datetime
) -> None:
    """Record how far the folder was read; in the transaction of the facts read from it."""
    values = {"uid_validity": position[0], "uid": position[1], "read_at": at}
    key = {"mailbox": mailbox, "folder": folder}
    if not insert_new(connection, INBOXES, {**key, **values}):
        connection.execute(
            update(INBOXES)
            .where(INBOXES.c.mailbox == mailbox, INBOXES.c.folder == folder)
            .values(**values)
        )


def read_to_end_at(ledger: Ledger, mailbox: str) -> datetime | None:
    """When every known folder of the mailbox was last read to its end; None if never."""
    with ledger.reading() as connection:
        oldest = select(func.min(INBOXES.c.read_at)).where(INBOXES.c.mailbox == mailbox)
        return connection.execute(oldest).scalar()


def unshown_replies(ledger: Ledger, base: str, most: int) -> Sequence[Received]:
    """Mails of creators of this base that are not yet shown on their row, oldest first."""
    with ledger.reading() as connection:
        rows = connection.execute(
            select(INBOUND)
            .where(INBOUND.c.base == base, INBOUND.c.creator != "", INBOUND.c.shown_at.is_(None))
            .order_by(INBOUND.c.at)
            .limit(most)
        ).all()
    return [Received(*(getattr(row, name) for name in Received.__slots__)) for row in rows]


def replies_since(ledger: Ledger, base: str, since: datetime) -> Sequence[Received]:
    """What people wrote since then: answers, opt-outs, and mails nobody could read."""
    told = ["human", "opt-out", "complaint", "unreadable"]
    with ledger.reading() as connection:
        rows = connection.execute(
            select(INBOUND)
            .where(INBOUND.c.base == base, INBOUND.c.at >= since, INBOUND.c.kind.in_(told))
            .order_by(INBOUND.c.at)
        ).all()
    return [Received(*(getattr(row, name) for name in Received.__slots__)) for row in rows]


def mark_replies_shown(ledger: Ledger, keys: Sequence[str], at: datetime) -> None:
    """Record that these mails are shown on their creators' rows."""
    with ledger.writing() as connection:
        connection.execute(update(INBOUND).where(INBOUND.c.key.in_(keys)).values(shown_at=at))
