"""Creators and their enrolments in the ledger: who a row is, and what they are going through."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, literal, or_, select, union, update

from automations.plan import OpenEnrolment
from schemas import hashes
from schemas.outreach import (
    Enrolment,
    EnrolmentState,
    KnownCreator,
    Step,
    enrolment_id,
)
from schemas.records import CreatorRow
from worker.ledger import cohorts, handles
from worker.ledger.cohorts import Cohort
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import CREATOR_HANDLES, CREATOR_IDENTITIES, CREATORS, ENROLMENTS

BOUNCED = "bounce"  # the one reason to suppress that closes an address, not a person
HASHED = ("email", "handle", "open_id")  # the identities that are suppressed by their hash
hash_of = hashes.hash_of


def known_creators(connection: Connection, base: str) -> tuple[KnownCreator, ...]:
    """Every creator of the base with all identities ever seen, oldest first."""
    found: dict[str, dict[str, set[str]]] = {
        row.id: defaultdict(set)
        for row in connection.execute(
            select(CREATORS.c.id).where(CREATORS.c.base == base).order_by(CREATORS.c.created_at)
        )
    }
    seen = CREATOR_IDENTITIES.c
    identities = select(seen.creator, seen.kind, seen.value).where(seen.base == base)
    for creator, kind, value in connection.execute(identities).all():
        found.setdefault(creator, defaultdict(set))[kind].add(value)
    for creator, changed in handles.changed_hands(connection, base).items():
        kinds = found.setdefault(creator, defaultdict(set))
        kinds["handle"] |= changed.keys()
        kinds["former"] |= {handle for handle, in_use in changed.items() if not in_use}
    return tuple(
        KnownCreator(
            id=creator,
            record_ids=tuple(kinds["record"]),
            open_ids=tuple(kinds["open_id"]),
            handles=tuple(kinds["handle"]),
            emails=tuple(kinds["email"]),
            former=tuple(kinds["former"]),
        )
        for creator, kinds in found.items()
    )


def remember_creator(
    connection: Connection, base: str, creator: str, row: CreatorRow, now: datetime
) -> None:
    """Record that `row` is `creator`; what identifies a forgotten one is kept as stand-ins."""
    if not remember_id(connection, base, creator, row.record_id, now):
        connection.execute(
            update(CREATORS)
            .where(CREATORS.c.id == creator, CREATORS.c.record_id != row.record_id)
            .values(record_id=row.record_id)
        )
    hidden = is_forgotten(connection, base, creator)
    for kind, value in identities_of(row):
        kept = hashes.stand_in(kind, value) if hidden and kind in HASHED else value
        insert_new(
            connection,
            CREATOR_IDENTITIES,
            {"base": base, "kind": kind, "value": kept, "creator": creator, "since": now},
        )
    if row.handle and not hidden:
        handles.claim(connection, base, creator, row.handle, now)


def remember_id(
    connection: Connection, base: str, creator: str, record_id: str, now: datetime
) -> bool:
    """Record that there is such a creator; False if there was."""
    new = {"id": creator, "base": base, "record_id": record_id, "stage": "", "created_at": now}
    return insert_new(connection, CREATORS, new)


def identities_of(row: CreatorRow) -> tuple[tuple[str, str], ...]:
    """The identities a row states: record id, open id, handle, e-mail (those it has)."""
    every = (
        ("record", row.record_id),
        ("open_id", row.open_id),
        ("handle", row.handle),
        ("email", row.email),
    )
    return tuple((kind, value) for kind, value in every if value)


# A handle taken over from another creator is an identity of that one, and a span of this one.
_SEEN = union(
    select(CREATOR_IDENTITIES.c.kind, CREATOR_IDENTITIES.c.value).where(
        CREATOR_IDENTITIES.c.base == bindparam("its_base"),
        CREATOR_IDENTITIES.c.creator == bindparam("its_creator"),
        CREATOR_IDENTITIES.c.kind.in_(HASHED),
    ),
    select(literal("handle"), CREATOR_HANDLES.c.handle).where(
        CREATOR_HANDLES.c.base == bindparam("its_base"),
        CREATOR_HANDLES.c.creator == bindparam("its_creator"),
    ),
)


def hashes_of(connection: Connection, base: str, creator: str) -> tuple[str, ...]:
    """The hashes of every address, handle and TikTok id ever seen on this creator."""
    seen = connection.execute(_SEEN, {"its_base": base, "its_creator": creator})
    return tuple(hashes.identity_hash(row.kind, row.value) for row in seen)


def creators_by(
    ledger: Ledger, base: str, kind: str, values: Sequence[str]
) -> Mapping[str, tuple[str, str]]:
    """For identities of one kind: value → (creator, its record id)."""
    with ledger.reading() as connection:
        found = (
            select(CREATOR_IDENTITIES.c.value, CREATORS.c.id, CREATORS.c.record_id)
            .join(CREATORS, CREATORS.c.id == CREATOR_IDENTITIES.c.creator)
            .where(
                CREATOR_IDENTITIES.c.base == base,
                CREATOR_IDENTITIES.c.kind == kind,
                CREATOR_IDENTITIES.c.value.in_(values),
            )
        )
        return {row.value: (row.id, row.record_id) for row in connection.execute(found)}


def creators_of(connection: Connection, base: str, emails: Sequence[str]) -> tuple[str, ...]:
    """The creators who were ever seen with one of these addresses."""
    seen = CREATOR_IDENTITIES.c
    wanted = select(seen.creator).where(
        seen.base == base, seen.kind == "email", seen.value.in_(emails)
    )
    return tuple(connection.execute(wanted.distinct()).scalars())


def enrolments(ledger: Ledger, base: str) -> tuple[Enrolment, ...]:
    """Every enrolment of the base, in the order they were opened."""
    with ledger.reading() as connection:
        rows = connection.execute(
            select(ENROLMENTS).where(ENROLMENTS.c.base == base).order_by(ENROLMENTS.c.opened_at)
        ).all()
    return tuple(
        Enrolment(
            id=row.id,
            creator=row.creator,
            sequence=row.sequence,
            round=row.round,
            steps=tuple(Step(**step) for step in row.steps),
            state=EnrolmentState(row.state),
            mailbox=row.mailbox,
            opened_at=row.opened_at,
            stop_because=row.stop_because,
            quiet_until=row.quiet_until,
            quiet_because=row.quiet_because,
        )
        for row in rows
    )


def open_enrolment(
    ledger: Ledger, base: str, opened: OpenEnrolment, cohort: Cohort, now: datetime
) -> bool:
    """Open it with its own copy of the sequence; False if it was opened before.

    The first one settles the creator's cohort.
    """
    steps = [asdict(step) for step in opened.steps]
    with ledger.writing() as connection:
        cohorts.freeze(connection, base, opened.creator, cohort)
        return insert_new(
            connection,
            ENROLMENTS,
            {
                "id": enrolment_id(opened.creator, opened.sequence, opened.round),
                "base": base, "creator": opened.creator,
                "sequence": opened.sequence, "round": opened.round, "steps": steps,
                "state": EnrolmentState.OPEN.value, "mailbox": opened.mailbox, "opened_at": now,
                "stop_because": "",
            },
        )  # fmt: skip


def stop_enrolments(
    connection: Connection, base: str, creator: str, *, because: str, now: datetime
) -> int:
    """Stop every open enrolment of a creator (reply, bounce, opt-out); how many were open."""
    stopped = (
        update(ENROLMENTS)
        .where(
            ENROLMENTS.c.base == base,
            ENROLMENTS.c.creator == creator,
            ENROLMENTS.c.state == EnrolmentState.OPEN.value,
        )
        .values(state=EnrolmentState.STOPPED.value, stopped_at=now, stop_because=because)
    )
    return int(connection.execute(stopped).rowcount)


def stop_enrolment(ledger: Ledger, enrolment: str, *, because: str, now: datetime) -> bool:
    """Stop one enrolment for a reason; False if it was not open."""
    with ledger.writing() as connection:
        stopped = (
            update(ENROLMENTS)
            .where(ENROLMENTS.c.id == enrolment, ENROLMENTS.c.state == EnrolmentState.OPEN.value)
            .values(state=EnrolmentState.STOPPED.value, stopped_at=now, stop_because=because)
        )
        return connection.execute(stopped).rowcount == 1


def quiet(
    connection: Connection, base: str, creator: str, *, until: datetime, because: str
) -> None:
    """Send nothing of the creator's open enrolments before `until`; it never gets shorter."""
    connection.execute(
        update(ENROLMENTS)
        .where(
            ENROLMENTS.c.base == base,
            ENROLMENTS.c.creator == creator,
            ENROLMENTS.c.state == EnrolmentState.OPEN.value,
            or_(ENROLMENTS.c.quiet_until.is_(None), ENROLMENTS.c.quiet_until < until),
        )
        .values(quiet_until=until, quiet_because=because)
    )


