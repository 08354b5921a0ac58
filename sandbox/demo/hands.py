"""Hands in Airtable: how the simulated team types, and how the demo reads the base back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.airtable.store import Store
from schemas.fields import Field, Table


@dataclass(frozen=True, slots=True)
class Line:
    """One row as a teammate sees it."""

    id: str
    created_at: str
    cells: Mapping[str, object]

    def get(self, field: Field) -> object:
        """The cell; None when it is empty."""
        return self.cells.get(field.name)

    def text(self, field: Field) -> str:
        """The cell as text; "" when it is empty."""
        return str(self.get(field) or "")

    def number(self, field: Field) -> float:
        """The cell as a number; 0 when it is empty."""
        value = self.get(field)
        return float(value) if isinstance(value, int | float) else 0.0

    def link(self, field: Field) -> str:
        """The first record a link cell names; "" when it names none."""
        value = self.get(field)
        return str(value[0]) if isinstance(value, list) and value else ""


@dataclass(frozen=True, slots=True)
class Hands:
    """One base, read and typed into without the API's limits: people use the web page."""

    store: Store
    base_id: str

    def rows(self, table: Table) -> Sequence[Line]:
        """All rows of a table, oldest first."""
        return [
            Line(str(row["id"]), str(row["createdTime"]), cells)
            for row in self.store.rows(self.base_id, table.name)
            if isinstance(cells := row["fields"], Mapping)
        ]

    def edit(
        self, table: Table, record_id: str, cells: Mapping[Field, object], by: str = ""
    ) -> None:
        """Type into a row, as the person of that name."""
        named = {field.name: value for field, value in cells.items()}
        self.store.update_record(self.base_id, table.name, record_id, named, by=by)

    def create(self, table: Table, cells: Mapping[Field, object], by: str = "") -> str:
        """Type a new row, as the person of that name; its record id."""
        named = {field.name: value for field, value in cells.items() if value not in ("", None)}
        return self.store.create_record(self.base_id, table.name, named, by=by)
