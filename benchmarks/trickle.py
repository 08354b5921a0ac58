"""A thousand due creators trickled over a day, a mail every half minute: what it costs in calls."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks.printing import table, verdict
from benchmarks.simulation import START, USUAL_TICK_S, simulated
from sandbox.run import Sandbox
from schemas.tables import operations

GAP, GAP_S = "Gap between messages", 20
MOST_CALLS = 700  # for a thousand


def main(words: Sequence[str] = ()) -> None:
    """Print the calls by kind from the base's first pass until everybody was written to and shown.

    The base's first read is counted apart: a programme has it once, not on each day.
    """
    asked = argparse.ArgumentParser(prog="benchmarks trickle", description=__doc__)
    asked.add_argument("--creators", type=int, default=1_000)
    asked.add_argument("--tick", type=int, default=USUAL_TICK_S, help="seconds between ticks")
    given = asked.parse_args(words)
    began = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(Path(folder), creators=given.creators) as box,
        simulated(box, given.tick, range(24)) as day,
    ):
        for row in day.hands.rows(operations.SETTINGS):
            if row.text(operations.SETTING_NAME) == GAP:
                cells = {operations.SETTING_VALUE: str(GAP_S)}
                day.hands.edit(operations.SETTINGS, row.id, cells)
        day.run(START + timedelta(seconds=1))
        first = day.calls.total()
        while len(box.world.mail) < given.creators and day.now < START + timedelta(days=1):
            day.run(day.now + timedelta(minutes=10))
        last, mails = day.now, len(box.world.mail)
        day.run(last + timedelta(minutes=10))  # the last touches are shown
        took, total = time.perf_counter() - began, day.calls.total()
    print(f"trickle: {mails} mails to {given.creators} in {last - START}, {GAP_S} s apart")
    print(f"{len(day.calls_per_pass)} ticks in {took:.0f} s; failed: {dict(day.failed) or 'none'}")
    print(f"first pass: {first} calls; all: {total} ({verdict(total, MOST_CALLS, at_most=True)})")
    table(["calls", "count"], [[kind, count] for kind, count in day.calls.most_common()])


if __name__ == "__main__":
    main()
