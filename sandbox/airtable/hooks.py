"""One webhook: what it asks for, how long it lives and the payloads it keeps for its owner.

What goes into a payload is decided in payloads.py; the HTTP calls are in webhooks.py.
"""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIFE = timedelta(days=7)  # of a hook nobody asks, of a payload, and of an expired hook's remains
MOST_KEPT = 50_000  # payloads, for a clock that stands still
ALL = "all"


@dataclass(frozen=True, slots=True)
class Specification:
    """A webhook's filters and includes; an empty filter lets everything through."""

    data_types: frozenset[str]
    scope: str = ""
    change_types: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()
    watched_schemas: frozenset[str] = frozenset()
    also_cells: frozenset[str] = frozenset()  # includeCellValuesInFieldIds; ALL for every field
    previous_cells: bool = False
    previous_fields: bool = False

    def wants(self, change: str) -> bool:
        """Whether a change of this type ("add", "update", "remove") passes."""
        return not self.change_types or change in self.change_types


@dataclass(eq=False)
class Hook:
    """A webhook of a base; `first` is the cursor of the oldest payload still kept."""

    id: str
    secret: bytes
    specification: Specification
    written: Mapping[str, object]  # the specification as it was sent
    expires_at: datetime
    url: str | None = None
    notifies: bool = True
    is_dead: bool = False  # a watched field is gone: looks healthy, says nothing
    first: int = 1
    notified_at: datetime | None = None
    result: Mapping[str, object] | None = None
    is_ringing: bool = False
    rings: int = 0
    failures: int = 0
    _kept: deque[tuple[datetime, str]] = field(default_factory=deque)

    @property
    def next(self) -> int:
        """The cursor of the payload that comes next."""
        return self.first + len(self._kept)

    def is_enabled(self, now: datetime) -> bool:
        """Whether it still gets payloads."""
        return now < self.expires_at

    def is_gone(self, now: datetime) -> bool:
        """Whether not even its past is left."""
        return now >= self.expires_at + LIFE

    def keep(self, payload: Mapping[str, object], now: datetime) -> None:
        """Add one payload and forget those too old or too many."""
        self._kept.append((now, json.dumps(payload, ensure_ascii=False)))
        self.prune(now)

    def prune(self, now: datetime) -> None:
        """Forget payloads of more than a week ago."""
        while self._kept and (self._kept[0][0] <= now - LIFE or len(self._kept) > MOST_KEPT):
            self.forget(1)

    def forget(self, count: int) -> None:
        """Lose the oldest payloads."""
        for _ in range(min(count, len(self._kept))):
            self._kept.popleft()
            self.first += 1

    def read(self, cursor: int, limit: int, now: datetime) -> tuple[Sequence[object], int]:
        """The payloads from `cursor` on and the cursor after them.

        What is no longer kept is skipped, so the new cursor then exceeds the old one by more than
        the number of payloads.
        """
        self.prune(now)
        start = max(cursor, self.first)
        end = max(start, min(start + limit, self.next)) if start <= self.next else start
        kept = [
            json.loads(self._kept[n - self.first][1]) for n in range(start, min(end, self.next))
        ]
        return kept, end


def suffer(hooks: dict[str, Hook], do: str, now: datetime) -> Sequence[str]:
    """What can happen to a base's webhooks: lose_payloads, expire, delete; the ids concerned."""
    ids = list(hooks)
    for hook_id in ids:
        match do:
            case "lose_payloads":
                hooks[hook_id].forget(MOST_KEPT)
            case "expire":
                hooks[hook_id].expires_at = now
            case "delete":
                del hooks[hook_id]
            case _:
                raise ValueError("do must be lose_payloads, expire or delete")
    return ids
