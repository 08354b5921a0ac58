"""The ledger's generation outside the ledger: in Redis at once, in Settings now and then.

A ledger restored from an older copy is behind one of them, and may then send nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError

from worker.errors import ServiceDown

TOLD_EVERY = timedelta(minutes=10)
MOST_UNTOLD = 20  # sends
_PREFIX = "affiliate-ops:generation:"


@dataclass(frozen=True, slots=True)
class Generations:
    """What Redis knows of one base's generations; all of it may be lost."""

    redis: Redis
    base: str

    def seen(self, ledger: str) -> int:
        """The newest generation of that ledger; 0 if Redis knows none."""
        with _redis_needed():
            return int(self.redis.zscore(self._newest, ledger) or 0)

    def grown(self, ledger: str, generation: int) -> None:
        """Remember a generation; an older one changes nothing."""
        with _redis_needed():
            self.redis.zadd(self._newest, {ledger: generation}, gt=True)

    def told(self, at: datetime) -> None:
        """Settings in Airtable have just been told."""
        with _redis_needed():
            self.redis.set(self._told_at, at.isoformat())

    def told_at(self) -> datetime | None:
        """When Settings were last told; None if Redis does not know."""
        with _redis_needed():
            found = self.redis.get(self._told_at)
        return datetime.fromisoformat(found.decode()) if isinstance(found, bytes) else None

    @property
    def _newest(self) -> str:
        return f"{_PREFIX}{self.base}"

    @property
    def _told_at(self) -> str:
        return f"{_PREFIX}told:{self.base}"


def is_to_be_told(told_at: datetime | None, sends: int, now: datetime) -> bool:
    """Whether Settings are to be told before this pass sends; `sends` counts since `told_at`."""
    if told_at is None or not timedelta(0) <= now - told_at < TOLD_EVERY:
        return True
    return sends >= MOST_UNTOLD


@contextmanager
def _redis_needed() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise ServiceDown(
            f"REDIS_URL: Redis does not answer ({type(error).__name__}): start it, or correct it"
        ) from error
