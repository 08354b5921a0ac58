"""All bases of one world, and the doors that need no HTTP: seeding them and reading them back."""

import random
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from sandbox.airtable import computed, schema, writing
from sandbox.airtable.cells import Draft
from sandbox.airtable.errors import no_such_model, no_such_row
from sandbox.airtable.model import COMPUTED, Base, Record, Table
from sandbox.airtable.values import whole

_LETTERS = string.ascii_letters + string.digits


class Store:
    """Bases by id; ids are drawn from a seed, so that the same seeding gives the same ids."""

    def __init__(self, now: Callable[[], datetime], seed: int = 0) -> None:
        self.now = now
        self.bases: dict[str, Base] = {}
        self._dice = random.Random(seed)

    def new_id(self, prefix: str) -> str:
        """A fresh id of Airtable's form, such as recA1b2C3d4E5f6G7."""
        return prefix + "".join(self._dice.choices(_LETTERS, k=14))

    def base(self, base_id: str) -> Base:
        """The base of that id; ApiError 403 if there is none."""
        if base_id not in self.bases:
            raise no_such_model()
        return self.bases[base_id]

    def table(self, base_id: str, name_or_id: str) -> Table:
        """The table of that id or name; ApiError 403 if there is none."""
        table = self.base(base_id).table(name_or_id)
        if table is None:
            raise no_such_model()
        return table

    def add_base(
        self, base_id: str, name: str, tables: Sequence[Mapping[str, object]] = ()
    ) -> Base:
        """A base in the shape of the metadata API, ids kept, with views and records if given."""
        base = Base(base_id, name, now=self.now)
        for spec in tables:
            table = schema.table_of(spec, self.new_id)
            table.now = self.now
            base.tables[table.id] = table
        computed.attach(base)
        pairs = list(zip(base.tables.values(), tables, strict=True))
        for table, spec in pairs:
            schema.add_views(base, table, spec, self.new_id)
        rows = [(table, row) for table, spec in pairs for row in _records(spec)]
        added = [(table, self._add_row(table, row), row) for table, row in rows]
        for table, record, row in added:
            self._fill(base, table, record, row)
        self.bases[base_id] = base
        return base

    def _add_row(self, table: Table, row: Mapping[str, object]) -> Record:
        created = row.get("createdTime")
        at = datetime.fromisoformat(created).astimezone(UTC) if isinstance(created, str) else None
        record = Record(
            str(row.get("id") or self.new_id("rec")), at or self.now(), at or self.now()
        )
        return table.add(record)

    def _fill(self, base: Base, table: Table, record: Record, row: Mapping[str, object]) -> None:
        """An owner's row: computed cells are kept as given, the others checked as on a write."""
        given = row.get("fields")
        cells = dict(given) if isinstance(given, Mapping) else {}
        for name in list(cells):
            column = table.field(name)
            if column and column.type in COMPUTED:
                record.cells[column.id] = cells.pop(name)
                if column.type == "autoNumber":
                    table.last_number = max(table.last_number, whole(record.cells[column.id]))
        values = writing.understood(table, cells, Draft(base, self.new_id))
        for field_id, value in values.items():
            if value is not None:
                writing.set_cell(base, record, table.fields[field_id], value)

    def create_record(
        self, base_id: str, table: str, fields: Mapping[str, object], *, typecast: bool = False
    ) -> str:
        """Create one record as the API would; its id."""
        base, into = self.base(base_id), self.table(base_id, table)
        with base.lock:
            draft = Draft(base, self.new_id, typecast)
            cells = writing.understood(into, fields, draft)
            change = writing.Change(self.new_id("rec"), cells, is_new=True)
            return writing.apply(into, [change], draft, self.now())[0].id

    def update_record(
        self, base_id: str, table: str, record_id: str, fields: Mapping[str, object]
    ) -> None:
        """Change cells of one record as the API would."""
        base, into = self.base(base_id), self.table(base_id, table)
        with base.lock:
            if record_id not in into.rows:
                raise no_such_row(record_id)
            draft = Draft(base, self.new_id)
            change = writing.Change(record_id, writing.understood(into, fields, draft))
            writing.apply(into, [change], draft, self.now())

    def delete_record(self, base_id: str, table: str, record_id: str) -> None:
        """Delete one record as the API would."""
        base, from_ = self.base(base_id), self.table(base_id, table)
        with base.lock:
            writing.delete(base, from_, [record_id])

    def rows(self, base_id: str, table: str) -> list[dict[str, object]]:
        """All records of a table as the API shows them: id, createdTime, fields by name."""
        base, of = self.base(base_id), self.table(base_id, table)
        with base.lock:
            return [of.json(record) for record in of.rows.values()]

    def add_view(self, base_id: str, table: str, name: str, formula: str = "") -> str:
        """Make a view as a person would in the UI; its id."""
        base, of = self.base(base_id), self.table(base_id, table)
        with base.lock:
            spec = {"name": name, "formula": formula}
            return schema.add_view(base, of, spec, self.new_id).id


def _records(spec: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    rows = spec.get("records")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
