"""Text files of exports: which encoding and delimiter they have, and their rows.

Only what can be read without guessing is read: UTF-8 and UTF-16, with and without their mark.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from worker.imports.refusing import FileRefused

DELIMITERS = ",;\t"
_HEAD = 1 << 16
_SNIFFED_LINES = 12
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class TextShape:
    """How a text file is written."""

    encoding: str
    delimiter: str


def shape_of(path: Path) -> TextShape:
    """The file's encoding and delimiter; FileRefused if its beginning is no text we read."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRefused(path, "is UTF-32 text; save it as CSV UTF-8")
    encoding = next((name for bom, name in _BOMS.items() if head.startswith(bom)), "")
    encoding = encoding or _unmarked(head)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(head)
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    return TextShape(encoding, _delimiter(text))


def text_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number a spreadsheet shows for it, empty rows left out."""
    shape = shape_of(path)
    with path.open(encoding=shape.encoding, newline="") as file:
        yield from split_rows(path, file, shape.delimiter)


def split_rows(
    path: Path, lines: Iterator[str], delimiter: str, number: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """The rows of the lines, numbered on from `number`; FileRefused if a quote is not closed."""
    reader = csv.reader(_textual(path, lines), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start=number + 1):  # noqa: B020, PLR1704 - told below
            if any(cell.strip() for cell in row):
                yield number, row
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except csv.Error as error:
        raise FileRefused(
            path, f"cannot be read as csv after row {number} ({error}): is a quote not closed?"
        ) from error


def not_utf8(path: Path) -> FileRefused:
    """The refusal of bytes that are no UTF-8, mostly those of an old Windows code page."""
    return FileRefused(path, "is not UTF-8 text (an old Windows code page?); save it as CSV UTF-8")


def _textual(path: Path, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if "\x00" in line:
            raise FileRefused(path, "is not text; export it again as CSV or .xlsx")
        yield line


def _unmarked(head: bytes) -> str:
    """UTF-16 without its mark has a zero in every other byte of western text."""
    sample = head[:256]
    half = len(sample) // 2
    for encoding, place in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = sample[place::2].count(0)
        if half and zeros * 10 > half * 8 and not sample[1 - place :: 2].count(0):
            return encoding
    return "utf-8"


def _delimiter(text: str) -> str:
    """What splits some first line into most cells; tabs glued to cells never win over commas."""
    lines = text.splitlines()[:_SNIFFED_LINES]

    def cells(delimiter: str) -> int:
        rows = csv.reader(lines, delimiter=delimiter)
        try:
            return max((sum(map(_says_something, row)) for row in rows), default=0)
        except csv.Error:
            return 0

    return max(DELIMITERS, key=cells)


def _says_something(cell: str) -> bool:
    return any(map(str.isalnum, cell))
