"""What one transaction changed, found by comparing what it touched with what is there now."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.airtable.model import COMPUTED, Base, Field, Record, Table, Touched, Was

Cells = Mapping[str, object]


@dataclass(eq=False)
class TableChange:
    """One table's changes; `old` is the table as it was (the table itself if that is the same)."""

    table: Table
    old: Table
    created: dict[str, Record] = field(default_factory=dict)
    changed: dict[str, tuple[Cells, Record]] = field(default_factory=dict)
    destroyed: dict[str, Cells] = field(default_factory=dict)

    @property
    def created_fields(self) -> list[Field]:
        """Fields that were not there."""
        return [f for f in self.table.fields.values() if f.id not in self.old.fields]

    @property
    def changed_fields(self) -> list[tuple[Field, Field]]:
        """Fields that are called, typed or set otherwise, as (old, new)."""
        if self.old is self.table:
            return []
        pairs = [(self.old.fields.get(f.id), f) for f in self.table.fields.values()]
        return [(old, new) for old, new in pairs if old and old.meta() != new.meta()]

    @property
    def destroyed_fields(self) -> list[str]:
        """Ids of fields that are gone."""
        return [field_id for field_id in self.old.fields if field_id not in self.table.fields]

    @property
    def is_renamed(self) -> bool:
        """Whether the table's name or description changed."""
        return (self.old.name, self.old.description) != (self.table.name, self.table.description)


@dataclass(eq=False)
class Changes:
    """All changes of one transaction."""

    base: Base
    touched: Touched
    tables: dict[str, TableChange] = field(default_factory=dict)

    @property
    def created_tables(self) -> list[Table]:
        """Tables that were not there."""
        before = self.touched.tables
        return (
            [] if before is None else [t for t in self.base.tables.values() if t.id not in before]
        )

    @property
    def destroyed_tables(self) -> list[str]:
        """Ids of tables that are gone."""
        return [i for i in self.touched.tables or () if i not in self.base.tables]

    @property
    def destroyed_fields(self) -> frozenset[str]:
        """Ids of all fields that are gone, with their tables or without."""
        before = self.touched.tables or {}
        gone = {f for i in self.destroyed_tables for f in before[i].fields}
        return frozenset(gone.union(*(c.destroyed_fields for c in self.tables.values())))

    def was(self, record_id: str) -> Was | None:
        """The record as it was, if this transaction touched it."""
        return self.touched.rows.get(record_id)


def found(base: Base, touched: Touched) -> Changes:
    """Compare; the caller holds the base's lock. Tables nobody touched are not looked at."""
    changes = Changes(base, touched)
    homes = {was.table_id for was in touched.rows.values()}
    before = touched.tables
    if before is None:
        before = {table_id: base.tables[table_id] for table_id in homes}
    for table_id, old in before.items():
        if table_id in base.tables:
            changes.tables[table_id] = TableChange(base.tables[table_id], old)
    for record_id, was in touched.rows.items():
        change = changes.tables.get(was.table_id)
        if change:
            _compare(change, record_id, was)
    return changes


def _compare(change: TableChange, record_id: str, was: Was) -> None:
    record = change.table.rows.get(record_id)
    if was.cells is None:
        if record:
            change.created[record_id] = record
    elif record is None:
        change.destroyed[record_id] = was.cells
    elif differing(change.table, was.cells, record.cells):
        change.changed[record_id] = (was.cells, record)


def differing(table: Table, before: Cells, after: Cells) -> list[Field]:
    """The fields of the table, computed ones aside, whose cells are not the same."""
    return [
        f
        for f in table.fields.values()
        if f.type not in COMPUTED and before.get(f.id) != after.get(f.id)
    ]
