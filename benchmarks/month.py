"""A month of a programme: calls by kind, cost per creator, and seconds from an edit to its effect.

Before the first day a week is played in coarse ticks and without edits, so that the sequences are
as full on the first day as on the last.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil, inf
from pathlib import Path

from benchmarks.printing import table, verdict
from benchmarks.simulation import START, Simulation, simulated
from benchmarks.working_days import ANSWERED, BY_PEOPLE, PEOPLE_ABOUT, Load, WorkingDays
from sandbox.people import Person, invented
from sandbox.run import Sandbox
from sandbox.seed import BASE_ID, OPENED, fill
from schemas.tables import creators as c
from schemas.tables import outreach as o

DAY, DAYS = timedelta(days=1), 30
MOST_CALLS, MOST_MEDIAN_S, MOST_P95_S = 100_000, 60, 150
COARSE = timedelta(minutes=10)
SEQUENCES = (
    "Season",
    "Second season",
)  # beside Recruit; a creator goes through one after the other
WAITS = (0, 3, 4)


def enter(box: Sandbox, count: int) -> Sequence[tuple[str, Person]]:
    """A base with every brake open and creators nobody has written to yet."""
    fill(box.store, BASE_ID, OPENED)
    for name in SEQUENCES:
        row = {o.SEQUENCE_NAME.name: name, o.SEQUENCE_ACTIVE.name: True}
        sequence = box.store.create_record(BASE_ID, o.SEQUENCES.name, row)
        for number, wait in enumerate(WAITS, 1):
            step: dict[str, object] = {
                o.STEP_NAME.name: f"{name} {number}",
                o.STEP_SEQUENCE.name: [sequence],
                o.STEP_NUMBER.name: number,
                o.STEP_WAIT.name: wait,
                o.STEP_TEMPLATE.name: f"recruit-{number}",
            }
            box.store.create_record(BASE_ID, o.STEPS.name, step)
    return [(_typed(box, person), person) for person in invented(count)]


def _typed(box: Sandbox, person: Person) -> str:
    row = {
        c.NAME.name: person.name,
        c.HANDLE.name: f"@{person.handle}",
        c.EMAIL.name: person.email,
        c.COUNTRY.name: person.country,
        c.TIME_ZONE.name: person.time_zone or None,
        c.LANGUAGE.name: person.language,
        c.FOLLOWERS.name: person.followers,
        c.STAGE.name: "Prospect",
    }
    return box.store.create_record(BASE_ID, c.TABLE.name, row)


def play(
    month: Simulation, days: WorkingDays, count: int, before: int, until: float
) -> tuple[int, int]:
    """The days before, coarsely; then the days that count, tick by tick; these days and touches.

    No day is begun once the computer's clock (`time.perf_counter`) has reached `until`.
    """
    for number in range(before):
        days.plan(START + number * DAY, with_edits=False)
    month.run(START + before * DAY, COARSE)
    month.forget()
    month.awaited.clear()
    sent = len(month.box.world.mail)
    for number in range(before, before + count):
        days.plan(START + number * DAY)
        month.run(START + (number + 1) * DAY)
        played = number + 1 - before
        print(f"day {played}: {month.calls.total()} calls so far", flush=True)
        if time.perf_counter() >= until:
            break
    return played, len(month.box.world.mail) - sent


def main(words: Sequence[str] = ()) -> None:
    """Print calls by kind, delays by kind, and how they compare with what was promised."""
    given = _asked(words)
    share = given.creators / 5_000
    usual = Load()
    load = replace(
        usual,
        **{
            name: max(1, round(getattr(usual, name) * share))
            for name in ("touches", "replies", "samples", "videos", "opt_outs")
        },
        edits_each=given.edits,
    )
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder)) as box:
        people = enter(box, given.creators)
        with simulated(box, given.tick, PEOPLE_ABOUT) as month:
            days = WorkingDays(month, load, people)
            until = began + 60 * given.minutes
            played, touches = play(month, days, given.days, given.before, until)
    print(f"month: {given.creators} creators, {played} days, {load}")
    print(f"{touches / played:.0f} touches a day; took {time.perf_counter() - began:.0f} s")
    print(f"failed: {dict(month.failed) or 'none'}; ticks: {len(month.calls_per_pass)}\n")
    _report(month, played, given.creators)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="benchmarks month", description=__doc__)
    asked.add_argument("--creators", type=int, default=5_000, help="scales the load, edits aside")
    asked.add_argument("--days", type=int, default=DAYS)
    asked.add_argument("--minutes", type=float, default=inf, help="begin no day after so many")
    asked.add_argument("--before", type=int, default=7, help="days played coarsely at first")
    asked.add_argument("--edits", type=int, default=250, help="of each of twelve teammates a day")
    asked.add_argument("--tick", type=int, default=60, help="seconds between ticks by day")
    return asked.parse_args(words)


def _report(month: Simulation, days: int, creators: int) -> None:
    total = month.calls.total()
    a_month = total * DAYS / days
    rows = [[kind, count, f"{count / total:.1%}"] for kind, count in month.calls.most_common()]
    table(["calls", "count", "share"], rows)
    edits = [delay for what in BY_PEOPLE for delay in month.delays.get(what, ())]
    kinds = [(what, month.delays.get(what, [])) for what in (*BY_PEOPLE, ANSWERED)]
    lines = [_delays(month, what, delays) for what, delays in (*kinds, ("all edits", edits))]
    table(["from … to its effect", "count", "still waiting", "median s", "p95 s"], lines)
    median, _, p95 = _spread(edits)
    table(
        ["figure", "measured", "promised", ""],
        [
            ["calls in 30 days", f"{a_month:.0f}", f"< {MOST_CALLS}",
             verdict(a_month, MOST_CALLS, at_most=True)],
            ["median s, edit to effect", f"{median:.0f}", f"< {MOST_MEDIAN_S}",
             verdict(median, MOST_MEDIAN_S, at_most=True)],
            ["p95 s, edit to effect", f"{p95:.0f}", f"< {MOST_P95_S}",
             verdict(p95, MOST_P95_S, at_most=True)],
            ["calls per creator in 30 days", f"{a_month / creators:.2f}", "", ""],
            ["share of Team's 100,000 per creator", f"{a_month / creators / 1000:.4f} %", "", ""],
        ],
    )  # fmt: skip


def _delays(month: Simulation, what: str, delays: Sequence[float]) -> list[object]:
    waiting = sum(what in (one.what, "all edits") for one in month.awaited)
    median, count, p95 = _spread(delays)
    return [what, count, waiting, f"{median:.0f}", f"{p95:.0f}"]


def _spread(delays: Sequence[float]) -> tuple[float, int, float]:
    """Median, count and 95th percentile; not a number where nothing was seen."""
    if not delays:
        return float("nan"), 0, float("nan")
    ordered = sorted(delays)
    return statistics.median(ordered), len(ordered), ordered[ceil(0.95 * len(ordered)) - 1]


if __name__ == "__main__":
    main()
