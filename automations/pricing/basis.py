"""Which order lines a rule rests on, as data: the ledger turns it into one sum for all of them.

Rules that rest on the same lines share one basis.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

from schemas.orders import LineStatus
from schemas.payout_rules import Measure, PayoutRule, RuleKind


class Grain(Enum):
    """By what a basis is summed, beside the creator."""

    MONTH = "month of creation"
    SPAN = "all its days together"
    EVER = "the first line of all"


@dataclass(frozen=True, slots=True)
class Basis:
    """Which order lines count; `since` and `until` are days on the shop's clock, both included.

    The hold-back, a multiple of 24 h, counts from settlement (Settled net) or creation (GMV) and
    must be over before the run's cut-off. `window` names what all days together are called;
    `product` and `content` "" are any.
    """

    measure: Measure
    currency: str
    hold_back: timedelta
    grain: Grain = Grain.MONTH
    window: str = ""
    since: date | None = None
    until: date | None = None
    product: str = ""
    content: str = ""

    @property
    def statuses(self) -> tuple[LineStatus, ...]:
        """Lines in these states count, unless fully returned or a sample."""
        if self.measure is Measure.GMV:
            return (LineStatus.PENDING, LineStatus.SETTLED)
        return (LineStatus.SETTLED,)


class Sum(NamedTuple):
    """One creator's sum of a basis in one window; `minor` in minor units of its currency.

    `first_on` is the day of the earliest line, known for Grain.EVER alone.
    """

    creator: str
    window: str
    lines: int
    minor: int
    first_on: str = ""


def basis_of(rule: PayoutRule) -> Basis | None:
    """The order lines the rule rests on; None for a rule that rests on videos."""
    if not rule.counts_sales:
        return None
    since, until = _bounds(rule)
    grain, window = Grain.MONTH, ""
    if rule.kind is RuleKind.ONE_OFF:
        grain = Grain.EVER
    elif rule.by_campaign and rule.span:
        grain, window = Grain.SPAN, rule.span.window
    return Basis(
        measure=rule.measure,
        currency=rule.currency,
        hold_back=rule.hold_back or timedelta(),
        grain=grain,
        window=window,
        since=since,
        until=until,
        product=rule.span.product if rule.span else "",
    )


def bases_of(rules: Iterable[PayoutRule]) -> Mapping[Basis, date | None]:
    """Each basis the rules need, once, with the first day any of them asks for."""
    found: dict[Basis, date | None] = {}
    for rule in rules:
        basis = basis_of(rule)
        if basis is None:
            continue
        first = basis.since
        if basis.grain is Grain.MONTH and first is None:
            first = rule.since.replace(day=1)
        before = found.get(basis, first)
        found[basis] = min(first, before) if first and before else None
    return found


def _bounds(rule: PayoutRule) -> tuple[date | None, date | None]:
    """Days that cut a window; whole months need none, and so more rules share one sum."""
    since = until = None
    if not rule.is_by_window and rule.kind is not RuleKind.ONE_OFF:
        since = rule.since if rule.since.day > 1 else None
        until = rule.until if rule.until and not _ends_a_month(rule.until) else None
    if rule.span is None:
        return since, until
    if not rule.is_by_window and rule.kind is not RuleKind.ONE_OFF:
        since, until = rule.since, rule.until
    since = max(since, rule.span.starts) if since else rule.span.starts
    return since, min(until, rule.span.ends) if until else rule.span.ends


def _ends_a_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
