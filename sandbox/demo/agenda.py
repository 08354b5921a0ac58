"""What will happen when: everything people do is an entry here, done in order of its time."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.world import Clock


@dataclass(order=True, frozen=True, slots=True)
class _Entry:
    at: datetime
    what: str
    number: int
    do: Callable[[], None] = field(compare=False)


@dataclass(slots=True)
class Agenda:
    """Entries to come; those of one moment happen in the order of their names."""

    clock: Clock
    _entries: list[_Entry] = field(default_factory=list)
    _added: int = 0

    def add(self, at: datetime, what: str, do: Callable[[], None]) -> None:
        """Plan `do` for `at`; `what` names it."""
        self._added += 1
        heapq.heappush(self._entries, _Entry(at, what, self._added, do))

    def run_until(self, until: datetime) -> None:
        """Let everything up to `until` happen at its own time, then stand at `until`."""
        while self._entries and self._entries[0].at <= until:
            entry = heapq.heappop(self._entries)
            self.clock.set(max(entry.at, self.clock.now()))
            entry.do()
        self.clock.set(until)
