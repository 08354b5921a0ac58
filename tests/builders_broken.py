"""A seeded mutator of export files: what spreadsheets, networks and people do to them."""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from schemas.exports.declaring import Store
from schemas.exports.recognising import EXPORTS
from schemas.order_columns import COLUMNS
from tests.builders_exports import a_row, csv_of, table_of, write_profit_and_loss
from tests.builders_orders import an_order, pending
from tests.builders_workbooks import write_workbook

Cells = list[list[str]]
OfCells = Callable[[random.Random, Cells], Cells]
OfBytes = Callable[[random.Random, bytes], bytes]
ROWS = 8
# Digits that are none to a bank: Arabic, full-width, reversed, double-struck, fractions, Roman.
_SCRIPTS = ("\u0663\u0664", "\uff11\uff12", "\u202e12", "\U0001d7d9", "\ufffd", "\xbd", "\u216b")


def valid_tables() -> dict[str, Cells]:
    """A small valid file of every kind, as cells, by file name."""
    orders = [an_order(n) if n % 3 else pending(n) for n in range(1, ROWS + 1)]
    tables = {
        f"affiliate_orders{suffix}": [list(COLUMNS), *([o[c] for c in COLUMNS] for o in orders)]
        for suffix in (".csv", ".xlsx")
    }
    for export in EXPORTS:
        if export.store in {Store.METRICS, Store.ORDERS, Store.SETTLEMENTS}:
            name = f"{export.name} 1729382256910270009_20261001-20261031"
            rows = [a_row(export, n) for n in range(ROWS)]
            for suffix in (".csv", ".xlsx"):
                tables[name + suffix] = table_of(export, rows)
    return tables


def write(path: Path, table: Cells) -> bytes:
    """The table as the file its name says, as bytes."""
    if path.suffix == ".xlsx":
        return write_workbook(path, {"Sheet1": table}).read_bytes()
    return csv_of(table).encode("utf-8-sig")


def profit_and_loss(folder: Path) -> bytes:
    """A valid workbook of two sheets, as bytes."""
    return write_profit_and_loss(folder / "valid.xlsx", ROWS, ROWS).read_bytes()


def _everywhere(spoil: Callable[[random.Random, str], str], share: float = 0.2) -> OfCells:
    def spoilt(dice: random.Random, table: Cells) -> Cells:
        return [
            table[0],
            *([spoil(dice, c) if dice.random() < share else c for c in row] for row in table[1:]),
        ]

    return spoilt


def _columns(
    change: Callable[[random.Random, list[list[str]]], Sequence[Sequence[str]]],
) -> OfCells:
    def changed(dice: random.Random, table: Cells) -> Cells:
        columns = [list(column) for column in zip(*table, strict=True)]
        return [list(row) for row in zip(*change(dice, columns), strict=True)]

    return changed


def _swapped(dice: random.Random, columns: Cells) -> Cells:
    """The contents of two columns under each other's header."""
    one, other = dice.sample(range(len(columns)), 2)
    columns[one][1:], columns[other][1:] = columns[other][1:], columns[one][1:]
    return columns


def _renamed(dice: random.Random, columns: Cells) -> Cells:
    for column in dice.sample(columns, 2):
        column[0] = dice.choice([column[0] + " v2", column[0][::-1], "", "GMV", "=A1"])
    return columns


def _duplicated(dice: random.Random, columns: Cells) -> Cells:
    return [*columns, dice.choice(columns)]


def _dropped(dice: random.Random, columns: Cells) -> Cells:
    return dice.sample(columns, len(columns) - dice.randint(1, 4))


def _is_date(cell: str) -> bool:
    return cell.count("/") == 2 or cell.count("-") == 2


def _ragged(dice: random.Random, table: Cells) -> Cells:
    return [
        table[0],
        *(row[: dice.randint(0, len(row))] if dice.random() < 0.4 else [*row, *row[:3]]
          for row in table[1:]),
    ]  # fmt: skip


OF_CELLS: Mapping[str, OfCells] = {
    "swapped columns": _columns(_swapped),
    "renamed columns": _columns(_renamed),
    "a repeated column": _columns(_duplicated),
    "missing columns": _columns(_dropped),
    "rows of other widths": _ragged,
    "formulas": _everywhere(lambda dice, c: dice.choice("=+-@\t") + "HYPERLINK(1)" + c),
    "quotes": _everywhere(lambda dice, c: dice.choice(['"', "''", '";"', c + '"', '"' + c])),
    "huge numbers": _everywhere(lambda dice, _: dice.choice("19") * dice.randint(18, 400)),
    "ids as a spreadsheet shows them": _everywhere(
        lambda _, c: f"{float(c):.5E}" if c.isdigit() and len(c) > 12 else c, 1.0
    ),
    "dates of two orders": _everywhere(
        lambda dice, c: dice.choice(["10/25/2026", "25/10/2026 10:00:00"]) if _is_date(c) else c,
        0.9,
    ),
    "another locale": _everywhere(
        lambda _, c: "1.234,56 €" if "." in c and any(map(str.isdigit, c)) else c, 0.5
    ),
    "cells of 10,000 characters": _everywhere(lambda dice, _: dice.choice("a9,$é") * 10_000, 0.02),
    "words for numbers": _everywhere(
        lambda dice, _: dice.choice(["NaN", "Infinity", "None", "#REF!", "true", "0x1F", "1e400"])
    ),
    "other scripts": _everywhere(
        lambda dice, _: dice.choice(_SCRIPTS)
    ),
    "unknown everywhere": _everywhere(lambda dice, _: dice.choice(["--", "-", "N/A", ""]), 0.6),
    "a header and no rows": lambda _, table: table[:1],
    "rows and no header": lambda _, table: table[1:],
    "nothing at all": lambda *_: [[""]],
    "one row again and again": lambda dice, table: [*table, *dice.choices(table, k=20)],
    "a title above the header": lambda _, table: [["Report"], ["Shop", "Glow US"], *table],
}  # fmt: skip


def _flipped(dice: random.Random, content: bytes) -> bytes:
    flipped = bytearray(content)
    for _ in range(dice.randint(1, 40)):
        flipped[dice.randrange(len(flipped))] = dice.randrange(256)
    return bytes(flipped)


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")


def _pierced(dice: random.Random, content: bytes) -> bytes:
    place = dice.randrange(len(content))
    return content[:place] + b"\x00" + content[place:]


OF_BYTES: Mapping[str, OfBytes] = {
    "cut": lambda dice, content: content[: dice.randrange(len(content))],
    "flipped bytes": _flipped,
    "a NUL": _pierced,
    "an open quote": lambda dice, content: content + b'"576,' * dice.randint(1, 3),
    "an old code page": lambda _, content: (
        _text(content).replace("a", "é").encode("cp1252", "replace")
    ),
    "UTF-16": lambda _, content: _text(content).encode("utf-16"),
    "UTF-16 unmarked": lambda _, content: _text(content).encode("utf-16-be"),
    "UTF-32": lambda _, content: _text(content).encode("utf-32"),
    "semicolons": lambda _, content: content.replace(b",", b";"),
    "the file twice": lambda _, content: content + content,
    "a web page": lambda *_: b"<!DOCTYPE html><html><body>Log in, please</body></html>",
    "old line ends": lambda _, content: content.replace(b"\r\n", b"\r"),
    "a broken zip": lambda dice, content: b"PK\x03\x04" + content[dice.randrange(30) :],
}  # fmt: skip
