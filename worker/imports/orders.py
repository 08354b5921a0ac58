"""Importing a seller's "Affiliate orders" file: read, stage, publish in one short transaction.

A file that is not one is refused whole; a row that cannot be trusted is rejected alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from secrets import token_hex

from sqlalchemy import func, insert, select

from schemas import order_columns as columns
from schemas.order_cells import is_unknown, minor_units, order_of
from schemas.order_columns import WrongHeader, clean, match_header
from schemas.orders import LineStatus, OrderLine, Rejection, parse_line, status_of
from schemas.parsing import BadCell
from schemas.shops import Shop
from worker.errors import NotDone
from worker.imports import staging
from worker.imports.reading import FileRefused, sha256_of, sheets
from worker.ledger.engine import Ledger
from worker.ledger.tables_money import IMPORTS, STAGED_LINES

_BATCH = 2_000  # rows staged per transaction, so that outreach waits milliseconds
_HEADER_WITHIN = 12  # rows; some workbooks begin with a title
_DATES = (columns.CREATED, columns.PAID, columns.DELIVERED, columns.SETTLED)
NumberedRow = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one file brought; rows are numbered as a spreadsheet shows them."""

    file_name: str
    sha256: str
    shop: str
    new: int
    changed: int
    unchanged: int
    kept: int
    rejected: tuple[Rejection, ...]
    needs_review: Mapping[str, int]
    warnings: tuple[str, ...]


@dataclass
class _Seen:
    """What is known of the whole file only after its last row."""

    rejected: list[Rejection] = field(default_factory=list)
    review: dict[str, int] = field(default_factory=dict)
    orders_of_dates: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, bool] = field(default_factory=dict)
    staged: int = 0


def import_orders(
    path: Path, shop: Shop, ledger: Ledger, now: datetime, *, base: str
) -> ImportReport:
    """Import the file's lines for `shop`; importing it again changes nothing.

    Raises FileRefused (nothing stored) for a file that is not a seller's affiliate orders.
    """
    sha = sha256_of(path)
    at, numbered = _header(path)
    started = f"{base}/{shop.name}/"
    ident = staging.Import(f"{started}{sha[:16]}/{token_hex(4)}", base, shop.name, now)
    with ledger.writing() as connection:
        staging.unstage(connection, started)
    seen = _Seen()
    try:
        _stage_all(ledger, ident, _parsed(numbered, at, shop, seen), seen)
        warnings = _judge_file(path, seen)
    except FileRefused:
        with ledger.writing() as connection:
            staging.unstage(connection, ident.id)
        raise
    return _publish(ledger, ident, path, sha, (seen, warnings))


def _header(path: Path) -> tuple[Mapping[str, int], Iterator[NumberedRow]]:
    """Where the columns stand, and the rows below; of the first sheet that has such a header."""
    wrong: list[WrongHeader] = []
    for sheet in sheets(path):
        for _, row in islice(sheet.rows, _HEADER_WITHIN):
            at = match_header(row)
            if not isinstance(at, WrongHeader):
                return at, sheet.rows
            wrong.append(at)
    if not wrong:
        raise FileRefused(path, "is empty")
    raise FileRefused(path, max(wrong, key=lambda header: header.known).why)


def _parsed(
    numbered: Iterator[NumberedRow], at: Mapping[str, int], shop: Shop, seen: _Seen
) -> Iterator[tuple[int, OrderLine]]:
    width = max(at.values()) + 1
    for place, (number, row) in enumerate(numbered):
        if place == 0 and _explains(row, at):
            continue
        if len(row) < width:
            seen.rejected.append(Rejection(number, "", f"has {len(row)} cells, not {width}"))
            continue
        _look(row, at, shop, seen)
        line = parse_line(at, row, number, shop)
        if isinstance(line, Rejection):
            seen.rejected.append(line)
            continue
        if line.status is LineStatus.NEEDS_REVIEW:
            seen.review[line.raw_status] = seen.review.get(line.raw_status, 0) + 1
        yield number, line


def _explains(row: list[str], at: Mapping[str, int]) -> bool:
    """Whether the first row is the prose with which Seller Center explains its columns."""
    words = [
        clean(row[at[c]]) for c in (columns.ORDER_ID, columns.PAYMENT_AMOUNT) if at[c] < len(row)
    ]
    return not any(character.isdigit() for word in words for character in word)


def _look(row: list[str], at: Mapping[str, int], shop: Shop, seen: _Seen) -> None:
    for column in _DATES:
        cell = row[at[column]] if column in at else ""
        proof = order_of(cell)
        if proof:
            seen.orders_of_dates.setdefault(proof, clean(cell))
    status = status_of(row[at[columns.STATUS]])
    watched = [columns.PAYMENT_AMOUNT]
    if status is not LineStatus.VOID:
        watched.append(columns.EST_BASE)
    if status is LineStatus.SETTLED:
        watched.append(columns.ACTUAL_BASE)
    for column in watched:
        has_value = seen.amounts.get(column, False) or _says_something(row[at[column]], shop)
        seen.amounts[column] = has_value


def _says_something(cell: str, shop: Shop) -> bool:
    if is_unknown(cell):
        return False
    try:
        return minor_units(cell, shop.currency) != 0
    except BadCell:
        return True


def _stage_all(
    ledger: Ledger,
    ident: staging.Import,
    parsed: Iterator[tuple[int, OrderLine]],
    seen: _Seen,
) -> None:
    while batch := dict(islice(parsed, _BATCH)):
        with ledger.writing() as connection:
            staging.stage(connection, ident, batch)
        seen.staged += len(batch)


def _judge_file(path: Path, seen: _Seen) -> tuple[str, ...]:
    """Refuse the file for what only all its rows together show; else the warnings."""
    month_first = seen.orders_of_dates.get("month")
    if month_first:
        other = seen.orders_of_dates.get("day")
        mixed = f" beside {other!r}: two orders of day and month in one file" if other else ""
        raise FileRefused(
            path, f"has dates that are not day-first, like {month_first!r}{mixed}; export it again"
        )
    for column, has_value in seen.amounts.items():
        if not has_value:
            raise FileRefused(
                path, f"has nothing but 0 or -- in {column!r}: the column was renamed or emptied"
            )
    if seen.staged and "day" not in seen.orders_of_dates:
        return ("No date has a day after the 12th, so nothing proves that dates are day-first.",)
    return ()


def _publish(
    ledger: Ledger,
    ident: staging.Import,
    path: Path,
    sha: str,
    found: tuple[_Seen, tuple[str, ...]],
) -> ImportReport:
    seen, warnings = found
    with ledger.writing() as connection:
        here = select(func.count()).where(STAGED_LINES.c.import_id == ident.id)
        if connection.execute(here).scalar_one() != seen.staged:
            raise NotDone(
                f"{path.name}: another import of {ident.shop} ran meanwhile; run it again."
            )
        repeats = staging.settle_repeats(connection, ident)
        published = staging.publish(connection, ident)
        rejected = tuple(sorted([*seen.rejected, *repeats], key=lambda bad: bad.row))
        report = ImportReport(
            file_name=path.name,
            sha256=sha,
            shop=ident.shop,
            new=published.new,
            changed=published.changed,
            unchanged=published.unchanged,
            kept=published.kept,
            rejected=rejected,
            needs_review=seen.review,
            warnings=warnings,
        )
        connection.execute(insert(IMPORTS).values(**_remembered(ident, report)))
    return report


def _remembered(ident: staging.Import, report: ImportReport) -> dict[str, object]:
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
        "rejected": len(report.rejected),
    }
