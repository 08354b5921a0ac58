"""Runs and problems: what each job did, and what a person must still fix."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Select, delete, select, update

from schemas.problems import Problem
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import PROBLEMS, RUNS

PROBLEM_COUNT = "problems"
NOT_CLAIMED = "not claimed"
# Counts that only say why nothing was done, or what stands anyway.
IDLE = frozenset(
    {PROBLEM_COUNT, "left to the next plan", "too late", "no mailbox", "mailbox out of reach"}
)


class Outcome(Enum):
    """How a run ended."""

    DONE = "done"
    PROBLEMS = "problems"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a job; `outcome` is None while it runs or if it was killed."""

    id: str
    base: str
    job: str
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    summary: Mapping[str, object]
    shown_at: datetime | None = None

    def count(self, name: str) -> int:
        """How often it did that."""
        found = self.summary.get(name, 0)
        return found if isinstance(found, int) else 0


def did_something(outcome: Outcome, summary: Mapping[str, object]) -> bool:
    """Whether a run is worth a word: it failed, was held, or did more than look."""
    if outcome in {Outcome.FAILED, Outcome.HELD}:
        return True
    return any(
        number for name, number in summary.items()
        if name not in IDLE and not name.startswith(NOT_CLAIMED)
    )  # fmt: skip


def start_run(ledger: Ledger, base: str, job: str, at: datetime) -> str:
    """Record that a job started; the run's id."""
    run = f"run:{uuid.uuid4().hex[:16]}"
    with ledger.writing() as connection:
        insert_new(
            connection,
            RUNS,
            {"id": run, "base": base, "job": job, "started_at": at, "outcome": "", "summary": {}},
        )
    return run


def end_run(
    ledger: Ledger, run: str, outcome: Outcome, *, summary: Mapping[str, object], at: datetime
) -> None:
    """Record how a run ended; one that did nothing is as good as shown."""
    with ledger.writing() as connection:
        connection.execute(
            update(RUNS)
            .where(RUNS.c.id == run)
            .values(
                ended_at=at,
                outcome=outcome.value,
                summary=dict(summary),
                shown_at=None if did_something(outcome, summary) else at,
            )
        )


def last_runs(ledger: Ledger, base: str, most: int = 100) -> tuple[Run, ...]:
    """The newest runs of a base, newest first."""
    newest = select(RUNS).where(RUNS.c.base == base).order_by(RUNS.c.started_at.desc())
    return _runs(ledger, newest.limit(most))


def unshown_runs(ledger: Ledger, base: str) -> tuple[Run, ...]:
    """Runs that did something which Runs in Airtable does not tell yet, oldest first."""
    unshown = (RUNS.c.base == base) & RUNS.c.shown_at.is_(None) & RUNS.c.ended_at.is_not(None)
    return _runs(ledger, select(RUNS).where(unshown).order_by(RUNS.c.ended_at))


def runs_between(
    ledger: Ledger, base: str, job: str, start: datetime, end: datetime
) -> tuple[Run, ...]:
    """The runs of a job that ended from `start` until before `end`, oldest first."""
    ended = (RUNS.c.ended_at >= start) & (RUNS.c.ended_at < end)
    of_job = (RUNS.c.base == base) & (RUNS.c.job == job)
    return _runs(ledger, select(RUNS).where(of_job, ended).order_by(RUNS.c.ended_at))


def mark_runs_shown(ledger: Ledger, runs: Sequence[str], at: datetime) -> None:
    """Record that Runs in Airtable tells of these."""
    with ledger.writing() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id.in_(runs)).values(shown_at=at))


def _runs(ledger: Ledger, wanted: Select[Any]) -> tuple[Run, ...]:
    with ledger.reading() as connection:
        rows = connection.execute(wanted).all()
    return tuple(
        Run(
            row.id, row.base, row.job, row.started_at, row.ended_at,
            Outcome(row.outcome) if row.outcome else None, row.summary, row.shown_at,
        )
        for row in rows
    )  # fmt: skip


def first_run_at(ledger: Ledger, base: str) -> datetime | None:
    """When this base was first worked on; None if never."""
    with ledger.reading() as connection:
        first = select(RUNS.c.started_at).where(RUNS.c.base == base).order_by(RUNS.c.started_at)
        return connection.execute(first.limit(1)).scalar()


def last_good_ends(ledger: Ledger, base: str) -> Mapping[str, datetime]:
    """For each job that ever ended well: when it last did."""
    good = [Outcome.DONE.value, Outcome.PROBLEMS.value, Outcome.HELD.value]
    with ledger.reading() as connection:
        rows = connection.execute(
            select(RUNS.c.job, RUNS.c.ended_at)
            .where(RUNS.c.base == base, RUNS.c.outcome.in_(good))
            .order_by(RUNS.c.ended_at)
        ).all()
    return {row.job: row.ended_at for row in rows}


def prune_runs(ledger: Ledger, before: datetime) -> None:
    """Forget runs that ended before that instant."""
    with ledger.writing() as connection:
        connection.execute(delete(RUNS).where(RUNS.c.ended_at < before))


def replace_problems(
    ledger: Ledger, base: str, job: str, problems: Sequence[Problem], at: datetime
) -> tuple[frozenset[Problem], frozenset[Problem]]:
    """Make `problems` the standing ones of a job; returns (new ones, ones now gone)."""
    before = {p for _, p in standing_problems(ledger, base, job)}
    after = set(problems)
    with ledger.writing() as connection:
        for gone in before - after:
            connection.execute(
                delete(PROBLEMS).where(
                    PROBLEMS.c.base == base,
                    PROBLEMS.c.job == job,
                    PROBLEMS.c.table_name == gone.table,
                    PROBLEMS.c.record_id == gone.record_id,
                )
            )
        for problem in sorted(after - before):
            insert_new(
                connection,
                PROBLEMS,
                {
                    "base": base, "job": job, "table_name": problem.table,
                    "record_id": problem.record_id, "text": problem.text, "since": at,
                },
            )  # fmt: skip
    return frozenset(after - before), frozenset(before - after)


def standing_problems(
    ledger: Ledger, base: str, job: str | None = None
) -> tuple[tuple[datetime, Problem], ...]:
    """What a person must still fix, oldest first, with the instant it was first seen."""
    wanted = select(PROBLEMS).where(PROBLEMS.c.base == base).order_by(PROBLEMS.c.since)
    if job is not None:
        wanted = wanted.where(PROBLEMS.c.job == job)
    with ledger.reading() as connection:
        rows = connection.execute(wanted).all()
    return tuple((r.since, Problem(r.table_name, r.record_id, r.text)) for r in rows)
