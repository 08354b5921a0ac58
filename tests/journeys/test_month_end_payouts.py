"""A month is closed: order file in, run calculated, approved by another, posted; then a return."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.seed import BASE_ID
from schemas.tables import content, creators, operations, payouts
from tests.builders_orders import an_order, pending, write_orders
from tests.builders_programme import Programme, programme

RUN = f"{BASE_ID}/2025-10"


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        for row, handle in zip(
            running.rows(creators.TABLE), ("maria.santos", "jonas.b"), strict=True
        ):
            running.edit(creators.TABLE, row["id"], {creators.HANDLE: f"@{handle}"})
        hold_back = next(
            r for r in running.rows(operations.SETTINGS) if r["Name"] == "Hold-back days"
        )
        running.edit(operations.SETTINGS, hold_back["id"], {operations.SETTING_VALUE: "0"})
        for name in ("Paula Reyes", "Quentin Marsh"):
            running.create(operations.TEAM, {operations.TEAM_NAME: name})
        running.create(payouts.RULES, a_top_up())
        yield running


def a_top_up() -> dict[Any, Any]:
    return {
        payouts.RULE_NAME: "Growth",
        payouts.RULE_KIND: "Top-up",
        payouts.RULE_CURRENCY: "USD",
        payouts.RULE_RATE: 5,
        payouts.RULE_FROM: "2025-09-01",
    }


def person(glow: Programme, name: str) -> list[str]:
    return [row["id"] for row in glow.rows(operations.TEAM) if row["Name"] == name]


def ask(glow: Programme, state: str, **people: str) -> dict[Any, Any]:
    """Set the run's State as a teammate would, let the worker answer, give the row back."""
    cells: dict[Any, Any] = {payouts.RUN_STATE: state}
    if "by" in people:
        cells[payouts.RUN_APPROVED_BY] = person(glow, people["by"])
    if not glow.rows(payouts.RUNS):
        preparer = person(glow, people["prepared_by"])
        glow.create(
            payouts.RUNS,
            {payouts.RUN_PERIOD: "2025-10", payouts.RUN_PREPARED_BY: preparer, **cells},
        )
    else:
        glow.edit(payouts.RUNS, glow.rows(payouts.RUNS)[0]["id"], cells)
    glow.run("payouts")
    return dict(glow.rows(payouts.RUNS)[0])


def imported(glow: Programme, folder: Path, *orders: dict[str, str]) -> int:
    # A year back, so that the month is over whatever the clock of the machine says.
    old = [{name: cell.replace("/2026", "/2025") for name, cell in o.items()} for o in orders]
    path = write_orders(folder / "affiliate_orders_1.csv", old)
    return glow.cli("import", str(path)).returncode


def lines(glow: Programme) -> list[tuple[str, str, float]]:
    return sorted((r["Kind"], r["Window"], r["Amount"]) for r in glow.rows(payouts.LINES))


def test_a_month_from_the_file_to_posted_statements(glow, tmp_path):
    order = an_order(1, Payment_Amount="$400.00", Actual_Commission_Base="$400.00")
    assert imported(glow, tmp_path, order, pending(2)) == 0

    assert ask(glow, "Calculate", prepared_by="Paula Reyes")["State"] == "Calculated"
    same = ask(glow, "Approve", by="Paula Reyes")
    assert same["State"] == "Approve"
    assert "somebody else" in same["Automation note"]
    approved = ask(glow, "Approve", by="Quentin Marsh")
    assert (approved["State"], approved.get("Automation note", "")) == ("Approved", "")
    run = ask(glow, "Post")

    assert (run["State"], run["Totals"], run["Key"]) == ("Posted", "USD 20.00", RUN)
    (statement,) = glow.rows(payouts.STATEMENTS)
    assert (statement["Total"], statement["State"], statement["Run"]) == (
        20, "Posted", [run["id"]],
    )  # fmt: skip
    (line,) = glow.rows(payouts.LINES)
    assert line["Statement"] == [statement["id"]]
    assert line["Creator"] == statement["Creator"] == [glow.rows(creators.TABLE)[0]["id"]]
    assert (line["Amount"], line["Basis"], line["Paid by"]) == (20, 400, "Brand")


