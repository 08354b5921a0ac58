"""Holds in the ledger: what keeps statements out of posting, and what people released and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from automations.statement_holds import Hold, HoldKind, Holds, without
from worker.ledger import payout_runs
from worker.ledger.engine import insert_new
from worker.ledger.payout_runs import PayoutRun
from worker.ledger.tables_statements import AMOUNT_HOLDS, HOLD_RELEASES

_ID = (HOLD_RELEASES.c.statement, HOLD_RELEASES.c.kind, HOLD_RELEASES.c.about)


@dataclass(frozen=True, slots=True)
class Release:
    """Who let a held statement go, and why."""

    statement: str
    kind: str
    about: str
    by: str
    because: str
    at: datetime


def replace(connection: Connection, run: PayoutRun, found: Holds) -> PayoutRun:
    """Hold what was found and not released; an approval given for less that is held is gone.

    More that is held leaves the approval as it is: less is posted than was approved.
    """
    before = amount_holds(connection, run.key)
    fresh = without(found, released(connection, run.base))
    if before.keys() - fresh.keys():
        payout_runs.disapprove(connection, run.key)
    connection.execute(delete(AMOUNT_HOLDS).where(AMOUNT_HOLDS.c.run == run.key))
    _insert(connection, run, fresh)
    return payout_runs.wanted(connection, run.key)


def add(connection: Connection, run: PayoutRun, found: Holds) -> None:
    """Hold also what was found now; what is held already stays held."""
    before = amount_holds(connection, run.key)
    known = {(key, one.kind, one.about) for key, own in before.items() for one in own}
    news = {
        key: tuple(one for one in own if (key, one.kind, one.about) not in known)
        for key, own in without(found, released(connection, run.base)).items()
    }
    _insert(connection, run, news)


def _insert(connection: Connection, run: PayoutRun, holds: Holds) -> None:
    rows = [
        {
            "statement": key, "kind": one.kind.value, "about": one.about, "base": run.base,
            "run": run.key, "creator": key.split(":")[-2], "currency": key.split(":")[-1],
            "because": one.because,
        }
        for key, own in sorted(holds.items())
        for one in own
    ]  # fmt: skip
    if rows:
        connection.execute(insert(AMOUNT_HOLDS), rows)


def amount_holds(connection: Connection, run: str) -> Holds:
    """The amount holds of a run's statements, by the statement's key."""
    query = select(AMOUNT_HOLDS).where(AMOUNT_HOLDS.c.run == run)
    found: dict[str, tuple[Hold, ...]] = {}
    for row in connection.execute(query.order_by(AMOUNT_HOLDS.c.statement, AMOUNT_HOLDS.c.kind)):
        hold = Hold(HoldKind(row.kind), row.about, row.because)
        found[row.statement] = (*found.get(row.statement, ()), hold)
    return found


def held_mark(connection: Connection, run: str) -> str:
    """Which statements of the run are held, as one text that changes with them."""
    return ",".join(sorted(amount_holds(connection, run)))


def released(connection: Connection, base: str) -> frozenset[tuple[str, str, str]]:
    """The (statement, kind, about) people released."""
    query = select(*_ID).where(HOLD_RELEASES.c.base == base)
    return frozenset((row.statement, row.kind, row.about) for row in connection.execute(query))


def releases(connection: Connection, base: str) -> Sequence[Release]:
    """Every release, the newest first."""
    query = (
        select(HOLD_RELEASES)
        .where(HOLD_RELEASES.c.base == base)
        .order_by(HOLD_RELEASES.c.at.desc(), HOLD_RELEASES.c.statement)
    )
    return [
        Release(row.statement, row.kind, row.about, row.by, row.because, row.at)
        for row in connection.execute(query)
    ]


def release(connection: Connection, base: str, given: Release) -> bool:
    """Let it go; False if somebody did already. Of an amount, the run must be approved anew."""
    row = {
        "base": base, "statement": given.statement, "kind": given.kind, "about": given.about,
        "by": given.by, "because": given.because, "at": given.at,
    }  # fmt: skip
    if not insert_new(connection, HOLD_RELEASES, row):
        return False
    if HoldKind(given.kind).is_of_amount:
        connection.execute(
            delete(AMOUNT_HOLDS).where(
                AMOUNT_HOLDS.c.statement == given.statement,
                AMOUNT_HOLDS.c.kind == given.kind,
                AMOUNT_HOLDS.c.about == given.about,
            )
        )
        payout_runs.disapprove(connection, run_of(given.statement))
    return True


def run_of(statement: str) -> str:
    """The run a statement's key names."""
    return statement.removeprefix("statement:").rsplit(":", 2)[0]
