"""Stage moves between base and ledger: written once, remembered, shown, and told in one notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from automations.notices import plan_notices, stage_news
from automations.plan import MoveStage, PostNotice
from schemas.fields import Field, Table
from schemas.outreach import DeliveryState
from schemas.parsing import Row
from schemas.problems import Problem
from schemas.records_pipeline import A_PERSON, FIRST_SEEN, THE_WORKER
from schemas.tables import creators
from tests.builders_pipeline import BASE, LONG_AGO, NOW
from worker.ledger import notice_lines, stages
from worker.ledger.engine import Ledger
from worker.ledger.tables import DELIVERIES
from worker.notice_words import load_notice_words
from worker.stage_moves import Carried, MoveOutcome, carry_out_moves

SEEN = MoveStage("stage:appGLOW:cr1:Contacted:1", "", "cr1", "recA", "Contacted", "Contacted", NOW)
MOVE = MoveStage(
    "stage:appGLOW:cr1:Replied:2", "The creator wrote back.", "cr1", "recA", "Contacted",
    "Replied", NOW,
)  # fmt: skip


class Killed(BaseException):
    """The process died here."""


@dataclass
class OneRow:
    """A base with one creator; `dies` kills the process before or after the write."""

    base_id: str = BASE
    cells: dict[Field, object] = field(default_factory=lambda: {creators.STAGE: "Contacted"})
    gone: bool = False
    dies: str = ""

    def read(
        self, table: Table, *, fields: Sequence[Field] | None = None, ids: Sequence[str] | None
    ) -> tuple[Row, ...]:
        assert (table, ids, fields) == (creators.TABLE, ["recA"], (creators.STAGE,))
        return () if self.gone else (Row("recA", LONG_AGO, dict(self.cells)),)

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]:
        assert table is creators.TABLE
        if self.dies == "before":
            raise Killed
        self.cells.update(changes["recA"])
        if self.dies == "after":
            raise Killed
        return ()


def carry_out_move(base: OneRow, ledger: Ledger, move: MoveStage, now: datetime) -> Carried:
    (carried,) = carry_out_moves(base, ledger, [move], now)
    return carried


@pytest.fixture
def base(ledger: Ledger) -> OneRow:
    """A creator seen as Contacted."""
    base = OneRow()
    carry_out_move(base, ledger, SEEN, NOW)
    return base


def last(ledger: Ledger) -> tuple[int, str, str]:
    move = stages.last_moves(ledger, BASE)["cr1"]
    return move.number, move.to, move.by


def test_a_creator_first_seen_is_remembered_and_no_news(ledger, base):
    assert last(ledger) == (1, "Contacted", FIRST_SEEN)
    assert stages.unnoticed_moves(ledger, BASE) == stages.unshown_moves(ledger, BASE) == ()


def test_a_move_is_written_and_remembered_as_the_workers(ledger, base):
    carried = carry_out_move(base, ledger, MOVE, NOW)

    assert carried.outcome is MoveOutcome.MOVED
    assert base.cells == {creators.STAGE: "Replied", creators.STAGE_SINCE: NOW}
    assert last(ledger) == (2, "Replied", THE_WORKER)
    (move,) = stages.unshown_moves(ledger, BASE)
    assert (move.from_stage, move.to, move.because) == ("Contacted", "Replied", MOVE.because)


def test_a_person_who_was_faster_is_not_overwritten(ledger, base):
    base.cells[creators.STAGE] = "Onboarded"

    carried = carry_out_move(base, ledger, MOVE, NOW)

    assert carried.outcome is MoveOutcome.A_PERSON_WAS_FASTER
    assert base.cells[creators.STAGE] == "Onboarded"
    assert last(ledger) == (1, "Contacted", FIRST_SEEN)


def test_a_row_that_is_gone_is_not_moved(ledger, base):
    base.gone = True

    assert carry_out_move(base, ledger, MOVE, NOW).outcome is MoveOutcome.ROW_GONE
    assert last(ledger) == (1, "Contacted", FIRST_SEEN)


def test_a_persons_move_is_remembered_as_theirs(ledger, base):
    theirs = replace(MOVE, expected="Replied", because="A person changed Stage.")

    assert carry_out_move(base, ledger, theirs, NOW).outcome is MoveOutcome.NOTED

    assert last(ledger) == (2, "Replied", A_PERSON)
    assert stages.last_moves(ledger, BASE)["cr1"].person_at == NOW
    assert base.cells[creators.STAGE_SINCE] == NOW


def test_killed_before_the_write_the_move_is_made_by_the_next_pass(ledger, base):
    base.dies = "before"
    with pytest.raises(Killed):
        carry_out_move(base, ledger, MOVE, NOW)
    assert last(ledger) == (1, "Contacted", FIRST_SEEN)
    base.dies = ""

    carry_out_move(base, ledger, replace(MOVE, at=NOW + timedelta(minutes=2)), NOW)

    assert last(ledger) == (2, "Replied", THE_WORKER)


def test_killed_after_the_write_the_move_is_not_taken_for_a_persons(ledger, base):
    base.dies = "after"
    with pytest.raises(Killed):
        carry_out_move(base, ledger, MOVE, NOW)
    base.dies = ""
    # What the planner says when the cell differs from the ledger's last settled move:
    seen = replace(MOVE, expected="Replied", because="A person changed Stage.")

    carry_out_move(base, ledger, seen, NOW)

    assert last(ledger) == (2, "Replied", THE_WORKER)
    assert stages.last_moves(ledger, BASE)["cr1"].person_at is None


def test_a_move_that_was_intended_gives_way_to_where_a_person_went(ledger, base):
    base.dies = "before"
    with pytest.raises(Killed):
        carry_out_move(base, ledger, MOVE, NOW)
    base.dies, base.cells[creators.STAGE] = "", "Onboarded"
    theirs = replace(
        SEEN, key="stage:appGLOW:cr1:Onboarded:2", expected="Onboarded", to="Onboarded"
    )

    carry_out_move(base, ledger, theirs, NOW)

    assert last(ledger) == (2, "Onboarded", A_PERSON)


def test_a_move_made_before_is_not_made_again(ledger, base):
    carry_out_move(base, ledger, MOVE, NOW)
    base.cells[creators.STAGE] = "Contacted"

    assert carry_out_move(base, ledger, MOVE, NOW).outcome is MoveOutcome.MADE_BEFORE
    assert base.cells[creators.STAGE] == "Contacted"


@dataclass
class ManyRows:
    """A base with some creators; counts its calls, and may die before or after the write."""

    stage_of: dict[str, str]
    refuses: str = ""
    dies: str = ""
    base_id: str = BASE
    calls: list[str] = field(default_factory=list)

    def read(
        self, table: Table, *, fields: Sequence[Field] | None = None, ids: Sequence[str] | None
    ) -> tuple[Row, ...]:
        del table, fields
        self.calls.append("read")
        there = [one for one in ids or () if one in self.stage_of]
        return tuple(Row(one, LONG_AGO, {creators.STAGE: self.stage_of[one]}) for one in there)

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]:
        self.calls.append("write")
        if self.dies == "before":
            raise Killed
        for record_id, cells in changes.items():
            if record_id != self.refuses and creators.STAGE in cells:
                self.stage_of[record_id] = str(cells[creators.STAGE])
        if self.dies == "after":
            raise Killed
        refused = [one for one in changes if one == self.refuses]
        return tuple(Problem(table.name, one, "No such option.") for one in refused)


def moves_of(count: int, *, number: int = 1) -> list[MoveStage]:
    return [
        MoveStage(
            f"stage:{BASE}:cr{n}:Replied:{number}", "They wrote back.", f"cr{n}", f"rec{n}",
            "Contacted", "Replied", NOW,
        )
        for n in range(count)
    ]  # fmt: skip


def test_ten_moves_are_one_read_and_one_write_and_each_has_its_own_outcome(ledger):
    rows = ManyRows({f"rec{n}": "Contacted" for n in range(9)} | {"rec3": "Onboarded"}, "rec5")

    carried = carry_out_moves(rows, ledger, moves_of(10), NOW)

    assert rows.calls == ["read", "write"]
    outcomes = {n: one.outcome for n, one in enumerate(carried)}
    assert outcomes == dict.fromkeys(range(10), MoveOutcome.MOVED) | {
        3: MoveOutcome.A_PERSON_WAS_FASTER, 5: MoveOutcome.NOT_TAKEN, 9: MoveOutcome.ROW_GONE,
    }  # fmt: skip
    assert [one.text for one in carried[5].problems] == ["No such option."]
    assert rows.stage_of["rec3"] == "Onboarded"
    assert {move.creator for move in stages.unshown_moves(ledger, BASE)} == {
        f"cr{n}" for n in range(10) if n not in {3, 5, 9}
    }


@pytest.mark.parametrize("dies", ["before", "after"])
def test_killed_around_the_write_of_ten_all_are_made_once_by_the_next_pass(ledger, dies):
    rows = ManyRows({f"rec{n}": "Contacted" for n in range(10)}, dies=dies)
    with pytest.raises(Killed):
        carry_out_moves(rows, ledger, moves_of(10), NOW)
    rows.dies, rows.stage_of["rec4"] = "", "Onboarded"

    carried = carry_out_moves(rows, ledger, moves_of(10), NOW)

    outcomes = [one.outcome for one in carried]
    assert outcomes.count(MoveOutcome.MOVED) == 9
    assert outcomes[4] is MoveOutcome.A_PERSON_WAS_FASTER
    assert rows.stage_of["rec4"] == "Onboarded"
    assert len(stages.unshown_moves(ledger, BASE)) == 9


def test_other_changes_of_a_row_travel_with_its_stage(ledger):
    written: list[Mapping[str, Mapping[Field, object]]] = []

    class Noting(ManyRows):
        def update(
            self, table: Table, changes: Mapping[str, Mapping[Field, object]]
        ) -> tuple[Problem, ...]:
            written.append(changes)
            return super().update(table, changes)

    rows = Noting({"rec0": "Contacted"})

    carry_out_moves(rows, ledger, moves_of(1), NOW, also=lambda _record: {creators.POSTS: 2})

    assert [set(changes["rec0"]) for changes in written] == [
        {creators.POSTS, creators.STAGE, creators.STAGE_SINCE}
    ]


def notices(ledger: Ledger) -> tuple[PostNotice, ...]:
    moves = stages.unnoticed_moves(ledger, BASE)
    words = load_notice_words()
    news = [stage_news(move, "Luana Prado", words) for move in moves]
    untold = notice_lines.untold(ledger, [one.key for one in news])
    plan = plan_notices(base=BASE, news=news, untold=untold, words=words, now=NOW)
    return tuple(action for action in plan.actions if isinstance(action, PostNotice))


def claim(ledger: Ledger, notice: PostNotice, state: DeliveryState) -> bool:
    """What the executor's claim does for a notice, and what became of it."""
    with ledger.writing() as connection:
        covered = notice_lines.cover(connection, BASE, notice.key, notice.covers)
        if covered:
            connection.execute(DELIVERIES.delete().where(DELIVERIES.c.key == notice.key))
            connection.execute(
                DELIVERIES.insert().values(
                    key=notice.key, base=BASE, kind="notice", state=state.value, payload={}
                )
            )
        return covered


