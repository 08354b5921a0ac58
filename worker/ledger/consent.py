"""Suppressions: one list over all bases and channels. It only grows; lifting needs a reason."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from worker.ledger.engine import Ledger, insert_new
from worker.ledger.people import BOUNCED, hash_of, hashes_of, stop_enrolments
from worker.ledger.tables import CREATOR_IDENTITIES, SUPPRESSIONS


def suppress_creator(
    connection: Connection, base: str, creator: str, *, reason: str, source: str, at: datetime
) -> None:
    """Never contact this creator again, on any address or handle ever seen; stops enrolments."""
    for known_hash in hashes_of(connection, base, creator):
        _suppress(connection, base, known_hash, creator, (reason, source, at))
    stop_enrolments(connection, base, creator, because=reason, now=at)


def suppress_hash(
    connection: Connection, base: str, hashed: str, *, reason: str, source: str, at: datetime
) -> None:
    """Never write to the address with this hash again, in any base."""
    _suppress(connection, base, hashed, None, (reason, source, at))


def _suppress(
    connection: Connection,
    base: str,
    hashed: str,
    creator: str | None,
    why: tuple[str, str, datetime],
) -> None:
    reason, source, at = why
    row = {
        "hash": hashed, "base": base, "creator": creator,
        "reason": reason, "source": source, "at": at,
    }  # fmt: skip
    if not insert_new(connection, SUPPRESSIONS, row):
        # A suppression that was lifted takes effect again; a standing one keeps its first reason.
        connection.execute(
            update(SUPPRESSIONS)
            .where(SUPPRESSIONS.c.hash == hashed, SUPPRESSIONS.c.lifted_at.is_not(None))
            .values(**row, lifted_at=None, lifted_because="", shown_at=None)
        )


def lift(ledger: Ledger, hashed: str, *, because: str, at: datetime) -> bool:
    """Lift one suppression for a stated reason; False if there is none."""
    with ledger.writing() as connection:
        lifted = (
            update(SUPPRESSIONS)
            .where(SUPPRESSIONS.c.hash == hashed, SUPPRESSIONS.c.lifted_at.is_(None))
            .values(lifted_at=at, lifted_because=because, shown_at=None)
        )
        return connection.execute(lifted).rowcount == 1


def suppressed_creators(ledger: Ledger, base: str) -> frozenset[str]:
    """The base's creators who may not be contacted at all, wherever that was learnt."""
    with ledger.reading() as connection:
        hashes = set(
            connection.execute(
                select(SUPPRESSIONS.c.hash).where(
                    SUPPRESSIONS.c.lifted_at.is_(None), SUPPRESSIONS.c.reason != BOUNCED
                )
            ).scalars()
        )
        if not hashes:
            return frozenset()
        seen = CREATOR_IDENTITIES.c
        identities = connection.execute(
            select(seen.creator, seen.kind, seen.value).where(
                seen.base == base, seen.kind.in_(["email", "handle"])
            )
        ).all()
    return frozenset(
        creator
        for creator, kind, value in identities
        if hash_of(value if kind == "email" else f"@{value}") in hashes
    )


def unshown(ledger: Ledger, base: str, most: int) -> Sequence[tuple[str, str, str, datetime]]:
    """Suppressions not yet shown in Airtable: (hash, reason, source, at)."""
    with ledger.reading() as connection:
        rows = connection.execute(
            select(SUPPRESSIONS)
            .where(SUPPRESSIONS.c.base == base, SUPPRESSIONS.c.shown_at.is_(None))
            .limit(most)
        ).all()
    return [(row.hash, row.reason, row.source, row.at) for row in rows]


def mark_shown(ledger: Ledger, hashes: Sequence[str], at: datetime) -> None:
    """Record that these suppressions stand in Airtable."""
    with ledger.writing() as connection:
        connection.execute(
            update(SUPPRESSIONS).where(SUPPRESSIONS.c.hash.in_(hashes)).values(shown_at=at)
        )
