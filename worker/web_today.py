"""What needs a person today, gathered from the ledger for the staff page; changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from automations.governor import Mode
from schemas.base import table as declared
from schemas.tables import creators
from worker.airtable_ids import table_key
from worker.budget import Budget
from worker.ledger import brakes, deliveries, history, parked, people, shown_rows
from worker.ledger.adoption import LedgerIds
from worker.ledger.brakes import Hold
from worker.ledger.deliveries import Delivery
from worker.ledger.engine import Ledger
from worker.ledger.history import Outcome, Run
from worker.ledger.parked import Parked
from worker.ledger.shown_rows import RowsUsed
from worker.web_health import Watch

MOST_PROBLEMS = 100  # a longer list is worked through in Airtable, not on a page


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message that may or may not have left."""

    key: str
    to: str
    said: str
    at: datetime | None
    why: str
    link: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A problem in a row, and where the row is."""

    table: str
    text: str
    since: datetime
    link: str


@dataclass(frozen=True, slots=True)
class JobToday:
    """How a job last ended, when it last ended well, and whether that is too long ago."""

    name: str
    outcome: str
    error: str
    good_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class CallsToday:
    """Airtable's calls of the month; `stopped` says why none is made or only safety goes on."""

    used: int
    allowance: int
    forecast: int
    stopped: str


@dataclass(frozen=True, slots=True)
class BaseToday:
    """One base: what waits for a person, and how its jobs fare."""

    name: str
    doubts: Sequence[Doubt]
    holds: Sequence[Hold]
    problems: Sequence[Fix]
    more_problems: int
    jobs: Sequence[JobToday]
    calls: CallsToday | None  # None without Redis, which counts them
    rows: RowsUsed


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause in force; `scope` is how the ledger calls it, `what` how people do."""

    scope: str
    what: str
    because: str
    since: datetime


_ENDED = {
    Outcome.DONE: "ended well",
    Outcome.PROBLEMS: "ended well, with problems for a person",
    Outcome.HELD: "waits for a person",
    Outcome.FAILED: "failed",
    None: "is running, or was cut off",
}


def read_base(
    ledger: Ledger, name: str, watch: Watch, now: datetime, budget: Budget | None
) -> BaseToday:
    """One base as it stands now."""
    base = watch.bases[name]
    ids = LedgerIds(ledger).load(base)
    problems = history.standing_problems(ledger, base)
    return BaseToday(
        name=name,
        doubts=_doubts(ledger, base, ids),
        holds=brakes.holds(ledger, base, only_held=True),
        problems=[
            Fix(p.table, p.text, since, _link(ids, base, p.table, p.record_id))
            for since, p in problems[:MOST_PROBLEMS]
        ],
        more_problems=max(0, len(problems) - MOST_PROBLEMS),
        jobs=_jobs(ledger, base, watch, now),
        calls=_calls(parked.load(ledger, base), budget, now),
        rows=shown_rows.rows_used(ledger, base),
    )


def _calls(last: Parked | None, budget: Budget | None, now: datetime) -> CallsToday | None:
    if budget is None:
        return None
    match budget.mode:
        case Mode.NORMAL:
            stopped = ""
        case Mode.ONLY_SAFETY:
            stopped = budget.only_safety_because
        case Mode.USED_UP:
            stopped = budget.used_up_because
        case _:
            assert_never(budget.mode)
    stopped = last.because if last is not None and last.stands(now) else stopped
    return CallsToday(budget.used, budget.share.allowance, budget.forecast, stopped)


def read_pauses(ledger: Ledger, bases: Mapping[str, str]) -> tuple[Pause, ...]:
    """Every pause in force, in words."""
    names = {base: name for name, base in bases.items()}
    return tuple(
        Pause(scope, _what(scope, names), because, since)
        for scope, because, since in brakes.pauses(ledger)
    )


def _doubts(ledger: Ledger, base: str, ids: Mapping[str, str]) -> list[Doubt]:
    found = deliveries.doubts(ledger, base)
    handles = people.last_handles(ledger, base, {d.creator for d in found})
    return [
        Doubt(
            key=delivery.key,
            to=_to(delivery, handles),
            said=delivery.payload.get("subject") or delivery.payload.get("content", ""),
            at=delivery.at,
            why=delivery.outcome or "The attempt was cut off.",
            link=_link(ids, base, creators.TABLE.name, delivery.record_id),
        )
        for delivery in found
    ]


def _to(delivery: Delivery, handles: Mapping[str, str]) -> str:
    if not delivery.creator:
        return f"Discord channel {delivery.payload.get('channel', '')}".strip()
    handle = handles.get(delivery.creator)
    return f"@{handle}" if handle else "A creator without a handle"


def _jobs(ledger: Ledger, base: str, watch: Watch, now: datetime) -> list[JobToday]:
    newest: dict[str, Run] = {}
    for run in history.last_runs(ledger, base):
        newest.setdefault(run.job, run)
    good = history.last_good_ends(ledger, base)
    late = {ailing.job for ailing in watch.late(ledger, base, now)}
    return [
        JobToday(
            name=job,
            outcome=_ENDED[newest[job].outcome] if job in newest else "has not run yet",
            error=_error(newest[job]) if job in newest else "",
            good_at=good.get(job),
            is_late=job in late,
        )
        for job in sorted({*watch.jobs, *newest})
    ]


def _error(run: Run) -> str:
    """What went wrong, without the name that programmers gave it."""
    kind, _, words = str(run.summary.get("error", "")).partition(": ")
    return words or kind


def _link(ids: Mapping[str, str], base: str, table: str, record_id: str) -> str:
    """Where the record is in Airtable; "" for a problem that is no row's."""
    if not record_id.startswith("rec"):
        return ""
    table_id = _table_id(ids, table)
    middle = f"/{table_id}" if table_id else ""
    return f"https://airtable.com/{base}{middle}/{record_id}"


def _table_id(ids: Mapping[str, str], table: str) -> str:
    try:
        return ids.get(table_key(declared(table)), "")
    except KeyError:
        return ""


def _what(scope: str, names: Mapping[str, str]) -> str:
    kind, _, which = scope.partition(":")
    match kind:
        case "base":
            return f"The base {names.get(which, which)}"
        case "mailbox":
            return f"The mailbox {which}"
        case "channel":
            base, _, channel = which.partition(":")
            return f"The Discord channel {channel} of {names.get(base, base)}"
        case _:
            return "Everything"
