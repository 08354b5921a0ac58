"""Carries out stage moves, and shows them in Stage history.

Airtable has no compare-and-set: the cells are read again right before they are written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from automations.plan import MoveStage
from automations.waiting import BATCH, full_calls
from schemas.fields import Field, Table
from schemas.parsing import Row
from schemas.problems import Problem
from schemas.records_pipeline import StageMove
from schemas.tables import creators, pipeline
from worker.ledger import stages
from worker.ledger.engine import Ledger
from worker.wiring import Worker


class MoveOutcome(Enum):
    """What came of a move."""

    MOVED = "moved"
    NOTED = "stage noted"
    MADE_BEFORE = "moved before"
    A_PERSON_WAS_FASTER = "a person was faster"
    ROW_GONE = "row gone"
    NOT_TAKEN = "move refused"


@dataclass(frozen=True, slots=True)
class Carried:
    """The outcome of one move, with the problem if Airtable did not take it."""

    outcome: MoveOutcome
    problems: tuple[Problem, ...] = ()


def in_tens(moves: Sequence[MoveStage]) -> Iterator[Sequence[MoveStage]]:
    """The moves of ten creators at a time, in order."""
    whose: dict[str, list[MoveStage]] = {}
    for move in moves:
        whose.setdefault(move.record_id, []).append(move)
    each = list(whose.values())
    for start in range(0, len(each), BATCH):
        yield [move for own in each[start : start + BATCH] for move in own]


class Rows(Protocol):
    """The base: rows read by id, absolute values written."""

    base_id: str

    def read(
        self, table: Table, *, fields: Sequence[Field] | None = None, ids: Sequence[str] | None
    ) -> tuple[Row, ...]: ...

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]: ...


Also = Callable[[str], Mapping[Field, object]]  # what else is to be written in a record


def carry_out_moves(
    base: Rows,
    ledger: Ledger,
    moves: Sequence[MoveStage],
    now: datetime,
    also: Also = lambda _record_id: {},
) -> tuple[Carried, ...]:
    """Write each stage if `expected` still stands there, and remember it: a read and a write.

    Moves of at most ten creators. One whose `expected` is its `to` has happened already: it is
    only remembered. `also` hands over other changes of a row, to be written with its stage.
    """
    carried: dict[str, Carried] = {}
    own = [move for move in moves if move.expected != move.to]
    on = {move.creator for move in own}
    noted = [move for move in moves if move.expected == move.to]
    for move in noted:
        carried[move.key] = Carried(MoveOutcome.NOTED)
        if move.creator in on:  # moved on at once: the move's own cells follow
            stages.record_seen(ledger, base.base_id, move, now)
    noted = [move for move in noted if move.creator not in on]
    changes = _own_changes(base, ledger, own, carried)
    changes |= _noted_changes(base, ledger, noted)
    whole = {record_id: {**also(record_id), **cells} for record_id, cells in changes.items()}
    problems = base.update(creators.TABLE, whole) if whole else ()
    for move in noted:
        stages.record_seen(ledger, base.base_id, move, now)
        carried[move.key] = Carried(MoveOutcome.NOTED, _of(move, problems))
    for move in own:
        if move.key not in carried:
            carried[move.key] = _settled(ledger, move, _of(move, problems), now)
    return tuple(carried[move.key] for move in moves)


def _own_changes(
    base: Rows, ledger: Ledger, own: Sequence[MoveStage], carried: dict[str, Carried]
) -> dict[str, Mapping[Field, object]]:
    """The cells of moves still to be made; what came of the others goes into `carried`."""
    intended = [move for move in own if stages.intend(ledger, base.base_id, move)]
    for move in own:
        if move not in intended:
            carried[move.key] = Carried(MoveOutcome.MADE_BEFORE)
    stands = _stages_now(base, [move.record_id for move in intended])
    changes: dict[str, Mapping[Field, object]] = {}
    for move in intended:
        if stands.get(move.record_id) in {move.expected, move.to}:
            changes[move.record_id] = {creators.STAGE: move.to, creators.STAGE_SINCE: move.at}
            continue
        stages.give_up(ledger, move.key)
        is_there = move.record_id in stands
        carried[move.key] = Carried(
            MoveOutcome.A_PERSON_WAS_FASTER if is_there else MoveOutcome.ROW_GONE
        )
    return changes


def _noted_changes(
    base: Rows, ledger: Ledger, noted: Sequence[MoveStage]
) -> dict[str, Mapping[Field, object]]:
    return {
        move.record_id: {creators.STAGE_SINCE: move.at}
        for move in noted
        if stages.is_known(ledger, base.base_id, move.creator)
    }


def _settled(
    ledger: Ledger, move: MoveStage, problems: tuple[Problem, ...], now: datetime
) -> Carried:
    if problems:
        stages.give_up(ledger, move.key)
        return Carried(MoveOutcome.NOT_TAKEN, problems)
    stages.settle(ledger, move.key, now)
    return Carried(MoveOutcome.MOVED)


def _of(move: MoveStage, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems of the move's row, and of the whole table: a field or choice that is gone."""
    return tuple(one for one in problems if one.record_id in {move.record_id, ""})


def _stages_now(base: Rows, record_ids: Sequence[str]) -> Mapping[str, str]:
    """What the Stage cells hold at this moment; a row that is gone is not among them."""
    if not record_ids:
        return {}
    rows = base.read(creators.TABLE, ids=record_ids, fields=(creators.STAGE,))
    return {row.id: str(row.cells.get(creators.STAGE) or "") for row in rows}


def show_moves(worker: Worker, now: datetime) -> tuple[Problem, ...]:
    """Write moves that Stage history does not show yet, as many as fill calls; repeatable."""
    long_ago = now - worker.patience
    unshown = stages.unshown_moves(worker.ledger, worker.base_id)
    due = [move for move in unshown if move.at <= long_ago]
    moves = full_calls(due, [move for move in unshown if move.at > long_ago])
    if not moves:
        return ()
    upserted = worker.base.upsert(pipeline.STAGE_HISTORY, [_history_row(move) for move in moves])
    # Marked also where a row was refused: the Problem tells, and a retry would not help.
    stages.mark_shown(worker.ledger, [move.key for move in moves], now)
    return upserted.problems


def _history_row(move: StageMove) -> Mapping[Field, object]:
    return {
        pipeline.MOVE_KEY: move.key,
        pipeline.MOVE_CREATOR: [move.record_id],
        pipeline.MOVE_FROM: move.from_stage,
        pipeline.MOVE_TO: move.to,
        pipeline.MOVE_AT: move.at,
        pipeline.MOVE_BY: move.by,
        pipeline.MOVE_BECAUSE: move.because,
    }
