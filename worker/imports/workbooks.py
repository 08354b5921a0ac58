"""Excel workbooks of exports, read by calamine: sheets of text that remember what was no text.

What would eat the machine (zip bombs, a stray cell at the far corner) is refused before that.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from schemas.workbook_cells import DateCell, NumberCell
from worker.imports.refusing import FileRefused

MOST_UNPACKED = 1 << 30  # bytes; a million rows are better exported as csv
_CHUNK = 1 << 20
_TAIL = 32  # longer than any cell reference, so that none is cut in two
# Columns after IV, the 256th, which no export has; and rows of six digits. Written so that they
# begin with plain octets: that is six times as fast.
_FAR_COLUMN = re.compile(rb'r="(?:[A-Z]{3}|I[W-Z]|[J-Z][A-Z])[0-9]')
_FAR_ROW = re.compile(rb'r="[A-Z]*([0-9]{6,})"')
_CONTROL = re.compile("[\x00-\x08]")  # no text has them; an escape of XML may bring them in
_EXACT = 10**15  # a double shows 15 digits truly
Value = str | int | float | bool | date | datetime | time | timedelta


def open_workbook(path: Path) -> CalamineWorkbook:
    """The workbook; FileRefused if it is broken, locked, or would not fit into memory."""
    if zipfile.is_zipfile(path) or _begins_as_zip(path):
        _refuse_bombs(path)
    with _trouble(path, "is an Excel workbook that cannot be opened"), path.open("rb") as file:
        return CalamineWorkbook.from_filelike(file)


def workbook_rows(
    path: Path, workbook: CalamineWorkbook, name: str
) -> Iterator[tuple[int, list[str]]]:
    """The sheet's rows with the number Excel shows for each, empty rows left out."""
    with _trouble(path, f"has a broken sheet {name!r}"):
        sheet = workbook.get_sheet_by_name(name)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [cell if type(cell) is str else _text(cell) for cell in row]
        if _CONTROL.search("".join(cells)):
            cells = [_CONTROL.sub("", cell) if type(cell) is str else cell for cell in cells]
        if any(cell.strip() for cell in cells):
            yield number, cells


@contextmanager
def _trouble(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except PasswordError as error:
        raise FileRefused(path, "is locked by a password; save it without one") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused(path, f"{what} ({error}); export it again as CSV") from error
    except BaseException as error:
        # A bug in the parser below arrives as an exception that is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefused(path, f"{what}; export it again as CSV") from error


def _text(cell: Value) -> str:
    match cell:
        case bool():
            return str(cell).upper()
        case int() | float():
            return NumberCell(_shown(cell))
        case datetime():
            return DateCell((cell + timedelta(milliseconds=500)).strftime("%d/%m/%Y %H:%M:%S"))
        case date():
            return DateCell(cell.strftime("%d/%m/%Y 00:00:00"))
        case _:
            return str(cell)


def _shown(number: float) -> str:
    if float(number).is_integer() and abs(number) < _EXACT:
        return str(int(number))
    return f"{number:.15g}"


def _begins_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _refuse_bombs(path: Path) -> None:
    """Read every part once: whole, small enough, and with its cells close together."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if "xl/workbook.xml" not in packed.namelist():
                raise FileRefused(path, "is a zip archive but no .xlsx; unpack or export it as CSV")
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise FileRefused(
                    path,
                    f"unpacks to more than {MOST_UNPACKED >> 20} MB; export it as CSV instead",
                )
            for part in parts:
                _look_through(path, packed, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise FileRefused(
            path, f"is a damaged or cut Excel workbook ({error}); download it again"
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise FileRefused(path, f"is packed in a way nobody reads ({error})") from error


def _look_through(path: Path, packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    is_sheet = part.filename.startswith("xl/worksheets/")
    rows, tail = 0, b""
    with packed.open(part) as file:
        while chunk := file.read(_CHUNK):
            if not is_sheet:
                continue
            seen = tail + chunk
            if b"r='" in seen:
                seen = seen.replace(b"'", b'"')
            rows += chunk.count(b"<row")
            far = _FAR_ROW.search(seen)
            if _FAR_COLUMN.search(seen) or (far and int(far[1]) > 10 * rows):
                raise FileRefused(
                    path, "has a cell far away from all others; delete it, or export as CSV"
                )
            tail = chunk[-_TAIL:]
