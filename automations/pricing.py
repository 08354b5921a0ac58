"""What each payout rule owes: its basis as data for one SQL sum, and the price of that sum.

An amount is rounded once, half up to the minor unit, here and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from automations.payout_terms import frozen
from schemas.money import Money
from schemas.orders import LineStatus
from schemas.records_payouts import PayoutRule, RuleKind


@dataclass(frozen=True, slots=True)
class Basis:
    """Which order lines a rule sums: their Actual Commission Base by creator and window.

    `since` and `until` are days on the shop's clock; the hold-back counts from settlement and
    must be over before the run's cut-off. `content` "" is any content, `campaign` "" any.
    """

    rule: str
    currency: str
    since: date
    until: date | None
    hold_back: timedelta
    status: LineStatus = LineStatus.SETTLED
    returned: bool = False
    window: str = "month"
    content: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """One creator's sum of a basis in one window (2026-10)."""

    rule: str
    creator: str
    window: str
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Owed:
    """What a rule owes one creator for one window on today's facts, and why."""

    creator: str
    rule: str
    version: int
    window: str
    kind: str
    amount: Money
    count: int
    because: str
    basis: Money | None = None
    rate: str = ""
    terms: str = ""
    worth_saying: bool = False  # shown in its own month even though nothing is owed


def basis_of(rule: PayoutRule) -> Basis | None:
    """The order lines the rule rests on; None for a rule that rests on posts."""
    if rule.kind is not RuleKind.TOP_UP:
        return None
    hold_back = rule.hold_back or timedelta()
    return Basis(rule.title, rule.currency, rule.since, rule.until, hold_back)


def price_top_up(rule: PayoutRule, settled: Sum) -> Owed:
    """The rate of the settled net."""
    rate = f"{rule.rate.normalize():f}%"
    return Owed(
        creator=settled.creator,
        rule=rule.name,
        version=rule.version,
        window=settled.window,
        kind="Top-up",
        amount=settled.amount.times(rule.rate.scaleb(-2)).rounded(),
        count=settled.count,
        because=f"{rate} of {settled.amount} settled net from {_many(settled.count, 'order line')}",
        basis=settled.amount,
        rate=rate,
        terms=frozen(rule),
    )


def price_retainer(rule: PayoutRule, creator: str, window: str, posts: int) -> Owed:
    """The whole retainer for enough posts; below, nothing or the share that was posted."""
    promised = Money(rule.amount, rule.currency)
    asked = f"{posts} of {_many(rule.posts, 'approved post')} live at the end of {window}"
    if posts >= rule.posts:
        amount, because = promised, asked
    elif rule.pro_rata:
        amount = _share(promised, posts, rule.posts)
        because = f"{asked}: its share of {promised}"
    else:
        amount, because = Money.zero(rule.currency), f"{asked}: {promised} forfeited"
    return Owed(
        creator=creator,
        rule=rule.name,
        version=rule.version,
        window=window,
        kind="Retainer",
        amount=amount.rounded(),
        count=posts,
        because=because,
        basis=promised,
        terms=frozen(rule),
        worth_saying=True,
    )


def months(since: date, until: date | None, period: str) -> Sequence[str]:
    """The months whose first day lies from `since` to `until`, up to `period`."""
    last = min(period, until.isoformat()[:7]) if until else period
    year, month = since.year, since.month + (since.day > 1)
    found = []
    while (window := f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}") <= last:
        found.append(window)
        month += 1
    return found


def _share(promised: Money, part: int, whole: int) -> Money:
    minor = promised.minor() * part
    # Half up on integers: exact, where a Decimal quotient might not be.
    return Money.from_minor((2 * minor + whole) // (2 * whole), promised.currency)


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
