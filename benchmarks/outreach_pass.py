"""One outreach pass over 1,000 due creators against the sandbox at its strict limit of 5/s."""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sandbox.run import Sandbox
from worker.jobs import JOBS
from worker.logs import configure
from worker.reading import Reading
from worker.running import run_once
from worker.settings import load_settings
from worker.stopping import Stopping
from worker.wiring import build

CREATORS = 1_000


def main(_words: Sequence[str] = ()) -> None:
    """Print calls, mails and seconds of passes until nobody is due."""
    configure("console")
    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder), creators=CREATORS) as box:
        os.environ.update(box.environment())
        began, passes = time.perf_counter(), 0
        while len(box.world.mail) < CREATORS and passes < 20:
            worker = build(load_settings(), "glow")
            run_once(worker, JOBS["outreach"], Reading(worker))
            worker.close()
            passes += 1
        took = time.perf_counter() - began
        calls = Counter(f"{r['method']} {r['status']}" for r in box.world.requests)
        mails, total = len(box.world.mail), sum(calls.values())
        print(f"outreach: {CREATORS} due, {mails} mails, {passes} passes, {took:.1f} s")
        print(f"outreach: {total} calls {dict(calls)}; a slice is {Stopping().slice_s:g} s")


if __name__ == "__main__":
    main()
