"""A file's rows as frames of text, some thousands at a time, numbered as a spreadsheet shows them.

Lines of a text file that are certainly well-formed are split by polars, all others one by one by
Python's csv reader, which is what decides. What a cell means is read elsewhere.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from schemas.orders import Rejection
from schemas.workbook_cells import DateCell, NumberCell
from worker.imports.refusing import FileRefused
from worker.imports.text_files import TextShape, not_utf8, shape_of

ROW = "row_number"
_FIRST_BYTES = 1 << 16  # split by Python: the header is somewhere in it
_BLOCK_BYTES = 8 << 20
_BATCH_ROWS = 20_000
# Cells of a workbook that were no text; XML holds no such characters.
_MARKS: Mapping[type, str] = {NumberCell: "\x02", DateCell: "\x03"}
_NO_TEXT = ("\x00", *_MARKS.values())
_NEVER = (b"\r", b"\n\n", b"\x01", *(sign.encode() for sign in _NO_TEXT))
NumberedRow = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Where a file's table is: below which row, how wide, and in which places the wanted cells."""

    path: Path
    below: int
    width: int
    places: Sequence[int]
    needed: int  # cells that a row must have


@dataclass(frozen=True, slots=True)
class RawRows:
    """Some rows: `cells` has ROW and a text column per place, named after it; never null.

    `ragged` are rows of another width; `done` is how much of the file was read by then.
    """

    cells: pl.DataFrame
    ragged: Sequence[Rejection]
    done: int


def mark(cell: str) -> str:
    """The cell as text that still shows that a workbook held it as a number or a date."""
    return _MARKS.get(type(cell), "") + cell


def unmarked(text: str) -> str:
    """The cell that was marked so."""
    for kind, sign in _MARKS.items():
        if text.startswith(sign):
            cell: str = kind(text[1:])
            return cell
    return text


def sheet_frames(table: Table, rows: Iterator[NumberedRow]) -> Iterator[RawRows]:
    """The rows of a workbook's sheet; `done` counts rows."""
    done = 0
    while batch := list(islice(rows, _BATCH_ROWS)):
        done += len(batch)
        marked = [
            (number, [cell if type(cell) is str else mark(cell) for cell in row])
            for number, row in batch
        ]
        yield _framed(table, marked, done)


def text_frames(
    table: Table, *, first: int = _FIRST_BYTES, block: int = _BLOCK_BYTES
) -> Iterator[RawRows]:
    """The rows of a text file below its header; `done` counts bytes.

    It is read in blocks of so many bytes. FileRefused if it turns out not to be text, or a quote
    is not closed.
    """
    shape = shape_of(table.path)
    splitter = _Splitter(table, shape)
    carried = b""
    for read, done in _blocks(table.path, shape, (first, block)):
        whole = carried + read
        cut = whole.rfind(b"\n") + 1
        rows = splitter.split(whole[:cut], done, is_last=False) if cut else None
        carried = whole[cut:] if rows else whole
        if rows:
            yield rows
    if carried and (rows := splitter.split(carried, table.path.stat().st_size, is_last=True)):
        yield rows


def _blocks(path: Path, shape: TextShape, sizes: tuple[int, int]) -> Iterator[tuple[bytes, int]]:
    """The file as UTF-8 in blocks, and how many of its bytes were read by each block's end."""
    decoder = codecs.getincrementaldecoder(shape.encoding)()
    is_utf8 = shape.encoding.startswith("utf-8")
    size, done = sizes[0], 0
    with path.open("rb") as file:
        while block := file.read(size):
            size = sizes[1]
            if not is_utf8:
                block = _decoded(path, decoder, block)
            elif not done:
                block = block.removeprefix(codecs.BOM_UTF8)
            done = file.tell()
            yield block, done
    if not is_utf8:
        _decoded(path, decoder, b"", final=True)


def _decoded(
    path: Path, decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False
) -> bytes:
    try:
        return decoder.decode(block, final).encode()
    except UnicodeError as error:
        raise FileRefused(path, "is damaged UTF-16 text; download it again") from error


