"""Payout rules, posts and facts with sane defaults; creators are invented people."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from automations.payout_facts import CARRY_OVER, Facts, Posted, RunOf
from automations.payout_members import People
from automations.payout_terms import InForce
from automations.payout_videos import attributed
from automations.payouts import Line, plan_payouts
from automations.pricing.basis import Sum, basis_of
from automations.pricing.videos import Video
from schemas.money import Money, total
from schemas.payout_rules import PayoutRule, RuleKind, Span
from schemas.records_payouts import Adjustment, Post
from tests.builders_orders import GLOW_UK, GLOW_US

PEOPLE = {"recMaria": "maria", "recJonas": "jonas"}
SHOPS = (GLOW_US, GLOW_UK)
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


def a_rule(kind: RuleKind, **changes) -> PayoutRule:
    """A rule of that kind for everyone, from October 2026 on, with nothing else said."""
    rule = PayoutRule(
        record_id=f"rec{kind.name}", name=kind.value, version=1, kind=kind, currency="USD",
        since=date(2026, 10, 1), hold_back=timedelta(),
    )  # fmt: skip
    return replace(rule, **changes)


def a_campaign(starts: str = "2026-10-05", ends: str = "2026-10-20", product: str = "") -> Span:
    """The launch of the serum."""
    return Span(
        "recLaunch", "Launch", date.fromisoformat(starts), date.fromisoformat(ends), product
    )


def settled(amount: str, *, creator: str = "maria", window: str = "2026-10", count: int = 3) -> Sum:
    """A creator's sales of a window as the ledger sums them up."""
    return Sum(creator, window, count, usd(amount).minor())


def an_adjustment(amount: str, on: str = "2026-10-20", record_id: str = "recAdj1") -> Adjustment:
    """A one-off for Maria."""
    return Adjustment(record_id, "recMaria", usd(amount), date.fromisoformat(on), "Lost parcel")


def facts(
    *rules: PayoutRule,
    sums: Sequence[Sum] = (),
    posts: Sequence[Post] = (),
    people: People | None = None,
    **known,
) -> Facts:
    """What a run rests on; `sums` are those of every rule that counts sales."""
    bases = [basis for rule in rules if (basis := basis_of(rule))]
    return Facts(
        shops=SHOPS,
        rules=[InForce(rule) for rule in rules],
        sums=dict.fromkeys(bases, sums),
        videos=videos_of(posts),
        people=people or People(of=PEOPLE),
        **known,
    )


def videos_of(posts: Sequence[Post]) -> tuple[Video, ...]:
    """The videos of approved posts, whose rows all exist."""
    rows = {post.record_id for post in posts}
    return attributed(posts=posts, rows=rows, creator_of=PEOPLE).videos


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
        minor = line.amount.minor() + (before.minor if before else 0)
        slots[slot] = Posted(*slot[:4], kind, slot[4], minor, line.terms)
    return list(slots.values())


def paid(lines: Sequence[Line]) -> Money:
    """What the lines sum to."""
    return total((line.amount for line in lines), "USD")


def said(lines: Sequence[Line]) -> list[tuple[str, str, str, str]]:
    """Creator, kind, window and amount of each line."""
    return [(ln.creator, ln.kind, ln.window, str(ln.amount)) for ln in lines]
