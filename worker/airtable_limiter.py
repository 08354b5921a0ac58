"""The limiter all processes share: Redis hands out slots per base and token, on Redis' own clock.

Also here, because every process must see it: the pause after a 429, the calls of the month, and
the lock that keeps upserts of one table apart. It never calls Airtable.
"""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import LockNotOwnedError, RedisError
from redis.lock import Lock

from worker.clock import real_now
from worker.errors import NotDone, ServiceDown

PREFIX = "affiliate-ops:airtable:"
# Airtable counts arrivals, we count departures: calls may arrive this much later than others.
NETWORK_JITTER_S = 0.05
# Airtable allows a token ten bases' worth; less, as a call at a second's edge may count to both.
BASES_A_TOKEN = 9.5
# What of that jitter may be our own. A process that departs later moves the slots after its own;
# one that missed its slot altogether takes another.
TOLERATED_LATE_S = 0.01
MISSED_S = 0.2
MOST_SLOTS = 20
PENALTY_S = 30.0
LONGEST_WAIT_S = 120.0
# Renewed while held, so that only a killed process holds others up for as long as this; and longer
# than Airtable works on a request, so that the last one of a killed process is over by then.
UPSERT_LOCK_S = 30.0
RENEW_LOCK_S = 5.0
CALLS_KEPT_S = 70 * 24 * 3600

# Fair because a slot is given in the order of asking; GCRA libraries burst or starve here.
# A base's slots are one after another; a token's are ticked off one by one, so that a base whose
# queue is long or paused keeps no other base of the token waiting.
_RESERVE = """
local slot_of_base, pause, wide, calls_of_base, calls_of_budget, slots_of_token = unpack(KEYS)
local gap, longest, kept, token_gap, counts = unpack(ARGV)
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
if redis.call('EXISTS', wide) == 1 then gap = gap * 1.05 end
local free = math.max(now, tonumber(redis.call('GET', slot_of_base) or 0))
if free - now > longest * 2 then free = now end
local slot = math.max(free, tonumber(redis.call('GET', pause) or 0))
if slot - now > tonumber(longest) then return {-1, 0} end
local function taken()
  local key = slots_of_token .. string.format('%.0f', math.floor(slot / token_gap))
  return not redis.call('SET', key, 1, 'NX', 'PX', math.ceil((slot - now) / 1000) + 1000)
end
while taken() do slot = slot + token_gap end
redis.call('SET', slot_of_base, string.format('%.0f', slot + gap), 'EX', 3600)
for _, calls in ipairs({calls_of_base, calls_of_budget}) do
  redis.call('INCRBY', calls, counts)
  redis.call('EXPIRE', calls, kept)
end
return {slot - now, slot}
"""

_DEPART = """
local pause, slot_of_base = unpack(KEYS)
local slot, tolerated, missed = unpack(ARGV)
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
if tonumber(redis.call('GET', pause) or 0) > now then return 1 end
local late = math.floor(now - slot - tolerated)
if late > tonumber(missed) then return 1 end
if late > 0 then redis.call('INCRBY', slot_of_base, late) end
return 0
"""

_PAUSE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
redis.call('SET', KEYS[1], string.format('%.0f', now + ARGV[1]), 'PX', math.ceil(ARGV[1] / 1000))
redis.call('SET', KEYS[2], '1', 'EX', 3600)
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls: with which token, drawing on which budget, by the clock of whose months."""

    token: str = ""
    budget: str = "all"
    now: Callable[[], datetime] = real_now

    @property
    def token_name(self) -> str:
        """The token's name in Redis, which gives nothing of it away."""
        return hashlib.sha256(self.token.encode()).hexdigest()[:12]


