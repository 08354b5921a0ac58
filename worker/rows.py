"""Writes rows that carry a key, and remembers which of them it ever created.

A row made with `once` that a person deleted stays deleted: a deleted task counts as dismissed.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from automations.plan import MoveStage, UpsertRow
from schemas.fields import Table
from schemas.problems import Problem
from schemas.tables import creators
from worker.airtable import Base
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import CREATED_ROWS
from worker.stage_moves import Carried, carry_out_moves
from worker.writes import Writes


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes keyed rows of one base."""

    base: Base
    writes: Writes
    ledger: Ledger
    now: Callable[[], datetime]

    def upsert(self, actions: Collection[UpsertRow]) -> tuple[Problem, ...]:
        """Create or update each row by its key; the problems of those that could not be."""
        known = self._created([action.key for action in actions if action.once])
        by_table: dict[Table, list[UpsertRow]] = {}
        for action in actions:
            if action.key not in known:
                by_table.setdefault(action.table, []).append(action)
        return tuple(
            problem for table, wanted in by_table.items() for problem in self._write(table, wanted)
        )

    def move(self, actions: Sequence[MoveStage]) -> tuple[Carried, ...]:
        """Move ten creators at most, where the stage still is the one the plan expected.

        What else was gathered for their rows is written with it.
        """
        return carry_out_moves(
            self.base, self.ledger, actions, self.now(),
            also=lambda record_id: self.writes.take(creators.TABLE, record_id),
        )  # fmt: skip

    def _write(self, table: Table, actions: Sequence[UpsertRow]) -> tuple[Problem, ...]:
        if table.key is None:
            raise ValueError(f"{table.name} has no key field to upsert on")
        upserted = self.base.upsert(table, [{table.key: a.key, **a.values} for a in actions])
        once = {action.key for action in actions if action.once}
        with self.ledger.writing() as connection:
            for key, record_id in upserted.record_ids.items():
                if key in once:
                    insert_new(
                        connection,
                        CREATED_ROWS,
                        {
                            "base": self.base.base_id, "key": key, "table_name": table.name,
                            "record_id": record_id, "at": self.now(),
                        },
                    )  # fmt: skip
        return upserted.problems

    def _created(self, keys: Sequence[str]) -> frozenset[str]:
        if not keys:
            return frozenset()
        with self.ledger.reading() as connection:
            found = select(CREATED_ROWS.c.key).where(
                CREATED_ROWS.c.base == self.base.base_id, CREATED_ROWS.c.key.in_(keys)
            )
            return frozenset(connection.execute(found).scalars())
