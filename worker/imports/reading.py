"""Opening an export, text or workbook: its sheets, and rows numbered as spreadsheets number them.

What the columns mean is in `schemas`; this module knows only files.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from worker.imports.refusing import FileRefused
from worker.imports.text_files import text_rows

__all__ = ["FileRefused", "Sheet", "is_workbook", "sha256_of", "sheets"]

_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_OTHERS = {
    b"%PDF": "is a PDF; export it as CSV or .xlsx",
    b"\x1f\x8b": "is compressed; unpack it first",
    b"\x89PNG": "is a picture; export it as CSV or .xlsx",
}
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file; a text file is one sheet without a name. Rows can be read once.

    A row is its number in the spreadsheet and its cells; empty rows are left out. Cells of a
    workbook that were no text are `NumberCell` or `DateCell`.
    """

    name: str
    rows: Iterator[tuple[int, list[str]]]


def sheets(path: Path) -> Iterator[Sheet]:
    """The file's sheets in their order; FileRefused, also while rows are read, if it is no file
    of text or workbook that can be read whole.
    """
    if not is_workbook(path):
        yield Sheet("", text_rows(path))
        return
    from worker.imports.workbooks import open_workbook, workbook_rows  # noqa: PLC0415 - seldom

    workbook = open_workbook(path)
    for name in workbook.sheet_names:
        yield Sheet(name, workbook_rows(path, workbook, name))


def is_workbook(path: Path) -> bool:
    """Whether the file is an Excel workbook, whatever its name says; FileRefused if unreadable."""
    head = _head(path)
    for magic, why in _OTHERS.items():
        if head.startswith(magic):
            raise FileRefused(path, why)
    return head.startswith(_WORKBOOKS)


def sha256_of(path: Path) -> str:
    """The file's SHA-256; FileRefused if it is missing, no file, or empty."""
    _head(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(_CHUNK)
    except OSError as error:
        raise FileRefused(path, f"cannot be read ({error.strerror})") from error
    if not head.strip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n"):
        raise FileRefused(path, "is empty")
    return head
