"""Importing a seller's "Affiliate orders" file: read, stage, publish in one short transaction.

A file that is not one is refused whole; a row that cannot be trusted is rejected alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Connection

from schemas.orders import Rejection
from schemas.shops import Shop
from worker.imports import publishing, staging
from worker.imports.order_reports import ImportReport, exported_on, remember, told_before
from worker.imports.order_tables import LinesOf, find_table
from worker.imports.publishing import Import, Verdict
from worker.imports.reading import sha256_of
from worker.ledger.engine import Ledger
from worker.ledger.tables_money import ORDER_LINES

__all__ = ["ImportReport", "import_orders"]

_GROWN = 10_000  # new lines after which what the ledger knows of its sizes is stale
Told = Callable[[int, int], None]


def import_orders(
    path: Path,
    shop: Shop,
    ledger: Ledger,
    now: datetime,
    *,
    base: str,
    told: Told | None = None,
) -> ImportReport:
    """Import the file's lines for `shop`; importing it again changes nothing.

    `told` hears how much was read, and of how much (0: unknown). Raises FileRefused (nothing
    stored) for a file that is not a seller's affiliate orders.
    """
    sha = sha256_of(path)
    ident = Import(f"{sha[:16]}/{token_hex(4)}", base, shop.name, now, exported_on(path.name))
    with ledger.reading() as connection:
        known = told_before(connection, base, shop, sha, path.name)
    if known is not None:
        with ledger.writing() as connection:
            remember(connection, ident, shop, known)
        return known
    lines = LinesOf(find_table(path), shop)
    draft = ImportReport(path.name, sha, shop.name, shop.currency)
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
