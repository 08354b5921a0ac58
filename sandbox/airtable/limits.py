"""Airtable's two brakes: so many arrivals a second on a base, so many calls a month in all.

Seconds are real (monotonic) time, months are the sandbox's clock's. New limits start afresh.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.airtable.errors import billing_limited, rate_limited
from sandbox.world import Limits


@dataclass
class _Arrivals:
    admitted: deque[float] = field(default_factory=deque)
    closed_until: float = 0.0


class Gate:
    """Admits a request or raises the 429 it gets."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._start(Limits())

    def _start(self, limits: Limits) -> None:
        self._limits = limits
        self._bases: dict[str, _Arrivals] = {}
        self._months: dict[str, int] = {}

    def admit(self, base_id: str | None, limits: Limits, month: str, *, is_data: bool) -> None:
        """Count one arrival; `is_data` calls are also refused once the month's calls are used."""
        with self._lock:
            if limits is not self._limits:
                self._start(limits)
            used = self._months[month] = self._months.get(month, 0) + 1
            if is_data and limits.monthly_calls is not None and used > limits.monthly_calls:
                raise billing_limited()
            if base_id is not None:
                self._arrive(self._bases.setdefault(base_id, _Arrivals()))

    def _arrive(self, base: _Arrivals) -> None:
        now = self._monotonic()
        if now < base.closed_until:
            raise rate_limited()
        while base.admitted and base.admitted[0] <= now - 1.0:
            base.admitted.popleft()
        if len(base.admitted) >= self._limits.per_second:
            base.admitted.clear()
            base.closed_until = now + self._limits.penalty_s
            raise rate_limited()
        base.admitted.append(now)
