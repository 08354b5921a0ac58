"""Which of the worker's own rows leave Airtable: those past their time, and more where it is full.

The ledger keeps what is pruned here. Rows of the team, and open ones, are never chosen.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.tables import operations, outreach, payouts, pipeline

KEPT_FOR: Mapping[str, timedelta] = {
    outreach.MESSAGES.name: timedelta(days=90),
    pipeline.STAGE_HISTORY.name: timedelta(days=90),
    operations.RUNS.name: timedelta(days=30),
}
# Money is kept by run; statements leave with their time only where rows run out.
OF_RUNS = (payouts.LINES.name, payouts.STATEMENTS.name)
LINES_OF_RUNS = 3
IN_NEED_OF_RUNS = 1
LEAST = timedelta(days=1)  # however full the base is: rows of today are still being written
FULL_PERCENT = 90
ENOUGH_PERCENT = 85


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row the worker made; open ones still wait for something, `run` is set where it has one."""

    table: str
    key: str
    record_id: str
    at: datetime
    is_open: bool = False
    run: str = ""


def is_full(used: int, limit: int) -> bool:
    """Whether so many rows of the base are used that the worker makes room."""
    return used * 100 >= limit * FULL_PERCENT


def plan_pruning(
    *, rows: Collection[ShownRow], used: int, limit: int, now: datetime
) -> tuple[ShownRow, ...]:
    """The rows to delete, oldest first.

    From 90 % of the limit on, also younger ones, until less than 85 % are used.
    """
    free = sorted((r for r in rows if not r.is_open), key=lambda r: (r.at, r.table, r.key))
    runs = _newest_runs(rows)
    past = [row for row in free if _is_past(row, runs, now)]
    if not is_full(used, limit):
        return tuple(past)
    gone = set(past)
    early = [row for row in free if row not in gone and _may_go_early(row, runs, now)]
    too_many = used - len(past) - limit * ENOUGH_PERCENT // 100 + 1
    return tuple(sorted((*past, *early[: max(0, too_many)]), key=lambda r: (r.at, r.table, r.key)))


def parts(rows: Sequence[ShownRow], most: int) -> Iterator[Sequence[ShownRow]]:
    """The rows in parts of one table each, no part longer than `most`."""
    for table in dict.fromkeys(row.table for row in rows):
        own = [row for row in rows if row.table == table]
        for start in range(0, len(own), most):
            yield own[start : start + most]


def _newest_runs(rows: Collection[ShownRow]) -> Sequence[str]:
    return sorted({row.run for row in rows if row.run}, reverse=True)


def _is_past(row: ShownRow, runs: Sequence[str], now: datetime) -> bool:
    if row.table == payouts.LINES.name:
        return row.run not in runs[:LINES_OF_RUNS]
    return row.table in KEPT_FOR and row.at < now - KEPT_FOR[row.table]


def _may_go_early(row: ShownRow, runs: Sequence[str], now: datetime) -> bool:
    if row.table in OF_RUNS:
        return row.run not in runs[:IN_NEED_OF_RUNS]
    return row.table in KEPT_FOR and row.at < now - LEAST
