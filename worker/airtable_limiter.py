"""The limiter all processes share: Redis hands out slots per base, on Redis' own clock.

Also here, because every process must see it: the pause after a 429, the calls of the month, and
the lock that keeps upserts of one table apart. It never calls Airtable.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from redis import Redis
from redis.exceptions import LockNotOwnedError, RedisError

from worker.errors import NotDone, ServiceDown

PREFIX = "affiliate-ops:airtable:"
# Airtable counts arrivals, we count departures: 5.0/s less 0.2 absorbs the network's jitter.
MARGIN_PER_SECOND = 0.2
PENALTY_S = 30.0
LONGEST_WAIT_S = 120.0
# Longer than a batch takes through a 429 penalty; a killed process holds others up this long.
UPSERT_LOCK_S = 90.0
CALLS_KEPT_S = 70 * 24 * 3600

# Fair because a slot is given in the order of asking; GCRA libraries burst or starve here.
_RESERVE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local gap = ARGV[1] * (redis.call('EXISTS', KEYS[3]) == 1 and 1.05 or 1)
local free = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
if free - now > ARGV[2] * 2 then free = now end
local slot = math.max(free, tonumber(redis.call('GET', KEYS[2]) or 0))
if slot - now > tonumber(ARGV[2]) then return -1 end
redis.call('SET', KEYS[1], string.format('%.0f', slot + gap), 'EX', 3600)
if redis.call('INCR', KEYS[4]) == 1 then redis.call('EXPIRE', KEYS[4], ARGV[3]) end
return slot - now
"""

_PAUSE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
redis.call('SET', KEYS[1], string.format('%.0f', now + ARGV[1]), 'PX', math.ceil(ARGV[1] / 1000))
redis.call('SET', KEYS[2], '1', 'EX', 3600)
"""


class Limiter:
    """One slot per physical request, `per_second` a base, shared by all processes on one Redis."""

    def __init__(
        self,
        redis: Redis,
        *,
        per_second: float = 5.0,
        penalty_s: float = PENALTY_S,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._redis = redis
        self._gap_us = 1_000_000 / max(per_second - MARGIN_PER_SECOND, MARGIN_PER_SECOND)
        self._penalty_s = penalty_s
        self._sleep = sleep
        self._jitter = jitter
        self._reserve = redis.register_script(_RESERVE)
        self._pause = redis.register_script(_PAUSE)

    def reserve(self, base: str) -> float:
        """Take the next free slot of the base and say how many seconds away it is.

        Raises NotDone if it is further than LONGEST_WAIT_S, ServiceDown without Redis.
        """
        keys = [_key("slot", base), _key("pause", base), _key("wide", base), _month(base)]
        with _redis_needed():
            wait = int(self._reserve(keys, [self._gap_us, LONGEST_WAIT_S * 1e6, CALLS_KEPT_S]))
        if wait < 0:
            raise NotDone(f"The queue for Airtable base {base} is longer than {LONGEST_WAIT_S:g} s")
        return wait / 1_000_000

    def take(self, base: str) -> None:
        """Return when the caller may make one request to the base."""
        wait = self.reserve(base)
        while wait > 0:
            self._sleep(wait)
            # Another process may have met a 429 while this one slept towards its slot.
            wait = self.paused_s(base)
            if wait > 0:
                wait = self.reserve(base)

    def pause(self, base: str) -> None:
        """After a 429: nobody calls the base for the penalty, and slots widen for an hour."""
        pause_us = (self._penalty_s * (1 + self._jitter() / 10)) * 1e6
        with _redis_needed():
            self._pause([_key("pause", base), _key("wide", base)], [round(pause_us)])

    def paused_s(self, base: str) -> float:
        """Seconds until the base may be called again; 0 when it is not paused."""
        with _redis_needed():
            return max(0, self._redis.pttl(_key("pause", base))) / 1000

    def calls(self, base: str) -> int:
        """Requests made to the base by all processes this month (UTC)."""
        with _redis_needed():
            return int(self._redis.get(_month(base)) or 0)

    @contextmanager
    def alone(self, base: str, table: str) -> Iterator[None]:
        """Keep other upserts of the table out: two at once would both create the same key."""
        lock = self._redis.lock(_key("upsert", f"{base}:{table}"), timeout=UPSERT_LOCK_S)
        with _redis_needed():
            if not lock.acquire(blocking_timeout=LONGEST_WAIT_S):
                raise NotDone(f"Another process is still writing {table} in base {base}")
        try:
            yield
        finally:
            with suppress(LockNotOwnedError), _redis_needed():
                lock.release()


def _key(what: str, base: str) -> str:
    return f"{PREFIX}{what}:{base}"


def _month(base: str) -> str:
    return _key("calls", f"{base}:{time.strftime('%Y-%m', time.gmtime())}")


@contextmanager
def _redis_needed() -> Iterator[None]:
    try:
        yield
    except LockNotOwnedError:
        raise
    except RedisError as error:
        raise ServiceDown(
            f"REDIS_URL: Redis does not answer ({type(error).__name__}). Without it no call to "
            "Airtable is made: start Redis or correct REDIS_URL"
        ) from error
