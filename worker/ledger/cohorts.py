"""The cohort of each creator, for comparison: month of the first enrolment, and the source then.

It hangs on the ledger's creator, never on a handle, and does not change with later edits.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from worker.ledger.engine import insert_new
from worker.ledger.tables import CREATOR_COHORTS


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who is compared with whom: `month` like 2026-10, `source` as typed in Creators."""

    month: str
    source: str

    @property
    def title(self) -> str:
        """As people call it: 2026-10 Marketplace."""
        return f"{self.month} {self.source}".strip()


def freeze(connection: Connection, base: str, creator: str, cohort: Cohort) -> None:
    """Keep the creator's cohort; an earlier month found later (a rebuild) goes first."""
    kept = {"month": cohort.month, "source": cohort.source}
    if not insert_new(connection, CREATOR_COHORTS, {"base": base, "creator": creator, **kept}):
        mine = (CREATOR_COHORTS.c.base == base, CREATOR_COHORTS.c.creator == creator)
        later = CREATOR_COHORTS.c.month > cohort.month
        connection.execute(update(CREATOR_COHORTS).where(*mine, later).values(**kept))


def read(connection: Connection, base: str) -> Mapping[str, Cohort]:
    """The cohort of every creator who was ever enrolled."""
    query = select(CREATOR_COHORTS).where(CREATOR_COHORTS.c.base == base)
    return {row.creator: Cohort(row.month, row.source) for row in connection.execute(query)}
