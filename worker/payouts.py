"""Payout runs: calculate, approve by another person, post; the CLI and the job both come here.

Facts come from the base and the ledger, decisions from `automations`, the result goes back to
both; what Airtable shows is left to `payout_screen`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from automations.payout_rows import Shown
from automations.payouts import Line, RunOf, plan_payouts
from schemas.fields import Field
from schemas.parsing import BadCell
from schemas.payout_cells import parse_period
from schemas.problems import Problem
from schemas.records_payouts import RunState
from schemas.rules import Rules
from schemas.tables import payouts as tables
from worker.collecting import collector_paused
from worker.ledger import payout_facts, payout_memory, payout_runs
from worker.ledger.engine import Ledger
from worker.ledger.payout_runs import PayoutRun, Stale
from worker.payout_gathering import gather
from worker.payout_screen import Screen, show

_SHOWN_AS = {
    payout_runs.CALCULATED: RunState.CALCULATED,
    payout_runs.APPROVED: RunState.APPROVED,
    payout_runs.POSTED: RunState.POSTED,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one base's payouts are worked on, and the instant at which."""

    base: Screen
    ledger: Ledger
    rules: Rules
    now: datetime


@dataclass(frozen=True, slots=True)
class Worked:
    """A run after one step: its lines, what was left out of it, what a person must fix."""

    run: PayoutRun
    lines: tuple[Line, ...]
    left_out: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def run_key(base: str, period: str) -> str:
    """The identity of a base's run for a month."""
    return f"{base}/{period}"


def calculate(desk: Desk, period: str, by: str) -> Worked:
    """Calculate the run on today's facts and show it; again changes nothing if they did not.

    `by` is the record id of the preparer's Team row. Raises Stale for a month already posted.
    """
    key = run_key(desk.base.base_id, _month(period))
    if not by:
        raise Stale("Prepared by is empty: name the Team row of whoever prepares the run.")
    with collector_paused():
        found = gather(desk.base, desk.ledger, desk.rules, period)
        last = found.last
        _not_before(last, period)
        lines = plan_payouts(
            run=RunOf(key, period, last.period if last else ""),
            facts=found.facts,
            minimum=desk.rules.minimum_payout,
        )
    fresh = PayoutRun(
        key=key,
        base=desk.base.base_id,
        period=period,
        state=payout_runs.CALCULATED,
        prepared_by=by,
        approved_by="",
        cut_off=max(cut_offs(desk.rules, period).values()),
        calculated_at=desk.now,
        posted_at=None,
        facts_hash=payout_runs.facts_hash(lines),
        approved_hash="",
        based_on=last.key if last else "",
    )
    with desk.ledger.writing() as connection:
        payout_memory.remember_videos(connection, (fresh.base, fresh.key), found.seen, desk.now)
        run = payout_runs.draft(connection, fresh, lines)
    worked = Worked(run, lines, found.left_out, found.problems)
    return _shown(desk, worked, {tables.RUN_SUMMARY: "\n".join(found.left_out)})


def approve(desk: Desk, period: str, by: str) -> Worked:
    """Approve the run as calculated; Stale if `by` prepared it or its month is not over."""
    key = run_key(desk.base.base_id, _month(period))
    if not by:
        raise Stale("Approved by is empty: name the Team row of whoever approves the run.")
    if max(cut_offs(desk.rules, period).values()) > desk.now:
        raise Stale(f"{period} is not over: a run is approved after the end of its month.")
    with desk.ledger.writing() as connection:
        run = payout_runs.approve(connection, key, by)
    return _shown(desk, _with_lines(desk, run))


def post(desk: Desk, period: str) -> Worked:
    """Make the approved run permanent; posting it again only shows it again."""
    key = run_key(desk.base.base_id, _month(period))
    with desk.ledger.writing() as connection:
        run = payout_runs.post(connection, key, desk.now)
    return _shown(desk, _with_lines(desk, run))


def cut_offs(rules: Rules, period: str) -> Mapping[str, datetime]:
    """The end of the month in each shop: its first instant that belongs to the next one."""
    first = date.fromisoformat(f"{period}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return {shop.name: shop.start_of(following) for shop in rules.shops}


def month_before(rules: Rules, now: datetime) -> str:
    """The last month that is over in every shop."""
    started = min(now.astimezone(shop.zone).date().replace(day=1) for shop in rules.shops)
    return (started - timedelta(days=1)).isoformat()[:7]


def _not_before(last: PayoutRun | None, period: str) -> None:
    if last and last.period >= period:
        raise Stale(
            f"Run {last.period} is posted and took in everything up to it: what changed in "
            f"{period} comes in the next run."
        )


def _with_lines(desk: Desk, run: PayoutRun) -> Worked:
    with desk.ledger.reading() as connection:
        return Worked(run, payout_runs.draft_lines(connection, run.key))


def _shown(desk: Desk, worked: Worked, also: Mapping[Field, object] | None = None) -> Worked:
    with desk.ledger.reading() as connection:
        _, present = payout_facts.creators(connection, desk.base.base_id)
    run = worked.run
    shown = Shown(
        key=run.key,
        period=run.period,
        state=_SHOWN_AS[run.state],
        calculated_at=run.calculated_at,
        posted_at=run.posted_at,
        creators=present,
    )
    people = {tables.RUN_PREPARED_BY: [run.prepared_by]}
    if run.approved_by:
        people[tables.RUN_APPROVED_BY] = [run.approved_by]
    problems = show(desk.base, shown, worked.lines, people | dict(also or {}))
    return Worked(run, worked.lines, worked.left_out, (*worked.problems, *problems))


def _month(period: str) -> str:
    try:
        return parse_period(period)
    except BadCell as bad:
        raise Stale(f"Period: {bad}") from bad
