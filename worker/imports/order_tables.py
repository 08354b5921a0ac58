"""Finding the table in an order file: which sheet, below which header; then its lines in frames.

The frames are read one ahead in a thread, while the one before is being staged.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from schemas import order_columns as columns
from schemas.order_columns import WrongHeader, clean, match_header, unknown_columns
from schemas.shops import Shop
from worker.imports.bulk_lines import Layout, LineReader, Lines
from worker.imports.evidence import Evidence
from worker.imports.raw_rows import RawRows, Table, sheet_frames, text_frames, unmarked
from worker.imports.reading import FileRefused, is_workbook, sheets

_HEADER_WITHIN = 12  # rows; some workbooks begin with a title


@dataclass(frozen=True, slots=True)
class OrderTable:
    """The order lines of a file; `size` is what `RawRows.done` counts up to, 0 if unknown."""

    path: Path
    layout: Layout
    frames: Iterator[RawRows]
    size: int


def find_table(path: Path) -> OrderTable:
    """The table of the first sheet that has such a header; FileRefused if none has."""
    wrong: list[WrongHeader] = []
    for sheet in sheets(path):
        for number, header in islice(sheet.rows, _HEADER_WITHIN):
            at = match_header(header)
            if isinstance(at, WrongHeader):
                wrong.append(at)
                continue
            layout = Layout(at, unknown_columns(header))
            width, needed = len(header), max(at.values()) + 1
            table = Table(path, number, width, layout.places, needed)
            if is_workbook(path):
                return OrderTable(path, layout, sheet_frames(table, sheet.rows), 0)
            return OrderTable(path, layout, text_frames(table), path.stat().st_size)
    if not wrong:
        raise FileRefused(path, "is empty")
    raise FileRefused(path, max(wrong, key=lambda header: header.known).why)


class LinesOf:
    """The lines of a table, frame by frame; `evidence` is what was seen of it so far."""

    def __init__(self, table: OrderTable, shop: Shop) -> None:
        self._table = table
        self._reader = LineReader(table.layout, shop)
        self.evidence = Evidence(table.path, self._reader.times)

    @property
    def size(self) -> int:
        """What is counted up to while lines are read; 0 if unknown."""
        return self._table.size

    def __iter__(self) -> Iterator[tuple[Lines, int]]:
        """Each frame's lines, and how much was read by then; FileRefused as soon as it shows."""
        for found, done in _ahead(self._lines()):
            self.evidence.take(found)
            yield found, done

    def _lines(self) -> Iterator[tuple[Lines, int]]:
        for place, raw in enumerate(self._table.frames):
            rows = raw if place else _without_prose(raw, self._table.layout)
            read = self._reader.read(rows)
            self.evidence.look(read)
            yield self._reader.lines(read), rows.done


def _ahead(found: Iterator[tuple[Lines, int]]) -> Iterator[tuple[Lines, int]]:
    with ThreadPoolExecutor(1, thread_name_prefix="reading") as pool:
        coming = pool.submit(next, found, None)
        while (this := coming.result()) is not None:
            coming = pool.submit(next, found, None)
            yield this


def _without_prose(raw: RawRows, layout: Layout) -> RawRows:
    """The frame without a first row in which Seller Center explains its columns."""
    if not raw.cells.height or not _explains(raw.cells.row(0)[1:], layout):
        return raw
    return replace(raw, cells=raw.cells.slice(1))


def _explains(cells: Sequence[str], layout: Layout) -> bool:
    said = dict(zip(layout.places, cells, strict=True))
    words = [
        clean(unmarked(said[layout.at[c]])) for c in (columns.ORDER_ID, columns.PAYMENT_AMOUNT)
    ]
    return not any(character.isdigit() for word in words for character in word)