class _Splitter:
    """Splits blocks that begin where a row begins, and counts rows on."""

    def __init__(self, table: Table, shape: TextShape) -> None:
        self._table = table
        self._delimiter = shape.delimiter
        self._number = 0
        cell = rf'(?:[^"{re.escape(shape.delimiter)}]*|"(?:[^"]|"")*")'
        others = rf"(?:{re.escape(shape.delimiter)}{cell}){{{table.width - 1}}}"
        self._well_formed = f"^{cell}{others}$"

    def split(self, block: bytes, done: int, *, is_last: bool) -> RawRows | None:
        """The block's rows; None if its last row goes on after it."""
        if self._number >= self._table.below and self._table.width > 1:
            plain = self._plain(block)
            if plain is not None:
                return RawRows(plain, (), done)
        return self._careful(block, done, is_last=is_last)

    def _plain(self, block: bytes) -> pl.DataFrame | None:
        """The rows, if every line is a row of the header's width beyond doubt."""
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        if block.startswith(b"\n") or any(odd in block for odd in _NEVER):
            return None
        quote = '"' if b'"' in block else None
        places = [str(place) for place in self._table.places]
        try:
            lines = _read(block, separator="\x01", columns=[0], names=["line"])
            line = lines["line"]
            is_blank = line.str.strip_chars(f'{self._delimiter} \t"') == ""
            if is_blank.any() or not self._is_regular(line, quoted=quote is not None):
                return None
            cells = _read(
                block,
                separator=self._delimiter,
                quote=quote,
                columns=self._table.places,
                names=places,
            )
        except pl.exceptions.PolarsError:
            return None
        if cells.height != lines.height:
            return None
        first = self._number + 1
        self._number += cells.height
        numbers = pl.Series(ROW, range(first, self._number + 1), dtype=pl.UInt32)
        return cells.fill_null("").insert_column(0, numbers)

    def _is_regular(self, lines: pl.Series, *, quoted: bool) -> bool:
        if quoted:
            return bool(lines.str.contains(self._well_formed).fill_null(value=False).all())
        others = lines.str.count_matches(self._delimiter, literal=True)
        return bool((others == self._table.width - 1).fill_null(value=False).all())

    def _careful(self, block: bytes, done: int, *, is_last: bool) -> RawRows | None:
        path = self._table.path
        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            raise not_utf8(path) from error
        if any(sign in text for sign in _NO_TEXT):
            raise FileRefused(path, "is not text; export it again as CSV or .xlsx")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self._delimiter, strict=True)
        rows: list[NumberedRow] = []
        number = self._number
        try:
            for number, row in enumerate(reader, start=self._number + 1):
                if number > self._table.below and any(cell.strip() for cell in row):
                    rows.append((number, row))
        except csv.Error as error:
            if not is_last and "unexpected end" in str(error):
                return None
            raise FileRefused(
                path,
                f"cannot be read as csv after row {number} ({error}): is a quote not closed?",
            ) from error
        self._number = number
        return _framed(self._table, rows, done)


def _read(
    block: bytes,
    *,
    separator: str,
    columns: Sequence[int],
    names: Sequence[str],
    quote: str | None = None,
) -> pl.DataFrame:
    frame = pl.read_csv(
        block,
        separator=separator,
        quote_char=quote,
        has_header=False,
        infer_schema=False,
        columns=list(columns),
    )
    frame.columns = list(names)
    return frame


def _framed(table: Table, rows: Sequence[NumberedRow], done: int) -> RawRows:
    whole, ragged = [], []
    for number, row in rows:
        if len(row) < table.needed:
            ragged.append(Rejection(number, "", f"has {len(row)} cells, not {table.needed}"))
        elif any(cell.strip() for cell in row[table.width :]):
            ragged.append(Rejection(number, "", f"has {len(row)} cells, not {table.width}"))
        else:
            whole.append((number, row))
    columns: dict[str, pl.Series] = {
        ROW: pl.Series(ROW, [number for number, _ in whole], dtype=pl.UInt32)
    }
    widths = {len(row) for _, row in whole}
    # Where all rows are as wide, as in a workbook, turning them at once is much the quickest.
    turned = list(zip(*(row for _, row in whole), strict=True)) if len(widths) == 1 else []
    for place in table.places:
        cells: Sequence[str] = (
            turned[place]
            if place < len(turned)
            else [row[place] if place < len(row) else "" for _, row in whole]
        )
        columns[str(place)] = pl.Series(str(place), cells, dtype=pl.String)
    return RawRows(pl.DataFrame(columns), ragged, done)
