"""Brakes in the ledger: pauses (somebody said stop) and holds (a plan waits for a person).

A base's job has at most one standing hold of a kind. Each time a person is asked, the hold gets
a new id: an old decision, still to be read in Airtable, never answers a new question.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import Connection, Select, delete, select, update
from sqlalchemy import Row as SqlRow

from worker.ledger import mailbox_health
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import HOLDS, PAUSES

EVERYTHING = "all"
# The kinds of holds; a vanished view's is view_kind(KEY).
FIRST_PASS = "first pass"  # noqa: S105 - a kind, not a secret
ROWS = "rows"
VIEW = "view:"
CLOSED = ""  # the kind of a hold that is over; its row tells what was decided
GROWTH = 1.1  # a plan that grew by more than this is another plan: a person is asked about it
MOST_LINES = 60


class HoldState(Enum):
    """Whether a held plan still waits, may go on, or is dropped."""

    HELD = "held"
    RELEASED = "released"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Hold:
    """A plan (or a job) that waits for a person, and why; `size` is the rows it would touch."""

    id: str
    base: str
    job: str
    kind: str
    because: str
    size: int
    state: HoldState
    preview: tuple[str, ...]
    opened_at: datetime
    decided_by: str
    decided_at: datetime | None

    def covers(self, size: int) -> bool:
        """Whether a plan of that size is still the one that was asked about."""
        return size <= self.size * GROWTH


def base_scope(base: str) -> str:
    """The scope that pauses one base."""
    return f"base:{base}"


def mailbox_scope(mailbox: str) -> str:
    """The scope that pauses one mailbox."""
    return f"mailbox:{mailbox}"


def channel_scope(base: str, channel: str) -> str:
    """The scope that pauses one Discord channel of a base."""
    return f"channel:{base}:{channel}"


def concerns(scope: str, base: str, mailboxes: Collection[str]) -> bool:
    """Whether a pause stops anything of this base, which sends from these mailboxes."""
    own = (EVERYTHING, base_scope(base), *map(mailbox_scope, mailboxes))
    return scope in own or scope.startswith(channel_scope(base, ""))


def pause(ledger: Ledger, scope: str, *, because: str, at: datetime) -> bool:
    """Stop everything of that scope from the next claim on; False if it was paused already."""
    with ledger.writing() as connection:
        return insert_new(connection, PAUSES, {"scope": scope, "because": because, "at": at})


def resume(ledger: Ledger, scope: str, at: datetime) -> bool:
    """Lift a pause; False if there was none. A mailbox is judged by what comes after."""
    kind, _, which = scope.partition(":")
    with ledger.writing() as connection:
        if kind == "mailbox":
            mailbox_health.resumed(connection, which, at)
        return connection.execute(delete(PAUSES).where(PAUSES.c.scope == scope)).rowcount == 1


def pauses(ledger: Ledger) -> tuple[tuple[str, str, datetime], ...]:
    """Every pause in force: (scope, because, since)."""
    with ledger.reading() as connection:
        rows = connection.execute(select(PAUSES).order_by(PAUSES.c.at)).all()
    return tuple((row.scope, row.because, row.at) for row in rows)


def view_kind(key: str) -> str:
    """The kind of a hold for the vanished view that was recorded as `key`."""
    return f"{VIEW}{key}"


def hold(  # noqa: PLR0913 - everything a person decides on, by keyword
    ledger: Ledger,
    base: str,
    job: str,
    *,
    kind: str,
    because: str,
    preview: Sequence[str],
    size: int,
    at: datetime,
) -> Hold:
    """Ask a person about a plan, or find what was decided about it.

    While held, words and preview are renewed only when the plan outgrew what they say; once
    decided, a plan that outgrew the decision is asked about anew.
    """
    words = {"because": because, "preview": list(preview)[:MOST_LINES], "size": size}
    with ledger.writing() as connection:
        found = _standing(connection, base, job, kind)
        if found is not None and found.covers(size):
            return found
        if found is not None and found.state is HoldState.HELD:
            renewed = update(HOLDS).where(HOLDS.c.id == found.id)
            connection.execute(renewed.values(**words, shown_at=None))
            return _of(connection, found.id)
        if found is not None:
            _close(connection, found.id)
        new = {
            **words, "id": f"hold:{uuid.uuid4().hex[:12]}", "base": base, "job": job,
            "kind": kind, "state": HoldState.HELD.value, "opened_at": at,
        }  # fmt: skip
        insert_new(connection, HOLDS, new)
        return _of(connection, str(new["id"]))


def released(  # noqa: PLR0913 - as `hold`
    ledger: Ledger, base: str, job: str, *, kind: str, size: int, by: str, at: datetime
) -> None:
    """Record a release that was given elsewhere, of a plan asked about or not."""
    decided = {
        "state": HoldState.RELEASED.value, "size": size, "decided_by": by, "decided_at": at,
    }  # fmt: skip
    new = {
        **decided, "id": f"hold:{uuid.uuid4().hex[:12]}", "base": base, "job": job, "kind": kind,
        "because": "", "preview": [], "opened_at": at, "shown_at": at,
    }  # fmt: skip
    with ledger.writing() as connection:
        found = _standing(connection, base, job, kind)
        if found is None:
            insert_new(connection, HOLDS, new)
            return
        asked = update(HOLDS).where(HOLDS.c.id == found.id)
        connection.execute(asked.values(**decided, shown_at=None))


def standing(ledger: Ledger, base: str, job: str, kind: str) -> Hold | None:
    """The hold of that kind that was not closed, whatever was decided about it."""
    with ledger.reading() as connection:
        return _standing(connection, base, job, kind)


def spend(ledger: Ledger, hold: str) -> None:
    """Note that what a release allowed was done: it covers nothing more by its size."""
    with ledger.writing() as connection:
        connection.execute(update(HOLDS).where(HOLDS.c.id == hold).values(size=0))


def decide(ledger: Ledger, hold: str, state: HoldState, *, by: str, at: datetime) -> bool:
    """Release or drop a hold; False if it does not wait any more."""
    with ledger.writing() as connection:
        decided = (
            update(HOLDS)
            .where(HOLDS.c.id == hold, HOLDS.c.state == HoldState.HELD.value)
            .values(state=state.value, decided_by=by, decided_at=at, shown_at=None)
        )
        return connection.execute(decided).rowcount == 1


def close(ledger: Ledger, hold: str, *, by: str, at: datetime) -> None:
    """End a hold whose cause is gone or whose decision was acted on: the next one asks anew.

    If it still waits, it is dropped in the name of `by`. Its row stays until it was shown.
    """
    decide(ledger, hold, HoldState.DROPPED, by=by, at=at)
    with ledger.writing() as connection:
        _close(connection, hold)


def close_kind(ledger: Ledger, base: str, kind: str) -> None:
    """Forget what was decided about that kind, for every job of the base."""
    with ledger.writing() as connection:
        of_kind = (HOLDS.c.base == base) & (HOLDS.c.kind == kind)
        connection.execute(update(HOLDS).where(of_kind).values(kind=CLOSED))


def holds(ledger: Ledger, base: str | None = None, *, only_held: bool = False) -> tuple[Hold, ...]:
    """The holds of a base (or of all), oldest first."""
    wanted = select(HOLDS).order_by(HOLDS.c.opened_at)
    if base is not None:
        wanted = wanted.where(HOLDS.c.base == base)
    if only_held:
        wanted = wanted.where(HOLDS.c.state == HoldState.HELD.value)
    return _read(ledger, wanted)


def standing_holds(ledger: Ledger, base: str, job: str) -> tuple[Hold, ...]:
    """The holds of a job that were not closed, oldest first."""
    wanted = select(HOLDS).where(HOLDS.c.base == base, HOLDS.c.job == job, HOLDS.c.kind != CLOSED)
    return _read(ledger, wanted.order_by(HOLDS.c.opened_at))


def by_id(ledger: Ledger, hold: str) -> Hold | None:
    """One hold, or None."""
    found = _read(ledger, select(HOLDS).where(HOLDS.c.id == hold))
    return found[0] if found else None


def unshown_holds(ledger: Ledger, base: str) -> tuple[Hold, ...]:
    """Holds that do not stand in Airtable's Runs as they are now."""
    return _read(ledger, select(HOLDS).where(HOLDS.c.base == base, HOLDS.c.shown_at.is_(None)))


