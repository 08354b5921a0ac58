"""Who is in a view: asked of Airtable by record id, and only where a plan hangs on it.

A view nobody has made yet is its declared condition. A view that was seen and is gone raises
ViewGone, which holds the job.
"""

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, field

from schemas.fields import Table
from schemas.parsing import Row
from worker.airtable_errors import ViewUnknown
from worker.ledger import mirror
from worker.wiring import Worker

BY_ID = 100  # more than this many are found faster by reading the whole view


@dataclass(frozen=True, slots=True)
class Members:
    """Record ids seen in a view, and those of which it is not known since they last changed."""

    seen: frozenset[str]
    unknown: frozenset[str] = frozenset()

    @property
    def possible(self) -> frozenset[str]:
        """Everybody who may be in the view."""
        return self.seen | self.unknown


@dataclass(frozen=True, slots=True)
class Consulted(Container[str]):
    """A view as a planner consults it; `wanted` are those it asked for and nobody knows yet.

    They count as outside until they were asked for; then the plan is made again.
    """

    members: Members
    wanted: set[str] = field(default_factory=set)

    def __contains__(self, record_id: object) -> bool:
        """Whether the record was seen in the view."""
        if record_id in self.members.unknown:
            self.wanted.add(str(record_id))
        return record_id in self.members.seen


@dataclass(frozen=True, slots=True)
class Direct:
    """Reads the base itself: exact at this moment, for previews."""

    worker: Worker

    def rows(self, table: Table) -> tuple[Row, ...]:
        """Every row of the table."""
        return self.worker.base.read(table)

    def members(self, table: Table, view: str, rows: Sequence[Row]) -> Members | None:
        """Everybody in the view; None if there never was such a view."""
        del rows
        try:
            rows = self.worker.base.read(table, view=view, fields=table.fields[:1])
        except ViewUnknown:
            return None
        return Members(frozenset(row.id for row in rows))

    def ask(self, table: Table, view: str, ids: Collection[str]) -> None:
        """Nothing to ask: all is known."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """Knows the base by the mirror in the ledger."""

    worker: Worker

    def rows(self, table: Table) -> tuple[Row, ...]:
        """Every row of the table, as the feed last told."""
        return mirror.rows(self.worker.ledger, self.worker.base_id, table)

    def members(self, table: Table, view: str, rows: Sequence[Row]) -> Members | None:
        """Who is in the view as far as is known; None if there never was such a view."""
        worker = self.worker
        try:
            seen = worker.base.names.view(table, view)
        except ViewUnknown:
            return None
        if seen is None:
            declared = table.view(view).shows
            now = worker.clock.now()
            return Members(frozenset(row.id for row in rows if declared.holds(row.cells, now)))
        known = mirror.members(worker.ledger, worker.base_id, _name(table, view))
        return Members(
            frozenset(row.id for row in rows if known.get(row.id)),
            frozenset(row.id for row in rows if row.id not in known),
        )

    def ask(self, table: Table, view: str, ids: Collection[str]) -> None:
        """Ask the view for these records, or for everybody if they are many."""
        worker, everybody = self.worker, len(ids) > BY_ID
        asked = mirror.record_ids(worker.ledger, worker.base_id, table) if everybody else set(ids)
        found = worker.base.read(
            table, view=view, fields=table.fields[:1], ids=None if everybody else sorted(asked)
        )
        there = {row.id for row in found}
        with worker.ledger.writing() as connection:
            seen = {one: one in there for one in asked}
            mirror.know(connection, worker.base_id, _name(table, view), seen)


def _name(table: Table, view: str) -> str:
    return f"{table.name}/{view}"
