"""The simulator: what a month would have cost under rules on trial, before anyone approves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from automations.roi.sorting import Span
from schemas.tables import creators, operations, payouts
from tests.builders_cli import ran
from tests.builders_orders import an_order, write_orders
from tests.builders_programme import Programme, programme
from worker import payouts as work
from worker.ledger.tables_money import DRAFT_LINES, POSTED_LINES
from worker.payouts import Desk
from worker.reading import Reading
from worker.simulating import Replay, simulate

SPAN = Span("2025-10", "2025-10")


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        handles = ("maria.santos", "jonas.b")
        for row, handle in zip(running.rows(creators.TABLE), handles, strict=True):
            running.edit(creators.TABLE, row["id"], {creators.HANDLE: f"@{handle}"})
        for name in ("Paula Reyes", "Quentin Marsh"):
            running.create(operations.TEAM, {operations.TEAM_NAME: name})
        orders = [
            an_order(1, Actual_Commission_Base="$400.00"),
            an_order(2, Actual_Commission_Base="$100.10", Creator_Username="jonas.b"),
            an_order(3, Actual_Commission_Base="$50.00", Time_Created="14/09/2026 09:30:00"),
        ]
        # A year back, so that the months are over whatever the clock of the machine says.
        old = [{name: cell.replace("/2026", "/2025") for name, cell in o.items()} for o in orders]
        file = write_orders(tmp_path / "affiliate_orders_1.csv", old)
        assert ran("import", str(file)).exit_code == 0
        yield running


def a_rule(glow: Programme, rate: float, status: str = "Active") -> str:
    cells: dict[Any, Any] = {
        payouts.RULE_NAME: "Growth", payouts.RULE_KIND: "Top-up", payouts.RULE_CURRENCY: "USD",
        payouts.RULE_RATE: rate, payouts.RULE_FROM: "2025-09-01", payouts.RULE_HOLD_BACK: 0,
        payouts.RULE_STATUS: status,
    }  # fmt: skip
    return glow.create(payouts.RULES, cells)


def desk(worker: Any, *, remember: bool) -> Desk:
    reading = Reading(worker, remember=remember)
    if remember:
        reading.identified()
    return Desk(worker.base, worker.ledger, reading.rules()[0], worker.clock.now())


def post_october(glow: Programme) -> None:
    """Calculate, approve and post the month, as two people would."""
    people = [row["id"] for row in glow.rows(operations.TEAM)]
    with glow.worker() as worker:
        working = desk(worker, remember=True)
        work.calculate(working, "2025-10", people[0])
        work.approve(working, "2025-10", people[1])
        work.post(working, "2025-10")


def replayed(glow: Programme, span: Span = SPAN) -> Replay:
    with glow.worker() as worker:
        return simulate(desk(worker, remember=False), span)


def changes(found: Replay) -> list[tuple[str, int, int]]:
    return [(one.name, one.now, one.then) for one in found.simulated.rules]


def counted(glow: Programme) -> list[int]:
    with glow.worker() as worker, worker.ledger.reading() as connection:
        counts = (select(func.count()).select_from(t) for t in (DRAFT_LINES, POSTED_LINES))
        return [int(connection.execute(count).scalar_one()) for count in counts]


def test_rules_on_trial_are_replayed_against_what_a_real_run_posts(glow):
    a_rule(glow, 5)
    post_october(glow)
    before, rows = counted(glow), len(glow.rows(payouts.LINES))

    unchanged = replayed(glow)
    assert changes(unchanged) == [("Growth", 2000 + 501, 2000 + 501)]
    assert [one.difference for one in unchanged.simulated.creators] == [0, 0]
    with glow.worker() as worker, worker.ledger.reading() as connection:
        line = POSTED_LINES.c
        october = (line.window == "2025-10", line.kind != "Carry-over")
        paid = connection.execute(select(func.sum(line.amount_minor)).where(*october)).scalar_one()
    assert int(paid) == 2501

    same = a_rule(glow, 5, "Trial")
    assert changes(replayed(glow)) == [("Growth", 2501, 2501)]
    glow.edit(payouts.RULES, same, {payouts.RULE_RATE: 8})
    dearer = replayed(glow)
    assert changes(dearer) == [("Growth", 2501, 3200 + 801)]
    now, then = dearer.roi["USD"]
    assert (now.payouts, then.payouts, now.gross) == (2501, 4001, then.gross)
    assert dearer.crossed == ()
    glow.edit(payouts.RULES, same, {payouts.RULE_BUDGET: 30})
    (crossed,) = replayed(glow).crossed
    assert crossed.startswith("Growth v1 on trial: Its budget is USD 30.00")
    both = replayed(glow, Span("2025-09", "2025-10"))
    assert changes(both) == [("Growth", 2751, 4401)]

    assert (counted(glow), len(glow.rows(payouts.LINES))) == (before, rows)


def test_the_command_names_winners_losers_and_a_new_rule(glow):
    first = glow.rows(creators.TABLE)[0]["id"]
    a_rule(glow, 5)
    a_rule(glow, 1, "Trial")
    star = {payouts.RULE_NAME: "Star", payouts.RULE_CREATORS: [first]}
    glow.edit(payouts.RULES, a_rule(glow, 10, "Trial"), star)
    glow.run("pipeline")

    answer = ran("payouts", "simulate", "--from", "2025-10", "--to", "2025-10", "--json")
    shown = ran("payouts", "simulate", "--from", "2025-10", "--to", "2025-10")

    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    assert [(one["rule"], one["difference"]) for one in told["rules"]] == [
        ("Growth", "USD -20.01"), ("Star", "USD 40.00"),
    ]  # fmt: skip
    assert [one["difference"] for one in told["creators"]] == ["USD 24.00", "USD -4.01"]
    assert told["roi"]["USD"]["on trial"]["payouts"] == "45.00"
    assert "Who would gain most" in shown.stdout
    assert "Nothing was changed." in shown.stdout
