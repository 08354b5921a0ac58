"""The three-way check through the command line: exceptions in Airtable, explained by a person."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from schemas.tables import exceptions
from tests.builders_cli import ran
from tests.builders_orders import an_order, write_orders
from tests.builders_programme import Programme, programme
from tests.builders_three_way import stated
from worker.ledger.engine import open_ledger
from worker.ledger.tables_exports import SETTLEMENT_LINES
from worker.settings import load_settings


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=1) as running:
        yield running


def settled(glow: Programme, amount: int) -> None:
    ledger = open_ledger(load_settings().database_url)
    order = an_order(1)["Order ID"]
    line = stated(1, base=glow.base_id, shop="Main shop", entry_id=order) | {
        "affiliate_commission": -amount
    }
    with ledger.writing() as connection:
        connection.execute(SETTLEMENT_LINES.delete())
        connection.execute(insert(SETTLEMENT_LINES), [line])
    ledger.close()


def test_an_exception_is_told_explained_and_gone(glow, tmp_path):
    path = write_orders(tmp_path / "orders.csv", [an_order(1)])
    assert ran("import", str(path)).exit_code == 0
    settled(glow, 400)

    told = ran("payouts", "reconcile", "--period", "2026-10")
    assert told.exit_code == 1
    assert "Order files say USD 3.75, settlements USD 4.00." in told.stdout
    (row,) = glow.rows(exceptions.EXCEPTIONS)
    assert (row["Ours"], row["Theirs"], row["Difference"], row["State"]) == (3.75, 4, 0.25, "Open")

    glow.edit(exceptions.EXCEPTIONS, row["id"], {exceptions.STATE: "Explained"})
    assert ran("payouts", "reconcile").exit_code == 0
    assert glow.rows(exceptions.EXCEPTIONS)[0]["State"] == "Explained"

    settled(glow, 375)
    assert ran("payouts", "reconcile", "--json").exit_code == 0
    assert glow.rows(exceptions.EXCEPTIONS)[0]["State"] == "Fixed"
