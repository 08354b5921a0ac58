"""What leaves Airtable: past its time, or in need; never what is open."""

from datetime import UTC, datetime, timedelta

import pytest

from automations.retention import ShownRow, is_full, plan_pruning
from automations.waiting import full_calls
from schemas.tables import operations, outreach, payouts, pipeline

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MESSAGES, HISTORY = outreach.MESSAGES.name, pipeline.STAGE_HISTORY.name
RUNS, LINES, STATEMENTS = operations.RUNS.name, payouts.LINES.name, payouts.STATEMENTS.name


def a_row(table: str = MESSAGES, key: str = "k", *, days: float = 1, **more) -> ShownRow:
    return ShownRow(table, key, f"rec{key}", NOW - timedelta(days=days), **more)


def a_line(period: str, *, table: str = LINES, days: float = 1, is_open: bool = False) -> ShownRow:
    run = f"appGLOW/{period}"
    return a_row(table, f"line:{run}:ana", days=days, run=run, is_open=is_open)


def pruned(*rows: ShownRow, used: int = 0, limit: int = 50_000) -> list[str]:
    return [row.key for row in plan_pruning(rows=rows, used=used, limit=limit, now=NOW)]


@pytest.mark.parametrize(("table", "days"), [(MESSAGES, 90), (HISTORY, 90), (RUNS, 30)])
def test_a_row_stays_for_its_time_and_then_goes(table, days):
    assert pruned(a_row(table, days=days)) == []
    assert pruned(a_row(table, days=days + 0.1)) == ["k"]


def test_what_is_open_stays_however_old_it_is_and_however_full_the_base():
    assert pruned(a_row(days=500, is_open=True), used=50_000) == []


def test_suppressions_and_tasks_never_go():
    for table in (outreach.SUPPRESSIONS.name, pipeline.TASKS.name, operations.SETTINGS.name):
        assert pruned(a_row(table, days=5_000), used=50_000) == []


def test_lines_of_the_last_three_runs_stay_and_statements_stay_longer():
    lines = [a_line(f"2026-{month:02}", days=200) for month in range(5, 11)]
    statements = [a_line("2026-01", table=STATEMENTS, days=300)]

    assert pruned(*lines, *statements) == [line.key for line in lines[:3]]


def test_lines_of_a_run_that_is_not_posted_stay():
    lines = [a_line("2026-01", is_open=True), *(a_line(f"2026-{m:02}") for m in range(6, 9))]

    assert pruned(*lines) == []


def test_a_base_that_fills_up_loses_its_oldest_rows_until_there_is_room():
    rows = [a_row(key=f"m{n:03}", days=80 - n / 10) for n in range(200)]

    assert pruned(*rows, used=899, limit=1_000) == []
    assert pruned(*rows, used=900, limit=1_000) == [f"m{n:03}" for n in range(51)]


def test_rows_past_their_time_count_towards_the_room_that_is_made():
    old = [a_row(key=f"a{n:02}", days=100) for n in range(40)]
    young = [a_row(HISTORY, f"b{n:02}", days=50) for n in range(40)]

    gone = pruned(*young, *old, used=900, limit=1_000)

    assert gone == [*(row.key for row in old), *(f"b{n:02}" for n in range(11))]


def test_rows_of_today_and_the_last_run_stay_even_in_a_full_base():
    today, yesterday = a_row(RUNS, "today", days=0.5), a_row(RUNS, "yesterday", days=1.5)
    lines = [a_line("2026-09", days=40), a_line("2026-10", days=10)]

    assert pruned(today, yesterday, *lines, used=1_000, limit=1_000) == [lines[0].key, "yesterday"]


@pytest.mark.parametrize(("used", "full"), [(44_999, False), (45_000, True), (60_000, True)])
def test_a_base_is_full_at_ninety_percent(used, full):
    assert is_full(used, 50_000) is full


@pytest.mark.parametrize(
    ("due", "waiting", "shown"),
    [(0, 9, 0), (0, 10, 10), (0, 25, 20), (1, 0, 1), (1, 4, 5), (1, 12, 10), (9, 30, 30),
     (12, 3, 15), (12, 20, 30)],
)  # fmt: skip
def test_calls_are_filled_and_what_is_due_never_waits(due, waiting, shown):
    written = full_calls(range(due), range(100, 100 + waiting))

    assert len(written) == shown
    assert list(written[:due]) == list(range(due))
