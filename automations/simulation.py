"""The simulator: what past months would have cost under rules on trial, against the active ones.

Both sides are planned by `automations.payouts`, as a real run is; nothing is posted by either.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from automations.payout_facts import CARRY_OVER, Facts, Posted
from automations.payouts import Line
from automations.pricing.windows import month_of
from automations.roi.sorting import Span
from schemas.payout_rules import PayoutRule

# Added to the version of a rule on trial, so that it is never held to terms the active one paid by.
ON_TRIAL = 1_000_000
Owed = Mapping[tuple[str, str, str], int]  # rule, creator, currency: minor units


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule or a creator costs now and then, in minor units."""

    name: str
    currency: str
    now: int
    then: int

    @property
    def difference(self) -> int:
        """Then less now."""
        return self.then - self.now


@dataclass(frozen=True, slots=True)
class Simulated:
    """Now against then: by rule, by creator (the winners first) and in all."""

    rules: tuple[Change, ...]
    creators: tuple[Change, ...]
    totals: tuple[Change, ...]


def with_trials(rules: Sequence[PayoutRule]) -> Sequence[PayoutRule]:
    """The rules as if those on trial were active, each in the place of the active of its name."""
    trial = [rule for rule in rules if rule.trial]
    names = {_same(rule.name) for rule in trial}
    return [
        *(rule for rule in rules if not rule.trial and _same(rule.name) not in names),
        *(replace(rule, trial=False, version=rule.version + ON_TRIAL) for rule in trial),
    ]


def as_if_never_paid(facts: Facts, rules: Sequence[PayoutRule]) -> Facts:
    """The facts without what was ever paid by the active rules that rules on trial replace."""
    names = {_same(rule.name) for rule in rules if rule.trial}
    rows = {rule.record_id for rule in rules if not rule.trial and _same(rule.name) in names}
    gone = {
        one.rule.name
        for one in facts.rules
        if one.rule.version < ON_TRIAL
        and (_same(one.rule.name) in names or one.rule.record_id in rows)
    }
    return replace(
        facts,
        rules=[
            one for one in facts.rules if one.rule.version > ON_TRIAL or one.rule.name not in gone
        ],
        posted=[one for one in facts.posted if one.rule not in gone],
    )


def owed_in(span: Span, posted: Iterable[Posted], lines: Iterable[Line]) -> Owed:
    """What is owed for the months of the span: posted so far and what the run would add."""
    owed: Counter[tuple[str, str, str]] = Counter()
    for one in posted:
        if one.kind != CARRY_OVER and month_of(one.window) in span:
            owed[one.rule, one.creator, one.currency] += one.minor
    for line in lines:
        if line.kind != CARRY_OVER and month_of(line.window) in span:
            amount = line.amount
            owed[line.rule, line.creator, amount.currency] += amount.minor()
    return owed


def compare(now: Owed, then: Owed) -> Simulated:
    """Both sides by rule, by creator and in all; every total is the sum of its rules."""
    return Simulated(
        rules=_changes(now, then, 0),
        creators=tuple(sorted(_changes(now, then, 1), key=lambda one: (-one.difference, one.name))),
        totals=_changes(now, then, None),
    )


def _changes(now: Owed, then: Owed, place: int | None) -> tuple[Change, ...]:
    sums: dict[tuple[str, str], list[int]] = {}
    for side, owed in enumerate((now, then)):
        for slot, minor in owed.items():
            name = "" if place is None else slot[place]
            sums.setdefault((name, slot[2]), [0, 0])[side] += minor
    return tuple(Change(*slot, *both) for slot, both in sorted(sums.items()))


def _same(name: str) -> str:
    return " ".join(name.casefold().split())
