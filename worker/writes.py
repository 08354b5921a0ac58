"""Cells that a run writes in existing rows: gathered per record, written once, ten rows a call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from schemas.fields import Field, Table
from schemas.problems import Problem

Changes = dict[str, dict[Field, object]]


class Updates(Protocol):
    """A base: absolute values written to rows, problems given back per row."""

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]: ...


@dataclass(slots=True)
class Writes:
    """Gathers the changes of a run until `flush`; the last value of a cell counts."""

    base: Updates
    _changes: dict[Table, Changes] = field(default_factory=dict)
    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]:
        """Take changes in; what Airtable then refuses is told by `flush`."""
        rows = self._changes.setdefault(table, {})
        for record_id, values in changes.items():
            rows.setdefault(record_id, {}).update(values)
        return ()

    def afterwards(self, act: Callable[[], None]) -> None:
        """Do that once everything gathered so far stands in Airtable."""
        self._afterwards.append(act)

    def take(self, table: Table, record_id: str) -> Mapping[Field, object]:
        """Hand over what was gathered for a row, for a caller who writes that row anyway."""
        return self._changes.get(table, {}).pop(record_id, {})

    def drop(self) -> None:
        """Forget what was gathered: whoever wanted it written will want it again."""
        self._changes, self._afterwards = {}, []

    def flush(self) -> tuple[Problem, ...]:
        """Write everything; the problems of rows that were refused, save those of mere notes."""
        changes, afterwards = self._changes, self._afterwards
        self.drop()
        problems = [
            problem
            for table, rows in changes.items()
            for problem in self.base.update(table, rows)
            # A note that cannot be written is no news: its row is gone.
            if set(rows.get(problem.record_id, ())) != {table.note}
        ]
        for act in afterwards:
            act()
        return tuple(problems)
