"""What all fronts of the sandbox share: its clock, its faults, and the logs tests read back."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sandbox.airtable.store import Store


class Clock:
    """The sandbox's time: real time by default, or set and running at `speed` (0 stands still)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jumped_s = 0.0
        self._set(datetime.fromtimestamp(time.time(), UTC), 1.0)

    def _set(self, now: datetime, speed: float) -> None:
        self._base, self._at, self._speed = now, time.monotonic(), speed

    def now(self) -> datetime:
        """The sandbox's present instant, aware UTC."""
        with self._lock:
            elapsed = (time.monotonic() - self._at) * self._speed
            return self._base + timedelta(seconds=elapsed)

    def set(self, now: datetime) -> None:
        """Jump to `now`, keeping the speed."""
        ahead = (now - self.now()).total_seconds()
        with self._lock:
            self._jumped_s += max(0.0, ahead)
            self._set(now.astimezone(UTC), self._speed)

    def lived_s(self) -> float:
        """Seconds that have passed: real ones, and those that jumps ahead skipped."""
        return time.monotonic() + self._jumped_s

    def run_at(self, speed: float) -> None:
        """Let the clock run `speed` times as fast as real time from here on."""
        now = self.now()
        with self._lock:
            self._set(now, speed)


@dataclass
class Fault:
    """The `nth` event (counted from 1) that starts with or contains `match` suffers `do`,
    and so do the following ones until it struck `times` times.
    """

    match: str
    do: str
    nth: int = 1
    times: int = 1
    seen: int = 0
    struck: int = 0


class Faults:
    """Faults waiting to strike; fronts ask `take` with their event's name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Arm one more fault."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._waiting.clear()

    def take(self, event: str) -> str | None:
        """What to do to this event ("drop_reply", "450", …); None when nothing strikes."""
        with self._lock:
            for fault in self._waiting:
                if fault.match not in event:
                    continue
                fault.seen += 1
                if fault.seen >= fault.nth and fault.struck < fault.times:
                    fault.struck += 1
                    return fault.do
        return None


@dataclass
class Limits:
    """The strict Airtable limit: `per_second` arrivals in any 1.000 s, then `penalty_s` of 429s;
    and Discord's limits per webhook and per channel.
    """

    per_second: int = 5
    penalty_s: float = 30.0
    monthly_calls: int | None = None
    discord_per_2s: int = 5
    discord_per_minute: int = 30


@dataclass
class World:
    """The state that every front shares; logs are dicts ready to be answered as JSON."""

    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    requests: deque[dict[str, object]] = field(default_factory=deque)
    discord: list[dict[str, object]] = field(default_factory=list)
    mail: list[dict[str, object]] = field(default_factory=list)
    bounces: set[str] = field(default_factory=set)  # addresses that the SMTP front never takes
    airtable: Store = field(init=False)

    def __post_init__(self) -> None:
        self.airtable = Store(self.clock.now)
