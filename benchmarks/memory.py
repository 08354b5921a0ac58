"""Memory: 50,000 creators read by a fresh process, page by page and otherwise; its peak.

The sandbox and the reader are processes of their own, so that only the reader is measured.
"""

import argparse
import multiprocessing
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.printing import table, verdict
from benchmarks.reader import READS, read

CREATORS = 50_000
MOST_MB = 250
LONGEST_S = 900
FAST = 5_000
_spawn = multiprocessing.get_context("spawn")


def serve(folder: str, count: int, ready: Any, over: Any) -> None:
    """A sandbox with `count` creators, until `over`."""
    from benchmarks.crowd import crowd  # noqa: PLC0415  # whoever starts it must stay small
    from sandbox.run import Sandbox  # noqa: PLC0415  # the same
    from sandbox.seed import BASE_ID  # noqa: PLC0415  # the same

    with Sandbox(Path(folder)) as box:
        box.world.limits.per_second = FAST
        crowd(box.store, BASE_ID, count, enrolled=False)
        ready.put({**box.environment(), "AIRTABLE_REQUESTS_PER_SECOND": str(FAST)})
        over.wait()


def main(words: Sequence[str] = ()) -> None:
    """Print the peak memory of each way to read."""
    asked = argparse.ArgumentParser(prog="benchmarks memory", description=__doc__)
    asked.add_argument("--creators", type=int, default=CREATORS)
    count = asked.parse_args(words).creators
    ready, over = _spawn.Queue(), _spawn.Event()
    with tempfile.TemporaryDirectory() as folder:
        sandbox = _spawn.Process(target=serve, args=(folder, count, ready, over))
        sandbox.start()
        environment = ready.get(timeout=LONGEST_S)
        lines = [_measured(name, environment, folder) for name in READS]
        over.set()
        sandbox.join()
    print("memory: a fresh process reads creators")
    table(["way", "creators", "s", "MB before", "MB at peak", f"< {MOST_MB}"], lines)


def _measured(name: str, environment: Mapping[str, str], folder: str) -> list[object]:
    results = _spawn.Queue()
    reader = _spawn.Process(target=read, args=(name, environment, folder, results))
    reader.start()
    found, took, before, peak = results.get(timeout=LONGEST_S)
    reader.join()
    met = verdict(peak, MOST_MB, at_most=True)
    return [name, found, f"{took:.1f}", f"{before:.0f}", f"{peak:.0f}", met]
