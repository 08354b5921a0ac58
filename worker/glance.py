"""A look at what a job would do, from the mirror alone: no call to Airtable, nothing changed.

The page shows it. Unlike a preview on the command line it may lag behind the base by one poll.
"""

from collections.abc import Collection
from dataclasses import dataclass

from schemas.fields import Table
from worker.reading import Reading, Source
from worker.views import Mirrored


@dataclass(frozen=True, slots=True)
class Remembered(Mirrored):
    """The base as last read; whoever changed since a view was asked counts as in it."""

    def ask(self, table: Table, view: str, ids: Collection[str]) -> None:
        """Nobody is asked."""


@dataclass(slots=True)
class Glance(Reading):
    """A reading that only remembers."""

    remember: bool = False
    poll: bool = False

    def source(self) -> Source:
        """The mirror."""
        return Remembered(self.worker)
