"""Whether Airtable may be called at all: not while it refuses the month's calls, nor once our own
share of them is used up. What goes on meanwhile is in `rationing`.
"""

from datetime import datetime, timedelta

import structlog

from automations.governor import Mode
from schemas.tables import operations
from worker.airtable_errors import CallsUsedUp
from worker.budget import Budget, on_day, read_budget
from worker.ledger import parked
from worker.ledger.parked import Parked
from worker.wiring import Worker

log = structlog.get_logger()

PROBE_AFTER = timedelta(days=1)


def budget_of(worker: Worker) -> Budget:
    """How the base's share of calls stands now; raises ServiceDown without Redis."""
    return read_budget(worker.limiter, worker.share, worker.clock.now())


def away_because(worker: Worker) -> str:
    """Why Airtable is not called now; "" if it may be. Once a day it is asked whether it may."""
    now = worker.clock.now()
    standing = parked_now(worker, now)
    if standing is not None:
        return "" if _answers_again(worker, now) else standing.because
    budget = budget_of(worker)
    return budget.used_up_because if budget.mode is Mode.USED_UP else ""


def parked_now(worker: Worker, now: datetime) -> Parked | None:
    """The base's parking, if it is parked."""
    last = parked.load(worker.ledger, worker.base_id)
    return last if last is not None and last.stands(now) else None


def park(worker: Worker) -> str:
    """After CallsUsedUp: no call for any base of the share until the month ends; the reason."""
    now = worker.clock.now()
    until = budget_of(worker).until
    because = (
        f"Since {on_day(now)} Airtable refuses: the month's calls of the workspace are used up. "
        f"It is asked again once a day until {on_day(until)}, when they count afresh. After "
        f"raising the plan: affiliate-ops resume --base {worker.name}"
    )
    parked.park(worker.ledger, worker.share.bases, because=because, at=now, until=until)
    standing = parked_now(worker, now)
    log.warning("parked", base=worker.name, until=until.isoformat())
    return standing.because if standing else because


def _answers_again(worker: Worker, now: datetime) -> bool:
    """Once a day: one call for rows; unparks all bases of the share if it is answered."""
    if not parked.take_probe(worker.ledger, worker.share.bases, now, PROBE_AFTER):
        return False
    try:
        next(iter(worker.base.pages(operations.SETTINGS)), ())
    except CallsUsedUp:
        return False
    parked.unpark(worker.ledger, worker.share.bases, now)
    return True
