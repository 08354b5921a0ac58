"""Order files as they really arrive: languages, generations, workbooks, again, older, meanwhile."""

import json
import multiprocessing
import os
import resource
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import insert, select

from schemas.hashes import stand_in
from schemas.order_columns import COLUMNS
from schemas.order_headers import VIETNAMESE
from schemas.outreach import DeliveryState
from schemas.shops import Shop
from tests.builders_ledger import BASE, REAL, a_fence, a_touch, an_enrolment
from tests.builders_orders import GLOW_US, an_order, csv_text, pending, write_orders
from tests.builders_workbooks import Cell, DateNumber, write_workbook
from worker.errors import ServiceDown
from worker.imports import publishing, staging
from worker.imports.order_reports import Import, exported_on
from worker.imports.order_tables import LinesOf, find_table
from worker.imports.orders import ImportReport, import_orders
from worker.imports.reading import FileRefused
from worker.ledger import claims, deliveries
from worker.ledger.engine import BUSY_TIMEOUT_MS, Ledger, open_ledger
from worker.ledger.tables import CREATOR_IDENTITIES
from worker.ledger.tables_money import (
    IMPORTS,
    ORDER_LINES,
    ORDER_STATUS_HISTORY,
    SHOP_PRODUCTS,
)

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
VN = Shop("Glow VN", "Asia/Ho_Chi_Minh", "VND")
OLDER = [c for c in COLUMNS if c != "Fully returned or refunded"]
COUNTS = {"Refunds and Returns": "1", "Refunds": "1"}


def brought(ledger: Ledger, path: Path, shop: Shop = GLOW_US, now: datetime = NOW) -> ImportReport:
    return import_orders(path, shop, ledger, now, base=BASE)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return (report.new, report.changed, report.unchanged, report.kept)


def kept(ledger: Ledger, table, *names: str) -> list[tuple[object, ...]]:
    with ledger.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*(table.c[n] for n in names)))]


def a_workbook(path: Path, rows: list[list[Cell]]) -> Path:
    title: list[list[Cell]] = [["Affiliate orders"], [], []]
    notes: list[list[Cell]] = [["Exported by Seller Center"]]
    header: list[Cell] = [*COLUMNS]
    return write_workbook(path, {"About": notes, "Orders": [*title, header, *rows]})


def a_row(order: dict[str, str], other: Mapping[str, Cell]) -> list[Cell]:
    return [other.get(column, order[column]) for column in COLUMNS]


def test_the_same_bytes_are_known_and_answered_as_before(ledger, tmp_path):
    orders = [an_order(1), an_order(2, Payment_Amount="x"), an_order(3, Order_Status="Odd")]
    first = brought(ledger, write_orders(tmp_path / "a.csv", orders))

    again = brought(ledger, write_orders(tmp_path / "b.csv", orders), now=NOW + timedelta(days=1))

    assert counts(again) == (0, 0, 2, 0)
    assert again.imported_before == "2026-11-02T09:00:00+00:00"
    assert again == replace(
        first, file_name="b.csv", new=0, unchanged=2, imported_before=again.imported_before
    )
    elsewhere = replace(GLOW_US, time_zone="America/New_York")
    assert counts(brought(ledger, tmp_path / "b.csv", elsewhere)) == (0, 2, 0, 0)


def test_the_ledger_keeps_every_rejected_row_with_its_reason(ledger, tmp_path):
    brought(ledger, write_orders(tmp_path / "a.csv", [an_order(1, Quantity="x"), an_order(2)]))

    ((rejected, report),) = kept(ledger, IMPORTS, "rejected", "report")

    said = json.loads(str(report))["rejected"]
    assert (rejected, said) == (
        1, [{"row": 2, "column": "Quantity", "reason": "'x' is not a whole number"}],
    )  # fmt: skip


def test_of_two_files_the_one_exported_later_as_both_names_say_is_right(ledger, tmp_path):
    def told(name: str, amount: str) -> tuple[int, int, int, int]:
        order = pending(1, Est_Commission_Base=amount)
        return counts(brought(ledger, write_orders(tmp_path / name, [order])))

    assert told("orders_20261020.csv", "$21.00") == (1, 0, 0, 0)
    assert told("orders_2026-10-19.csv", "$22.00") == (0, 0, 0, 1)
    assert told("orders_20261001-20261019.csv", "$23.00") == (0, 1, 0, 0)
    assert told("orders_20261019093000.csv", "$24.00") == (0, 1, 0, 0)
    assert exported_on("orders_20261001-20261031.csv") == exported_on("o_20261399.csv") == ""