def mark_holds_shown(ledger: Ledger, ids: Sequence[str], at: datetime) -> None:
    """Record that these holds stand in Airtable."""
    with ledger.writing() as connection:
        connection.execute(update(HOLDS).where(HOLDS.c.id.in_(ids)).values(shown_at=at))


def _read(ledger: Ledger, wanted: "Select[tuple[object, ...]]") -> tuple[Hold, ...]:
    with ledger.reading() as connection:
        return tuple(_hold(row) for row in connection.execute(wanted))


def _standing(connection: Connection, base: str, job: str, kind: str) -> Hold | None:
    same = select(HOLDS).where(HOLDS.c.base == base, HOLDS.c.job == job, HOLDS.c.kind == kind)
    row = connection.execute(same).first()
    return None if row is None else _hold(row)


def _of(connection: Connection, hold: str) -> Hold:
    return _hold(connection.execute(select(HOLDS).where(HOLDS.c.id == hold)).one())


def _close(connection: Connection, hold: str) -> None:
    connection.execute(update(HOLDS).where(HOLDS.c.id == hold).values(kind=CLOSED))


def _hold(row: "SqlRow[tuple[object, ...]]") -> Hold:
    return Hold(
        id=row.id, base=row.base, job=row.job, kind=row.kind, because=row.because,
        size=row.size, state=HoldState(row.state), preview=tuple(row.preview),
        opened_at=row.opened_at, decided_by=row.decided_by, decided_at=row.decided_at,
    )  # fmt: skip
