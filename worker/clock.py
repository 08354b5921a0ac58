"""The one place that reads the clock. Business time may be set (`--as-of`); real time may not."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    """The machine's present instant, aware UTC; for leases, claims and logs."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Business time: the machine's clock, or one that stood at `as_of` when the job began."""

    as_of: datetime | None = None
    started: float = 0.0

    @classmethod
    def at(cls, as_of: datetime | None) -> "Clock":
        """A clock that runs on from `as_of`, or the machine's own for None."""
        return cls(as_of, time.monotonic())

    def now(self) -> datetime:
        """The present instant of the business, aware UTC."""
        if self.as_of is None:
            return real_now()
        return self.as_of + timedelta(seconds=time.monotonic() - self.started)
