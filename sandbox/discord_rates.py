"""Discord's two rate limits of webhooks: five in two seconds each, thirty a minute per channel.

Counted on real time and jumps of the sandbox's clock ahead; failed requests count too.
"""

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.world import World

BURST_S, MINUTE_S = 2.0, 60.0


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a request may go on; `wait_s` until the next one may when it may not."""

    wait_s: float
    headers: Mapping[str, str]


@dataclass
class Rates:
    """Arrivals by webhook and by channel (here: the same thing), newest last."""

    world: World
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _arrivals: dict[str, deque[float]] = field(default_factory=dict)

    def arrive(self, channel: str) -> Leave:
        """Count one request."""
        limits, now = self.world.limits, self.world.clock.lived_s()
        with self._lock:
            arrivals = self._arrivals.setdefault(channel, deque())
            while arrivals and now - arrivals[0] >= MINUTE_S:
                arrivals.popleft()
            burst = [at for at in arrivals if now - at < BURST_S]
            waits = (
                _wait(burst, limits.discord_per_2s, BURST_S, now),
                _wait(list(arrivals), limits.discord_per_minute, MINUTE_S, now),
            )
            arrivals.append(now)
        left = max(limits.discord_per_2s - len(burst) - 1, 0)
        reset = BURST_S - (now - burst[0]) if burst else BURST_S
        return _leave(max(waits), limits.discord_per_2s, left, reset)


def _wait(arrivals: list[float], limit: int, span_s: float, now: float) -> float:
    """Seconds until fewer than `limit` of the arrivals lie within the span; 0 when they do."""
    return span_s - (now - arrivals[-limit]) if len(arrivals) >= limit > 0 else 0.0


def _leave(wait_s: float, limit: int, left: int, reset_s: float) -> Leave:
    headers = {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(0 if wait_s else left),
        "X-RateLimit-Reset": f"{time.time() + (wait_s or reset_s):.3f}",
        "X-RateLimit-Reset-After": f"{wait_s or reset_s:.3f}",
        "X-RateLimit-Bucket": "sandboxwebhooks",
    }
    if wait_s:
        headers["X-RateLimit-Scope"] = "user"
    return Leave(wait_s, headers)
