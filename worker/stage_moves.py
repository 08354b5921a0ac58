"""Carries out one stage move, and shows moves in Stage history.

Airtable has no compare-and-set: the cell is read again right before it is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from automations.plan import MoveStage
from schemas.fields import Field, Table
from schemas.parsing import Row
from schemas.problems import Problem
from schemas.records_pipeline import StageMove
from schemas.tables import creators, pipeline
from worker.airtable import Base
from worker.ledger import stages
from worker.ledger.engine import Ledger


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


class Rows(Protocol):
    """The base: rows read by formula, absolute values written."""

    base_id: str

    def read(
        self, table: Table, *, formula: str | None = None, fields: tuple[Field, ...] | None = None
    ) -> tuple[Row, ...]: ...

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]: ...


def carry_out_move(base: Rows, ledger: Ledger, move: MoveStage, now: datetime) -> Carried:
    """Write the stage if `expected` still stands there, and remember it.

    A move whose `expected` is its `to` has happened already: it is only remembered.
    """
    if move.expected == move.to:
        return _note(base, ledger, move, now)
    if not stages.intend(ledger, base.base_id, move):
        return Carried(MoveOutcome.MADE_BEFORE)
    stands = _stage_now(base, move.record_id)
    if stands is None:
        stages.give_up(ledger, move.key)
        return Carried(MoveOutcome.ROW_GONE)
    if stands not in {move.expected, move.to}:
        stages.give_up(ledger, move.key)
        return Carried(MoveOutcome.A_PERSON_WAS_FASTER)
    values = {creators.STAGE: move.to, creators.STAGE_SINCE: move.at}
    problems = base.update(creators.TABLE, {move.record_id: values})
    if problems:
        stages.give_up(ledger, move.key)
        return Carried(MoveOutcome.NOT_TAKEN, problems)
    stages.settle(ledger, move.key, now)
    return Carried(MoveOutcome.MOVED)


def _note(base: Rows, ledger: Ledger, move: MoveStage, now: datetime) -> Carried:
    problems: tuple[Problem, ...] = ()
    if stages.is_known(ledger, base.base_id, move.creator):
        problems = base.update(creators.TABLE, {move.record_id: {creators.STAGE_SINCE: move.at}})
    stages.record_seen(ledger, base.base_id, move, now)
    return Carried(MoveOutcome.NOTED, problems)


def _stage_now(base: Rows, record_id: str) -> str | None:
    """What the Stage cell holds at this moment; None if the row is gone."""
    rows = base.read(creators.TABLE, formula=f"RECORD_ID()='{record_id}'", fields=(creators.STAGE,))
    return str(rows[0].cells.get(creators.STAGE) or "") if rows else None


def show_moves(base: Base, ledger: Ledger, now: datetime) -> tuple[Problem, ...]:
    """Write moves that Stage history does not show yet, ten rows a call; repeatable."""
    moves = stages.unshown_moves(ledger, base.base_id)
    if not moves:
        return ()
    upserted = base.upsert(pipeline.STAGE_HISTORY, [_history_row(move) for move in moves])
    # Marked also where a row was refused: the Problem tells, and a retry would not help.
    stages.mark_shown(ledger, [move.key for move in moves], now)
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
