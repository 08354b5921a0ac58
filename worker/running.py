"""Runs one job once: takes its lease, keeps a record, tells problems, and never works twice."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from schemas.problems import Problem
from worker import rationing, resolving, run_log, showing
from worker.airtable_errors import FieldsGone, ViewGone
from worker.executor import Done
from worker.jobs import Job
from worker.ledger import brakes, history, leases
from worker.ledger.adoption import LedgerIds
from worker.ledger.brakes import HoldState
from worker.ledger.history import Outcome
from worker.ledger.leases import Fence
from worker.process import known_dead
from worker.reading import Reading
from worker.stopping import INTERRUPTIONS
from worker.wiring import Worker

log = structlog.get_logger()

RENEW_S = 20.0
BACK = "What was deleted in Airtable is there again: its values are read first, then it goes on."


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended, and what came of it; `outcome` is None when another worker has the job."""

    job: str
    outcome: Outcome | None
    done: Done


def run_once(worker: Worker, job: Job, reading: Reading) -> Ran:
    """One pass of `job`, recorded; does nothing if another worker is at it.

    An exception is recorded, and raised again for whoever asked for the run.
    """
    leases.free_dead(worker.ledger, known_dead(leases.owners(worker.ledger)))
    fence = leases.take(
        worker.ledger, worker.base_id, job.name, owner=worker.owner, real=worker.real()
    )
    if fence is None:
        return Ran(job.name, None, Done())
    worker.stopping.begin_slice()
    run = history.start_run(worker.ledger, worker.base_id, job.name, worker.clock.now())
    try:
        with _renewed(worker, fence):
            done = rationing.within_the_calls(
                job, reading, fence, lambda: _in_full(worker, job, reading, fence)
            )
    except INTERRUPTIONS:
        raise  # the run stays open: it was cut off, and the next one takes up its work
    except Exception as error:
        # A whole job failed: that is recorded and told, then whoever asked gets to know.
        _end(worker, run, Outcome.FAILED, {"error": f"{type(error).__name__}: {error}"[:500]})
        raise
    finally:
        worker.writes.drop()
        leases.give_back(worker.ledger, fence, real=worker.real())
    outcome = _outcome(done)
    _end(worker, run, outcome, _summary(done))
    log.info(job.name, base=worker.name, outcome=outcome.value, **_summary(done))
    return Ran(job.name, outcome, done)


def _in_full(worker: Worker, job: Job, reading: Reading, fence: Fence) -> Done:
    reading.begin()
    undecided = _decided(worker)
    done = _run_if_whole(worker, job, reading, fence)
    done.problems += undecided
    _write_and_tell(worker, job, done)
    try:
        done.problems += run_log.show_runs(worker, reading.rules()[0].time_zone, worker.clock.now())
    except FieldsGone as gone:  # Runs itself: no job needs it to do its work
        done.problems += gone.problems
    return done


def _decided(worker: Worker) -> tuple[Problem, ...]:
    """Take in what people decided; what cannot be read of it stops no job, it only waits."""
    try:
        resolving.take_in_decisions(worker)
    except FieldsGone as gone:
        return gone.problems
    except ViewGone as gone:
        return (Problem("", "", str(gone)),)
    return ()


def _run_if_whole(worker: Worker, job: Job, reading: Reading, fence: Fence) -> Done:
    """Run the job, unless something it needs is gone from the base: that stops only this job."""
    lacking = worker.base.lacking(job.needs, job.choices)
    if lacking:
        return _stopped(lacking)
    if worker.base.names.restored:
        return Done(held_because=BACK)
    worker.base.need(job.needs)
    try:
        return _run_or_hold(worker, job, reading, fence)
    except FieldsGone as gone:
        return _stopped(gone.problems)
    finally:
        worker.base.need(())


def _stopped(lacking: Sequence[Problem]) -> Done:
    because = " ".join(one.text for one in lacking)
    return Done(problems=list(lacking), held_because=because)


def _run_or_hold(worker: Worker, job: Job, reading: Reading, fence: Fence) -> Done:
    """Run the job; a view that vanished holds it until a person decides.

    Released, the view counts as never seen and its declared formula stands in for it.
    """
    try:
        done = job.run(reading, fence)
    except ViewGone as gone:
        now = worker.clock.now()
        held = brakes.hold(
            worker.ledger, worker.base_id, job.name, kind=brakes.view_kind(gone.key),
            because=str(gone), preview=(), size=0, at=now,
        )  # fmt: skip
        if held.state is HoldState.RELEASED:
            LedgerIds(worker.ledger).forget(worker.base_id, gone.key)
            brakes.close(worker.ledger, held.id, by=held.decided_by, at=now)
        showing.show_holds(worker.base, worker.ledger, now)
        return Done(held_because=str(gone))
    for held in brakes.standing_holds(worker.ledger, worker.base_id, job.name):
        if held.kind.startswith(brakes.VIEW):
            brakes.close(worker.ledger, held.id, by="the view is back", at=worker.clock.now())
    return done


def _write_and_tell(worker: Worker, job: Job, done: Done) -> None:
    """Notes are written with the run's other cells; only a refusal makes a second round."""
    showing.note_problems(worker, job.name, done.problems, worker.clock.now())
    refused = worker.writes.flush()
    if refused:
        done.problems += refused
        showing.note_problems(worker, job.name, done.problems, worker.clock.now())
        worker.writes.flush()


def _outcome(done: Done) -> Outcome:
    if done.held_because:
        return Outcome.HELD
    return Outcome.PROBLEMS if done.problems else Outcome.DONE


def _summary(done: Done) -> dict[str, object]:
    summary: dict[str, object] = dict(done.counts)
    if done.problems:
        summary["problems"] = len(done.problems)
    if done.held_because:
        summary["held"] = done.held_because
    return summary


def _end(worker: Worker, run: str, outcome: Outcome, summary: dict[str, object]) -> None:
    history.end_run(worker.ledger, run, outcome, summary=summary, at=worker.clock.now())


@contextlib.contextmanager
def _renewed(worker: Worker, fence: Fence) -> Iterator[None]:
    """Keep the lease for as long as the job runs."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_S):
            leases.renew(worker.ledger, fence, real=worker.real())

    renewer = threading.Thread(target=renew, name=f"lease-{fence.job}", daemon=True)
    renewer.start()
    try:
        yield
    finally:
        over.set()
        renewer.join()