def test_the_command_line_closes_a_month_and_the_next_takes_back_a_return(glow, tmp_path):
    order = an_order(1, Payment_Amount="$400.00", Actual_Commission_Base="$400.00")
    imported(glow, tmp_path, order)
    steps = (
        ("calculate", "--by", "Paula Reyes"), ("approve", "--by", "Quentin Marsh"), ("post",),
    )  # fmt: skip
    for step in steps:
        ran = glow.cli("payouts", *step, "--period", "2025-10")
        assert ran.returncode == 0, ran.stderr
    imported(glow, tmp_path, order | {"Fully returned or refunded": "Yes"})

    after = glow.cli("payouts", "calculate", "--by", "Paula", "--period", "2025-11")
    assert after.returncode == 2
    assert "Team has" in after.stderr
    after = glow.cli("payouts", "calculate", "--by", "Paula Reyes", "--period", "2025-11", "--json")

    assert json.loads(after.stdout)["totals"] == ["USD 0.00"]
    assert lines(glow) == [
        ("Carry-over", "2025-11", 20),
        ("Clawback", "2025-10", -20),
        ("Top-up", "2025-10", 20),
    ]


def test_a_recalculation_withdraws_what_is_no_longer_owed(glow, tmp_path):
    order = an_order(1, Payment_Amount="$400.00", Actual_Commission_Base="$400.00")
    imported(glow, tmp_path, order)
    ask(glow, "Calculate", prepared_by="Paula Reyes")
    imported(glow, tmp_path, order | {"Fully returned or refunded": "Yes"})

    run = ask(glow, "Calculate")

    assert run["Statements"] == 0
    assert [(r["Kind"], r["Amount"]) for r in glow.rows(payouts.LINES)] == [("Withdrawn", 0)]
    assert [(r["State"], r["Total"]) for r in glow.rows(payouts.STATEMENTS)] == [("Withdrawn", 0)]


def test_a_deleted_statement_comes_back_with_the_next_step(glow, tmp_path):
    imported(glow, tmp_path, an_order(1, Actual_Commission_Base="$400.00"))
    ask(glow, "Calculate", prepared_by="Paula Reyes")
    for table in (payouts.STATEMENTS, payouts.LINES):
        glow.delete(table, glow.rows(table)[0]["id"])

    ask(glow, "Approve", by="Quentin Marsh")

    assert [row["Total"] for row in glow.rows(payouts.STATEMENTS)] == [20]
    assert len(glow.rows(payouts.LINES)) == 1


def test_a_retainer_met_and_one_missed_are_both_on_the_statements(glow, tmp_path):
    people = [row["id"] for row in glow.rows(creators.TABLE)]
    glow.create(
        payouts.RULES,
        {
            payouts.RULE_NAME: "Two posts", payouts.RULE_KIND: "Retainer",
            payouts.RULE_CURRENCY: "USD", payouts.RULE_AMOUNT: 150, payouts.RULE_POSTS: 2,
            payouts.RULE_FROM: "2025-10-01", payouts.RULE_CREATORS: people,
        },
    )  # fmt: skip
    for n, poster in enumerate((people[0], people[0], people[1])):
        glow.create(
            content.CONTENT,
            {
                content.URL: f"https://www.tiktok.com/@x/video/73{n}", content.VIDEO_ID: f"73{n}",
                content.CREATOR: [poster], content.POSTED_ON: f"2025-10-1{n}",
                content.APPROVED: True,
            },
        )  # fmt: skip

    ask(glow, "Calculate", prepared_by="Paula Reyes")

    assert lines(glow) == [("Retainer", "2025-10", 0), ("Retainer", "2025-10", 150)]
    missed = next(row for row in glow.rows(payouts.LINES) if not row["Amount"])
    assert "1 of 2 approved posts" in missed["Because"]


def test_a_handle_nobody_has_is_told_with_its_sum(glow, tmp_path):
    imported(glow, tmp_path, an_order(1, Creator_Username="stranger"))

    run = ask(glow, "Calculate", prepared_by="Paula Reyes")

    assert "1 order lines (USD 25.00) have a handle that no row of Creators has" in run["Summary"]


def test_a_file_that_is_not_one_is_refused_with_exit_code_two(glow, tmp_path):
    path = tmp_path / "holiday.csv"
    path.write_text("Date,Customer\n1,2\n")

    refused = glow.cli("import", str(path))

    assert refused.returncode == 2
    assert "holiday.csv is no export that we know" in refused.stderr
    assert "Traceback" not in refused.stderr
