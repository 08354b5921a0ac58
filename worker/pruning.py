"""Once a day: deletes from Airtable those of the worker's own rows whose time is over.

What goes is decided in `automations.retention`. Nothing pruned is made again: in the ledger it
stays shown. A row a person typed into, or commented on, stays.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from automations.retention import ShownRow, is_full, parts, plan_pruning
from automations.waiting import BATCH
from schemas.base import TABLES
from schemas.base import table as declared
from schemas.problems import Problem
from worker.ledger import history, shown_rows
from worker.reading import Reading, forbidden_because
from worker.typed import PeoplesFields
from worker.wiring import Worker

log = structlog.get_logger()

JOB = "retention"
MOST_A_DAY = 2_500  # rows; some 280 calls, about a minute
PART = 100
RUNS_KEPT = timedelta(days=30)  # in the ledger


def daily(worker: Worker, now: datetime) -> None:
    """Prune the ledger's runs and the base; repeatable, and goes on where it was cut short.

    Does nothing to a base this ledger may not act on. Raises like every call to Airtable.
    """
    history.prune_runs(worker.ledger, now - RUNS_KEPT)
    if forbidden_because(Reading(worker)):
        return
    pruned = prune(worker, now)
    if pruned:
        log.info(JOB, base=worker.name, rows=pruned)
    room = shown_rows.rows_used(worker.ledger, worker.base_id)
    problems = (_full(room.used, room.limit),) if is_full(room.used, room.limit) else ()
    history.replace_problems(worker.ledger, worker.base_id, JOB, problems, now)


def prune(worker: Worker, now: datetime) -> int:
    """Delete what is to go, oldest first and in tens; how many rows that were."""
    room = shown_rows.rows_used(worker.ledger, worker.base_id)
    names = [table.name for table in TABLES if table.prunable]
    rows = {
        (row.table, row.key): row for row in shown_rows.shown(worker.ledger, worker.base_id, names)
    }
    fields: PeoplesFields | None = None
    gone = 0
    while gone < MOST_A_DAY and not worker.stopping.is_set():
        plan = plan_pruning(rows=rows.values(), used=room.used - gone, limit=room.limit, now=now)
        part = next(parts(plan, PART), ())
        if not part:
            break
        fields = fields or PeoplesFields(worker.base)
        deleted = _delete(worker, fields, part)
        for row in part:
            rows[row.table, row.key] = replace(row, is_open=True)  # a person's from now on
        for row in deleted:
            del rows[row.table, row.key]
        gone += len(deleted)
    return gone


def _delete(worker: Worker, fields: PeoplesFields, part: Sequence[ShownRow]) -> Sequence[ShownRow]:
    """Delete those rows of one table in which nobody typed; the ones that are gone now."""
    table = declared(part[0].table)
    if not fields.has(table):
        return ()
    looked = fields.look(table, [row.record_id for row in part])
    going = [row for row in part if row.record_id not in looked.typed]
    for start in range(0, len(going), BATCH):
        ten = going[start : start + BATCH]
        there = [row.record_id for row in ten if row.record_id in looked.there]
        if there:
            worker.base.delete(table, there)
        shown_rows.forget(worker.ledger, worker.base_id, table.name, [row.key for row in ten])
    return going


def _full(used: int, limit: int) -> Problem:
    return Problem(
        "",
        "",
        f"{used:,} of {limit:,} rows of this base are used, and the worker has deleted what it "
        "may of its own: delete or archive rows of the team's, or get a larger Airtable plan and "
        "raise 'Rows in this base at most' in Settings.",
    )
