"""Payouts: what is owed on today's facts minus what was posted, line by line.

First payment, late settlement and clawback are the same subtraction. Totals below the minimum
or below zero are carried over by a pair of lines: out of this statement, into a later one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter

from automations.payout_facts import CARRY_OVER, Facts, Posted, RunOf
from automations.payout_owed import all_owed, rule_of
from automations.pricing.owed import Owed
from automations.pricing.windows import month_of
from schemas.money import Money, exponent

__all__ = ["CARRY_OVER", "CLAWBACK", "Facts", "Line", "Posted", "RunOf", "plan_payouts"]

CLAWBACK = "Clawback"
BRAND = "Brand"
_Slot = tuple[str, str, str, int, str]  # creator, currency, rule, version, window


@dataclass(frozen=True, slots=True)
class Line:
    """The smallest amount with one cause, as it will be posted."""

    key: str
    run: str
    creator: str
    rule: str
    version: int
    window: str
    kind: str
    amount: Money
    paid_by: str
    count: int
    because: str
    basis: Money | None = None
    rate: str = ""
    terms: str = ""


def plan_payouts(*, run: RunOf, facts: Facts, minimum: Decimal) -> tuple[Line, ...]:
    """The lines of the run, ordered by creator, currency and cause; their sums are statements."""
    statements: dict[tuple[str, str], list[Line]] = defaultdict(list)
    fresh: dict[tuple[str, str], int] = defaultdict(int)
    for slot, line, minor in sorted(_differences(run, facts), key=itemgetter(0)):
        statements[slot[:2]].append(line)
        fresh[slot[:2]] += minor
    carried = _carried(facts.posted)
    lines: list[Line] = []
    for owner in sorted({*statements, *carried}):
        amounts = (fresh[owner], carried.get(owner, 0))
        lines += _statement(run, owner, (statements.get(owner, []), amounts), minimum)
    return tuple(lines)


def _differences(run: RunOf, facts: Facts) -> Iterator[tuple[_Slot, Line, int]]:
    """Each line with its slot, and its amount in minor units."""
    posted = {
        (one.creator, one.currency, one.rule, one.version, one.window): one
        for one in facts.posted
        if one.kind != CARRY_OVER
    }
    for owed in all_owed(run.period, facts):
        cause = owed.cause
        slot = (owed.creator, cause.currency, cause.rule, cause.version, owed.window)
        before = posted.pop(slot, None)
        already = before.minor if before else 0
        if owed.minor != already or (
            owed.worth_saying and before is None and owed.window == run.period
        ):
            yield slot, _line(run, owed, already), owed.minor - already
    alive = {(one.rule.name, one.rule.version) for one in facts.rules}
    alive |= {(rule_of(one), 1) for one in facts.adjustments}
    for slot, before in posted.items():
        known = (before.rule, before.version) in alive
        if before.minor and known and month_of(before.window) <= run.period:
            yield slot, _taken_back(run, before), -before.minor


def _line(run: RunOf, owed: Owed, already: int) -> Line:
    cause = owed.cause
    because = owed.because()
    if already:
        before = Money.from_minor(already, cause.currency)
        because = f"{because}; {before} of it posted before"
    return Line(
        key=f"line:{run.key}:{owed.creator}:{cause.title}:{owed.window}",
        run=run.key,
        creator=owed.creator,
        rule=cause.rule,
        version=cause.version,
        window=owed.window,
        kind=CLAWBACK if already and owed.minor < already else cause.kind,
        amount=Money.from_minor(owed.minor - already, cause.currency),
        paid_by=BRAND,
        count=owed.counted,
        because=because,
        basis=None if owed.basis is None else Money.from_minor(owed.basis, cause.currency),
        rate=cause.rate,
        terms=cause.terms,
    )


def _taken_back(run: RunOf, before: Posted) -> Line:
    title = f"{before.rule} v{before.version}" if before.terms else before.rule
    return Line(
        key=f"line:{run.key}:{before.creator}:{title}:{before.window}",
        run=run.key,
        creator=before.creator,
        rule=before.rule,
        version=before.version,
        window=before.window,
        kind=CLAWBACK if before.minor > 0 else before.kind,
        amount=-before.amount,
        paid_by=BRAND,
        count=0,
        because=f"Nothing is owed for it on today's facts; {before.amount} of it posted before",
        terms=before.terms,
    )


def _statement(
    run: RunOf,
    owner: tuple[str, str],
    found: tuple[Sequence[Line], tuple[int, int]],
    minimum: Decimal,
) -> Sequence[Line]:
    """The lines of one statement: what is new, what was carried in, and what is carried out."""
    creator, currency = owner
    fresh, (new, brought) = found
    balance = new + brought
    waits = balance < minimum.scaleb(exponent(currency))
    if not fresh and (waits or not balance):
        return ()
    lines = list(fresh)
    if brought:
        why = f"Carried over from {run.after}" if run.after else "Carried over"
        amount = Money.from_minor(brought, currency)
        lines.append(_carry(run, creator, "in", amount, run.after or run.period, why))
    if waits and balance:
        amount = Money.from_minor(balance, currency)
        least = Money(minimum, currency)
        why = (
            f"{amount} is below zero: taken from the next run"
            if balance < 0
            else f"{amount} is below the minimum of {least}: carried over to the next run"
        )
        lines.append(_carry(run, creator, "out", -amount, run.period, why))
    return lines


def _carry(run: RunOf, creator: str, way: str, amount: Money, window: str, why: str) -> Line:
    rule = f"carry-over {way} {amount.currency}"
    return Line(
        key=f"line:{run.key}:{creator}:{rule}:{window}",
        run=run.key,
        creator=creator,
        rule=rule,
        version=1,
        window=window,
        kind=CARRY_OVER,
        amount=amount,
        paid_by=BRAND,
        count=1,
        because=why,
    )


def _carried(posted: Iterable[Posted]) -> Mapping[tuple[str, str], int]:
    """What is still carried: the pairs that were closed sum to zero, the open ones remain."""
    carried: dict[tuple[str, str], int] = defaultdict(int)
    for one in posted:
        if one.kind == CARRY_OVER:
            carried[one.creator, one.currency] -= one.minor
    return {slot: minor for slot, minor in carried.items() if minor}
