"""Invented order files of any size in the seller's layout, the same bytes each time."""

import csv
import random
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from xml.sax.saxutils import escape

from schemas.order_columns import COLUMNS

CREATORS = 20_000
DAYS = 123  # July to October
_FIRST_DAY = datetime(2026, 7, 1)  # noqa: DTZ001 - on the shop's clock
_PRODUCTS = tuple(
    (
        str(1729382256910270000 + n),
        str(1729382256910280000 + n),
        f'"Glow {kind}, {size} ml"' if n % 2 else f"Glow {kind} {size} ml refill",
        900 + 137 * n,
    )
    for n, (kind, size) in enumerate(
        (kind, size)
        for kind in ("Serum", "Cleanser", "Night Cream", "Vitamin C Toner", "Lip Oil", "Mask")
        for size in (15, 30, 50, 100, 150, 200)
    )
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_LINK = '<Relationship Id="rId1" Type="{}" Target="{}"/>'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    + _LINK.format(f"{_DOCUMENT}/officeDocument", "xl/workbook.xml")
    + "</Relationships>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    + _LINK.format(f"{_DOCUMENT}/worksheet", "worksheets/sheet1.xml")
    + "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
    '<sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>',
}
_CONTENT = ("Video", "Video", "Video", "Livestream", "Showcase")
_RATES = (10, 12, 15, 20)


def write_order_file(path: Path, lines: range, *, later: bool = False) -> Path:
    """Write those lines; a `later` download has settled half of what was pending before."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(",".join(COLUMNS) + "\n")
        file.writelines(order_rows(lines, later=later))
    return path


def write_order_workbook(path: Path, lines: range) -> Path:
    """Write those lines as an .xlsx of one sheet with inline strings."""
    letters = [chr(65 + n) if n < 26 else f"A{chr(65 + n - 26)}" for n in range(len(COLUMNS))]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, text in _PARTS.items():
            packed.writestr(name, text)
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            rows = csv.reader(order_rows(lines, later=False))
            for number, row in enumerate(chain([COLUMNS], rows), start=1):
                cells = "".join(
                    f'<c r="{letter}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
                    for letter, cell in zip(letters, row, strict=True)
                    if cell
                )
                sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
    return path


def order_rows(lines: range, *, later: bool) -> Iterator[str]:
    """The rows of those lines as csv text."""
    for number in lines:
        yield _row(number, random.Random(number), later=later)


def _row(number: int, dice: random.Random, *, later: bool) -> str:
    product, sku, name, price = _PRODUCTS[int(dice.random() * len(_PRODUCTS))]
    paid = price - int(dice.random() * 0.3 * price)
    rate = _RATES[int(dice.random() * 4)]
    created = _FIRST_DAY + timedelta(seconds=int(dice.random() * DAYS * 86_400))
    fate, settles_later = dice.random(), dice.random() < 0.5
    status, base = _status(fate, later=later and settles_later, paid=paid)
    settled = status == "Settled"
    commission = "--" if base is None else _money(base * rate // 100)
    delivered = created + timedelta(days=4, seconds=number % 50_000)
    when = [created, created + timedelta(seconds=70), delivered, delivered + timedelta(days=15)]
    shown = [moment.strftime("%d/%m/%Y %H:%M:%S") for moment in when]
    ads = _money(base * 5 // 100) if base is not None and number % 5 == 0 else "--"
    return ",".join(
        (
            str(576460752303423500 + number), product, name, sku, _money(price), _money(paid),
            "USD", "1", "Yes" if fate > 0.97 else "No", "Credit card", status,
            f"creator.{int(dice.random() ** 2 * CREATORS):05d}", _CONTENT[number % 5],
            str(7301234567890000000 + number // 7), "Fixed commission", f"{rate}%",
            _money(paid), _money(paid * rate // 100), "--" if base is None else _money(base),
            commission, "5%" if number % 5 == 0 else "--",
            _money(paid * 5 // 100) if number % 5 == 0 else "--", ads, "--", "--",
            shown[0], shown[1], shown[2], shown[3] if settled else "", "TikTok\n",
        )
    )  # fmt: skip


def _status(fate: float, *, later: bool, paid: int) -> tuple[str, int | None]:
    """The status, and the actual commission base in cents (None while it is unknown)."""
    if fate < 0.7 or (fate < 0.9 and later):
        return "Settled", paid
    if fate < 0.9:
        return "Completed", None
    return "Ineligible", 0


def _money(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"
