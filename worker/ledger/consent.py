"""Suppressions: one list over all bases and channels. It only grows; lifting needs a reason.

A fact is a hash, where it was learnt and why: a bounce on an address never hides that its owner
opted out, and a base with separate senders can tell its own opt-outs from those of others.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, or_, select, update

from schemas.hashes import identity_hash
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.people import BOUNCED, HASHED, hashes_of, stop_enrolments
from worker.ledger.tables import CREATOR_IDENTITIES, SUPPRESSIONS

OPT_OUT = "opt-out"
FORGOTTEN = "forgotten"  # erased at their own wish: never lifted
LIFTED = "lifted"

_ONE = SUPPRESSIONS.c


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
    """Never write to the address with this hash again."""
    _suppress(connection, base, hashed, None, (reason, source, at))


def keep_suppressed(connection: Connection, base: str, creator: str) -> None:
    """What was learnt about a creator holds for the address or handle just seen on them, too."""
    known = hashes_of(connection, base, creator)
    standing = select(SUPPRESSIONS).where(
        _ONE.hash.in_(known), _ONE.lifted_at.is_(None), _ONE.reason != BOUNCED
    )
    learnt = {(row.base, row.reason): row for row in connection.execute(standing).all()}
    for row in learnt.values():
        for hashed in known:
            _suppress(connection, row.base, hashed, creator, (row.reason, row.source, row.at))


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
        # A suppression that was lifted takes effect again; a standing one stays as it is.
        connection.execute(
            update(SUPPRESSIONS)
            .where(_ONE.hash == hashed, _ONE.base == base, _ONE.reason == reason)
            .where(_ONE.lifted_at.is_not(None))
            .values(**row, lifted_at=None, lifted_because="", shown_at=None)
        )


def binding(base: str | BindParameter[str], *, separate: bool) -> ColumnElement[bool]:
    """The suppressions that bind this base: all that stand.

    With separate senders, opt-outs that another base learnt do not.
    """
    stands = _ONE.lifted_at.is_(None)
    if not separate:
        return stands
    return and_(stands, or_(_ONE.base == base, _ONE.reason != OPT_OUT))


def lift(connection: Connection, base: str, creator: str, *, because: str, at: datetime) -> int:
    """Lift everything that bars this creator, for a stated reason; how many suppressions.

    That a creator was forgotten is never lifted.
    """
    lifted = (
        update(SUPPRESSIONS)
        .where(_ONE.hash.in_(hashes_of(connection, base, creator)))
        .where(_ONE.lifted_at.is_(None), _ONE.reason != FORGOTTEN)
        .values(lifted_at=at, lifted_because=because, shown_at=None)
    )
    return connection.execute(lifted).rowcount


def is_forgotten(connection: Connection, base: str, creator: str) -> bool:
    """Whether the creator is barred for good, as they were forgotten."""
    known = hashes_of(connection, base, creator)
    stands = select(_ONE.hash).where(_ONE.hash.in_(known), _ONE.reason == FORGOTTEN).limit(1)
    return connection.execute(stands).first() is not None


def lifted_of_late(ledger: Ledger, base: str) -> frozenset[str]:
    """The creators whose lifted suppressions Airtable does not show yet: a tick there is old."""
    late = and_(_ONE.lifted_at.is_not(None), _ONE.shown_at.is_(None), _ONE.base == base)
    with ledger.reading() as connection:
        still = select(_ONE.hash).where(_ONE.lifted_at.is_(None), _ONE.base == base)
        hashes = {
            *connection.execute(select(_ONE.hash).where(late, _ONE.hash.not_in(still))).scalars()
        }
        return _creators(connection, base, hashes)


def suppressed_creators(ledger: Ledger, base: str, *, separate: bool = False) -> frozenset[str]:
    """The base's creators who may not be contacted at all, wherever that was learnt."""
    barred = select(_ONE.hash).where(binding(base, separate=separate), _ONE.reason != BOUNCED)
    with ledger.reading() as connection:
        return _creators(connection, base, set(connection.execute(barred).scalars()))


def barred_here(ledger: Ledger, base: str) -> frozenset[str]:
    """The base's creators who may not be contacted by what this base itself has learnt."""
    learnt = select(_ONE.hash).where(
        _ONE.lifted_at.is_(None), _ONE.base == base, _ONE.reason != BOUNCED
    )
    with ledger.reading() as connection:
        return _creators(connection, base, set(connection.execute(learnt).scalars()))


def _creators(connection: Connection, base: str, hashes: set[str]) -> frozenset[str]:
    if not hashes:
        return frozenset()
    seen = CREATOR_IDENTITIES.c
    identities = select(seen.creator, seen.kind, seen.value).where(
        seen.base == base, seen.kind.in_(HASHED)
    )
    return frozenset(
        creator
        for creator, kind, value in connection.execute(identities).all()
        if identity_hash(kind, value) in hashes
    )


def unshown(ledger: Ledger, base: str, most: int) -> Sequence[tuple[str, str, str, datetime]]:
    """Hashes whose suppressions do not stand in Airtable as they are: (hash, reason, source, at).

    The reason names all that stand; when none does, that and why they were lifted.
    """
    news = and_(_ONE.base == base, _ONE.shown_at.is_(None))
    changed = select(_ONE.hash).distinct().where(news).limit(most)
    every = select(SUPPRESSIONS).where(_ONE.base == base, _ONE.hash.in_(changed))
    facts: dict[str, list[tuple[str, str, datetime, str | None]]] = defaultdict(list)
    with ledger.reading() as connection:
        for row in connection.execute(every.order_by(_ONE.at)):
            because = row.lifted_because if row.lifted_at else None
            facts[row.hash].append((row.reason, row.source, row.at, because))
    return [_as_shown(hashed, known) for hashed, known in facts.items()]


def _as_shown(
    hashed: str, known: Sequence[tuple[str, str, datetime, str | None]]
) -> tuple[str, str, str, datetime]:
    standing = [fact for fact in known if fact[3] is None]
    if not standing:
        _, source, at, because = known[-1]
        return hashed, f"{LIFTED}: {because}", source, at
    _, source, at, _ = standing[0]
    return hashed, ", ".join(dict.fromkeys(fact[0] for fact in standing)), source, at


def mark_shown(ledger: Ledger, base: str, hashes: Sequence[str], at: datetime) -> None:
    """Record that the suppressions of these hashes stand in Airtable."""
    with ledger.writing() as connection:
        connection.execute(
            update(SUPPRESSIONS).where(_ONE.base == base, _ONE.hash.in_(hashes)).values(shown_at=at)
        )