def test_a_workbooks_numbers_are_amounts_and_counts_but_never_ids(ledger, tmp_path):
    rows = [
        a_row(an_order(1), {"Payment Amount": 24.99, "Quantity": 3}),
        a_row(an_order(2), {"Order ID": 576460752303423502}),
    ]
    day = a_row(an_order(3), {c: DateNumber(46309.25) for c in COLUMNS if "time" in c.lower()})
    dated = a_workbook(tmp_path / "b.xlsx", [day])

    report = brought(ledger, a_workbook(tmp_path / "a.xlsx", rows))

    assert [(bad.row, bad.column) for bad in report.rejected] == [(6, "Order ID")]
    assert kept(ledger, ORDER_LINES, "payment_amount", "quantity") == [(2499, 3)]
    assert brought(ledger, dated).new == 1
    mixed = a_workbook(tmp_path / "c.xlsx", [*rows, day])
    with pytest.raises(FileRefused, match="beside real dates"):
        brought(ledger, mixed)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_encodings_and_delimiters_are_read_too(ledger, tmp_path, encoding, delimiter):
    text = csv_text([an_order(n, Product_Name="Glow") for n in (1, 2)]).replace(",", delimiter)
    path = tmp_path / "a.csv"
    path.write_text(text.replace("\r\n", "\n"), encoding=encoding)

    assert counts(brought(ledger, path)) == (2, 0, 0, 0)


def test_a_vietnamese_file_of_the_older_generation_is_read(ledger, tmp_path):
    names = {english: vietnamese for vietnamese, english in VIETNAMESE.items()}
    header = [*OLDER, "Refunds and Returns", "Refunds", "Sku người bán"]
    order = an_order(1, Currency="VND", Order_Status="Đã quyết toán", Quantity="2")
    order = {c: "120.000₫" if cell.startswith("$") else cell for c, cell in order.items()}
    text = csv_text([order | COUNTS | {"Sku người bán": "GL-30"}], header)
    first, *others = text.splitlines(keepends=True)
    path = tmp_path / "vi.csv"
    localized = ",".join(names.get(name, name) for name in header) + "\r\n"
    path.write_text(localized + "".join(others), encoding="utf-8")

    report = brought(ledger, path, VN)

    assert (report.new, report.rejected, first.startswith("Order ID")) == (1, (), True)
    found = kept(ledger, ORDER_LINES, "status", "fully_returned", "payment_amount", "extra")
    assert found == [("settled", True, 120000, '{"Sku người bán":"GL-30"}')]


def test_unknown_columns_and_product_names_are_kept(ledger, tmp_path):
    header = [*COLUMNS, "Tax - PIT", "Agency"]
    orders = [
        an_order(1) | {"Tax - PIT": '1.5 "gross"', "Agency": "--"},
        an_order(2) | {"Tax - PIT": "", "Agency": ""},
    ]
    brought(ledger, write_orders(tmp_path / "a.csv", orders, header))
    brought(ledger, write_orders(tmp_path / "b.csv", [an_order(3, Product_Name="Glow Oil")]))

    assert set(kept(ledger, ORDER_LINES, "extra")) == {
        ('{"Tax - PIT":"1.5 \\"gross\\""}',),
        (None,),
    }
    assert kept(ledger, SHOP_PRODUCTS, "product_id", "name") == [
        ("1729382256910270001", "Glow Oil")
    ]


def test_lines_of_the_last_two_days_may_still_change_and_5000_rows_are_suspect(ledger, tmp_path):
    orders = [an_order(n, Time_Created=f"{1 + n % 25:02}/10/2026 10:00:00") for n in range(5_000)]
    few = [an_order(n, Time_Created=f"{n}/10/2026 10:00:00") for n in (20, 21, 22, 23)]

    report = brought(ledger, write_orders(tmp_path / "a.csv", orders))

    assert "5,000 rows" in report.warnings[0]
    assert report.may_change == 2 * 200
    assert brought(ledger, write_orders(tmp_path / "b.csv", few)).may_change == 2


def test_a_line_has_a_history_from_its_first_change_of_status(ledger, tmp_path):
    for day, order in enumerate(
        (pending(1, Order_Status="Unpaid by customer"), pending(1), an_order(1))
    ):
        path = write_orders(tmp_path / f"{day}.csv", [order, an_order(2)])
        brought(ledger, path, now=NOW + timedelta(days=day))

    past = kept(ledger, ORDER_STATUS_HISTORY, "at", "status")
    assert sorted(past, key=str) == [
        (NOW, "unpaid"), (NOW + timedelta(days=1), "pending"), (NOW + timedelta(days=2), "settled"),
    ]  # fmt: skip


