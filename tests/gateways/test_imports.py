"""Importing order files into the ledger, on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from schemas.order_columns import COLUMNS, COLUMNS_WITH_REGION
from tests.builders_orders import GLOW_US, an_order, csv_text, pending, write_orders
from worker.imports.orders import ImportReport, import_orders
from worker.imports.reading import FileRefused
from worker.ledger.engine import Ledger
from worker.ledger.tables_money import IMPORTS, ORDER_LINES, ORDER_STATUS_HISTORY

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def brought(ledger: Ledger, path: Path) -> ImportReport:
    return import_orders(path, GLOW_US, ledger, NOW, base="appGlow")


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return (report.new, report.changed, report.unchanged, report.kept)


def in_ledger(ledger: Ledger, *names: str) -> list[tuple[object, ...]]:
    wanted = [ORDER_LINES.c[name] for name in names]
    with ledger.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*wanted).order_by("order_id"))]


INDEXES_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'order_lines'"
INDEXES_POSTGRES = "SELECT indexname FROM pg_indexes WHERE tablename = 'order_lines'"


def rows_of(ledger: Ledger, table) -> int:
    with ledger.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_file_is_published_once_and_the_same_file_changes_nothing(ledger, tmp_path):
    path = write_orders(tmp_path / "affiliate_orders_1.csv", [an_order(1), pending(2)])

    assert counts(brought(ledger, path)) == (2, 0, 0, 0)
    assert counts(brought(ledger, path)) == (0, 0, 2, 0)
    assert in_ledger(ledger, "order_id", "status", "actual_commission_base") == [
        ("576460752303423501", "settled", 2500),
        ("576460752303423502", "pending", None),
    ]
    assert rows_of(ledger, IMPORTS) == 2


def test_the_ledger_has_all_its_indexes_after_its_first_import(ledger, tmp_path):
    def indexes() -> set[str]:
        query = INDEXES_SQLITE if ledger.is_sqlite else INDEXES_POSTGRES
        with ledger.reading() as connection:
            return {str(name) for name in connection.execute(text(query)).scalars()}

    before = indexes()
    brought(ledger, write_orders(tmp_path / "affiliate_orders_1.csv", [an_order(1)]))

    assert indexes() == before
    assert {str(index.name) for index in ORDER_LINES.indexes} <= before


def test_a_later_file_settles_what_was_pending_and_an_older_one_takes_no_step_back(
    ledger, tmp_path
):
    older = write_orders(tmp_path / "week1.csv", [pending(1)])
    newer = write_orders(tmp_path / "week2.csv", [an_order(1)])

    overlapping = write_orders(tmp_path / "week1-2.csv", [pending(1), pending(2)])

    assert counts(brought(ledger, older)) == (1, 0, 0, 0)
    assert counts(brought(ledger, newer)) == (0, 1, 0, 0)
    assert counts(brought(ledger, older)) == (0, 0, 1, 0)
    assert counts(brought(ledger, overlapping)) == (1, 0, 0, 1)
    assert in_ledger(ledger, "status") == [("settled",), ("pending",)]
    assert rows_of(ledger, ORDER_STATUS_HISTORY) == 2


def test_a_return_after_settlement_is_a_step_forward(ledger, tmp_path):
    settled = write_orders(tmp_path / "a.csv", [an_order(1)])
    returned = write_orders(tmp_path / "b.csv", [an_order(1, Fully_returned_or_refunded="Yes")])

    brought(ledger, returned)

    assert counts(brought(ledger, settled)) == (0, 0, 0, 1)
    assert in_ledger(ledger, "fully_returned") == [(True,)]


def test_one_order_of_two_skus_is_two_lines(ledger, tmp_path):
    other = an_order(1, SKU_ID="1729382256910280002")

    report = brought(ledger, write_orders(tmp_path / "a.csv", [an_order(1), other]))

    assert counts(report) == (2, 0, 0, 0)


def test_an_unknown_status_is_kept_for_review_with_its_words(ledger, tmp_path):
    strange = an_order(1, Order_Status="Under audit")

    report = brought(ledger, write_orders(tmp_path / "a.csv", [strange, an_order(2)]))

    assert (report.needs_review, report.needs_review_minor) == ({"Under audit": 1}, 2500)
    assert in_ledger(ledger, "status", "raw_status")[0] == ("needs review", "Under audit")


def test_bad_rows_are_rejected_by_number_and_column_and_stop_no_other(ledger, tmp_path):
    text = csv_text([an_order(1, Product_Name="two\nlines"), an_order(2, Payment_Amount="35,91")])
    path = tmp_path / "a.csv"
    path.write_text(text.replace('Glow Serum, 30 ml"', 'Glow Serum, 30 ml"') + "\n1,2\n")

    report = brought(ledger, path)

    assert counts(report) == (1, 0, 0, 0)
    assert [(bad.row, bad.column) for bad in report.rejected] == [(3, "Payment Amount"), (5, "")]


def test_the_row_that_explains_the_columns_is_no_order(ledger, tmp_path):
    prose = dict.fromkeys(COLUMNS, "What this column means") | {"Order ID": ""}

    report = brought(ledger, write_orders(tmp_path / "a.csv", [prose, an_order(1)]))

    assert (report.new, report.rejected) == (1, ())


def test_of_one_sku_twice_the_furthest_in_its_life_wins_and_is_reported(ledger, tmp_path):
    report = brought(ledger, write_orders(tmp_path / "a.csv", [an_order(1), pending(1)]))

    assert counts(report) == (1, 0, 0, 0)
    assert in_ledger(ledger, "status") == [("settled",)]
    assert [bad.row for bad in report.rejected] == [3]
    assert "row 2" in report.rejected[0].reason


def test_of_one_sku_twice_with_other_amounts_neither_is_imported(ledger, tmp_path):
    twice = [an_order(1), an_order(1, Actual_Commission_Base="$20.00"), an_order(2)]

    report = brought(ledger, write_orders(tmp_path / "a.csv", twice))

    assert counts(report) == (1, 0, 0, 0)
    assert [bad.row for bad in report.rejected] == [2, 3]


def test_dates_that_prove_nothing_are_imported_with_a_warning(ledger, tmp_path):
    unproven = dict.fromkeys(
        ("Time_Created", "Payment_time", "Order_Delivery_Time", "Time_Commission_Paid"),
        "04/05/2026 10:00:00",
    )

    report = brought(ledger, write_orders(tmp_path / "a.csv", [an_order(1, **unproven)]))

    assert report.new == 1
    assert "day-first" in report.warnings[0]


ZERO = [an_order(n, Payment_Amount="0") for n in (1, 2)]
DASHES = [an_order(n, Est_Commission_Base="--") for n in (1, 2)]
MONTH_FIRST = [an_order(1), an_order(2, Time_Created="10/25/2026 10:00:00")]
RENAMED = [c if c != "Actual Commission Base" else "Actual Commission Basis" for c in COLUMNS]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04\x14\x00", "damaged or cut Excel workbook"),
        (b"\x89PNG\r\n\x00\x00", "is a picture"),
        (csv_text([an_order(1)]).encode() + b"\x00\n", "is not text"),
        (b"caf\xe9," * 20, "not UTF-8"),
        (b"Date,Customer,Total\n1,2,3\n", "is not the seller's Affiliate orders export"),
        (csv_text([an_order(1)], RENAMED).encode(), "looks like its new name"),
        (csv_text([an_order(1)]).encode() + b'"576,', "a quote not closed"),
        (csv_text(ZERO).encode(), "nothing but 0 or -- in 'Payment Amount'"),
        (csv_text(DASHES).encode(), "nothing but 0 or -- in 'Est. Commission Base'"),
        (csv_text(MONTH_FIRST).encode(), "two orders of day and month"),
    ],
)
def test_a_file_that_is_not_one_is_refused_by_name_and_nothing_is_stored(
    ledger, tmp_path, content, says
):
    path = tmp_path / "affiliate_orders_9.csv"
    path.write_bytes(content)

    with pytest.raises(FileRefused, match=r"affiliate_orders_9\.csv") as refused:
        brought(ledger, path)

    assert says in str(refused.value)
    assert [rows_of(ledger, table) for table in (ORDER_LINES, IMPORTS)] == [0, 0]


def test_a_missing_file_is_named(ledger, tmp_path):
    with pytest.raises(FileRefused, match=r"gone\.csv cannot be read"):
        brought(ledger, tmp_path / "gone.csv")


def test_the_uk_layout_is_read_too(ledger, tmp_path):
    path = write_orders(tmp_path / "uk.csv", [an_order(1)], COLUMNS_WITH_REGION)

    assert brought(ledger, path).new == 1


def test_more_rows_than_one_batch_are_all_published(ledger, tmp_path):
    path = write_orders(tmp_path / "a.csv", [an_order(n) for n in range(4_100)])

    assert brought(ledger, path).new == 4_100
