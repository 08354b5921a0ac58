"""What of a job may be done with the Airtable calls that are left: all of it, only what keeps
consent fresh, or only what needs no Airtable.
"""

from collections.abc import Callable

import structlog

from automations.governor import Mode
from worker import parking, pruning, showing
from worker.airtable_errors import CallsUsedUp
from worker.errors import GatewayError, Misconfigured, ServiceDown
from worker.executor import Done
from worker.jobs.job import Job
from worker.ledger.leases import Fence
from worker.reading import Reading, check_clock, forbidden_because
from worker.wiring import Worker

log = structlog.get_logger()


def within_the_calls(job: Job, reading: Reading, fence: Fence, in_full: Callable[[], Done]) -> Done:
    """Do the job in full, or as much of it as the month's calls allow."""
    because = parking.away_because(reading.worker)
    if not because:
        try:
            return _frugally(job, reading, in_full)
        except CallsUsedUp:
            because = parking.park(reading.worker)
    if job.without_airtable is None:
        return Done(held_because=because)
    return job.without_airtable(reading, fence)


def check_clock_within_the_calls(reading: Reading) -> None:
    """`check_clock`, where that may call Airtable; while it may not, a set clock sends nothing."""
    if reading.worker.clock.as_of is None or parking.away_because(reading.worker):
        return
    try:
        check_clock(reading)
    except CallsUsedUp:
        parking.park(reading.worker)


def prune_within_the_calls(worker: Worker) -> None:
    """Once a day make room in the base, if calls are left for it; what fails is tried tomorrow."""
    if parking.away_because(worker) or parking.budget_of(worker).mode is not Mode.NORMAL:
        return
    worker.stopping.begin_slice()
    try:
        pruning.daily(worker, worker.clock.now())
    except (GatewayError, Misconfigured, ServiceDown) as error:
        log.warning("pruning", base=worker.name, why=str(error))


def _frugally(job: Job, reading: Reading, in_full: Callable[[], Done]) -> Done:
    """From 90 % on only what also goes on without Airtable is done in full: mail and notices."""
    budget = parking.budget_of(reading.worker)
    if budget.mode is Mode.NORMAL or job.without_airtable is not None:
        return in_full()
    keep_consent(reading)
    return Done(held_because=budget.only_safety_because)


def keep_consent(reading: Reading) -> None:
    """Take in who was opted out in Airtable, and write there what came in by mail."""
    worker = reading.worker
    if forbidden_because(reading):
        return
    reading.identified()
    showing.show_all(worker, worker.clock.now())
    worker.writes.flush()
