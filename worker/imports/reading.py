"""Opening an export: refuses what is not a csv file of text, and numbers rows as spreadsheets do.

What the columns mean is in `schemas.order_columns`; this module knows only files.
"""

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

from worker.errors import Misconfigured

_MAGIC = {
    b"PK\x03\x04": "is an Excel workbook (whatever its name says); save it as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook; save it as CSV UTF-8",
    b"\xff\xfe": "is UTF-16 text; save it as CSV UTF-8",
    b"\xfe\xff": "is UTF-16 text; save it as CSV UTF-8",
    b"%PDF": "is a PDF; export the orders as CSV",
}
_CHUNK = 1 << 20


class FileRefused(Misconfigured):
    """The whole file was refused and nothing of it stored; the text names it and why (exit 2)."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path.name} {why}. Nothing was imported.")


def sha256_of(path: Path) -> str:
    """The file's SHA-256; FileRefused if it is missing, empty or not text."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                _refuse_binary(path, chunk)
                digest.update(chunk)
    except OSError as error:
        raise FileRefused(path, f"cannot be read ({error.strerror})") from error
    if not path.stat().st_size:
        raise FileRefused(path, "is empty")
    return digest.hexdigest()


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number a spreadsheet shows for it, empty rows left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        number = 0
        try:
            for number, row in enumerate(reader, start=1):
                if any(cell.strip() for cell in row):
                    yield number, row
        except UnicodeDecodeError as error:
            raise FileRefused(path, "is not UTF-8 text; save it as CSV UTF-8") from error
        except csv.Error as error:
            raise FileRefused(
                path, f"cannot be read as csv after row {number} ({error}): is a quote not closed?"
            ) from error


def _refuse_binary(path: Path, chunk: bytes) -> None:
    for magic, why in _MAGIC.items():
        if chunk.startswith(magic):
            raise FileRefused(path, why)
    if b"\x00" in chunk:
        raise FileRefused(path, "is not text; export the orders as CSV again")
