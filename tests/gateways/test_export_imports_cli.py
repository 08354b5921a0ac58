"""The command `import`: several files at once, each recognised, each with its report."""

import json
from pathlib import Path

import pytest

from tests.builders_exports import a_row, export_named, table_of, write_csv, write_profit_and_loss
from tests.builders_orders import an_order, write_orders
from tests.builders_programme import programme


def test_files_are_recognised_and_one_refused_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    creators = export_named("creator list")
    table = table_of(creators, [a_row(creators, 1), a_row(creators, 2, gmv="?")])
    (tmp_path / "holiday [2].csv").write_text("Date,Customer\n1,2\n")
    files = [
        tmp_path / "holiday [2].csv",
        write_orders(tmp_path / "affiliate_orders_1.csv", [an_order(1)]),
        write_csv(tmp_path / "creators.csv", table),
        write_profit_and_loss(tmp_path / "merchant_statement_profit_loss_1.xlsx"),
    ]
    period = ("--period", "2026-10-01..2026-10-31")

    with programme(tmp_path, monkeypatch, creators=1) as glow:
        told = glow.cli("import", *map(str, files), *period, "--json")
        again = glow.cli("import", *map(str, files[2:]), *period)

    assert told.returncode == 2
    assert "holiday [2].csv is no export that we know. Nothing was imported." in told.stderr
    assert "Traceback" not in told.stderr
    answers = json.loads(told.stdout)
    assert [answer.get("new") for answer in answers] == [None, 1, 1, 4]
    assert answers[0]["refused"].startswith("holiday [2].csv")
    assert answers[2]["rejected"][0]["column"] == "Creator-attributed GMV"
    assert again.returncode == 1
    assert "creators.csv (Transaction Analysis - Creator List) → " in again.stdout
    assert "0 new, 0 changed, 1 unchanged" in again.stdout
    assert "row 3, Creator-attributed GMV: '?' is not an amount" in again.stdout
    assert "0 new, 0 changed, 4 unchanged" in again.stdout
