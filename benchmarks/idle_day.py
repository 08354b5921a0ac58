"""A day on which nobody does anything: calls, a tick and in all."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from redis import Redis

from benchmarks.crowd import crowd
from benchmarks.printing import table
from benchmarks.simulation import START, USUAL_TICK_S, simulated
from sandbox.run import Sandbox
from sandbox.seed import BASE_ID
from worker.pings import Pings


def main(words: Sequence[str] = ()) -> None:
    """Print the calls of an idle day by kind."""
    asked = argparse.ArgumentParser(prog="benchmarks idle_day", description=__doc__)
    asked.add_argument("--creators", type=int, default=5_000)
    asked.add_argument("--hours", type=float, default=24)
    asked.add_argument("--tick", type=int, default=USUAL_TICK_S, help="seconds between ticks")
    asked.add_argument("--pings", action="store_true", help="Airtable has been telling of changes")
    given = asked.parse_args(words)
    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder)) as box:
        crowd(box.store, BASE_ID, given.creators, enrolled=False)
        began = time.perf_counter()
        with simulated(box, given.tick, range(24)) as day:
            day.run(START + timedelta(minutes=5))  # the first passes read everything
            if given.pings:
                Pings(Redis.from_url(box.valkey.url), BASE_ID).arrived()  # of an edit before
                day.run(START + timedelta(minutes=6))
            day.forget()
            day.run(START + timedelta(hours=given.hours, minutes=6))
        took, passes = time.perf_counter() - began, len(day.calls_per_pass)
    total = day.calls.total()
    kind = "idle day with pings" if given.pings else "idle day"
    print(f"{kind}: {given.creators} creators, {given.hours:g} h in {took:.0f} s")
    print(
        f"{passes} ticks, {total} calls, {total / max(1, passes):.2f} a tick; failed {day.failed}"
    )
    table(["calls", "a day"], [[kind, count] for kind, count in day.calls.most_common()])


if __name__ == "__main__":
    main()
