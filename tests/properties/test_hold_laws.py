"""Laws of holds: no plan beyond the limit goes on unasked, and no answer outlives its question."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from automations.blast_radius import preview_of, reach_of
from automations.plan import Action, MoveStage, NotNow, OpenEnrolment, Plan, UpdateRow
from schemas.tables import creators
from worker.ledger import brakes
from worker.ledger.brakes import HoldState
from worker.ledger.engine import open_ledger

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
BASE = "appGLOW0000000001"
ROWS = st.sampled_from([f"rec{n}" for n in range(80)])


def an_action(kind: str, row: str) -> Action:
    match kind:
        case "enrol":
            return OpenEnrolment(row, "Chosen.", row, row, "recruit", 1, (), "jane")
        case "move":
            return MoveStage(row, "Sent.", row, row, "Prospect", "Contacted", AT)
        case _:
            return UpdateRow(row, "Due.", creators.TABLE, row, {creators.ENROLMENT: "Due."})


ACTIONS = st.lists(st.builds(an_action, st.sampled_from(["enrol", "move", "write"]), ROWS))
WAITING = st.lists(st.builds(NotNow, ROWS, st.just("Ana"), st.just("Later."), st.booleans()))


@given(ACTIONS, WAITING, st.randoms())
def test_the_reach_of_a_plan_does_not_hang_on_its_order(actions, waiting, chance):
    plan = Plan(tuple(actions), skipped=tuple(waiting))
    shuffled = list(actions)
    chance.shuffle(shuffled)

    reach = reach_of(plan)

    assert reach_of(Plan(tuple(shuffled), skipped=tuple(waiting))) == reach
    assert reach.rows <= len(actions)
    assert reach.rows <= reach.rows_and_due <= reach.rows + sum(left.is_due for left in waiting)


@given(ACTIONS)
def test_a_preview_is_as_long_as_a_person_reads(actions):
    plan = Plan(tuple(actions))

    preview = preview_of(plan, {})

    shown = min(reach_of(plan).rows, 50)
    assert len(preview) == 1 + shown + (reach_of(plan).rows > shown)


@given(
    st.lists(
        st.tuples(
            st.integers(min_value=1, max_value=60),
            st.sampled_from([None, HoldState.RELEASED, HoldState.DROPPED]),
        ),
        max_size=12,
    )
)
def test_only_a_release_of_about_that_size_lets_a_plan_go_on(fresh_ledger, asked):
    with TemporaryDirectory() as folder:
        shutil.copy(fresh_ledger, Path(folder) / "ledger.db")
        ledger = open_ledger(f"sqlite:///{Path(folder) / 'ledger.db'}")
        released, answered = 0, set[str]()
        for size, decision in asked:
            hold = brakes.hold(
                ledger, BASE, "outreach", kind=brakes.ROWS, because="", preview=[], size=size,
                at=AT,
            )  # fmt: skip
            if hold.state is HoldState.RELEASED:
                assert size <= released * brakes.GROWTH
            if hold.state is HoldState.HELD:
                assert hold.id not in answered
                assert hold.size * brakes.GROWTH >= size
            if decision and brakes.decide(ledger, hold.id, decision, by="Linh Tran", at=AT):
                answered.add(hold.id)
                released = hold.size if decision is HoldState.RELEASED else 0
            assert len(brakes.holds(ledger, BASE, only_held=True)) <= 1
        ledger.close()
