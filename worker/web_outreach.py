"""GET /outreach: who would get which words now and why, and who would not and why not."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from automations.plan import NotNow, Plan, SendTouch
from schemas.records import parse_creator
from schemas.tables import creators
from worker.glance import Glance
from worker.jobs.outreach import plan_outreach_now
from worker.ledger import mirror
from worker.wiring import Worker

MOST_MESSAGES = 100
MOST_NAMES = 30


@dataclass(frozen=True, slots=True)
class Left:
    """Creators left alone for one reason: how many, and the first of them by name."""

    because: str
    count: int
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Look:
    """What outreach of one base would do now."""

    base: str
    is_known: bool  # whether the worker has read the base at all
    messages: Sequence[tuple[str, SendTouch]]
    more: int
    left: Sequence[Left]


def outreach_page(pages: Blueprint, bases: Sequence[str], opened: Callable[[str], Worker]) -> None:
    """Add the page to the staff's, behind their login; `opened` builds a base's worker."""

    @pages.get("/outreach")
    def outreach() -> str:
        return render_template("outreach.html", looks=[_look(opened(name)) for name in bases])


def _look(worker: Worker) -> Look:
    try:
        reading = Glance(worker)
        rows = reading.rows(creators.TABLE)
        names = {row.id: parse_creator(row).shown_as for row in rows}
        known = bool(mirror.row_counts(worker.ledger, worker.base_id))
        plan = plan_outreach_now(reading) if known else Plan()
        touches = plan.touches()
        return Look(
            worker.name,
            known,
            [(names.get(one.record_id, one.address), one) for one in touches[:MOST_MESSAGES]],
            max(0, len(touches) - MOST_MESSAGES),
            _left(plan.skipped),
        )
    finally:
        worker.close()


def _left(skipped: Sequence[NotNow]) -> Sequence[Left]:
    """Those left alone, by reason, the commonest first."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for one in skipped:
        by_reason[one.because].append(one.who)
    found = [Left(why, len(who), sorted(who)[:MOST_NAMES]) for why, who in by_reason.items()]
    return sorted(found, key=lambda left: (-left.count, left.because))
