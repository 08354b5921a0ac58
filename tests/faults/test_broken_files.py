"""Files that arrive broken or hostile: refused or read, never a traceback, never half of one."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.builders_broken import OF_BYTES, OF_CELLS, profit_and_loss, valid_tables, write
from tests.builders_orders import GLOW_US
from worker.imports.exports import Into, import_file
from worker.imports.reading import FileRefused
from worker.ledger.engine import Ledger, open_ledger
from worker.ledger.tables_exports import METRICS, REPORTED_ORDERS, SETTLEMENT_LINES
from worker.ledger.tables_money import IMPORTS, ORDER_LINES

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
INTO = Into("appGlow", GLOW_US)
KEPT = (METRICS, SETTLEMENT_LINES, REPORTED_ORDERS, ORDER_LINES)
FILES_EACH = 8
TABLES = valid_tables()


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger for all of them: what one leaves behind, the next one would trip over."""
    opened = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('broken') / 'ledger.db'}")
    yield opened
    opened.close()


def held(ledger: Ledger) -> tuple[int, int]:
    """Rows kept, imports remembered."""
    with ledger.reading() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (*KEPT, IMPORTS)
        ]
    return sum(counts[:-1]), counts[-1]


def check(ledger: Ledger, path: Path) -> str:
    """Import the file; what came of it, after checking that it is all there or not at all."""
    before = held(ledger)
    try:
        report = import_file(path, INTO, ledger, NOW)
    except FileRefused as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert path.name in refused
        assert len(refused) < 2_000
        assert held(ledger) == before
        return "refused"
    assert report.file_name == path.name
    assert held(ledger) == (before[0] + report.new, before[1] + 1)
    for bad in report.rejected:
        assert bad.row > 0
        assert bad.column or "cells" in bad.reason
        assert 0 < len(bad.reason) < 500
    return "rejected" if report.rejected else "imported"


def some(dice: random.Random, files: Iterable[str]) -> list[str]:
    """Both forms of the file that payouts are computed from, and some of the others."""
    names = sorted(files)
    sellers = [name for name in names if name.startswith("affiliate_orders")]
    others = [name for name in names if name not in sellers]
    return [*sellers, *dice.sample(others, FILES_EACH - len(sellers))]


@pytest.mark.parametrize("fault", OF_CELLS)
def test_a_table_with_bad_cells_is_refused_or_read_row_by_row(ledger, tmp_path, fault):
    dice = random.Random(fault)  # noqa: S311 - the same files each time

    for name in some(dice, TABLES):
        path = tmp_path / name
        spoilt = OF_CELLS[fault](dice, [list(row) for row in TABLES[name]])
        path.write_bytes(write(path, spoilt))

        check(ledger, path)


@pytest.mark.parametrize("fault", OF_BYTES)
def test_a_file_of_bad_bytes_is_refused_or_read_row_by_row(ledger, tmp_path, fault):
    dice = random.Random(fault)  # noqa: S311 - the same files each time
    files = {name: write(tmp_path / name, TABLES[name]) for name in sorted(TABLES)}
    files["merchant_statement_profit_loss.xlsx"] = profit_and_loss(tmp_path)

    for name in some(dice, files):
        path = tmp_path / name
        path.write_bytes(OF_BYTES[fault](dice, files[name]))

        check(ledger, path)


def test_the_files_they_were_made_of_are_imported_whole(ledger, tmp_path):
    for name, table in TABLES.items():
        path = tmp_path / name
        path.write_bytes(write(path, table))

        assert (name, check(ledger, path)) == (name, "imported")


def test_there_are_at_least_two_hundred_of_them():
    assert (len(OF_CELLS) + len(OF_BYTES)) * FILES_EACH >= 200
