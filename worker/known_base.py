"""A base whose declared tables are mirrored in the ledger: what we write is known at once.

So the feed's news of our own writes is recognised by value, and values that already stand in the
worker's own fields are not written again. Reading stays direct; `reading` chooses the mirror.
"""

from collections.abc import Mapping, Sequence

from pyairtable import Api

from schemas.base import MIRRORED
from schemas.fields import Field, Owner, Table
from schemas.parsing import Row
from schemas.problems import Problem
from worker.airtable import Base, Upserted
from worker.airtable_cells import outgoing
from worker.airtable_http import Door
from worker.airtable_ids import IdStore
from worker.clock import Clock
from worker.ledger import mirror, shown_rows
from worker.ledger.engine import Ledger

Changes = Mapping[str, Mapping[Field, object]]


class KnownBase(Base):
    """A base that remembers in the ledger's mirror what it wrote."""

    def __init__(
        self, api: Api, door: Door, base_id: str, ids: IdStore, ledger: Ledger, clock: Clock
    ) -> None:
        super().__init__(api, door, base_id, ids)
        self._ledger = ledger
        self._clock = clock

    def update(self, table: Table, changes: Changes) -> tuple[Problem, ...]:
        """Write what does not stand there already; what Airtable took is in the mirror."""
        if not changes:
            return ()
        if table not in MIRRORED:
            return super().update(table, changes)
        news = self._news(table, changes)
        problems = super().update(table, news)
        refused = {problem.record_id for problem in problems}
        self._remember(table, {row: cells for row, cells in news.items() if row not in refused})
        return problems

    def upsert(self, table: Table, rows: Sequence[Mapping[Field, object]]) -> Upserted:
        """Create or update rows by key; the mirror learns of new ones from the feed.

        Which rows stand there is remembered, so that they can be counted and pruned.
        """
        done = super().upsert(table, rows)
        with self._ledger.writing() as connection:
            at = self._clock.now()
            shown_rows.remember(connection, self.base_id, table, done.record_ids, at)
        if table in MIRRORED and table.key is not None:
            by_key = {str(outgoing(cells[table.key])): cells for cells in rows}
            known = {done.record_ids[key]: cells for key, cells in by_key.items()
                     if key in done.record_ids}  # fmt: skip
            self._remember(table, known)
        return done

    def delete(self, table: Table, record_ids: Sequence[str]) -> None:
        """Delete rows, here and in the mirror."""
        super().delete(table, record_ids)
        if table in MIRRORED:
            with self._ledger.writing() as connection:
                mirror.remove(connection, self.base_id, table, record_ids)

    def _news(self, table: Table, changes: Changes) -> Changes:
        """Without the worker's own values that stand there; a person's may have changed since."""
        rows = {row.id: row for row in mirror.rows(self._ledger, self.base_id, table, changes)}
        return {
            record_id: {
                field: value for field, value in cells.items()
                if not _stands(rows.get(record_id), field, outgoing(value))
            }
            for record_id, cells in changes.items()
        }  # fmt: skip

    def _remember(self, table: Table, changes: Changes) -> None:
        plain = {
            record_id: {
                field: outgoing(value)
                for field, value in cells.items()
                if self.names.field(table, field)
            }
            for record_id, cells in changes.items()
            if cells
        }
        if plain:
            with self._ledger.writing() as connection:
                mirror.written(connection, self.base_id, table, plain)


def _stands(row: Row | None, field: Field, value: object) -> bool:
    if row is None or field.owner is not Owner.WORKER:
        return False
    there = row.cells.get(field)
    return there == value or (mirror.is_empty(there) and mirror.is_empty(value))
