"""Payouts: what is owed on today's facts minus what was posted, line by line.

First payment, late settlement and clawback are the same subtraction. Totals below the minimum
or below zero are carried over by a pair of lines: out of this statement, into a later one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from automations.payout_terms import InForce
from automations.pricing import Owed, Sum, months, price_retainer, price_top_up
from schemas.money import Money, total
from schemas.records_payouts import Adjustment, Post, RuleKind

CLAWBACK = "Clawback"
CARRY_OVER = "Carry-over"
BRAND = "Brand"
_Slot = tuple[str, str, int, str, str]  # creator, rule, version, window, currency


@dataclass(frozen=True, slots=True)
class RunOf:
    """Which run is calculated: its key, its month, and the month of the run posted before it."""

    key: str
    period: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """The sum of the lines posted for one creator, rule version, window and currency."""

    creator: str
    rule: str
    version: int
    window: str
    kind: str
    amount: Money
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All a run rests on, as known when it is calculated; rows name creators by record id."""

    rules: Sequence[InForce] = ()
    sums: Sequence[Sum] = ()
    posts: Sequence[Post] = ()
    adjustments: Sequence[Adjustment] = ()
    posted: Sequence[Posted] = ()
    creator_of: Mapping[str, str] = field(default_factory=dict)


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
    """The lines of the run, ordered by creator, currency and key; their sums are its statements."""
    statements: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in _differences(run, facts):
        statements[line.creator, line.amount.currency].append(line)
    carried = _carried(facts.posted)
    lines: list[Line] = []
    for creator, currency in sorted({*statements, *carried}):
        fresh = statements.get((creator, currency), [])
        brought = carried.get((creator, currency), Money.zero(currency))
        lines += _statement(run, (creator, fresh), brought, Money(minimum, currency))
    return tuple(lines)


def _differences(run: RunOf, facts: Facts) -> Iterable[Line]:
    owed = {_slot(one): one for one in _owed(run, facts)}
    posted = {_slot(one): one for one in facts.posted if one.kind != CARRY_OVER}
    alive = {(one.rule.name, one.rule.version) for one in facts.rules}
    alive |= {(_rule_of(one), 1) for one in facts.adjustments}
    for slot in sorted({*owed, *posted}):
        before = posted.get(slot)
        if slot in owed:
            yield from _difference(run, owed[slot], before)
        elif before and (before.rule, before.version) in alive and before.window <= run.period:
            yield from _difference(run, _nothing_more(before), before)


def _difference(run: RunOf, owed: Owed, before: Posted | None) -> Iterable[Line]:
    already = before.amount if before else Money.zero(owed.amount.currency)
    difference = owed.amount - already
    if not difference and not (owed.worth_saying and not before and owed.window == run.period):
        return
    taken_back = bool(already) and difference < Money.zero(difference.currency)
    yield Line(
        key=f"line:{run.key}:{owed.creator}:{_title(owed)}:{owed.window}",
        run=run.key,
        creator=owed.creator,
        rule=owed.rule,
        version=owed.version,
        window=owed.window,
        kind=CLAWBACK if taken_back else owed.kind,
        amount=difference,
        paid_by=BRAND,
        count=owed.count,
        because=f"{owed.because}; {already} of it posted before" if already else owed.because,
        basis=owed.basis,
        rate=owed.rate,
        terms=owed.terms or (before.terms if before else ""),
    )


def _owed(run: RunOf, facts: Facts) -> Iterable[Owed]:
    paid = {(p.creator, p.rule, p.version, p.window) for p in facts.posted}
    sums: dict[str, list[Sum]] = defaultdict(list)
    for found in facts.sums:
        sums[found.rule].append(found)
    live = _live_posts(facts)
    for one in facts.rules:
        listed = _creators(one, facts.creator_of)
        if one.rule.kind is RuleKind.TOP_UP:
            priced = _top_ups(run, one, sums[one.rule.title])
        else:
            before = {c for c, rule, version, _ in paid if (rule, version) == _version(one)}
            priced = _retainers(run, one, sorted(listed | before), live)
        for owed in priced:
            member = not one.closed and (not one.rule.creators or owed.creator in listed)
            # Whoever was paid for a month stays in it, also after leaving the rule's list.
            if member or (owed.creator, owed.rule, owed.version, owed.window) in paid:
                yield owed
    for adjustment in facts.adjustments:
        if adjustment.creator in facts.creator_of and adjustment.on.isoformat()[:7] <= run.period:
            yield _adjusted(adjustment, facts.creator_of[adjustment.creator])


