"""All that is owed on today's facts, whatever was posted: every rule priced, and adjustments."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from automations.payout_excludes import without_excluded
from automations.payout_facts import CARRY_OVER, Facts, Posted
from automations.payout_frozen import frozen
from automations.payout_members import member_of
from automations.payout_terms import InForce
from automations.pricing import sales, videos
from automations.pricing.basis import Sum, basis_of
from automations.pricing.owed import Case, Cause, Owed
from automations.pricing.videos import Video
from automations.pricing.windows import Clock
from schemas.payout_rules import PayoutRule, RuleKind
from schemas.records_payouts import Adjustment
from schemas.shops import Shop

_ADJUSTMENT = "Adjustment"
_BY_SALES: Mapping[RuleKind, Callable[[Case, Iterable[Sum]], Iterator[Owed]]] = {
    RuleKind.TOP_UP: sales.top_ups,
    RuleKind.MILESTONE: sales.milestones,
    RuleKind.CONTEST: sales.contests,
    RuleKind.ONE_OFF: sales.first_sales,
}
_BY_VIDEOS: Mapping[RuleKind, Callable[[Case, Iterable[Video]], Iterator[Owed]]] = {
    RuleKind.RETAINER: videos.retainers,
    RuleKind.PER_VIDEO: videos.per_video,
    RuleKind.FLAT_FEE: videos.flat_fees,
    RuleKind.VIEWS: videos.view_bonuses,
    RuleKind.ONE_OFF: videos.first_posts,
}


def all_owed(period: str, facts: Facts) -> Sequence[Owed]:
    """What each cause owes each creator for each window up to `period`."""
    paid = _paid(facts.posted)
    found: list[Owed] = []
    for one in facts.rules:
        case = _case(one, period, facts, paid.get((one.rule.name, one.rule.version), ()))
        found += _of_whom_it_pays(case, _priced(case, facts))
    found += _adjusted(period, facts)
    excludes = {one.rule.name: frozenset[str]() for one in facts.rules}
    for one in facts.rules:
        excludes[one.rule.name] |= one.rule.excludes
    return without_excluded(found, excludes)


def rule_of(adjustment: Adjustment) -> str:
    """The name lines refer to an adjustment by."""
    return f"adjustment {adjustment.record_id}"


def _paid(posted: Iterable[Posted]) -> Mapping[tuple[str, int], Sequence[Posted]]:
    found: dict[tuple[str, int], list[Posted]] = defaultdict(list)
    for one in posted:
        if one.kind != CARRY_OVER:
            found[one.rule, one.version].append(one)
    return found


def _case(one: InForce, period: str, facts: Facts, paid: Sequence[Posted]) -> Case:
    rule = one.rule
    once = rule.kind is RuleKind.ONE_OFF
    return Case(
        rule=rule,
        cause=_cause(rule),
        clock=Clock(_shop(rule, facts.shops), period),
        member=member_of(rule, facts.people),
        everyone=frozenset(facts.people.of.values()),
        paid={(before.creator, before.window): before.minor for before in paid},
        once={before.creator: before.window for before in paid if before.minor} if once else {},
        closed=one.closed,
    )


def _cause(rule: PayoutRule) -> Cause:
    return Cause(
        rule=rule.name,
        version=rule.version,
        kind=rule.kind.value,
        currency=rule.currency,
        title=rule.title,
        rate=f"{rule.rate.normalize():f}%" if rule.kind is RuleKind.TOP_UP else "",
        terms=frozen(rule),
    )


def _shop(rule: PayoutRule, shops: Sequence[Shop]) -> Shop:
    return next((shop for shop in shops if shop.currency == rule.currency), shops[0])


def _priced(case: Case, facts: Facts) -> Iterator[Owed]:
    rule = case.rule
    basis = basis_of(rule)
    if basis is not None:
        return _BY_SALES[rule.kind](case, facts.sums.get(basis, ()))
    return _BY_VIDEOS[rule.kind](case, facts.videos)


def _of_whom_it_pays(case: Case, owed: Iterable[Owed]) -> Sequence[Owed]:
    return [one for one in owed if case.pays(one.creator, one.window)]


def _adjusted(period: str, facts: Facts) -> Iterator[Owed]:
    for adjustment in facts.adjustments:
        month = adjustment.on.isoformat()[:7]
        creator = facts.people.of.get(adjustment.creator)
        if creator is None or month > period:
            continue
        name = rule_of(adjustment)
        cause = Cause(name, 1, _ADJUSTMENT, adjustment.amount.currency, name)
        reason = partial(str, adjustment.reason)
        yield Owed(cause, creator, month, adjustment.amount.minor(), 1, reason)
