"""Brakes in the ledger: pauses (somebody said stop) and holds (a plan waits for a person)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import delete, select, update

from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import HOLDS, PAUSES

EVERYTHING = "all"


class HoldState(Enum):
    """Whether a held plan still waits, may go on, or is dropped."""

    HELD = "held"
    RELEASED = "released"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Hold:
    """A plan (or a job) that waits for a person, and why."""

    id: str
    base: str
    job: str
    because: str
    state: HoldState
    preview: tuple[str, ...]
    opened_at: datetime
    decided_by: str


def base_scope(base: str) -> str:
    """The scope that pauses one base."""
    return f"base:{base}"


def mailbox_scope(mailbox: str) -> str:
    """The scope that pauses one mailbox."""
    return f"mailbox:{mailbox}"


def channel_scope(channel: str) -> str:
    """The scope that pauses one Discord channel."""
    return f"channel:{channel}"


def pause(ledger: Ledger, scope: str, *, because: str, at: datetime) -> bool:
    """Stop everything of that scope from the next claim on; False if it was paused already."""
    with ledger.writing() as connection:
        return insert_new(connection, PAUSES, {"scope": scope, "because": because, "at": at})


def resume(ledger: Ledger, scope: str) -> bool:
    """Lift a pause; False if there was none."""
    with ledger.writing() as connection:
        return connection.execute(delete(PAUSES).where(PAUSES.c.scope == scope)).rowcount == 1


def pauses(ledger: Ledger) -> tuple[tuple[str, str, datetime], ...]:
    """Every pause in force: (scope, because, since)."""
    with ledger.reading() as connection:
        rows = connection.execute(select(PAUSES).order_by(PAUSES.c.at)).all()
    return tuple((row.scope, row.because, row.at) for row in rows)


def hold_id(base: str, job: str, because: str) -> str:
    """The identity of a hold: the same reason for the same job is one hold, asked once."""
    return "hold:" + hashlib.sha256(f"{base}|{job}|{because}".encode()).hexdigest()[:12]


def hold(
    ledger: Ledger, base: str, job: str, *, because: str, preview: Sequence[str], at: datetime
) -> Hold:
    """Open the hold, or find what was decided about it."""
    new = {
        "id": hold_id(base, job, because), "base": base, "job": job, "because": because,
        "state": HoldState.HELD.value, "preview": list(preview)[:50], "opened_at": at,
    }  # fmt: skip
    with ledger.writing() as connection:
        insert_new(connection, HOLDS, new)
    return next(h for h in holds(ledger, base) if h.id == new["id"])


def decide(ledger: Ledger, hold: str, state: HoldState, *, by: str, at: datetime) -> bool:
    """Release or drop a hold; False if it does not wait any more."""
    with ledger.writing() as connection:
        decided = (
            update(HOLDS)
            .where(HOLDS.c.id == hold, HOLDS.c.state == HoldState.HELD.value)
            .values(state=state.value, decided_by=by, decided_at=at, shown_at=None)
        )
        return connection.execute(decided).rowcount == 1


def close(ledger: Ledger, hold: str) -> None:
    """Forget a hold whose decision was acted on: the same reason asks anew next time."""
    with ledger.writing() as connection:
        connection.execute(delete(HOLDS).where(HOLDS.c.id == hold))


def holds(ledger: Ledger, base: str | None = None, *, only_held: bool = False) -> tuple[Hold, ...]:
    """The holds of a base (or of all), oldest first."""
    wanted = select(HOLDS).order_by(HOLDS.c.opened_at)
    if base is not None:
        wanted = wanted.where(HOLDS.c.base == base)
    if only_held:
        wanted = wanted.where(HOLDS.c.state == HoldState.HELD.value)
    return _read(ledger, wanted)


def unshown_holds(ledger: Ledger, base: str) -> tuple[Hold, ...]:
    """Holds that do not stand in Airtable's Runs as they are now."""
    return _read(ledger, select(HOLDS).where(HOLDS.c.base == base, HOLDS.c.shown_at.is_(None)))


def mark_holds_shown(ledger: Ledger, ids: Sequence[str], at: datetime) -> None:
    """Record that these holds stand in Airtable."""
    with ledger.writing() as connection:
        connection.execute(update(HOLDS).where(HOLDS.c.id.in_(ids)).values(shown_at=at))


def _read(ledger: Ledger, wanted: object) -> tuple[Hold, ...]:
    with ledger.reading() as connection:
        rows = connection.execute(wanted).all()  # type: ignore[call-overload]  # a Select
    return tuple(
        Hold(
            row.id, row.base, row.job, row.because, HoldState(row.state),
            tuple(row.preview), row.opened_at, row.decided_by,
        )
        for row in rows
    )  # fmt: skip
