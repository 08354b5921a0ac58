"""Reading order files by whole columns gives what reading them row by row gives."""

import csv
import io
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from schemas.order_cells import minor_units
from schemas.order_columns import COLUMNS, WrongHeader, match_header, unknown_columns
from schemas.orders import OrderLine, Rejection, parse_line
from schemas.shops import Shop
from schemas.workbook_cells import NumberCell
from tests.builders_orders import an_order
from worker.imports.bulk_cells import plain_amounts
from worker.imports.bulk_lines import FRAME, TIMES, Layout, LineReader
from worker.imports.raw_rows import ROW, RawRows, Table, mark, text_frames
from worker.imports.reading import FileRefused

HEADER = [*(c for c in COLUMNS if c != "Platform"), "Tax - PIT", "Note"]
IDS = ["576460752303423501", "\t1729382256910280001 ", "5.7646E+17", "", "x", "\u200b12", "٣"]
MONEY = [
    "$25.00",
    "1,234.5",
    "--",
    "",
    "0",
    "-5",
    "35,91",
    "R$ 1.235,91",
    "120.000₫",
    "x",
    "\u00a01",
]
WHEN = [
    "14/10/2026 09:30:00", "01/11/2026 01:30:00", "08/03/2026 02:30:00", "31/02/2026 10:00:00",
    "1/2/2026 9:05", "14/10/2026", "29/02/2028 23:59:60", "14/10/1999 00:00:00", "", "--", "x",
    "25/10/2026 01:30:00", "29/03/2026 01:30:00", "04/10/2026 02:15:00", " 05/04/2026 02:59:59\t",
]  # fmt: skip
WORDS = {
    "Order ID": IDS, "SKU ID": IDS, "Product ID": IDS, "Content ID": IDS,
    "Currency": ["USD", "usd ", "GBP", ""], "Quantity": ["1", "0", "1.5", "--", "12 "],
    "Fully returned or refunded": ["Yes", "no", "Sim", "maybe"],
    "Order Status": ["Settled", "Pending", "Ineligible", "Odd", "", "Đã quyết toán"],
    "Creator Username": ["@Maria", "maria.santos", "", "a b", "https://x.y/@Ana?k=1"],
    "Standard commission rate": ["15%", "--", " 12  %"],
    "Tax - PIT": ["", "--", "1.5", 'a "quoted" \\ cell', "ấ\u0007"],
    "Note": ["", "two\twords", "x"],
}  # fmt: skip
DATES = ("Time Created", "Payment time", "Order Delivery Time", "Time Commission Paid")
ZONES = ["America/Los_Angeles", "Europe/London", "Asia/Ho_Chi_Minh", "Australia/Lord_Howe"]


def choices(column: str) -> st.SearchStrategy[str]:
    usual = st.just(an_order(1).get(column, "x"))
    odd = st.sampled_from(WORDS.get(column, WHEN if column in DATES else MONEY))
    in_workbook = st.floats(0, 1e18, allow_nan=False).map(lambda n: NumberCell(f"{n:.15g}"))
    return st.one_of(usual, usual, usual, odd, in_workbook)


order_rows = st.lists(st.tuples(*map(choices, HEADER)), min_size=1, max_size=12)
usual_rows = st.lists(
    st.tuples(*(choices(c) if c in DATES else st.just(an_order(1).get(c, "")) for c in HEADER)),
    min_size=1,
    max_size=12,
)


@given(rows=order_rows | usual_rows, zone=st.sampled_from(ZONES))
def test_what_is_read_by_columns_is_what_the_row_parser_reads(rows, zone):
    at, extra = match_header(HEADER), unknown_columns(HEADER)
    assert not isinstance(at, WrongHeader)
    shop = Shop("Glow", zone, "USD")
    layout = Layout(at, extra)
    cells = {ROW: pl.Series(range(2, len(rows) + 2), dtype=pl.UInt32)}
    cells |= {str(p): pl.Series([mark(row[p]) for row in rows]) for p in layout.places}
    reader = LineReader(layout, shop)

    found = reader.lines(reader.read(RawRows(pl.DataFrame(cells), (), 0)))

    parsed = [parse_line(at, row, n, shop, extra=extra) for n, row in enumerate(rows, 2)]
    assert list(found.rejected) == [bad for bad in parsed if isinstance(bad, Rejection)]
    assert found.lines.rows(named=True) == [
        expected(n, one) for n, one in enumerate(parsed, 2) if isinstance(one, OrderLine)
    ]


def expected(number: int, line: OrderLine) -> dict[str, object]:
    said = {name: getattr(line, name) for name in FRAME if name != ROW}
    said |= {name: said[name] and said[name].replace(tzinfo=None) for name in TIMES}
    return {ROW: number, **said, "status": line.status.value}


amounts = st.one_of(
    st.sampled_from(MONEY),
    st.from_regex(r"[$£]?[0-9]{1,4}([.,][0-9]{3}){0,4}([.,][0-9]{0,3})?[₫$]?", fullmatch=True),
)


@given(cells=st.lists(amounts, min_size=1), currency=st.sampled_from(["USD", "VND", "BRL", "IDR"]))
def test_an_amount_that_is_read_at_once_is_what_its_own_reader_reads(cells, currency):
    found = plain_amounts(pl.Series(cells, dtype=pl.String), currency)

    for cell, minor in zip(cells, found.to_list(), strict=True):
        assert minor is None or minor == minor_units(cell, currency)


texts = st.text(alphabet='ab," \r\n\u00e9', max_size=6)


@given(
    rows=st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=8),
    raw=st.none() | st.text(alphabet='ab,"\n\r', max_size=20),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_lines_split_at_once_are_the_rows_that_the_csv_reader_gives(rows, raw, quoting):
    out = io.StringIO()
    out.write("h1,h2,h3\n")
    csv.writer(out, quoting=quoting).writerows(rows)
    text = out.getvalue() + (raw or "")
    expected_rows = by_csv_reader(text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(text.encode())
        table = Table(path, 1, 3, (0, 1, 2), 3)
        # The first block is split with care; small blocks let the quick way see the rest.
        try:
            found = [row for part in text_frames(table, first=12, block=24) for row in seen(part)]
        except FileRefused:
            found = None

    assert found == expected_rows


def by_csv_reader(text: str) -> list[tuple[int, list[str]]] | None:
    """The rows below the header; no cells where there are not three; None if it is no csv."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return None
    return [
        (n, row[:3] if len(row) >= 3 and not any(map(str.strip, row[3:])) else [])
        for n, row in enumerate(rows, 1)
        if n > 1 and any(map(str.strip, row))
    ]


def seen(part: RawRows) -> list[tuple[int, list[str]]]:
    whole = [(row[0], list(row[1:])) for row in part.cells.rows()]
    return sorted([*whole, *((bad.row, []) for bad in part.ragged)])
