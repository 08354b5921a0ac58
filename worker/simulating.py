"""Replays past months under the rules on trial: reads the base and the ledger, writes nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from automations.payout_budgets import budgets_crossed
from automations.payouts import RunOf, plan_payouts
from automations.roi.figures import Account, By
from automations.roi.sorting import Span
from automations.simulation import (
    ON_TRIAL,
    Owed,
    Simulated,
    as_if_never_paid,
    compare,
    owed_in,
    with_trials,
)
from schemas.payout_rules import PayoutRule
from schemas.problems import Problem
from worker.collecting import collector_paused
from worker.payout_gathering import Choice, Gathered, active, gather
from worker.payouts import Desk, month_before, run_key
from worker.roi import read_roi


@dataclass(frozen=True, slots=True)
class Replay:
    """What the months would have cost; `roi` is the total of each currency, now and then.

    `trials` are the names of the rules on trial, `crossed` the budgets that they would cross.
    """

    span: Span
    trials: tuple[str, ...]
    simulated: Simulated
    roi: Mapping[str, tuple[Account, Account]]
    crossed: tuple[str, ...]
    problems: tuple[Problem, ...]


def simulate(desk: Desk, span: Span) -> Replay:
    """Plan all months up to the last that is over, twice: under the active rules and on trial.

    What settled after the span is taken in on both sides, as the next real run would.
    """
    rows: list[PayoutRule] = []

    def seen(rules: Sequence[PayoutRule]) -> Sequence[PayoutRule]:
        rows[:] = rules
        return with_trials(rules)

    period = max(span.until, month_before(desk.rules, desk.now))
    with collector_paused():
        before, now, _ = _planned(desk, (span, period), active, rows)
        after, then, crossed = _planned(desk, (span, period), seen, rows)
    simulated = compare(now, then)
    return Replay(
        span=span,
        trials=tuple(sorted({rule.name for rule in rows if rule.trial})),
        simulated=simulated,
        roi=_roi(desk, span, simulated),
        crossed=crossed,
        problems=tuple(dict.fromkeys((*before.problems, *after.problems))),
    )


def _planned(
    desk: Desk, of: tuple[Span, str], choose: Choice, rows: Sequence[PayoutRule]
) -> tuple[Gathered, Owed, tuple[str, ...]]:
    span, period = of
    found = gather(desk.base, desk.ledger, desk.rules, period, choose=choose)
    facts = as_if_never_paid(found.facts, rows)
    run = RunOf(run_key(desk.base.base_id, period), period)
    lines = plan_payouts(run=run, facts=facts, minimum=desk.rules.minimum_payout)
    crossed = budgets_crossed(facts.rules, lines, facts.posted)
    said = tuple(f"{_plain(title)}: {why}." for title, why in sorted(crossed.items()))
    return found, owed_in(span, facts.posted, lines), said


def _roi(desk: Desk, span: Span, simulated: Simulated) -> Mapping[str, tuple[Account, Account]]:
    """ROI of the whole programme with what is owed now, and then, for its payouts."""
    found = read_roi(desk.ledger, "", desk.base.base_id, by=By.MONTH, span=span)
    whole = {table.currency: table.total for table in found.tables}
    owed = {one.currency: (one.now, one.then) for one in simulated.totals}
    both = {}
    for currency in sorted({*whole, *owed}):
        account, (now, then) = whole.get(currency, Account()), owed.get(currency, (0, 0))
        both[currency] = (replace(account, payouts=now), replace(account, payouts=then))
    return both


def _plain(title: str) -> str:
    """The title without the mark of a rule on trial."""
    name, _, version = title.rpartition(" v")
    number = int(version) if version.isdigit() else 0
    return f"{name} v{number - ON_TRIAL} on trial" if number > ON_TRIAL else title
