"""Files in the layouts of TikTok's other exports, for tests: text forms as TikTok writes them."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from schemas.exports.declaring import Column, Export, Reads
from schemas.exports.recognising import EXPORTS
from tests.builders_workbooks import write_workbook

CREATORS = ("maria.santos", ".doglover1151", "1.silly.girl", "____lizzzz____", "ana_makes")
_USUAL: Mapping[Reads, str] = {
    Reads.TEXT: "Glow Serum, 30 ml",
    Reads.MONEY: "$1,234.50",
    Reads.SIGNED: "-12.30",
    Reads.COUNT: "1,204",
    Reads.PERCENT: "5.93%",
    Reads.DAY: "2026-10-14",
    Reads.CURRENCY: "USD",
}
# Where one field is not like all others of its kind.
_FIELDS: Mapping[str, str] = {
    "gmv": "$100.00",
    "live_gmv": "$10.00",
    "video_gmv": "$85.50",
    "card_gmv": "$4.50",
    "aov": "$20.00",
    "flat_fee": "--",
    "raw_status": "Settled",
    "ordered_on": "14/10/2026 09:30:00",
    "settled_on": "2026/10/25",
    "revenue": "25.00",
    "settlement_amount": "18.40",
    "product_id": "1729382256910270001",
    "type": "Order",
    "fully_returned": "No",
}


def export_named(name: str) -> Export:
    """The declaration of that name."""
    return next(export for export in EXPORTS if export.name == name)


def a_cell(column: Column, number: int) -> str:
    """A cell of row `number`, as TikTok writes it in a US shop."""
    if column.reads is Reads.HANDLE:
        return CREATORS[number % 5] if number < 5 else f"creator_{number}"
    if column.reads is Reads.LINK:
        return (
            f"https://www.tiktok.com/@{CREATORS[number % 5]}/video/{7301234567890120000 + number}"
        )
    if column.field in _FIELDS:
        return _FIELDS[column.field]
    if column.reads in {Reads.ID, Reads.REFERENCE}:
        return str(576460752303420000 + number)
    return _USUAL[column.reads]


def a_row(export: Export, number: int = 1, **changes: str) -> dict[str, str]:
    """A row by header as TikTok writes it today; `changes` by field."""
    row = {column.names[0]: a_cell(column, number) for column in export.columns}
    if export.subject == "product":
        row[export.column("product_id").names[0]] = str(1729382256910270000 + number)
    return row | {export.column(field).names[0]: value for field, value in changes.items()}


def header_of(export: Export) -> list[str]:
    """The export's header as TikTok writes it today."""
    return [column.names[0] for column in export.columns]


def table_of(
    export: Export, rows: Sequence[Mapping[str, str]], header: Sequence[str] = ()
) -> list[list[str]]:
    """Header and rows as lists of cells; `header` may reorder or leave out columns."""
    names = list(header) or header_of(export)
    return [names, *([row.get(name, "x") for name in names] for row in rows)]


def csv_of(table: Sequence[Sequence[str]]) -> str:
    """The table as the text of a csv file."""
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue()


def write_csv(path: Path, table: Sequence[Sequence[str]]) -> Path:
    """Write the table as csv with a byte order mark, and give back the path."""
    path.write_text(csv_of(table), encoding="utf-8-sig", newline="")
    return path


def write_profit_and_loss(path: Path, orders: int = 2, adjustments: int = 2) -> Path:
    """A profit/loss workbook: Orders with its header in row 6, Adjustment in row 4."""
    sold, changed = export_named("profit and loss orders"), export_named(ADJUSTMENTS)
    title = [["Profit/loss statement"], ["Shop: Glow US"], ["2026-10"]]
    rows = [
        a_row(
            sold, n, statement_id="7300000000000000001", settled_on="20261025", paid_on="20261014"
        )
        for n in range(orders)
    ]
    sides = ("Net earnings balance", "Net earnings deduction")  # a pair shares one id
    paired = [
        a_row(changed, n // 2, type=sides[n % 2], settled_on="20261025", ordered_on="20261020")
        for n in range(adjustments)
    ]
    return write_workbook(
        path,
        {
            "Orders": [*title, ["Currency: USD"], ["Notes"], *table_of(sold, rows)],
            "Adjustment": [*title, *table_of(changed, paired)],
            "Order payment info": [["Order ID", "Paid with"], ["1", "card"]],
        },
    )


ADJUSTMENTS = "profit and loss adjustments"
