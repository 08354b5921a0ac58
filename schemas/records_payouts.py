"""Typed records of the payout tables: rules, runs, adjustments, and the posts retainers count."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from schemas.fields import Field
from schemas.money import Money
from schemas.parsing import BadCell, Row, checked, day, links, number, one_link, text, whole
from schemas.tables import content, payouts

MOST_DAYS = 3_650
_PERIOD = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


class RuleKind(Enum):
    """What a payout rule pays for."""

    RETAINER = "Retainer"
    TOP_UP = "Top-up"


class RunState(Enum):
    """The cell State of a payout run: what the team asks for, and what the worker answers."""

    CALCULATE = "Calculate"
    CALCULATED = "Calculated"
    APPROVE = "Approve"
    APPROVED = "Approved"
    POST = "Post"
    POSTED = "Posted"


@dataclass(frozen=True, slots=True)
class PayoutRule:
    """One version of a rule; in force from `since` to `until`, both included.

    `creators` are record ids; none means everyone. `rate` is in percent.
    """

    record_id: str
    name: str
    version: int
    kind: RuleKind
    currency: str
    since: date
    until: date | None = None
    creators: frozenset[str] = frozenset()
    amount: Decimal = Decimal(0)
    posts: int = 0
    pro_rata: bool = False
    rate: Decimal = Decimal(0)
    hold_back: timedelta | None = None

    @property
    def title(self) -> str:
        """The rule as lines show it."""
        return f"{self.name} v{self.version}"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A one-off amount for one creator (a record id), in the month of `on`."""

    record_id: str
    creator: str
    amount: Money
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Post:
    """A video of the programme; `creator` is a record id."""

    record_id: str
    creator: str
    video_id: str
    posted_on: date
    approved: bool
    removed_on: date | None

    @property
    def window(self) -> str:
        """The month of its posting."""
        return self.posted_on.isoformat()[:7]

    @property
    def was_live_at_end(self) -> bool:
        """Whether it still stood when that month ended."""
        return self.removed_on is None or self.removed_on.isoformat()[:7] > self.window


@dataclass(frozen=True, slots=True)
class RunRow:
    """A row of Payout runs; people by the record id of their Team row."""

    record_id: str
    period: str
    key: str
    state: RunState | None
    prepared_by: str
    approved_by: str


def parse_period(shown: str) -> str:
    """A month like 2026-10; BadCell for anything else."""
    if not _PERIOD.fullmatch(shown):
        raise BadCell(f"{shown!r} is not a month like 2026-10.")
    return shown


def parse_rule(row: Row) -> PayoutRule:
    """The rule a row states; BadCell says what is missing or impossible."""
    name = _filled(row, payouts.RULE_NAME)
    try:
        kind = RuleKind(_filled(row, payouts.RULE_KIND))
    except ValueError as error:
        raise BadCell(f"Kind should be one of {', '.join(payouts.RULE_KINDS)}.") from error
    hold_back = _between(row, payouts.RULE_HOLD_BACK, 0, MOST_DAYS)
    rule = PayoutRule(
        record_id=row.id,
        name=name,
        version=_between(row, payouts.RULE_VERSION, 1, 10_000) or 1,
        kind=kind,
        currency=_currency(row, payouts.RULE_CURRENCY),
        since=_day(row, payouts.RULE_FROM),
        until=day(row, payouts.RULE_UNTIL),
        creators=frozenset(links(row, payouts.RULE_CREATORS)),
        amount=number(row, payouts.RULE_AMOUNT) or Decimal(0),
        posts=_between(row, payouts.RULE_POSTS, 0, 10_000) or 0,
        pro_rata=text(row, payouts.RULE_MISSED) == payouts.MISSED[1],
        rate=number(row, payouts.RULE_RATE) or Decimal(0),
        hold_back=None if hold_back is None else timedelta(days=hold_back),
    )
    _judge(rule)
    return rule


def _judge(rule: PayoutRule) -> None:
    if ":" in rule.name or "/" in rule.name:
        raise BadCell("Rule: leave out ':' and '/' from the name; keys are made of it.")
    if rule.until and rule.until < rule.since:
        raise BadCell("Until is before From.")
    if rule.kind is RuleKind.TOP_UP:
        if not 0 < rule.rate <= 100:
            raise BadCell("A Top-up needs a Rate % above 0 and at most 100.")
        return
    if not rule.creators:
        raise BadCell("A Retainer names its Creators: it is not paid to everyone.")
    if rule.amount <= 0 or not rule.posts:
        raise BadCell("A Retainer needs an Amount and the number of Posts it asks for.")
    if Money(rule.amount, rule.currency).rounded().amount != rule.amount:
        raise BadCell(f"Amount {rule.amount} cannot be paid in {rule.currency}: too many decimals.")


def parse_adjustment(row: Row) -> Adjustment:
    """The adjustment a row states; BadCell says what is missing."""
    amount = number(row, payouts.ADJUSTMENT_AMOUNT)
    if amount is None:
        raise BadCell("Amount is empty; write 0 to take an adjustment back.")
    money = Money(amount, _currency(row, payouts.ADJUSTMENT_CURRENCY))
    if money.rounded() != money:
        raise BadCell(f"Amount {amount} cannot be paid in {money.currency}: too many decimals.")
    creator = one_link(row, payouts.ADJUSTMENT_CREATOR)
    if not creator:
        raise BadCell("Creator is empty.")
    reason = _filled(row, payouts.ADJUSTMENT_REASON)
    return Adjustment(row.id, creator, money, _day(row, payouts.ADJUSTMENT_ON), reason)


def parse_post(row: Row) -> Post:
    """The video a row of Content states; BadCell says what is missing."""
    creator = one_link(row, content.CREATOR)
    if not creator:
        raise BadCell("Creator is empty.")
    return Post(
        record_id=row.id,
        creator=creator,
        video_id=text(row, content.VIDEO_ID),
        posted_on=_day(row, content.POSTED_ON),
        approved=checked(row, content.APPROVED),
        removed_on=day(row, content.REMOVED_ON),
    )


def parse_run(row: Row) -> RunRow:
    """The payout run a row states; BadCell when the month or a name cannot be understood."""
    state = text(row, payouts.RUN_STATE)
    if state and state not in payouts.RUN_STATES:
        raise BadCell(f"State {state!r} is not one of {', '.join(payouts.RUN_STATES)}.")
    return RunRow(
        record_id=row.id,
        period=parse_period(_filled(row, payouts.RUN_PERIOD)),
        key=text(row, payouts.RUN_KEY),
        state=RunState(state) if state else None,
        prepared_by=one_link(row, payouts.RUN_PREPARED_BY),
        approved_by=one_link(row, payouts.RUN_APPROVED_BY),
    )


def _filled(row: Row, field: Field) -> str:
    value = text(row, field)
    if not value:
        raise BadCell(f"{field.name} is empty.")
    return value


def _day(row: Row, field: Field) -> date:
    value = day(row, field)
    if value is None:
        raise BadCell(f"{field.name} is empty.")
    return value


def _between(row: Row, field: Field, low: int, high: int) -> int | None:
    value = whole(row, field)
    if value is not None and not low <= value <= high:
        raise BadCell(f"{field.name} should be from {low} to {high}, not {value}.")
    return value


def _currency(row: Row, field: Field) -> str:
    value = text(row, field).upper()
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise BadCell(f"{field.name} should be like USD, not {value!r}.")
    return value
