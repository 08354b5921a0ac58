"""The month in figures, read back from the sandbox; no wall-clock time and no random id in it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sandbox.demo.creators import Heard
from sandbox.demo.hands import Hands
from sandbox.demo.mails import was_accepted
from sandbox.demo.money import cents_of, day_of, rows_of
from sandbox.demo.options import Options
from sandbox.demo.orders import CANCELED, INELIGIBLE, money
from sandbox.world import World
from schemas.stages import STAGES
from schemas.tables import creators, payouts, pipeline

VOID = (CANCELED, INELIGIBLE)
Summary = dict[str, object]


@dataclass(frozen=True, slots=True)
class Month:
    """Everything the summary is read from."""

    options: Options
    world: World
    hands: Hands
    heard: Sequence[Heard]
    newest_file: Path | None
    checks: Mapping[str, Sequence[str]]


def summarise(month: Month) -> Summary:
    """What happened, part by part."""
    options, world, hands = month.options, month.world, month.hands
    people = hands.rows(creators.TABLE)
    calls = len(world.requests)
    return {
        "demo": {"creators": options.creators, "days": options.days, "seed": options.seed},
        "funnel": _funnel([row.text(creators.STAGE) for row in people]),
        "messages": _counted(_outcome(mail) for mail in world.mail),
        "replies": _counted(one.kind for one in month.heard),
        "tasks": _counted(row.text(pipeline.TASK_STATUS) for row in hands.rows(pipeline.TASKS)),
        "notices": _counted(str(post["channel"]) for post in world.discord),
        "GMV by week": _gmv(month.newest_file),
        "order lines": _order_lines(month.newest_file),
        "payout runs": _runs(hands),
        "payout lines": _payout_lines(hands),
        "airtable": {
            "calls": calls,
            "calls per creator": round(calls / max(1, len(people)), 1),
            "refused (429)": sum(1 for one in world.requests if one["status"] == 429),
        },
        "checks": {name: "; ".join(found) or "held" for name, found in month.checks.items()},
    }


def write(summary: Summary, path: Path) -> None:
    """The summary as JSON."""
    path.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _funnel(stages: list[str]) -> Mapping[str, int]:
    counts = Counter(stages)
    return {stage: counts[stage] for stage in STAGES if counts[stage]}


def _counted(values: Iterable[str]) -> Mapping[str, int]:
    counts = Counter(values)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _outcome(mail: Mapping[str, object]) -> str:
    return "accepted" if was_accepted(mail) else " ".join(str(mail["outcome"]).split()[:3])


def _gmv(path: Path | None) -> Mapping[str, str]:
    """What customers paid, by the Monday of the week of the order; void lines are out."""
    weeks: Counter[str] = Counter()
    for row in rows_of(path) if path else ():
        if row["Order Status"] not in VOID and row["Fully returned or refunded"] == "No":
            created = day_of(row["Time Created"])
            week = created - timedelta(days=created.weekday())
            weeks[week.isoformat()] += cents_of(row["Payment Amount"])
    return {week: money(weeks[week]) for week in sorted(weeks)}


def _order_lines(path: Path | None) -> Mapping[str, int]:
    return _counted(row["Order Status"] for row in rows_of(path) if path) if path else {}


def _runs(hands: Hands) -> Mapping[str, str]:
    rows = sorted(hands.rows(payouts.RUNS), key=lambda row: row.text(payouts.RUN_PERIOD))
    return {
        row.text(payouts.RUN_PERIOD): f"{row.text(payouts.RUN_STATE)}, "
        f"{row.number(payouts.RUN_STATEMENTS):.0f} statements, {row.text(payouts.RUN_TOTALS)}"
        for row in rows
    }


def _payout_lines(hands: Hands) -> Mapping[str, str]:
    """How many lines of each kind in each run, and their sum."""
    period_of = {
        row.id: row.text(payouts.STATEMENT_PERIOD) for row in hands.rows(payouts.STATEMENTS)
    }
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for line in hands.rows(payouts.LINES):
        period = period_of.get(line.link(payouts.LINE_STATEMENT), "")
        kind = f"{period} {line.text(payouts.LINE_KIND)}"
        counts[kind] += 1
        sums[kind] += round(line.number(payouts.LINE_AMOUNT) * 100)
    return {kind: f"{counts[kind]}, {signed(sums[kind])}" for kind in sorted(counts)}


def signed(cents: int) -> str:
    """An amount that may be below zero."""
    return f"-{money(-cents)}" if cents < 0 else money(cents)
