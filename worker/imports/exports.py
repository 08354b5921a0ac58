"""Importing any export that is not the seller's order file: read, judge, publish at once.

A file that is not one is refused whole; a row that cannot be trusted is rejected alone.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import insert

from schemas.exports import judging
from schemas.exports.cells import Reading
from schemas.exports.declaring import Export
from schemas.exports.deriving import Circumstances, derived
from schemas.exports.judging import Period
from schemas.exports.rows import Record, explains, parse_row
from schemas.orders import LineStatus, Rejection
from schemas.shops import Shop
from worker.errors import NotDone
from worker.imports.exports_publishing import KEPT, Import, Published, Row, publish, rows_of
from worker.imports.exports_reading import (
    TOLD_EVERY,
    FoundTable,
    Told,
    is_sellers,
    read_tables,
)
from worker.imports.order_reports import MOST_REMEMBERED, ImportReport
from worker.imports.orders import import_orders
from worker.imports.reading import FileRefused, is_workbook, sha256_of
from worker.ledger.engine import Ledger
from worker.ledger.reported_names import Forgotten, forgotten
from worker.ledger.tables_money import IMPORTS


@dataclass(frozen=True, slots=True)
class Into:
    """Whose file it is; `period` is that of lists whose name states none."""

    base: str
    shop: Shop
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What one file brought; rows are numbered as a spreadsheet shows them."""

    file_name: str
    sha256: str
    shop: str
    exports: tuple[str, ...]
    period: str
    new: int
    changed: int
    unchanged: int
    kept: int
    rejected: tuple[Rejection, ...]
    rejected_in_all: int
    needs_review: dict[str, int]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    """One table of the file, ready to be published."""

    export: Export
    records: Sequence[Record]
    rejected: Sequence[Rejection]
    warnings: Sequence[str]


def import_export(
    path: Path, into: Into, ledger: Ledger, now: datetime, *, told: Told | None = None
) -> ExportReport:
    """Import the file into a shop of a base; importing it again changes nothing.

    Raises FileRefused (nothing stored) for a file that is no export, or whose columns changed.
    """
    sha = sha256_of(path)
    tables = read_tables(path, told)
    about = _circumstances(path, into, tables)
    judged: list[_Judged] = []
    while tables:  # the raw rows of one are let go before the next is judged
        judged.append(_judge(path, tables.pop(0), about, told))
    shop = into.shop.name
    ident = Import(f"{sha[:16]}/{token_hex(4)}", into.base, shop, sha, now)
    return _publish(ledger, ident, path, about, judged)


def import_file(
    path: Path, into: Into, ledger: Ledger, now: datetime, *, told: Told | None = None
) -> ExportReport | ImportReport:
    """Import any known export, the seller's order file included, recognised by its header.

    Raises FileRefused (nothing stored) for anything else.
    """
    # Opening a workbook takes as long as reading it: its name saves doing so twice.
    likely = is_workbook(path) and "affiliate_orders" in path.name.casefold()
    if not likely and not is_sellers(path):
        return import_export(path, into, ledger, now, told=told)
    try:
        return import_orders(path, into.shop, ledger, now, base=into.base, told=told)
    except FileRefused:
        if likely and not is_sellers(path):
            return import_export(path, into, ledger, now, told=told)
        raise


def _circumstances(path: Path, into: Into, tables: Sequence[FoundTable]) -> Circumstances:
    exports = [table.header.export for table in tables]
    named = judging.period_in(path.name)
    given = into.period
    about = Circumstances(into.shop.currency)
    if any(export.has_period for export in exports):
        if named and given and named != given:
            raise FileRefused(path, "names another period than --period; leave one of them out")
        if not (named or given):
            raise FileRefused(
                path,
                "does not say which days it counts: name it like …_20261001-20261031, "
                "or add --period 2026-10-01..2026-10-31",
            )
        about = replace(about, period=named or given)
    if any(export.of_one_product for export in exports):
        product = judging.product_in(path.name)
        if not product:
            raise FileRefused(
                path, "lists the creators of one product, but its name lacks the product's id"
            )
        about = replace(about, product_id=product)
    return about


