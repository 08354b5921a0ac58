"""Laws of retention: what is open or young stays, and a full base gets room if there is any."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from automations.retention import ENOUGH_PERCENT, LEAST, ShownRow, is_full, plan_pruning
from schemas.tables import operations, outreach, pipeline

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TABLES = [outreach.MESSAGES.name, pipeline.STAGE_HISTORY.name, operations.RUNS.name, "Ideas"]
rows = st.lists(
    st.builds(
        lambda table, n, hours, is_open: ShownRow(
            table, f"k{n}", f"rec{n}", NOW - timedelta(hours=hours), is_open
        ),
        st.sampled_from(TABLES),
        st.integers(0, 10_000),
        st.integers(0, 24 * 200),
        st.booleans(),
    ),
    unique_by=lambda row: (row.table, row.key),
    max_size=60,
)
people = st.integers(0, 60)


@given(rows=rows, people=people)
def test_what_is_open_young_or_the_teams_stays_and_the_oldest_go_first(rows, people):
    gone = plan_pruning(rows=rows, used=len(rows) + people, limit=60, now=NOW)

    assert set(gone) <= set(rows)
    assert not any(row.is_open or row.table == "Ideas" or row.at > NOW - LEAST for row in gone)
    assert [row.at for row in gone] == sorted(row.at for row in gone)


@given(rows=rows, people=people)
def test_a_full_base_gets_room_unless_nothing_more_may_go(rows, people):
    used = len(rows) + people
    gone = plan_pruning(rows=rows, used=used, limit=60, now=NOW)
    may_go = [
        row for row in rows
        if not row.is_open and row.table != "Ideas" and row.at < NOW - LEAST
    ]  # fmt: skip

    if is_full(used, 60):
        left = used - len(gone)
        assert left * 100 < 60 * ENOUGH_PERCENT or len(gone) == len(may_go)


@given(rows=rows, people=people)
def test_pruned_once_nothing_is_left_to_prune(rows, people):
    used = len(rows) + people
    gone = set(plan_pruning(rows=rows, used=used, limit=60, now=NOW))
    left = [row for row in rows if row not in gone]

    if not is_full(used - len(gone), 60):
        assert plan_pruning(rows=left, used=used - len(gone), limit=60, now=NOW) == ()
