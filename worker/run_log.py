"""Tells in Runs what the worker did: one row per job and day, not one per tick.

At most once an hour; only a job's first failure of a day is told at once, and its first hold, if
no hold in Runs tells of it already. That it stays held is no news.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.fields import Field
from schemas.problems import Problem
from schemas.tables import operations as tables
from worker import errors
from worker.airtable_errors import CallsUsedUp, FieldsGone, ViewGone
from worker.ledger import brakes, history
from worker.ledger.history import PROBLEM_COUNT, Outcome, Run, did_something
from worker.wiring import Worker

SUMMARY_LIMIT = 2_000
EVERY = timedelta(hours=1)
BAD = (Outcome.FAILED, Outcome.HELD)
STATES = {
    Outcome.DONE: "Done",
    Outcome.PROBLEMS: "Done with problems",
    Outcome.HELD: "Done with problems",  # "Held" is for rows that a person can release
    Outcome.FAILED: "Failed",
}
# Errors whose words are written for people; those of libraries may quote a secret link.
WORDED = frozenset(
    error.__name__
    for error in (
        errors.Misconfigured, errors.ServiceDown, errors.NotDone, errors.Refused,
        errors.OutcomeUnknown, CallsUsedUp, FieldsGone, ViewGone,
    )
)  # fmt: skip


def show_runs(worker: Worker, zone: ZoneInfo, now: datetime) -> tuple[Problem, ...]:
    """Bring Runs up to the ledger in one upsert, if it is time; repeatable."""
    unshown = history.unshown_runs(worker.ledger, worker.base_id)
    days: dict[tuple[str, date], Sequence[Run]] = {}
    for run in unshown:
        day = _day(run, zone)
        if (run.job, day) not in days:
            days[run.job, day] = _of_day(worker, run.job, day, zone)
    news = [run for run in unshown if not _stays_held(run, days[run.job, _day(run, zone)])]
    holds = brakes.holds(worker.ledger, worker.base_id) if news else ()
    told = [hold.because for hold in holds if hold.because]
    if not any(_is_due(run, now) or _is_urgent(run, days[run.job, _day(run, zone)], told)
               for run in news):  # fmt: skip
        return ()
    rows = [day_row(worker.base_id, day, runs) for (_, day), runs in days.items()]
    upserted = worker.base.upsert(tables.RUNS, rows)
    history.mark_runs_shown(worker.ledger, [run.id for run in unshown], now)
    return upserted.problems


def day_row(base: str, day: date, runs: Sequence[Run]) -> Mapping[Field, object]:
    """The row of a job's day from its runs, oldest first; one of them did something."""
    told = [run for run in runs if run.outcome and did_something(run.outcome, run.summary)]
    failures = [run for run in told if run.outcome is Outcome.FAILED]
    last, counts = told[-1], _summed(told)
    return {
        tables.RUN_KEY: f"run:{base}:{last.job}:{day}",
        tables.RUN_JOB: last.job,
        tables.RUN_DAY: day,
        tables.RUN_AT: last.ended_at,
        tables.RUN_STATE: STATES[last.outcome or Outcome.DONE],
        tables.RUN_SUMMARY: _summary(last, counts),
        tables.RUN_RUNS: len(told),
        tables.RUN_SENT: counts["sent"],
        tables.RUN_MOVED: counts["moved"],
        tables.RUN_WRITTEN: counts["rows written"],
        tables.RUN_PROBLEMS: last.count(PROBLEM_COUNT),
        tables.RUN_FAILURES: len(failures),
        tables.RUN_ERROR: _words(failures[-1]) if failures else "",
    }


def _is_due(run: Run, now: datetime) -> bool:
    return run.ended_at is not None and run.ended_at <= now - EVERY


def _stays_held(run: Run, of_day: Sequence[Run]) -> bool:
    return run.outcome is Outcome.HELD and any(
        one.outcome is Outcome.HELD and one.shown_at is not None for one in of_day
    )


def _is_urgent(run: Run, of_day: Sequence[Run], told: Collection[str]) -> bool:
    """Whether a job fails, or is held without a hold in Runs, and its row does not say so yet."""
    if run.outcome not in BAD or any(one in str(run.summary.get("held", "")) for one in told):
        return False
    return all(one.shown_at is None for one in of_day if one.outcome is run.outcome)


def _day(run: Run, zone: ZoneInfo) -> date:
    return (run.ended_at or run.started_at).astimezone(zone).date()


def _of_day(worker: Worker, job: str, day: date, zone: ZoneInfo) -> Sequence[Run]:
    start = datetime.combine(day, time.min, zone)
    end = datetime.combine(day + timedelta(days=1), time.min, zone)
    return history.runs_between(worker.ledger, worker.base_id, job, start, end)


def _summed(runs: Sequence[Run]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for run in runs:
        counts.update({name: run.count(name) for name in run.summary if name != PROBLEM_COUNT})
    return counts


def _summary(last: Run, counts: Mapping[str, int]) -> str:
    held = [f"Held: {last.summary['held']}"] if last.summary.get("held") else []
    did = [f"{name}: {number}" for name, number in sorted(counts.items()) if number]
    return "\n".join((*held, *did))[:SUMMARY_LIMIT]


def _words(failed: Run) -> str:
    kind, _, words = str(failed.summary.get("error", "")).partition(": ")
    return words if kind in WORDED else f"{kind}: the worker's log says more."