def finish_enrolments(ledger: Ledger, ids: Iterable[str], now: datetime) -> None:
    """Mark enrolments finished whose last step was sent."""
    with ledger.writing() as connection:
        connection.execute(
            update(ENROLMENTS)
            .where(ENROLMENTS.c.id.in_(list(ids)), ENROLMENTS.c.state == EnrolmentState.OPEN.value)
            .values(state=EnrolmentState.FINISHED.value, stopped_at=now)
        )


def forget_identities(connection: Connection, base: str, creator: str) -> None:
    """Put stand-ins in the place of what identifies a creator; record ids stay, to find the row."""
    seen = CREATOR_IDENTITIES.c
    mine = (seen.base == base, seen.creator == creator, seen.kind.in_(HASHED))
    for row in connection.execute(select(CREATOR_IDENTITIES).where(*mine)).all():
        kept = {**row._mapping, "value": hashes.stand_in(row.kind, row.value)}  # noqa: SLF001 - SQLAlchemy's own name for it
        if hashes.is_stand_in(row.value):
            continue
        insert_new(connection, CREATOR_IDENTITIES, kept)
        this = (seen.kind == row.kind, seen.value == row.value)
        connection.execute(delete(CREATOR_IDENTITIES).where(*mine, *this))
    handles.forget(connection, base, creator)


