"""Exports that are refused whole: nothing of them is stored, and the words say what to do."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from schemas.order_columns import COLUMNS
from tests.builders_exports import a_row, export_named, header_of, table_of, write_csv
from tests.builders_orders import GLOW_US, an_order
from tests.builders_workbooks import write_workbook
from worker.imports.exports import ExportReport, Into, import_export, import_file
from worker.imports.reading import FileRefused
from worker.ledger.engine import Ledger, open_ledger
from worker.ledger.tables_exports import METRICS, REPORTED_ORDERS, SETTLEMENT_LINES
from worker.ledger.tables_money import IMPORTS

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
INTO = Into("appGlow", GLOW_US)
PERIOD = "20261001-20261031"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger for all of them, for it stays empty."""
    opened = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('refused') / 'ledger.db'}")
    yield opened
    opened.close()


def brought(ledger: Ledger, path: Path) -> ExportReport:
    return import_export(path, INTO, ledger, NOW)


def how_many(ledger: Ledger) -> list[int]:
    with ledger.reading() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (METRICS, SETTLEMENT_LINES, REPORTED_ORDERS, IMPORTS)
        ]


def write(folder: Path, name: str, rows, header=(), file="") -> Path:
    export = export_named(name)
    file = file or f"{name} 1729382256910270009_{PERIOD}.csv"
    return write_csv(folder / file, table_of(export, rows, header))


def without(name: str) -> list[str]:
    return [column for column in header_of(export_named("creator list")) if column != name]


def renamed(old: str, new: str) -> list[str]:
    return [new if c == old else c for c in header_of(export_named("creator list"))]


@pytest.mark.parametrize(
    ("header", "changes", "says"),
    [
        (without("Attributed orders"), {}, "'Attributed orders' is missing"),
        (renamed("Est. commission", "Estimated commission"), {}, "looks like its new name"),
        ([*without("CTR"), "Refunds"], {}, "'Refunds' is there 2 times"),
        ([], {"gmv": "0"}, "nothing but 0 or --"),
        ([], {"gmv": "--"}, "nothing but 0 or --"),
        (["Date", "Customer", "Total", "Videos"], {}, "is no export that we know"),
    ],
)
def test_a_list_whose_columns_changed_is_refused_and_nothing_is_stored(
    ledger, tmp_path, header, changes, says
):
    rows = [a_row(export_named("creator list"), n, **changes) for n in (1, 2)]

    with pytest.raises(FileRefused, match="creator list") as refused:
        brought(ledger, write(tmp_path, "creator list", rows, header))

    assert says in str(refused.value)
    assert how_many(ledger) == [0, 0, 0, 0]


def test_a_list_without_its_days_is_refused_and_says_how_to_name_them(ledger, tmp_path):
    path = write(tmp_path, "creator list", [a_row(export_named("creator list"))], file="list.csv")

    with pytest.raises(FileRefused, match="--period 2026-10-01"):
        brought(ledger, path)


def test_a_workbook_of_another_export_and_orders_is_refused_not_halved(ledger, tmp_path):
    creators = export_named("creator list")
    sheets = {
        "Creators": table_of(creators, [a_row(creators)]),
        "Orders": [list(COLUMNS), [an_order(1)[column] for column in COLUMNS]],
    }
    path = write_workbook(tmp_path / f"both_{PERIOD}.xlsx", sheets)

    with pytest.raises(FileRefused, match=r"sheet 'Orders'.*a file of their own"):
        import_file(path, INTO, ledger, NOW)

    assert how_many(ledger) == [0, 0, 0, 0]


@pytest.mark.parametrize("name", ["unsettled orders", "ad creatives", "euka contacts"])
def test_what_is_recognised_but_not_kept_says_where_it_belongs(ledger, tmp_path, name):
    export = export_named(name)

    with pytest.raises(FileRefused) as refused:
        brought(ledger, write(tmp_path, name, [a_row(export)]))

    assert export.refused_because in str(refused.value)
