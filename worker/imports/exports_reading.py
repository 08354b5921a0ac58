"""The tables of an export file: which sheets are which export, and their rows.

A sheet is recognised by its header, which may stand below a title; sheets that resemble no export
are left alone, one that is a changed export refuses the file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from schemas.exports.declaring import Store
from schemas.exports.recognising import NEAR, Header, NoExport, recognise
from schemas.order_columns import WrongHeader, clean, match_header
from worker.imports.reading import FileRefused, Sheet, sheets

MOST_ROWS = 200_000  # of one file; they are held in memory until it is published
TOLD_EVERY = 1_000
_FIRST = 15  # filled rows in which a header is looked for
_FEWEST = 2  # filled cells of a header
_CHANGED = 0.75  # so near, a sheet is a changed export and none of a workbook's other sheets
_SELLERS = "holds the seller's orders beside another export; save them as a file of their own"
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A sheet that is an export: its header, and its rows as a spreadsheet numbers them."""

    sheet: str
    header: Header
    rows: Sequence[tuple[int, Sequence[str]]]


def is_sellers(path: Path) -> bool:
    """Whether the file is, or resembles, the seller's orders, which are read elsewhere."""
    for sheet in sheets(path):
        rows = [row for _, row in _beginning(sheet.rows)]
        if any(not isinstance(match_header(row), WrongHeader) for row in rows):
            return True
        _, found = _header_of(rows)
        export = found.export if isinstance(found, Header) else found.nearest
        if export is not None and (isinstance(found, Header) or found.near >= NEAR):
            return export.store is Store.LINES
    return False


def read_tables(path: Path, told: Told | None = None) -> list[FoundTable]:
    """The tables of the file; FileRefused if it has none, or one whose columns have changed.

    `told` hears how many rows were read; their number is not known before, so it is told as 0.
    """
    tables: list[FoundTable] = []
    unknown: list[NoExport] = []
    left = MOST_ROWS
    for sheet in sheets(path):
        beginning = _beginning(sheet.rows)
        place, found = _header_of([row for _, row in beginning])
        if isinstance(found, NoExport):
            if found.near >= _CHANGED:
                raise FileRefused(path, _in_sheet(sheet, found.why))
            unknown.append(found)
            continue
        sellers = _SELLERS if found.export.store is Store.LINES else ""
        if because := found.export.refused_because or sellers:
            raise FileRefused(path, _in_sheet(sheet, because))
        rows = beginning[place + 1 :]
        for numbered in sheet.rows:
            rows.append(numbered)
            if len(rows) > left:
                raise FileRefused(path, f"has more than {MOST_ROWS:,} rows; export shorter periods")
            if told and len(rows) % TOLD_EVERY == 0:
                told(MOST_ROWS - left + len(rows), 0)
        left -= len(rows)
        tables.append(FoundTable(sheet.name, found, rows))
    if not tables:
        raise FileRefused(path, _nearest(unknown))
    return tables


def _beginning(rows: Iterator[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    return list(islice(rows, _FIRST))


def _header_of(rows: Sequence[Sequence[str]]) -> tuple[int, Header | NoExport]:
    """Where the header stands among the first rows, and what it is of; the nearest, if of none."""
    best: tuple[int, Header | NoExport] = (0, NoExport("is empty", None, -1.0))
    for place, row in enumerate(rows):
        if sum(bool(clean(cell)) for cell in row) < _FEWEST:
            continue
        found = recognise(row)
        if isinstance(found, Header):
            return place, found
        if isinstance(best[1], NoExport) and found.near > best[1].near:
            best = (place, found)
    return best


def _in_sheet(sheet: Sheet, why: str) -> str:
    return f"(sheet {sheet.name!r}) {why}" if sheet.name else why


def _nearest(unknown: Sequence[NoExport]) -> str:
    best = max(unknown, key=lambda found: found.near, default=None)
    return best.why if best and best.near >= 0 else "has no header: it is no export that we know"
