"""A base and the product in one process, on the sandbox's clock: passes, calls, and delays.

Simulated time stands still during a pass; what the pass would have taken at Airtable's limit is
added from its calls. The product is woken as its queue wakes it, once a tick.
"""

import os
from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil

from sandbox.demo.agenda import Agenda
from sandbox.demo.hands import Hands
from sandbox.run import Sandbox
from sandbox.seed import BASE_ID, BASE_NAME
from worker.ledger.history import Outcome
from worker.queue import work
from worker.settings import Settings

START = datetime(2026, 10, 5, tzinfo=UTC)  # a Monday
FAST = 5_000
USUAL_TICK_S = Settings.model_fields["tick_seconds"].default
CALLS_PER_SECOND = 4.75
ALONE = timedelta(seconds=300)
READS = {"payloads": "read changes", "listRecords": "read by id", "webhooks": "keep the hook"}
VERBS = {"GET": "read pages", "PATCH": "write", "POST": "create", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something a person or a creator did, and how to see that the worker acted on it."""

    what: str
    at: datetime
    has_happened: Callable[[], bool]


@dataclass(slots=True)
class Simulation:
    """Ticks through time and keeps count of calls, and of seconds until the worker acted."""

    box: Sandbox
    tick: timedelta
    working_hours: Container[int] = ()
    calls: Counter[str] = field(default_factory=Counter)
    calls_per_pass: list[int] = field(default_factory=list)
    delays: dict[str, list[float]] = field(default_factory=dict)
    awaited: list[Awaited] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    hands: Hands = field(init=False)
    agenda: Agenda = field(init=False)

    def __post_init__(self) -> None:
        self.hands = Hands(self.box.store, BASE_ID)
        self.agenda = Agenda(self.box.world.clock)

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.box.world.clock.now()

    def run(self, until: datetime, every: timedelta | None = None) -> None:
        """Tick until then; what people do in between happens at its own time.

        Where nobody works only every so many ticks are played: the governor polls no more often
        then, and a tick without a poll makes no call.
        """
        at = self.now
        while at < until:
            spent = self.wake(at)
            step = every or (self.tick if at.hour in self.working_hours else ALONE)
            at += step * max(1, ceil(spent / step))

    def forget(self) -> None:
        """Start counting anew."""
        self.calls.clear()
        self.calls_per_pass.clear()
        self.delays.clear()

    def wake(self, at: datetime) -> timedelta:
        """One pass at that instant; how long it would have taken at the limit."""
        self.agenda.run_until(at)
        outcomes = work(BASE_NAME, at.isoformat())
        self.failed.update(job for job, done in outcomes.items() if done == Outcome.FAILED.value)
        spent = timedelta(seconds=self._count() / CALLS_PER_SECOND)
        self._notice(at + spent)
        return spent

    def _count(self) -> int:
        made = [self._kind(call) for call in self.box.world.requests]
        self.box.world.requests.clear()
        self.calls.update(made)
        self.calls_per_pass.append(len(made))
        return len(made)

    def _kind(self, call: dict[str, object]) -> str:
        method, path = str(call["method"]), str(call["path"]).split("/")
        told = next((words for part, words in READS.items() if part in path), VERBS[method])
        if path[2] in ("meta", "bases"):
            return f"{method} {path[2]}: {told}"
        return f"{method} {self.box.store.table(BASE_ID, path[3]).name}: {told}"

    def _notice(self, at: datetime) -> None:
        waiting = []
        for one in self.awaited:
            if one.has_happened():
                self.delays.setdefault(one.what, []).append((at - one.at).total_seconds())
            else:
                waiting.append(one)
        self.awaited = waiting


@contextmanager
def simulated(box: Sandbox, tick_s: int, hours: Container[int]) -> Iterator[Simulation]:
    """The product pointed at `box` from START on; its log goes to a file beside the ledger."""
    box.world.limits.per_second = FAST
    box.world.clock.run_at(0)
    box.world.clock.set(START)
    os.environ.update(box.environment())
    os.environ["AIRTABLE_REQUESTS_PER_SECOND"] = str(FAST)
    os.environ["TICK_SECONDS"] = str(tick_s)
    with (box.directory / "worker.log").open("w") as log, redirect_stderr(log):
        yield Simulation(box, timedelta(seconds=tick_s), hours)
