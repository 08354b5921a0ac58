"""All bases of one world, and the doors that need no HTTP: seeding them and reading them back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sandbox.airtable import collaborators, computed, schema, writing
from sandbox.airtable.cells import Draft
from sandbox.airtable.model import COMPUTED, Base, Record, Table
from sandbox.airtable.ui import Ui


class Store(Ui):
    """Bases by id, with the doors of people's hands."""

    def add_base(
        self, base_id: str, name: str, tables: Sequence[Mapping[str, object]] = ()
    ) -> Base:
        """A base in the shape of the metadata API, ids kept, with views and records if given."""
        base = Base(base_id, name, now=self.now, made_at=self.now())
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
                number = record.cells[column.id]
                if column.type == "autoNumber" and isinstance(number, int):
                    table.last_number = max(table.last_number, number)
        collaborators.learn_from(base, table, cells)
        values = writing.understood(table, cells, Draft(base, self.new_id))
        for field_id, value in values.items():
            if value is not None:
                writing.set_cell(base, record, table.fields[field_id], value)

    def create_record(
        self,
        base_id: str,
        table: str,
        fields: Mapping[str, object],
        *,
        typecast: bool = False,
        by: str = "",
    ) -> str:
        """Create one record as a person would; its id."""
        return self.create_rows(base_id, table, [fields], typecast=typecast, by=by)[0]

    def update_record(
        self,
        base_id: str,
        table: str,
        record_id: str,
        fields: Mapping[str, object],
        *,
        by: str = "",
    ) -> None:
        """Change cells of one record as a person would."""
        self.edit_rows(base_id, table, {record_id: fields}, by=by)

    def delete_record(self, base_id: str, table: str, record_id: str, *, by: str = "") -> None:
        """Delete one record as a person would."""
        self.delete_rows(base_id, table, [record_id], by=by)

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
