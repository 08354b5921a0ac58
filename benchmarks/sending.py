"""Mails a second from one process: the real pass, a ledger that syncs every commit, real SMTP.

The sandbox runs in a process of its own, as the outside world does. Counted from the first mail
accepted to the last, on the sandbox's log; Airtable's calls are not what is measured.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.printing import table, verdict

CREATORS = 10_000
LEAST_A_SECOND = 100
LONGEST_S = 1_800
FAST = 5_000
_spawn = multiprocessing.get_context("spawn")


def serve(folder: str, count: int, ready: Any, over: Any, seen: Any) -> None:
    """A sandbox with `count` creators due now, until `over`; then tell when mails came."""
    from sandbox.run import Sandbox  # noqa: PLC0415  # only this process is the outside world

    with Sandbox(Path(folder), creators=count) as box:
        box.world.limits.per_second = FAST
        ready.put({**box.environment(), "AIRTABLE_REQUESTS_PER_SECOND": str(FAST)})
        over.wait()
        taken = [m for m in box.world.mail if str(m["outcome"]).startswith("accepted")]
        seen.put([str(mail["at"]) for mail in taken])


def main(words: Sequence[str] = ()) -> None:
    """Print mails a second, and what share of the sender's time was its own work."""
    asked = argparse.ArgumentParser(prog="benchmarks sending", description=__doc__)
    asked.add_argument("--creators", type=int, default=CREATORS)
    count = asked.parse_args(words).creators
    ready, over, seen = _spawn.Queue(), _spawn.Event(), _spawn.Queue()
    with tempfile.TemporaryDirectory() as folder:
        sandbox = _spawn.Process(target=serve, args=(folder, count, ready, over, seen))
        sandbox.start()
        os.environ.update(ready.get(timeout=LONGEST_S))
        passes, spent = _send_all(count)
        over.set()
        arrived = sorted(map(datetime.fromisoformat, seen.get(timeout=LONGEST_S)))
        sandbox.join()
    took = (arrived[-1] - arrived[0]).total_seconds()
    rate = len(arrived) / took
    table(
        ["figure", "measured", "promised", ""],
        [
            ["mails", len(arrived), count, verdict(len(arrived), count, at_most=False)],
            ["s from first to last", f"{took:.1f}", "", ""],
            ["mails a second", f"{rate:.0f}", f">= {LEAST_A_SECOND}",
             verdict(rate, LEAST_A_SECOND, at_most=False)],
            ["passes", passes, "", ""],
            ["s of the sender's processor", f"{spent:.1f}", "", ""],
        ],
    )  # fmt: skip


def _send_all(count: int) -> tuple[int, float]:
    """Passes until nobody is due; how many, and the processor's seconds."""
    from worker.jobs import JOBS  # noqa: PLC0415  # after the environment is set
    from worker.logs import configure  # noqa: PLC0415
    from worker.reading import Reading  # noqa: PLC0415
    from worker.running import run_once  # noqa: PLC0415
    from worker.settings import load_settings  # noqa: PLC0415
    from worker.wiring import build  # noqa: PLC0415

    configure("console")
    began, sent, passes = time.process_time(), 0, 0
    while sent < count and passes < 100:
        worker = build(load_settings(), "glow")
        sent += run_once(worker, JOBS["outreach"], Reading(worker)).done.counts["sent"]
        worker.close()
        passes += 1
    return passes, time.process_time() - began


if __name__ == "__main__":
    main()
