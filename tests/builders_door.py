"""A base reached as production reaches it: through the door, a limiter on Valkey, no real sleep."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from redis import Redis

from sandbox.airtable.api import TOKEN
from tests.builders_sandbox import BASE_ID
from worker.airtable import Base
from worker.airtable_http import Door, connect
from worker.airtable_limiter import Limiter


class DictIds:
    """Recorded ids in memory."""

    def __init__(self) -> None:
        self.recorded: dict[str, dict[str, str]] = {}

    def load(self, base_id: str) -> Mapping[str, str]:
        return dict(self.recorded.get(base_id, {}))

    def save(self, base_id: str, ids: dict[str, str]) -> None:
        self.recorded.setdefault(base_id, {}).update(ids)


@dataclass
class Reached:
    """A base, and what its limiter and retries would have slept."""

    base: Base
    limiter: Limiter
    waits: list[float] = field(default_factory=list)


@contextmanager
def reached(
    url: str, redis: Redis, *, ids: DictIds | None = None, key: str = TOKEN, base_id: str = BASE_ID
) -> Iterator[Reached]:
    """A base at `url`; waits are noted instead of slept, and a pause ends once it was waited."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if seconds:
            redis.delete(*(redis.keys("*pause*") or ["none"]))

    limiter = Limiter(redis, per_second=10_000, sleep=sleep, jitter=lambda: 0.0)
    door = Door(limiter, sleep=sleep)
    api = connect(key, url, door)
    with api.session:
        yield Reached(Base(api, door, base_id, ids or DictIds()), limiter, waits)
