"""What people do at Airtable's own pages, each act one transaction of the change feed.

Tables, fields and choices are given by name or id; `by` names the person.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sandbox.airtable import computed, restructuring, schema, writing
from sandbox.airtable.actors import person
from sandbox.airtable.bases import Bases
from sandbox.airtable.cells import Draft
from sandbox.airtable.errors import ApiError, no_such_row, unknown_field
from sandbox.airtable.journal import transaction
from sandbox.airtable.model import COMPUTED, Base, Field, Table
from sandbox.airtable.writing import Change

Cells = Mapping[str, object]


class Ui(Bases):
    """The doors of hands; every one is also a `do` of POST /sandbox/ui."""

    @contextmanager
    def _hand(self, base_id: str, table: str, by: str) -> Iterator[tuple[Base, Table]]:
        base = self.base(base_id)
        with transaction(base, person(by), self.now()):
            yield base, self.table(base_id, table)

    def create_rows(
        self, base: str, table: str, rows: Sequence[Cells], *, typecast: bool = False, by: str = ""
    ) -> list[str]:
        """Paste new rows; their ids."""
        with self._hand(base, table, by) as (of, into):
            draft = Draft(of, self.new_id, typecast)
            cells = [writing.understood(into, row, draft) for row in rows]
            changes = [Change(self.new_id("rec"), one, is_new=True) for one in cells]
            return [record.id for record in writing.apply(into, changes, draft, self.now())]

    def edit_rows(self, base: str, table: str, rows: Mapping[str, Cells], *, by: str = "") -> None:
        """Change cells of rows, by record id."""
        with self._hand(base, table, by) as (of, into):
            _check(into, list(rows))
            draft = Draft(of, self.new_id)
            changes = [
                Change(record_id, writing.understood(into, row, draft))
                for record_id, row in rows.items()
            ]
            writing.apply(into, changes, draft, self.now())

    def delete_rows(
        self, base: str, table: str, rows: Sequence[str] | None = None, *, by: str = ""
    ) -> None:
        """Delete these rows, or all of the table."""
        with self._hand(base, table, by) as (of, from_):
            _check(from_, rows or ())
            writing.delete(of, from_, list(from_.rows) if rows is None else rows)

    def duplicate_row(self, base: str, table: str, row: str, *, by: str = "") -> str:
        """Copy a row and paste it; the new row's id."""
        with self._hand(base, table, by) as (of, into):
            _check(into, [row])
            own = {f.id for f in into.fields.values() if f.type not in COMPUTED}
            cells = {i: v for i, v in into.rows[row].cells.items() if i in own}
            change = Change(self.new_id("rec"), cells, is_new=True)
            writing.apply(into, [change], Draft(of, self.new_id), self.now())
            return change.record_id

    def add_field(self, base: str, table: str, spec: Mapping[str, object], *, by: str = "") -> str:
        """Make a field, a computed one too, which the metadata API cannot; its id."""
        with self._hand(base, table, by) as (of, into):
            is_computed = spec.get("type") in COMPUTED
            checked = spec if is_computed else schema.checked(spec, of)
            field = schema.add_field(of, into, checked, self.new_id)
            computed.define(of, into, field)
            return field.id

    def rename_field(self, base: str, table: str, field: str, name: str, *, by: str = "") -> None:
        """Call a field otherwise."""
        with self._hand(base, table, by) as (of, its):
            restructuring.rename_field(of, its, _field(its, field), name)

    def delete_field(self, base: str, table: str, field: str, *, by: str = "") -> None:
        """Delete a field: its cells go, views that filter by it lose that filter."""
        with self._hand(base, table, by) as (of, its):
            restructuring.delete_field(of, its, _field(its, field))

    def undo_field_deletion(self, base: str, table: str, field: str, *, by: str = "") -> None:
        """Bring a deleted field back, and with it all its cells."""
        with self._hand(base, table, by) as (of, _):
            restructuring.undo_field_deletion(of, field)

    def retype_field(
        self, base: str, table: str, field: str, spec: Mapping[str, object], *, by: str = ""
    ) -> None:
        """Give a field another type: `spec` has its `type` and `options`."""
        with self._hand(base, table, by) as (of, its):
            restructuring.retype_field(of, its, _field(its, field), spec, self.new_id)

    def add_choice(self, base: str, table: str, field: str, name: str, *, by: str = "") -> str:
        """Add an option to a select; its id."""
        with self._hand(base, table, by) as (of, its):
            return restructuring.add_choice(of, _field(its, field), name, self.new_id)

    def rename_choice(
        self, base: str, table: str, field: str, choice: str, name: str, *, by: str = ""
    ) -> None:
        """Call a select's option otherwise."""
        with self._hand(base, table, by) as (of, its):
            restructuring.rename_choice(of, _field(its, field), choice, name)

    def delete_choice(
        self, base: str, table: str, field: str, choice: str, *, by: str = ""
    ) -> None:
        """Delete a select's option: cells that chose it are cleared."""
        with self._hand(base, table, by) as (of, its):
            restructuring.delete_choice(of, its, _field(its, field), choice)

    def rename_table(self, base: str, table: str, name: str, *, by: str = "") -> None:
        """Call a table otherwise."""
        with self._hand(base, table, by) as (of, its):
            restructuring.rename_table(of, its, name)

    def delete_table(self, base: str, table: str, *, by: str = "") -> None:
        """Delete a table with all its rows: links to it become text."""
        with self._hand(base, table, by) as (of, its):
            restructuring.delete_table(of, its)

    def rename_view(self, base: str, table: str, view: str, name: str, *, by: str = "") -> None:
        """Call a view otherwise."""
        with self._hand(base, table, by) as (_, its):
            found = its.view(view)
            if found is None:
                raise _no_view(view)
            found.name = name

    def delete_view(self, base: str, table: str, view: str, *, by: str = "") -> str:
        """Delete a view; the id it had."""
        with self._hand(base, table, by) as (_, its):
            found = its.view(view)
            if found is None:
                raise _no_view(view)
            del its.views[found.id]
            return found.id


DOORS = tuple(name for name in vars(Ui) if not name.startswith("_"))


def _field(table: Table, name: str) -> Field:
    column = table.field(name)
    if column is None:
        raise unknown_field(name)
    return column


def _check(table: Table, record_ids: Sequence[str]) -> None:
    for record_id in record_ids:
        if record_id not in table.rows:
            raise no_such_row(record_id)


def _no_view(name: str) -> ApiError:
    return ApiError(404, "VIEW_NAME_NOT_FOUND", f"View {name} not found")
