"""An order file's lines into the ledger: staged, judged, and published with their report.

Which file it is, and whether it was imported before, is told by `orders`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from schemas.orders import Rejection
from schemas.shops import Shop
from worker.imports import publishing, staging
from worker.imports.order_reports import Import, ImportReport, remember
from worker.imports.order_tables import LinesOf, find_table
from worker.imports.publishing import Verdict
from worker.ledger.engine import Ledger
from worker.ledger.tables_money import ORDER_LINES

_GROWN = 10_000  # new lines after which what the ledger knows of its sizes is stale
Told = Callable[[int, int], None]


def bring(
    path: Path, shop: Shop, ledger: Ledger, ident: Import, *, draft: ImportReport, told: Told | None
) -> ImportReport:
    """Publish the file's lines; the drafted report, completed. FileRefused: nothing is stored."""
    lines = LinesOf(find_table(path), shop)
    with staging.staging(ledger) as connection:
        draft = _stage(connection, lines, draft, told)
        with connection.begin():
            judged = publishing.judge(connection, ident)
        connection.execution_options(reading=False)
        with ledger.writing_on(connection):
            judged = publishing.publish(connection, ident, judged)
            report = _counted(draft, judged.counts)
            publishing.name_products(connection, ident, lines.evidence.names)
            remember(connection, ident, shop, report)
        if report.new > _GROWN:
            with ledger.writing() as other:
                publishing.know_sizes(other, ORDER_LINES)
    return report


def _stage(
    connection: Connection, lines: LinesOf, draft: ImportReport, told: Told | None
) -> ImportReport:
    """Stage the file's lines, one per order and SKU; the report as far as they know it."""
    rejected: list[Rejection] = []
    for found, done in lines:
        staging.stage(connection, found.lines)
        rejected += found.rejected
        if told:
            told(done, lines.size)
    seen = lines.evidence
    warnings = seen.warnings()
    gone = staging.settle_repeats(connection, seen.suspects())
    rejected = sorted([*rejected, *gone], key=lambda bad: bad.row)
    waiting = staging.waiting(connection) if seen.has_unknown_status else {}
    return replace(
        draft,
        rejected=tuple(rejected),
        rejected_in_all=len(rejected),
        needs_review={status: number for status, (number, _) in waiting.items()},
        needs_review_minor=sum(minor for _, minor in waiting.values()),
        may_change=seen.may_change([bad.row for bad in gone]),
        warnings=warnings,
    )


def _counted(draft: ImportReport, counts: Mapping[Verdict, int]) -> ImportReport:
    return replace(
        draft,
        new=counts.get(Verdict.NEW, 0),
        changed=counts.get(Verdict.CHANGED, 0) + counts.get(Verdict.MOVED, 0),
        unchanged=counts.get(Verdict.UNCHANGED, 0),
        kept=counts.get(Verdict.KEPT, 0),
    )
