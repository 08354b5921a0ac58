"""Payout rules as the team wrote them: what each kind pays, for what, to whom and up to how much.

Which version holds when, and what is owed by it, is decided in `automations`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from schemas.money import Money
from schemas.parsing import BadCell, Row, checked, day, links, number, one_link, text
from schemas.payout_cells import (
    MOST_DAYS,
    between,
    currency,
    day_of,
    filled,
    is_choice,
    levels,
    names,
)
from schemas.tables import payouts as t

_COHORT = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])( \S.*)?")


class RuleKind(Enum):
    """What a payout rule pays for."""

    RETAINER = "Retainer"
    PER_VIDEO = "Per video"
    FLAT_FEE = "Flat fee"
    MILESTONE = "Milestone"
    CONTEST = "Contest"
    TOP_UP = "Top-up"
    VIEWS = "Views bonus"
    ONE_OFF = "One-off"


class Measure(Enum):
    """Which sales count: what customers paid, or what TikTok settled."""

    GMV = "GMV"
    SETTLED = "Settled net"


class First(Enum):
    """What a one-off is paid for."""

    POST = "Post"
    SALE = "Sale"


@dataclass(frozen=True, slots=True)
class Span:
    """A campaign as a rule counts it: both days included; `product` "" is any product."""

    campaign: str
    name: str
    starts: date
    ends: date
    product: str = ""

    @property
    def window(self) -> str:
        """The window as lines show it."""
        return f"{self.starts}..{self.ends}"


@dataclass(frozen=True, slots=True)
class PayoutRule:
    """One version of a rule; in force from `since` to `until`, both included.

    `creators` are record ids; none means everyone. `rate` is in percent, `levels` are pairs of
    threshold and amount, or of place and prize. `campaign` is a record id; its `span` is filled in
    when rules are put in force.
    """

    record_id: str
    name: str
    version: int
    kind: RuleKind
    currency: str
    since: date
    until: date | None = None
    trial: bool = False
    creators: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    cohort: str = ""
    campaign: str = ""
    span: Span | None = None
    disclosed: bool = False
    measure: Measure = Measure.SETTLED
    by_campaign: bool = False
    amount: Decimal = Decimal(0)
    posts: int = 0
    pro_rata: bool = False
    rate: Decimal = Decimal(0)
    levels: tuple[tuple[Decimal, Decimal], ...] = ()
    each: bool = False
    first: First = First.POST
    days_live: int = 0
    most_videos: int | None = None
    cap: Decimal | None = None
    video_cap: Decimal | None = None
    hold_back: timedelta | None = None
    excludes: frozenset[str] = frozenset()
    budget: Decimal | None = None
    budget_monthly: bool = False

    @property
    def title(self) -> str:
        """The rule as lines show it."""
        return f"{self.name} v{self.version}"

    @property
    def counts_sales(self) -> bool:
        """Whether it rests on order lines; otherwise on videos."""
        sales = (RuleKind.TOP_UP, RuleKind.MILESTONE, RuleKind.CONTEST)
        return self.kind in sales or (self.kind is RuleKind.ONE_OFF and self.first is First.SALE)

    @property
    def is_by_window(self) -> bool:
        """Whether it pays for a window as a whole; otherwise for each sale, video or creator."""
        return self.kind in (
            RuleKind.RETAINER,
            RuleKind.FLAT_FEE,
            RuleKind.MILESTONE,
            RuleKind.CONTEST,
        )


def parse_rule(row: Row) -> PayoutRule:
    """The rule a row states; BadCell says what is missing or impossible."""
    try:
        kind = RuleKind(filled(row, t.RULE_KIND))
    except ValueError as error:
        raise BadCell(f"Kind should be one of {', '.join(t.RULE_KINDS)}.") from error
    hold_back = between(row, t.RULE_HOLD_BACK, 0, MOST_DAYS)
    rule = PayoutRule(
        record_id=row.id,
        name=filled(row, t.RULE_NAME),
        version=between(row, t.RULE_VERSION, 1, 10_000) or 1,
        kind=kind,
        currency=currency(row, t.RULE_CURRENCY),
        since=day_of(row, t.RULE_FROM),
        until=day(row, t.RULE_UNTIL),
        trial=is_choice(row, t.RULE_STATUS, t.RULE_STATES[1]),
        creators=frozenset(links(row, t.RULE_CREATORS)),
        tiers=names(row, t.RULE_TIER),
        cohort=" ".join(text(row, t.RULE_COHORT).casefold().split()),
        campaign=one_link(row, t.RULE_CAMPAIGN),
        disclosed=checked(row, t.RULE_DISCLOSED),
        measure=Measure.GMV if is_choice(row, t.RULE_BASIS, t.BASES[0]) else Measure.SETTLED,
        by_campaign=is_choice(row, t.RULE_WINDOW, t.WINDOWS[1]),
        amount=number(row, t.RULE_AMOUNT) or Decimal(0),
        posts=between(row, t.RULE_POSTS, 0, 10_000) or 0,
        pro_rata=is_choice(row, t.RULE_MISSED, t.MISSED[1]),
        rate=number(row, t.RULE_RATE) or Decimal(0),
        levels=levels(row, t.RULE_LEVELS),
        each=is_choice(row, t.RULE_REACHED, t.REACHED[1]),
        first=First.SALE if is_choice(row, t.RULE_FIRST, t.FIRSTS[1]) else First.POST,
        days_live=between(row, t.RULE_DAYS_LIVE, 0, MOST_DAYS) or 0,
        most_videos=between(row, t.RULE_MOST_VIDEOS, 1, 10_000),
        cap=number(row, t.RULE_CAP),
        video_cap=number(row, t.RULE_VIDEO_CAP),
        hold_back=None if hold_back is None else timedelta(days=hold_back),
        excludes=names(row, t.RULE_EXCLUDES),
        budget=number(row, t.RULE_BUDGET),
        budget_monthly=is_choice(row, t.RULE_BUDGET_PER, t.BUDGETS_PER[1]),
    )
    _judge(rule)
    _NEEDS[kind](rule)
    return rule


def _judge(rule: PayoutRule) -> None:
    if ":" in rule.name or "/" in rule.name:
        raise BadCell("Rule: leave out ':' and '/' from the name; keys are made of it.")
    if rule.name.casefold().startswith(("adjustment ", "carry-over ")):
        raise BadCell("Rule: 'adjustment' and 'carry-over' are the worker's own words.")
    if rule.until and rule.until < rule.since:
        raise BadCell("Until is before From.")
    if rule.cohort and not _COHORT.fullmatch(rule.cohort):
        raise BadCell(f"Cohort {rule.cohort!r} should be like 2026-10 or 2026-10 Marketplace.")
    if rule.by_campaign and not rule.campaign:
        raise BadCell("Window is Campaign: link the Campaign.")
    if rule.disclosed and rule.counts_sales:
        raise BadCell("Disclosed only is for rules that count videos: untick it.")
    _judge_amounts(rule)


def _judge_amounts(rule: PayoutRule) -> None:
    amounts = {"Amount": rule.amount, "Cap": rule.cap, "Budget": rule.budget}
    for name, amount in amounts.items():
        # What 1,000 views are worth may be a fraction of a cent: only the sum is paid.
        if amount is not None and not (name == "Amount" and rule.kind is RuleKind.VIEWS):
            _payable(name, amount, rule.currency)
    for name, limit in (("Cap", rule.cap), ("Cap per video", rule.video_cap)):
        if limit is not None and limit <= 0:
            raise BadCell(f"{name} should be above 0; leave it empty for none.")
    if rule.budget is not None and rule.budget < 0:
        raise BadCell("Budget should not be below 0.")


def _payable(name: str, amount: Decimal, shown_in: str) -> None:
    if Money(amount, shown_in).rounded().amount != amount:
        raise BadCell(f"{name} {amount} cannot be paid in {shown_in}: too many decimals.")


def _retainer(rule: PayoutRule) -> None:
    if not (rule.creators or rule.tiers or rule.cohort):
        raise BadCell("A Retainer names its Creators, Tier or Cohort: it is not paid to everyone.")
    if rule.amount <= 0 or not rule.posts:
        raise BadCell("A Retainer needs an Amount and the number of Posts it asks for.")


def _flat_fee(rule: PayoutRule) -> None:
    if rule.amount <= 0 or not rule.posts:
        raise BadCell("A Flat fee needs an Amount and the number of Posts it is paid for.")


def _with_amount(rule: PayoutRule) -> None:
    if rule.amount <= 0:
        raise BadCell(f"A rule of kind {rule.kind.value} needs an Amount above 0.")


def _top_up(rule: PayoutRule) -> None:
    if not 0 < rule.rate <= 100:
        raise BadCell("A Top-up needs a Rate % above 0 and at most 100.")


def _milestone(rule: PayoutRule) -> None:
    thresholds = [threshold for threshold, _ in rule.levels]
    if not rule.levels or thresholds != sorted(set(thresholds)) or thresholds[0] <= 0:
        raise BadCell("A Milestone needs rising Levels like 500: 50; 1000: 150.")
    _prizes(rule)


def _contest(rule: PayoutRule) -> None:
    if not rule.levels or [place for place, _ in rule.levels] != list(
        range(1, len(rule.levels) + 1)
    ):
        raise BadCell("A Contest needs Levels that give each place its prize: 1: 500; 2: 250.")
    _prizes(rule)


def _prizes(rule: PayoutRule) -> None:
    for _, amount in rule.levels:
        if amount <= 0:
            raise BadCell("Levels: each amount should be above 0.")
        _payable("Levels: amount", amount, rule.currency)


_NEEDS: dict[RuleKind, Callable[[PayoutRule], None]] = {
    RuleKind.RETAINER: _retainer,
    RuleKind.PER_VIDEO: _with_amount,
    RuleKind.FLAT_FEE: _flat_fee,
    RuleKind.MILESTONE: _milestone,
    RuleKind.CONTEST: _contest,
    RuleKind.TOP_UP: _top_up,
    RuleKind.VIEWS: _with_amount,
    RuleKind.ONE_OFF: _with_amount,
}