def test_who_was_forgotten_comes_back_under_a_stand_in_only(ledger, tmp_path):
    hidden = {"kind": "handle", "value": stand_in("handle", "maria.santos"), "creator": "maria"}
    with ledger.writing() as connection:
        connection.execute(insert(CREATOR_IDENTITIES).values(base=BASE, since=REAL, **hidden))
    path = write_orders(tmp_path / "a.csv", [an_order(1), an_order(2, Creator_Username="ana")])

    brought(ledger, path)

    handles = {row[0] for row in kept(ledger, ORDER_LINES, "creator_handle")}
    assert handles == {stand_in("handle", "maria.santos"), "ana"}


def test_what_another_import_published_in_between_is_seen(ledger, tmp_path):
    ident = Import("mine", BASE, GLOW_US.name, NOW, "")
    lines = LinesOf(
        find_table(write_orders(tmp_path / "a.csv", [pending(1), an_order(2)])), GLOW_US
    )
    with staging.staging(ledger) as connection:
        for found, _ in lines:
            staging.stage(connection, found.lines)
        with connection.begin():
            judged = publishing.judge(connection, ident)
        brought(ledger, write_orders(tmp_path / "b.csv", [an_order(1)]))
        connection.execution_options(reading=False)
        with ledger.writing_on(connection):
            published = publishing.publish(connection, ident, judged)

    assert {verdict.name: n for verdict, n in published.counts.items()} == {"KEPT": 1, "NEW": 1}
    assert set(kept(ledger, ORDER_LINES, "status")) == {("settled",)}


def test_another_shops_file_is_refused_before_all_its_rows_are_rejected(ledger, tmp_path):
    path = write_orders(tmp_path / "a.csv", [an_order(n, Currency="GBP") for n in range(12_000)])

    with pytest.raises(FileRefused, match=r"first 1\d,\d{3}; row .*'GBP', but shop Glow US sells"):
        brought(ledger, path)


def die_while_reading(url: str, path: Path) -> None:
    import_orders(
        path, GLOW_US, open_ledger(url), NOW, base=BASE, told=lambda _done, _of: os._exit(9)
    )


def test_an_import_that_is_killed_leaves_nothing_and_can_be_repeated(ledger, ledger_url, tmp_path):
    path = write_orders(tmp_path / "a.csv", [an_order(n) for n in range(300)])
    child = multiprocessing.get_context("spawn").Process(
        target=die_while_reading, args=(ledger_url, path)
    )
    child.start()
    child.join()

    assert (child.exitcode, kept(ledger, ORDER_LINES, "order_id")) == (9, [])
    assert counts(brought(ledger, path)) == (300, 0, 0, 0)


def import_on_a_full_disk(url: str, path: Path) -> None:
    ledger = open_ledger(url)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
    try:
        brought(ledger, path)
    except ServiceDown:
        os._exit(3)


def test_a_full_disk_stops_the_import_whole(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    path = write_orders(tmp_path / "a.csv", [an_order(n) for n in range(9_000)])
    child = multiprocessing.get_context("spawn").Process(
        target=import_on_a_full_disk, args=(url, path)
    )
    child.start()
    child.join()
    ledger = open_ledger(url)

    assert (child.exitcode, kept(ledger, ORDER_LINES, "order_id")) == (3, [])
    ledger.close()


def test_outreach_claims_and_settles_while_a_file_is_imported(ledger, ledger_url, tmp_path):
    fence = a_fence(ledger)
    path = write_orders(tmp_path / "a.csv", [an_order(n) for n in range(20_000)])
    other = open_ledger(ledger_url)
    sent, longest = 0, 0.0

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(brought, other, path)
        while not coming.done():
            began = monotonic()
            an_enrolment(ledger, f"creator{sent}")
            wanted = a_touch(f"creator{sent}", cap=100_000)
            claim = claims.claim(ledger, wanted, fence=fence, owner="me", now=REAL, real=REAL)
            assert claims.settle(ledger, claim, DeliveryState.SENT, now=REAL)
            sent, longest = sent + 1, max(longest, monotonic() - began)
    other.close()

    assert coming.result().new == 20_000
    assert len(deliveries.touches(ledger, BASE)) == sent > 0
    assert deliveries.doubts(ledger, BASE) == ()
    assert longest < BUSY_TIMEOUT_MS / 1000 / 3