def forgotten_handles(connection: Connection, base: str) -> frozenset[str]:
    """The stand-ins of the handles of creators who were forgotten, unless another has them now."""
    seen = CREATOR_IDENTITIES.c
    hidden = select(seen.value).where(
        seen.base == base, seen.kind == "handle", seen.value.startswith("#")
    )
    found = frozenset(connection.execute(hidden).scalars())
    taken = handles.in_use(connection, base) if found else ()
    return found - {hashes.stand_in("handle", handle) for handle in taken}


def is_forgotten(connection: Connection, base: str, creator: str) -> bool:
    """Whether the creator was forgotten: only stand-ins are kept of what identified them."""
    seen = CREATOR_IDENTITIES.c
    values = select(seen.value).where(
        seen.base == base, seen.creator == creator, seen.kind.in_(HASHED)
    )
    return any(map(hashes.is_stand_in, connection.execute(values).scalars()))


def records(ledger: Ledger, base: str, creators: Collection[str]) -> tuple[str, ...]:
    """The present rows of these creators, by record id."""
    wanted = select(CREATORS.c.record_id).where(
        CREATORS.c.base == base, CREATORS.c.id.in_(list(creators))
    )
    with ledger.reading() as connection:
        return tuple(connection.execute(wanted.order_by(CREATORS.c.record_id)).scalars())


def last_handles(ledger: Ledger, base: str, creators: Collection[str]) -> Mapping[str, str]:
    """For these creators: the handle last seen on each, of those that have one."""
    seen = CREATOR_HANDLES.c
    current = (
        select(seen.creator, seen.handle)
        .where(
            seen.base == base,
            seen.creator.in_(list(creators)),
            seen.left_at.is_(None),
            seen.until.is_(None),
        )
        .order_by(seen.since)
    )
    with ledger.reading() as connection:
        return {
            row.creator: row.handle
            for row in connection.execute(current)
            if not hashes.is_stand_in(row.handle)
        }
