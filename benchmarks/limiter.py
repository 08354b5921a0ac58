"""The limiter: four processes on a base for a minute, strict 5/s, with jitter on the way.

Each request takes its slot in the real door and then travels 0-40 ms to the sandbox, where the
sixth arrival in any second is a 429 and costs 30 s.
"""

import argparse
import multiprocessing
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from requests import HTTPError

from benchmarks.network import DistantDoor
from benchmarks.printing import table, verdict
from sandbox.airtable.api import TOKEN
from sandbox.run import Sandbox
from sandbox.seed import fill
from schemas.tables.operations import TEAM
from worker.airtable_http import connect
from worker.airtable_limiter import Limiter
from worker.errors import NotDone

PROCESSES = 4
LONGEST_JITTER_S = 0.040
LEAST_PER_SECOND, LEAST_SHARE = 4.7, 0.20
BASES = ("appGLOW0000000000", "appZEN00000000000")
_spawn = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Caller:
    """One process that asks as often as it may; `dice` seeds its jitter."""

    url: str
    redis_url: str
    base: str
    seconds: float
    dice: int

    def call(self, start: Any, into: Any) -> None:
        """Read one row again and again; put how many answers came in time."""
        chance = random.Random(self.dice)
        door = DistantDoor(Limiter(Redis.from_url(self.redis_url), per_second=5))
        door.travel = lambda: chance.uniform(0, LONGEST_JITTER_S)
        remote = connect(TOKEN, self.url, door).table(self.base, TEAM.name)
        start.wait(timeout=60)
        served, until = 0, time.monotonic() + self.seconds
        while time.monotonic() < until:
            try:
                remote.all(max_records=1)
            except (HTTPError, NotDone):
                continue
            served += time.monotonic() <= until
        into.put((self.base, served))


def measure(box: Sandbox, bases: Sequence[str], seconds: float) -> list[object]:
    """One row of the table: all processes of all bases at once."""
    box.world.requests.clear()
    start, results = _spawn.Barrier(PROCESSES * len(bases)), _spawn.Queue()
    callers = [
        Caller(box.url, box.valkey.url, base, seconds, dice)
        for base in bases
        for dice in range(PROCESSES)
    ]
    processes = [_spawn.Process(target=one.call, args=(start, results)) for one in callers]
    for process in processes:
        process.start()
    served: list[tuple[str, int]] = [results.get(timeout=seconds + 120) for _ in processes]
    for process in processes:
        process.join()
    per_base: Counter[str] = Counter()
    for base, count in served:
        per_base[base] += count
    smallest = min(count / max(1, per_base[base]) for base, count in served)
    rate = per_base.total() / seconds
    refused = sum(call["status"] == 429 for call in box.world.requests)
    return [
        len(bases), len(processes), f"{rate:.2f}",
        verdict(rate, LEAST_PER_SECOND * len(bases), at_most=False),
        refused, verdict(refused, 0, at_most=True),
        f"{smallest:.1%}", verdict(smallest, LEAST_SHARE, at_most=False),
    ]  # fmt: skip


def main(words: Sequence[str] = ()) -> None:
    """Print requests served a second, 429s and the smallest share of a process."""
    asked = argparse.ArgumentParser(prog="benchmarks limiter", description=__doc__)
    asked.add_argument("--seconds", type=float, default=60)
    seconds = asked.parse_args(words).seconds
    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder)) as box:
        for base in BASES:
            box.store.add_base(base, base)
            fill(box.store, base)
        rows = [measure(box, BASES[:count], seconds) for count in (1, 2)]
    print(f"limiter: {seconds:g} s, 0-{LONGEST_JITTER_S * 1000:g} ms on the way, strict 5/s")
    head = ["bases", "processes", "served/s", f">= {LEAST_PER_SECOND} a base", "429s", "none"]
    table([*head, "smallest share", f">= {LEAST_SHARE:.0%}"], rows)