def _judge(path: Path, table: FoundTable, about: Circumstances, told: Told | None) -> _Judged:
    """The table's records, rejected rows and warnings; FileRefused for what all rows show."""
    header, export = table.header, table.header.export
    rows = table.rows[1:] if table.rows and explains(header, table.rows[0][1]) else table.rows
    order = judging.order_of_file(header, (row for _, row in rows), about.period)
    if order.refused_because:
        raise FileRefused(path, order.refused_because)
    how = Reading(about.currency, order.month_first)
    parsed: list[Record | Rejection] = []
    for number, row in rows:
        parsed.append(parse_row(header, row, number, how))
        if told and len(parsed) % TOLD_EVERY == 0:
            told(len(parsed), len(rows))
    records = [derived(export, one, about) for one in parsed if isinstance(one, Record)]
    if zeros := judging.refused_for_zeros(export, records):
        raise FileRefused(path, zeros)
    kept, repeated = judging.without_repeats(export, records, KEPT[export.store].key)
    rejected = [*(one for one in parsed if isinstance(one, Rejection)), *repeated]
    warnings = judging.warnings_of(export, records, len(rows))
    if order.warning:
        warnings.append(order.warning)
    return _Judged(export, kept, _named(table, rejected), _worded(table, warnings))


def _named(table: FoundTable, rejected: Sequence[Rejection]) -> list[Rejection]:
    """The rejections in their order, naming the sheet where there may be several."""
    sheet = f"sheet {table.sheet!r}: " if table.sheet else ""
    return [
        replace(bad, reason=sheet + bad.reason) for bad in sorted(rejected, key=lambda b: b.row)
    ]


def _worded(table: FoundTable, warnings: Sequence[str]) -> list[str]:
    return [f"Sheet {table.sheet!r}: {text}" if table.sheet else text for text in warnings]


def _publish(
    ledger: Ledger,
    ident: Import,
    path: Path,
    about: Circumstances,
    judged: Sequence[_Judged],
) -> ExportReport:
    published = Published()
    with ledger.reading() as connection:
        hidden = forgotten(connection, ident.base)
    # What takes long is done before all other writers have to wait.
    tables = [_rows(ident, one, hidden) for one in judged]
    with ledger.writing() as connection:
        if forgotten(connection, ident.base) != hidden:
            raise NotDone(f"{path.name}: a creator was forgotten meanwhile; import it again.")
        for one, rows in zip(judged, tables, strict=True):
            published += publish(connection, ident, one.export.store, rows)
        rejected = tuple(bad for one in judged for bad in one.rejected)
        report = ExportReport(
            file_name=path.name,
            sha256=ident.sha256,
            shop=ident.shop,
            exports=tuple(one.export.title for one in judged),
            period=f"{about.period.since}..{about.period.until}" if about.period else "",
            new=published.new,
            changed=published.changed,
            unchanged=published.unchanged,
            kept=published.kept,
            rejected=rejected,
            rejected_in_all=len(rejected),
            needs_review=_review(judged),
            warnings=tuple(text for one in judged for text in one.warnings),
        )
        connection.execute(insert(IMPORTS).values(**_remembered(ident, report)))
    return report


def _rows(ident: Import, one: _Judged, hidden: Forgotten) -> list[Row]:
    return rows_of(ident, one.export, one.records, hidden)


def _review(judged: Sequence[_Judged]) -> dict[str, int]:
    """By status nobody has seen before, how many rows have it."""
    counts: dict[str, int] = {}
    for record in (record for one in judged for record in one.records):
        if record.text("status") == LineStatus.NEEDS_REVIEW.value:
            raw = record.text("raw_status")
            counts[raw] = counts.get(raw, 0) + 1
    return counts


def _remembered(ident: Import, report: ExportReport) -> dict[str, object]:
    said = replace(report, rejected=report.rejected[:MOST_REMEMBERED])
    return {
        "id": ident.id,
        "base": ident.base,
        "shop": ident.shop,
        "at": ident.at,
        "file_name": report.file_name,
        "sha256": report.sha256,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "kept": report.kept,
        "rejected": report.rejected_in_all,
        "report": json.dumps(asdict(said), ensure_ascii=False),
    }
