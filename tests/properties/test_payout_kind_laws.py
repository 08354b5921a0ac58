"""Laws of every kind of rule: all that is owed is posted once, in whatever order facts come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from automations.payout_facts import CARRY_OVER, Facts, RunOf
from automations.payout_members import People
from automations.payout_owed import all_owed
from automations.payout_terms import InForce
from automations.payouts import Line, plan_payouts
from automations.pricing.basis import Sum, basis_of
from automations.pricing.videos import Video
from schemas.payout_rules import First, Measure, PayoutRule, RuleKind
from tests.builders_payouts import SHOPS, a_retainer, a_rule, a_top_up, posted

PERIODS = ("2026-09", "2026-10", "2026-11")
CREATORS = ("maria", "jonas", "lena", "kim")
SINCE = date(2026, 9, 1)
LEVELS = ((Decimal(10), Decimal(5)), (Decimal(300), Decimal(50)))
PRIZES = ((Decimal(1), Decimal("500.01")), (Decimal(2), Decimal(250)), (Decimal(3), Decimal(100)))
POT = 85_001
RULES: tuple[PayoutRule, ...] = (
    a_top_up(since=SINCE, cap=Decimal(20)),
    a_retainer(since=SINCE, pro_rata=True, creators=frozenset({"recmaria", "recjonas"})),
    a_rule(RuleKind.PER_VIDEO, since=SINCE, amount=Decimal(9), days_live=7, most_videos=2),
    a_rule(RuleKind.FLAT_FEE, since=SINCE, amount=Decimal(70), posts=2,
           excludes=frozenset({"Growth"})),
    a_rule(RuleKind.MILESTONE, since=SINCE, measure=Measure.GMV, levels=LEVELS, each=True),
    a_rule(RuleKind.CONTEST, since=SINCE, measure=Measure.GMV, levels=PRIZES),
    a_rule(RuleKind.VIEWS, since=SINCE, amount=Decimal("2.5"), video_cap=Decimal(30)),
    a_rule(RuleKind.ONE_OFF, since=SINCE, amount=Decimal(20)),
    a_rule(RuleKind.ONE_OFF, since=SINCE, amount=Decimal(5), first=First.SALE, name="First sale",
           record_id="recSale"),
)  # fmt: skip
SALES = st.dictionaries(
    st.tuples(st.sampled_from(CREATORS), st.sampled_from(PERIODS)),
    st.one_of(st.sampled_from([0, 10_000, 30_000]), st.integers(0, 90_000)),
)
VIDEOS = st.lists(
    st.tuples(st.sampled_from(CREATORS), st.integers(0, 90), st.integers(0, 40_000)), max_size=12
)
STATES = st.lists(st.tuples(SALES, VIDEOS), min_size=1, max_size=len(PERIODS))


def known(period: str, sales, videos) -> Facts:
    """What a run of that month can know: no sale and no video of a later one."""
    sums = [
        Sum(creator, window, 1, minor, f"{window}-02")
        for (creator, window), minor in sales.items()
        if window <= period
    ]
    first = [min(s for s in sums if s.creator == who) for who in {s.creator for s in sums}]
    bases = {basis: sums for rule in RULES if (basis := basis_of(rule))}
    return Facts(
        shops=SHOPS,
        rules=[InForce(rule) for rule in RULES],
        sums={b: first if b.grain.name == "EVER" else found for b, found in bases.items()},
        videos=[
            Video(f"{number:02}", creator, date.fromordinal(SINCE.toordinal() + day), views=views)
            for number, (creator, day, views) in enumerate(videos)
        ],
        people=People(of={f"rec{name}": name for name in CREATORS}),
    )


def history(states) -> list[tuple[Line, ...]]:
    runs: list[tuple[Line, ...]] = []
    for period, (sales, videos) in zip(PERIODS, states, strict=False):
        facts = replace(known(period, sales, videos), posted=posted(*runs))
        run = RunOf(f"appGlow/{period}", period)
        runs.append(plan_payouts(run=run, facts=facts, minimum=Decimal(10)))
    return runs


def causes(runs: Sequence[Sequence[Line]]) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    for line in (line for run in runs for line in run if line.kind != CARRY_OVER):
        slot = (line.creator, line.rule, line.window)
        found[slot] = found.get(slot, 0) + line.amount.minor()
    return {slot: minor for slot, minor in found.items() if minor}


@given(STATES)
def test_what_was_posted_over_all_runs_is_what_is_owed_on_the_last_facts(states):
    runs = history(states)
    period = PERIODS[len(states) - 1]
    last = replace(known(period, *states[-1]), posted=posted(*runs))

    owed = {
        (one.creator, one.cause.rule, one.window): one.minor
        for one in all_owed(period, last)
        if one.minor
    }

    assert causes(runs) == owed


@given(STATES)
def test_no_prize_exceeds_the_pot_and_no_cap_is_passed(states):
    totals = causes(history(states))

    for window in PERIODS:
        prizes = [m for (_, rule, w), m in totals.items() if (rule, w) == ("Contest", window)]
        assert sum(prizes) <= POT
    capped = [minor for (_, rule, _), minor in totals.items() if rule == "Growth"]
    assert all(minor <= 2_000 for minor in capped)
    once = [who for who, rule, _ in totals if rule == "One-off"]
    assert len(once) == len(set(once))


@given(STATES)
def test_a_rule_is_never_paid_beside_the_one_that_excludes_it(states):
    totals = causes(history(states))

    fees = {(who, window) for who, rule, window in totals if rule == "Flat fee"}
    assert not fees & {(who, window) for who, rule, window in totals if rule == "Growth"}


@given(STATES, st.randoms())
def test_the_order_of_facts_changes_nothing(states, dice):
    period = PERIODS[len(states) - 1]
    facts = known(period, *states[-1])
    run = RunOf("appGlow/again", period)
    shuffled = replace(
        facts,
        rules=dice.sample(facts.rules, len(facts.rules)),
        sums={basis: dice.sample(found, len(found)) for basis, found in facts.sums.items()},
        videos=dice.sample(facts.videos, len(facts.videos)),
    )

    first = plan_payouts(run=run, facts=facts, minimum=Decimal(0))

    assert plan_payouts(run=run, facts=shuffled, minimum=Decimal(0)) == first
    assert len({line.key for line in first}) == len(first)