class Limiter:
    """One slot per physical request, `per_second` a base, shared by all processes on one Redis."""

    def __init__(
        self,
        redis: Redis,
        account: Account | None = None,
        *,
        per_second: float = 5.0,
        penalty_s: float = PENALTY_S,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._redis = redis
        self.account = account or Account()
        self._gap_us = 1_000_000 * (1 + NETWORK_JITTER_S) / per_second
        self._penalty_s = penalty_s
        self._sleep = sleep
        self._jitter = jitter
        self._reserve = redis.register_script(_RESERVE)
        self._depart = redis.register_script(_DEPART)
        self._pause = redis.register_script(_PAUSE)

    def reserve(self, base: str) -> float:
        """Take the next free slot of the base and say how many seconds away it is.

        Raises NotDone if it is further than LONGEST_WAIT_S, ServiceDown without Redis.
        """
        return self._next_slot(base)[0]

    def take(self, base: str) -> None:
        """Return when the caller may make one request to the base."""
        wait, slot = self._next_slot(base)
        for _ in range(MOST_SLOTS):
            if wait == 0:
                return
            self._sleep(wait)
            if self._may_depart(base, slot):
                return
            wait, slot = self._next_slot(base, calls=0)
        raise NotDone(f"This machine is too busy to keep its turns at Airtable base {base}")

    def _next_slot(self, base: str, *, calls: int = 1) -> tuple[float, int]:
        """Seconds to the slot, and its instant in µs; no `calls` for one in place of another."""
        keys = [
            _key("slot", base),
            _key("pause", base),
            _key("wide", base),
            self._calls_of("base", base),
            self._calls_of("budget", self.account.budget),
            _key("token", f"{self.account.token_name}:"),
        ]
        token_gap = self._gap_us / BASES_A_TOKEN
        limits = [self._gap_us, LONGEST_WAIT_S * 1e6, CALLS_KEPT_S, token_gap, calls]
        with _redis_needed():
            wait, slot = (int(us) for us in self._reserve(keys, limits))
        if wait < 0:
            raise NotDone(f"The queue for Airtable base {base} is longer than {LONGEST_WAIT_S:g} s")
        return wait / 1_000_000, slot

    def _may_depart(self, base: str, slot: int) -> bool:
        """Whether the slot may be used now: nobody met a 429 meanwhile, and it is not missed."""
        keys = [_key("pause", base), _key("slot", base)]
        with _redis_needed():
            return not self._depart(keys, [slot, TOLERATED_LATE_S * 1e6, MISSED_S * 1e6])

    def pause(self, base: str) -> None:
        """After a 429: nobody calls the base for the penalty, and slots widen for an hour."""
        pause_us = (self._penalty_s * (1 + self._jitter() / 10)) * 1e6
        with _redis_needed():
            self._pause([_key("pause", base), _key("wide", base)], [round(pause_us)])

    def calls(self, base: str) -> int:
        """Requests made to the base by all processes this month (UTC)."""
        return self._counted(self._calls_of("base", base))

    def used(self) -> int:
        """Requests drawn on this budget by all processes and bases this month (UTC)."""
        return self._counted(self._calls_of("budget", self.account.budget))

    def _counted(self, key: str) -> int:
        with _redis_needed():
            return int(self._redis.get(key) or 0)

    def _calls_of(self, what: str, name: str) -> str:
        month = self.account.now().astimezone(UTC).strftime("%Y-%m")
        return _key("calls", f"{what}:{name}:{month}")

    @contextmanager
    def alone(self, base: str, table: str) -> Iterator[None]:
        """Keep other upserts of the table out: two at once would both create the same key."""
        lock = self._redis.lock(
            _key("upsert", f"{base}:{table}"), timeout=UPSERT_LOCK_S, thread_local=False
        )
        with _redis_needed():
            if not lock.acquire(blocking_timeout=LONGEST_WAIT_S):
                raise NotDone(f"Another process is still writing {table} in base {base}")
        try:
            with _renewed(lock):
                yield
        finally:
            with suppress(LockNotOwnedError), _redis_needed():
                lock.release()


@contextmanager
def _renewed(lock: Lock) -> Iterator[None]:
    """Keep the lock while the block runs, however long Airtable keeps it waiting."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_LOCK_S):
            with suppress(RedisError):  # without Redis no call is made either
                lock.reacquire()

    renewer = threading.Thread(target=renew, name="upsert lock", daemon=True)
    renewer.start()
    try:
        yield
    finally:
        over.set()
        renewer.join()


def _key(what: str, base: str) -> str:
    return f"{PREFIX}{what}:{base}"


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
