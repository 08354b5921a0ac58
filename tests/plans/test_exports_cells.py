"""What a cell of an export says, and what a whole file proves about its dates and days."""

from datetime import date

import pytest

from schemas.exports import judging
from schemas.exports.cells import Reading, read_cell
from schemas.exports.declaring import Reads
from schemas.exports.judging import Period
from schemas.exports.recognising import Header, recognise
from schemas.exports.rows import Record, explains, parse_row
from schemas.orders import Rejection
from schemas.parsing import BadCell
from schemas.workbook_cells import DateCell, NumberCell
from tests.builders_exports import a_row, export_named, header_of, table_of

US = Reading("USD")
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("reads", "cell", "value"),
    [
        (Reads.MONEY, "$1,234.56", 123456),
        (Reads.MONEY, "--", None),
        (Reads.MONEY, NumberCell("12.5"), 1250),
        (Reads.SIGNED, "-1.25", -125),
        (Reads.SIGNED, "-$1.25", -125),
        (Reads.SIGNED, "$-1.25", -125),
        (Reads.SIGNED, "($1,001.25)", -100125),
        (Reads.SIGNED, "\u22121.25", -125),
        (Reads.SIGNED, NumberCell("-1.25"), -125),
        (Reads.SIGNED, "/", None),
        (Reads.COUNT, "1,204", 1204),
        (Reads.COUNT, "1.204", 1204),
        (Reads.COUNT, "12.0", 12),
        (Reads.COUNT, "1,204.00", 1204),
        (Reads.COUNT, NumberCell("7"), 7),
        (Reads.PERCENT, "5.93%", "5.93%"),
        (Reads.PERCENT, "200%", "200%"),
        (Reads.PERCENT, "5,93 %", "5.93%"),
        (Reads.PERCENT, NumberCell("0.0593"), "0.0593"),
        (Reads.DAY, "2026-10-14", "2026-10-14"),
        (Reads.DAY, "2026/10/14 09:30", "2026-10-14"),
        (Reads.DAY, NumberCell("20261014"), "2026-10-14"),
        (Reads.DAY, "14/10/2026 09:30:00", "2026-10-14"),
        (Reads.DAY, DateCell("04/05/2026 00:00:00"), "2026-05-04"),
        (Reads.ID, "7301234567890123456\t", "7301234567890123456"),
        (Reads.REFERENCE, "ST-77", "ST-77"),
        (Reads.HANDLE, "https://www.tiktok.com/@.Doglover1151?lang=en", ".doglover1151"),
        (Reads.LINK, "https://www.tiktok.com/@a/photo/7301234567890123456", "7301234567890123456"),
        (Reads.TEXT, "=1+1", "=1+1"),
    ],
)
def test_a_cell_is_read_by_what_its_column_holds(reads, cell, value):
    assert read_cell(cell, reads, US) == value


@pytest.mark.parametrize(
    ("reads", "cell"),
    [
        (Reads.MONEY, "-5.00"),
        (Reads.MONEY, "35,91"),
        (Reads.SIGNED, "--5"),
        (Reads.SIGNED, "1e5"),
        (Reads.COUNT, "1.5"),
        (Reads.COUNT, "-1"),
        (Reads.COUNT, NumberCell("1.204")),
        (Reads.COUNT, "9" * 20),
        (Reads.PERCENT, "high"),
        (Reads.DAY, "31/02/2026"),
        (Reads.DAY, "yesterday"),
        (Reads.DAY, NumberCell("46000")),
        (Reads.ID, "7.30123E+18"),
        (Reads.ID, NumberCell("7301234")),
        (Reads.REFERENCE, "7.3E+18"),
        (Reads.REFERENCE, NumberCell("73")),
        (Reads.HANDLE, "maria santos"),
        (Reads.HANDLE, "=cmd"),
        (Reads.LINK, "https://cdn.example/7301234567890123456.mp4"),
        (Reads.CURRENCY, "GBP"),
        (Reads.MONEY, "9" * 10_000),
    ],
)
def test_a_cell_that_cannot_be_trusted_says_why_in_few_words(reads, cell):
    with pytest.raises(BadCell) as bad:
        read_cell(cell, reads, US)

    assert 5 < len(str(bad.value)) < 200


