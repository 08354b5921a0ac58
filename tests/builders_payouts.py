"""Payout rules, posts and facts with sane defaults; creators are invented people."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from automations.payout_terms import InForce
from automations.payouts import CARRY_OVER, Facts, Line, Posted, RunOf, plan_payouts
from automations.pricing import Sum
from schemas.money import Money, total
from schemas.records_payouts import Adjustment, PayoutRule, Post, RuleKind

PEOPLE = {"recMaria": "maria", "recJonas": "jonas"}
OCTOBER = RunOf("appGlow/2026-10", "2026-10")
NOVEMBER = RunOf("appGlow/2026-11", "2026-11", after="2026-10")


def usd(amount: str) -> Money:
    """Dollars."""
    return Money(Decimal(amount), "USD")


def a_top_up(**changes) -> PayoutRule:
    """Five percent of settled net for everyone, from September 2026 on."""
    rule = PayoutRule(
        record_id="recTopUp", name="Growth", version=1, kind=RuleKind.TOP_UP, currency="USD",
        since=date(2026, 9, 1), rate=Decimal(5), hold_back=timedelta(days=30),
    )  # fmt: skip
    return replace(rule, **changes)


def a_retainer(**changes) -> PayoutRule:
    """300 dollars a month for Maria if four approved posts are live at its end."""
    rule = PayoutRule(
        record_id="recRetainer", name="Maria's retainer", version=1, kind=RuleKind.RETAINER,
        currency="USD", since=date(2026, 10, 1), creators=frozenset({"recMaria"}),
        amount=Decimal(300), posts=4, hold_back=timedelta(),
    )  # fmt: skip
    return replace(rule, **changes)


def posts(number: int, month: str = "2026-10", creator: str = "recMaria", **changes) -> list[Post]:
    """That many approved videos of one month."""
    first = date.fromisoformat(f"{month}-01")
    return [
        replace(
            Post(f"rec{month}{creator}{n}", creator, f"73{month}{creator}{n}",
                 first + timedelta(days=n), approved=True, removed_on=None),
            **changes,
        )
        for n in range(number)
    ]  # fmt: skip


def settled(amount: str, *, creator: str = "maria", window: str = "2026-10", count: int = 3) -> Sum:
    """A settled net as the ledger sums it up for the growth rule."""
    return Sum("Growth v1", creator, window, count, usd(amount))


def an_adjustment(amount: str, on: str = "2026-10-20", record_id: str = "recAdj1") -> Adjustment:
    """A one-off for Maria."""
    return Adjustment(record_id, "recMaria", usd(amount), date.fromisoformat(on), "Lost parcel")


def facts(*rules: PayoutRule, **known) -> Facts:
    """What a run rests on."""
    return Facts(rules=[InForce(rule) for rule in rules], creator_of=PEOPLE, **known)


def lines_of(run: RunOf, known: Facts, minimum: str = "10") -> tuple[Line, ...]:
    """The planned lines of a run."""
    return plan_payouts(run=run, facts=known, minimum=Decimal(minimum))


def posted(*runs: Sequence[Line]) -> list[Posted]:
    """The lines of posted runs, summed as the ledger sums them."""
    slots: dict[tuple[str, str, int, str, str], Posted] = {}
    for line in (line for run in runs for line in run):
        slot = (line.creator, line.rule, line.version, line.window, line.amount.currency)
        before = slots.get(slot)
        kind = CARRY_OVER if line.kind == CARRY_OVER else (before.kind if before else line.kind)
        amount = line.amount + before.amount if before else line.amount
        slots[slot] = Posted(*slot[:4], kind, amount, line.terms)
    return list(slots.values())


def paid(lines: Sequence[Line]) -> Money:
    """What the lines sum to."""
    return total((line.amount for line in lines), "USD")


def said(lines: Sequence[Line]) -> list[tuple[str, str, str, str]]:
    """Creator, kind, window and amount of each line."""
    return [(ln.creator, ln.kind, ln.window, str(ln.amount)) for ln in lines]
