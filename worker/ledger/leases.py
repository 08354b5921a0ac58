"""Leases: a row per base and job that keeps two workers from doing the same work.

A lease only saves work; what may not happen twice never rests on it. Its fence number is part of
every claim, so that a worker that lost its lease stops. Times here are real, not business time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, update

from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import LEASES

LENGTH = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Fence:
    """A lease as held: valid while its number is the newest for this base and job."""

    base: str
    job: str
    number: int


def take(ledger: Ledger, base: str, job: str, *, owner: str, real: datetime) -> Fence | None:
    """Take the lease if it is free or run out; None if another owner holds it."""
    with ledger.writing() as connection:
        insert_new(
            connection,
            LEASES,
            {"base": base, "job": job, "owner": "", "fence": 0, "until": real - LENGTH},
        )
        taken = (
            update(LEASES)
            .where(
                LEASES.c.base == base,
                LEASES.c.job == job,
                or_(LEASES.c.until <= real, LEASES.c.owner == ""),
            )
            .values(owner=owner, fence=LEASES.c.fence + 1, until=real + LENGTH)
            .returning(LEASES.c.fence)
        )
        number = connection.execute(taken).scalar()
    return None if number is None else Fence(base, job, int(number))


def renew(ledger: Ledger, fence: Fence, *, real: datetime) -> bool:
    """Extend the lease; False if it was lost."""
    with ledger.writing() as connection:
        renewed = update(LEASES).where(_held(fence)).values(until=real + LENGTH)
        return connection.execute(renewed).rowcount == 1


def give_back(ledger: Ledger, fence: Fence, *, real: datetime) -> None:
    """Free the lease at once, if it is still ours."""
    with ledger.writing() as connection:
        connection.execute(update(LEASES).where(_held(fence)).values(owner="", until=real))


def free_dead(ledger: Ledger, owners: tuple[str, ...]) -> None:
    """Free the leases of owners known to be dead, so that nobody waits for them to run out."""
    with ledger.writing() as connection:
        connection.execute(update(LEASES).where(LEASES.c.owner.in_(owners)).values(owner=""))


def owners(ledger: Ledger) -> tuple[str, ...]:
    """Everyone who holds a lease."""
    with ledger.reading() as connection:
        held = select(LEASES.c.owner).where(LEASES.c.owner != "").distinct()
        return tuple(connection.execute(held).scalars())


_CURRENT = select(LEASES.c.fence).where(
    LEASES.c.base == bindparam("base"),
    LEASES.c.job == bindparam("job"),
    LEASES.c.fence == bindparam("number"),
    LEASES.c.owner != "",
    LEASES.c.until > bindparam("real"),
)


def is_current(connection: Connection, fence: Fence, real: datetime) -> bool:
    """Whether the fence is still the newest and not run out, inside the caller's transaction."""
    held = {"base": fence.base, "job": fence.job, "number": fence.number, "real": real}
    return connection.execute(_CURRENT, held).first() is not None


def _held(fence: Fence) -> ColumnElement[bool]:
    return (
        (LEASES.c.base == fence.base)
        & (LEASES.c.job == fence.job)
        & (LEASES.c.fence == fence.number)
        & (LEASES.c.owner != "")
    )
