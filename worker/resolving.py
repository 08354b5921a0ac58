"""Takes in what people decided in Airtable: doubts in Messages, holds in Runs.

A view is only read when a person changed something in its table while something waits there.
"""

from schemas.parsing import BadCell, Row, text
from schemas.tables import operations, outreach
from worker import by_hand
from worker.decisions import DECISIONS, RESOLUTIONS
from worker.ledger import brakes, deliveries, mirror
from worker.wiring import Worker

IN_AIRTABLE = "a teammate in Airtable"


def take_in_decisions(worker: Worker) -> int:
    """Apply every decision found in Airtable; how many there were."""
    ledger, base = worker.ledger, worker.base_id
    decided = 0
    if mirror.is_touched(ledger, base, outreach.MESSAGES):
        if deliveries.doubts(ledger, base):
            rows = worker.base.read(outreach.MESSAGES, view="Doubts to resolve")
            decided += sum(_resolve(worker, row) for row in rows)
        mirror.untouch(ledger, base, outreach.MESSAGES)
    decided += by_hand.take_in_ticks(worker)
    if mirror.is_touched(ledger, base, operations.RUNS):
        if brakes.holds(ledger, base, only_held=True):
            rows = worker.base.read(operations.RUNS, view="Holds to decide")
            decided += sum(_decide(worker, row) for row in rows)
        mirror.untouch(ledger, base, operations.RUNS)
    return decided


def _resolve(worker: Worker, row: Row) -> bool:
    try:
        key = text(row, outreach.MESSAGE_KEY)
        state = RESOLUTIONS.get(text(row, outreach.MESSAGE_RESOLUTION))
    except BadCell:
        return False
    if state is None:
        return False
    now = worker.clock.now()
    return deliveries.resolve(worker.ledger, key, state, by=IN_AIRTABLE, at=now)


def _decide(worker: Worker, row: Row) -> bool:
    try:
        hold = text(row, operations.RUN_KEY)
        state = DECISIONS.get(text(row, operations.RUN_DECISION))
    except BadCell:
        return False
    if state is None:
        return False
    return brakes.decide(worker.ledger, hold, state, by=IN_AIRTABLE, at=worker.clock.now())
