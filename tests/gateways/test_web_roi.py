"""The ROI page and the `report roi` command: figures as people read them, and safe files."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.tables import costs, creators
from tests.builders_roi import (
    PEOPLE,
    a_line,
    a_posted_line,
    still_pending,
    typed,
    with_lines,
    with_people,
    with_posted,
)
from tests.builders_web import an_app, logged_in
from worker.cli import app
from worker.ledger.engine import open_ledger

MONTHS = ("--since", "2026-10", "--until", "2026-10")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def glow(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    ledger = open_ledger(url)
    with_people(ledger)
    jonas = still_pending(2, creator_handle=PEOPLE["jonas"])
    with_lines(ledger, [a_line(1), jonas, a_line(3, creator_handle="stranger")])
    with_posted(ledger, a_posted_line("maria", 125))
    typed(ledger, creators.TABLE, "recmaria", {creators.NAME: "<script>alert(1)</script>"})
    typed(ledger, creators.TABLE, "recjonas", {creators.NAME: '=HYPERLINK("x")'})
    typed(ledger, costs.COSTS, "recC", {costs.MONTH: "2026-10", costs.KIND: "Tool",
          costs.AMOUNT: 0.03, costs.CURRENCY: "USD"})  # fmt: skip
    typed(ledger, costs.COSTS, "recBad", {costs.MONTH: "October", costs.KIND: "Tool",
          costs.AMOUNT: 1, costs.CURRENCY: "USD"})  # fmt: skip
    ledger.close()
    for name, value in {
        "DATABASE_URL": url, "AIRTABLE_API_KEY": "patEXAMPLE",
        "AIRTABLE_BASE_IDS": "glow=appGLOW0000000001", "SECRET_KEY": "a-secret-of-enough-length",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return url


@pytest.mark.parametrize("by", ["creator", "cohort", "campaign", "product", "tier", "month", "x"])
def test_the_page_shows_figures_pictures_and_how_much_is_estimated(glow, by):
    browser = logged_in(an_app(glow))

    page = browser.get(f"/roi?by={by}&since=2026-10&until=2026-10").get_data(as_text=True)

    assert "33 % of commission is still estimated." in page
    assert page.count("<svg") == 2
    assert "<script>alert" not in page
    assert " style=" not in page, "the page's policy lets no inline style through"
    assert "is not a month like 2026-10" in page


def test_months_that_are_none_show_the_usual_ones_and_nobody_sees_it_without_a_login(glow):
    assert an_app(glow).test_client().get("/roi").status_code == 302
    page = logged_in(an_app(glow)).get("/roi?since=2026-13").get_data(as_text=True)

    assert "2026-08 to 2026-10" in page


def test_the_csv_of_the_page_holds_every_row_and_no_formula(glow):
    answer = logged_in(an_app(glow)).get("/roi/glow.csv?by=creator&since=2026-10&until=2026-10")

    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    by_label = {row["row"]: row for row in rows}
    assert by_label['\'=HYPERLINK("x")']["gross"] == "25.00"
    assert by_label["Total"]["commission_estimated"] == "3.75"
    assert by_label["Total"]["cost"] == "12.53"
    assert by_label["Total"]["margin_roi"] == ""
    assert sum(float(row["tools"]) for row in rows if row["row"] != "Total") == pytest.approx(0.03)


def test_the_command_prints_json_and_writes_the_same_figures(glow, tmp_path):
    file = tmp_path / "roi.csv"

    ran = CliRunner().invoke(app, ["report", "roi", *MONTHS, "--json", "--csv", str(file)])

    (table,) = json.loads(ran.stdout)["tables"]
    assert (table["currency"], table["total"]["cash_roi"]) == ("USD", "6.6667")
    assert {row["row"]: row["payouts"] for row in table["rows"]}["not in Creators"] == "0.00"
    assert "not in Creators" in file.read_text(encoding="utf-8-sig")


def test_the_command_says_what_is_estimated_and_refuses_what_is_no_month(glow):
    shown = CliRunner().invoke(app, ["report", "roi", *MONTHS, "--by", "cohort"])
    refused = CliRunner().invoke(app, ["report", "roi", "--since", "Oct"])

    assert "33 % of commission is still estimated." in shown.stdout
    assert "'Oct' is not a month like 2026-10" in str(refused.exception)
