"""What is owed and why, in minor units: an amount is rounded once, half up, and capped here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from automations.pricing.windows import Clock
from schemas.money import Money
from schemas.payout_rules import PayoutRule

Slot = tuple[str, str]  # creator, window


@dataclass(frozen=True, slots=True)
class Cause:
    """What a line names as its cause: a rule version with its terms, or an adjustment."""

    rule: str
    version: int
    kind: str
    currency: str
    title: str
    rate: str = ""
    terms: str = ""


class Owed(NamedTuple):
    """What a cause owes one creator for one window on today's facts.

    `minor` and `basis` are minor units of the cause's currency. The reason is worded only for
    what becomes a line. `worth_saying`: shown in its own month even though nothing is owed.
    """

    cause: Cause
    creator: str
    window: str
    minor: int
    counted: int
    because: Callable[[], str]
    basis: int | None = None
    worth_saying: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One rule in one run: its terms, whom it pays, and what it paid before (minor units)."""

    rule: PayoutRule
    cause: Cause
    clock: Clock
    member: Callable[[str], bool]
    everyone: frozenset[str] = frozenset()
    paid: Mapping[Slot, int] = field(default_factory=dict)
    once: Mapping[str, str] = field(default_factory=dict)  # by creator: the window paid for
    closed: bool = False

    def pays(self, creator: str, window: str) -> bool:
        """Whether the creator is in that window: today's members, and whoever was paid for it."""
        # Whoever was paid for a window stays in it, also after leaving the tier or the list.
        return (creator, window) in self.paid or (not self.closed and self.member(creator))

    def capped(self, minor: int) -> int:
        """The amount, at most the rule's Cap."""
        cap = self.rule.cap
        return minor if cap is None else min(minor, minor_of(cap, self.rule.currency))

    def money(self, minor: int) -> Money:
        """The amount in the rule's currency."""
        return Money.from_minor(minor, self.rule.currency)


def minor_of(amount: Decimal, currency: str) -> int:
    """The minor units of an amount that has no more decimals than its currency."""
    return Money(amount, currency).minor()


def half_up(numerator: int, denominator: int) -> int:
    """The nearest integer to the quotient, a half away from zero; exact on integers."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def many(count: int, thing: str) -> str:
    """`1 video`, `2 videos`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
