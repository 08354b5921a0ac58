"""A base as a person typed it, to be read alone: what is computed from it needs no Airtable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.fields import Field, Table
from schemas.parsing import Row
from schemas.problems import Problem
from worker.airtable import Upserted


@dataclass(frozen=True, slots=True)
class TypedBase:
    """Rows by the name of their table; a table without rows is empty."""

    rows: Mapping[str, Sequence[Row]]
    base_id: str

    def read(
        self,
        table: Table,
        *,
        view: str | None = None,
        formula: str | None = None,
        fields: Sequence[Field] | None = None,
    ) -> tuple[Row, ...]:
        """The rows of a table, whole."""
        del view, formula, fields
        return tuple(self.rows.get(table.name, ()))

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]:
        """Nothing is shown in such a base."""
        raise NotImplementedError

    def upsert(self, table: Table, rows: Sequence[Mapping[Field, object]]) -> Upserted:
        """Nothing is shown in such a base."""
        raise NotImplementedError
