"""Payout runs: calculate, approve by another person, post; the CLI and the job both come here.

Facts come from the base and the ledger, decisions from `automations`, the result goes back to
both; what Airtable shows is left to `payout_screen`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from automations.payout_budgets import budgets_crossed
from automations.payout_rows import Shown
from automations.payouts import Line, RunOf, plan_payouts
from automations.run_words import Review, review_lines
from schemas.fields import Field
from schemas.parsing import BadCell
from schemas.payout_cells import parse_period
from schemas.problems import Problem
from schemas.rules import Rules
from schemas.tables import payouts as tables
from worker import payout_review
from worker.collecting import collector_paused
from worker.ledger import payout_facts, payout_holds, payout_memory, payout_runs, shown_payouts
from worker.ledger.engine import Ledger
from worker.ledger.payout_runs import PayoutRun, Stale
from worker.payees import read_payees
from worker.payout_gathering import gather
from worker.payout_screen import Screen, said_of, show


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
    review: Review | None = None


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
    crossed = budgets_crossed(rules=found.facts.rules, posted=found.facts.posted, lines=lines)
    payees = read_payees(desk.ledger, desk.base.base_id)
    with desk.ledger.writing() as connection:
        payout_memory.remember_videos(connection, (fresh.base, fresh.key), found.seen, desk.now)
        run = payout_review.draft(connection, fresh, lines, payees, crossed)
    return shown(desk, Worked(run, lines, found.left_out, found.problems), summed_up=True)


def approve(desk: Desk, period: str, by: str) -> Worked:
    """Approve the run as calculated; Stale if `by` prepared it or its month is not over."""
    key = run_key(desk.base.base_id, _month(period))
    if not by:
        raise Stale("Approved by is empty: name the Team row of whoever approves the run.")
    with desk.ledger.writing() as connection:
        run = payout_runs.approve(connection, key, by, desk.now)
    return shown(desk, with_lines(desk, run))


def post(desk: Desk, period: str) -> Worked:
    """Make the approved run permanent; posting it again only shows it again."""
    key = run_key(desk.base.base_id, _month(period))
    payees = read_payees(desk.ledger, desk.base.base_id)
    with desk.ledger.writing() as connection:
        approved = payout_runs.wanted(connection, key)
        if approved.state == payout_runs.APPROVED:
            lines = payout_runs.draft_lines(connection, key)
            payout_review.hold_more(connection, approved, lines, payees)
        run = payout_runs.post(connection, key, desk.now)
    return shown(desk, with_lines(desk, run))


def look(desk: Desk, period: str) -> Worked:
    """The run as it stands, for whoever approves it; Stale if it was never calculated."""
    key = run_key(desk.base.base_id, _month(period))
    with desk.ledger.reading() as connection:
        run = payout_runs.wanted(connection, key)
    worked = with_lines(desk, run)
    payees = read_payees(desk.ledger, desk.base.base_id)
    review = payout_review.review(desk.ledger, run, worked.lines, payees)
    return Worked(run, worked.lines, review=review)


def to_approve(desk: Desk, period: str, by: str) -> tuple[PayoutRun, str]:
    """The run a link is for, and which of its statements are held; Stale for its preparer."""
    key = run_key(desk.base.base_id, _month(period))
    with desk.ledger.reading() as connection:
        run = payout_runs.wanted(connection, key)
        held = payout_holds.held_mark(connection, key)
    if run.state == payout_runs.POSTED:
        raise Stale(f"Run {period} is posted already.")
    if run.prepared_by == by:
        raise Stale(f"Run {period} was prepared by the same person: somebody else approves it.")
    return run, held


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


def with_lines(desk: Desk, run: PayoutRun) -> Worked:
    """The run with the lines of its draft; those left out of posting are among them."""
    with desk.ledger.reading() as connection:
        return Worked(run, payout_runs.draft_lines(connection, run.key))


def shown(desk: Desk, worked: Worked, *, summed_up: bool = False) -> Worked:
    """Show the run in Airtable; with its Summary, if that is known anew."""
    ledger, run = desk.ledger, worked.run
    payees = read_payees(ledger, run.base)
    review = payout_review.review(ledger, run, worked.lines, payees)
    with ledger.reading() as connection:
        _, present = payout_facts.creators(connection, run.base)
    as_shown = Shown(
        key=run.key,
        period=run.period,
        state=payout_review.SHOWN_AS[run.state],
        calculated_at=run.calculated_at,
        posted_at=run.posted_at,
        creators=present,
        standing=payout_review.standings(ledger, run, worked.lines, payees),
    )
    also: dict[Field, object] = {tables.RUN_PREPARED_BY: [run.prepared_by]}
    if run.approved_by:
        also[tables.RUN_APPROVED_BY] = [run.approved_by]
    if summed_up:
        also[tables.RUN_SUMMARY] = "\n".join((*worked.left_out, *review_lines(review)))
    problems = show(desk.base, as_shown, worked.lines, also)
    with ledger.writing() as connection:
        said = {key: said_of(one) for key, one in as_shown.standing.items()}
        shown_payouts.tell(connection, run.base, {run.key: run.state, **said})
    return Worked(run, worked.lines, worked.left_out, (*worked.problems, *problems), review)


def _month(period: str) -> str:
    try:
        return parse_period(period)
    except BadCell as bad:
        raise Stale(f"Period: {bad}") from bad