def _top_ups(run: RunOf, one: InForce, sums: Iterable[Sum]) -> Iterable[Owed]:
    return [price_top_up(one.rule, found) for found in sums if found.window <= run.period]


def _retainers(
    run: RunOf, one: InForce, creators: Sequence[str], live: Mapping[tuple[str, str], int]
) -> Iterable[Owed]:
    windows = months(one.rule.since, one.rule.until, run.period)
    return [
        price_retainer(one.rule, creator, window, live.get((creator, window), 0))
        for creator in creators
        for window in windows
    ]


def _live_posts(facts: Facts) -> Mapping[tuple[str, str], int]:
    """How many approved videos of each creator and month of posting were live at its end."""
    videos = {
        (facts.creator_of[post.creator], post.window, post.video_id or post.record_id)
        for post in facts.posts
        if post.creator in facts.creator_of and post.approved and post.was_live_at_end
    }
    return Counter((creator, window) for creator, window, _ in videos)


def _creators(one: InForce, creator_of: Mapping[str, str]) -> frozenset[str]:
    return frozenset(creator_of[r] for r in one.rule.creators if r in creator_of)


def _version(one: InForce) -> tuple[str, int]:
    return (one.rule.name, one.rule.version)


def _adjusted(adjustment: Adjustment, creator: str) -> Owed:
    return Owed(
        creator=creator,
        rule=_rule_of(adjustment),
        version=1,
        window=adjustment.on.isoformat()[:7],
        kind="Adjustment",
        amount=adjustment.amount,
        count=1,
        because=adjustment.reason,
    )


def _rule_of(adjustment: Adjustment) -> str:
    return f"adjustment {adjustment.record_id}"


def _nothing_more(before: Posted) -> Owed:
    return Owed(
        creator=before.creator,
        rule=before.rule,
        version=before.version,
        window=before.window,
        kind=before.kind,
        amount=Money.zero(before.amount.currency),
        count=0,
        because="Nothing is owed for it on today's facts",
        terms=before.terms,
    )


def _statement(
    run: RunOf, owner: tuple[str, Sequence[Line]], brought: Money, minimum: Money
) -> Sequence[Line]:
    """The lines of one statement: what is new, what was carried in, and what is carried out."""
    creator, fresh = owner
    balance = total((line.amount for line in fresh), minimum.currency) + brought
    waits = balance < minimum
    if not fresh and (waits or not balance):
        return ()
    lines = list(fresh)
    if brought:
        why = f"Carried over from {run.after}" if run.after else "Carried over"
        lines.append(_carry(run, creator, "in", brought, run.after or run.period, why))
    if waits and balance:
        why = (
            f"{balance} is below zero: taken from the next run"
            if balance < Money.zero(minimum.currency)
            else f"{balance} is below the minimum of {minimum}: carried over to the next run"
        )
        lines.append(_carry(run, creator, "out", -balance, run.period, why))
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


def _carried(posted: Iterable[Posted]) -> Mapping[tuple[str, str], Money]:
    """What is still carried: the pairs that were closed sum to zero, the open ones remain."""
    carried: dict[tuple[str, str], Money] = {}
    for one in posted:
        if one.kind == CARRY_OVER:
            slot = (one.creator, one.amount.currency)
            carried[slot] = carried.get(slot, Money.zero(one.amount.currency)) - one.amount
    return {slot: amount for slot, amount in carried.items() if amount}


def _slot(one: Owed | Posted) -> _Slot:
    return (one.creator, one.rule, one.version, one.window, one.amount.currency)


def _title(owed: Owed) -> str:
    return owed.rule if owed.rule.startswith("adjustment ") else f"{owed.rule} v{owed.version}"