def test_month_first_dates_are_read_so_where_the_file_proves_it():
    assert read_cell("04/05/2026", Reads.DAY, Reading("USD", month_first=True)) == "2026-04-05"


OLD = export_named("video list (previous)")


def read(*rows: dict[str, str]) -> tuple[Header, list[list[str]]]:
    names, *cells = table_of(OLD, rows)
    found = recognise(names)
    assert isinstance(found, Header)
    return found, cells


@pytest.mark.parametrize(
    ("days", "month_first", "warned", "refused"),
    [
        (("14/10/2026", "04/05/2026"), False, False, False),
        (("10/14/2026", "04/05/2026"), True, False, False),
        (("10/14/2026", "14/10/2026"), False, False, True),
        (("04/05/2026", "05/06/2026"), False, True, False),
        (("2026-10-14", "20261014"), False, False, False),
        # Posted after the period that counts it, unless the month stands first.
        (("10/11/2026", "09/08/2026"), True, False, False),
    ],
)
def test_a_file_proves_the_order_of_its_dates_or_is_refused_or_warned_of(
    days, month_first, warned, refused
):
    header, cells = read(*(a_row(OLD, n, posted_on=day) for n, day in enumerate(days)))

    order = judging.order_of_file(header, cells, OCTOBER)

    assert bool(order.refused_because) is refused
    assert refused or (order.month_first, bool(order.warning)) == (month_first, warned)


def test_day_first_exports_refuse_dates_with_the_month_first():
    partner = export_named("partner orders")
    header = recognise(header_of(partner))
    assert isinstance(header, Header)
    row = [a_row(partner, 1, ordered_on="10/14/2026 09:30:00")[name] for name in header_of(partner)]

    assert "not day-first" in judging.order_of_file(header, [row], None).refused_because


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("Transaction_Analysis_Creator_List_20261001-20261031.xlsx", "2026-10-01", "2026-10-31"),
        ("Creator_List_20261001-20261007_1729.csv", "2026-10-01", "2026-10-07"),
        ("Creator_List_20261301-20261331.csv", "", ""),
        ("Creator_List_20261031-20261001.csv", "", ""),
        ("Creator_List.csv", "", ""),
    ],
)
def test_the_days_of_a_list_are_in_its_name(name, since, until):
    period = judging.period_in(name)

    assert (str(period.since), str(period.until)) == (since, until) if period else not since


@pytest.mark.parametrize("typed", ["october", "2026-10-31..2026-10-01", "2026-13-01..2026-13-02"])
def test_a_period_that_is_none_is_told(typed):
    with pytest.raises(BadCell):
        judging.period_typed(typed)


def test_the_row_that_explains_the_columns_is_no_row_but_a_bad_first_row_is():
    header, cells = read(a_row(OLD, 1))
    prose = ["What this column means" for _ in cells[0]]
    blank_name = [*prose]
    blank_name[header.at["handle"]] = ""
    broken = list(cells[0])
    broken[header.at["gmv"]] = "What this column means"

    assert explains(header, prose)
    assert explains(header, blank_name)
    assert not explains(header, cells[0])
    assert not explains(header, broken)


@pytest.mark.parametrize(
    ("spoil", "column"),
    [
        (lambda row: row[:5], "Affiliate items sold"),
        (lambda row: [*row, "56"], "Shoppable video likes"),
    ],
)
def test_a_row_of_another_width_is_rejected_naming_the_column(spoil, column):
    header, cells = read(a_row(OLD, 1))

    rejected = parse_row(header, spoil(cells[0]), 9, US)

    assert isinstance(rejected, Rejection)
    assert (rejected.row, rejected.column) == (9, column)


def records(*gmv: int, **said: int) -> list[Record]:
    return [Record(n, {"handle": "ana", "gmv": amount, **said}, {}) for n, amount in enumerate(gmv)]


def test_one_thing_stated_twice_is_kept_once_and_with_other_values_not_at_all():
    creators = export_named("creator list")

    same, reported = judging.without_repeats(creators, records(5, 5), ("handle",))
    other, rejected = judging.without_repeats(creators, records(5, 6), ("handle",))

    assert ([one.row for one in same], [bad.row for bad in reported]) == ([1], [0])
    assert (other, [bad.row for bad in rejected]) == ([], [0, 1])
    assert {bad.column for bad in (*reported, *rejected)} == {"Creator name"}