def test_a_move_told_by_a_notice_is_not_told_by_another(ledger, base):
    carry_out_move(base, ledger, MOVE, NOW)
    (notice,) = notices(ledger)

    assert claim(ledger, notice, DeliveryState.SENT)

    assert notices(ledger) == ()
    assert not claim(ledger, replace(notice, key="notice:other"), DeliveryState.SENT)


def test_a_notice_handed_back_is_planned_again_with_its_key_and_new_moves_beside_it(ledger, base):
    carry_out_move(base, ledger, MOVE, NOW)
    (first,) = notices(ledger)
    claim(ledger, first, DeliveryState.DUE)
    onward = MoveStage("stage:appGLOW:cr1:Posted:3", "", "cr1", "recA", "Replied", "Posted", NOW)
    carry_out_move(base, ledger, onward, NOW)

    again, new = notices(ledger)

    assert again == first
    assert (new.covers, new.key) == ((onward.key,), f"notice:stages:{BASE}:{onward.key}")


@pytest.mark.parametrize("state", [DeliveryState.CLAIMED, DeliveryState.IN_DOUBT])
def test_a_notice_that_may_be_out_is_left_alone(ledger, base, state):
    carry_out_move(base, ledger, MOVE, NOW)
    (notice,) = notices(ledger)

    claim(ledger, notice, state)

    assert notices(ledger) == ()
