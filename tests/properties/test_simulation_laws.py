"""Laws of the simulator: the same rules differ in nothing; totals are the sum of their rules."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from automations.payout_facts import Facts
from automations.payout_terms import rules_in_force
from automations.payouts import plan_payouts
from automations.pricing.basis import basis_of
from automations.roi.sorting import Span
from automations.simulation import Owed, as_if_never_paid, compare, owed_in, with_trials
from schemas.payout_rules import PayoutRule
from tests.builders_payouts import NOVEMBER, OCTOBER, a_top_up, facts, posted, settled

SPAN = Span("2026-09", "2026-10")
CENTS = st.integers(0, 500_000).map(lambda minor: f"{minor / 100:.2f}")
SALES = st.lists(
    st.tuples(st.sampled_from(["maria", "jonas"]), st.sampled_from(["2026-09", "2026-10"]), CENTS),
    unique_by=lambda one: one[:2],
)
RATES = st.integers(1, 2_000).map(lambda points: Decimal(points) / 100)
OWED = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from(["USD", "EUR"])),
    st.integers(-5_000, 5_000),
)


def known(
    rules: list[PayoutRule], sales: list[tuple[str, str, str]], paid: Facts | None = None
) -> Facts:
    """The facts a run would gather for these rules, on top of what `paid` holds as posted."""
    before = list(paid.posted) if paid else []
    in_force, _ = rules_in_force(
        rows=rules, posted_terms=sorted({p.terms for p in before if p.terms}),
        hold_back=timedelta(days=30),
    )  # fmt: skip
    sums = [settled(amount, creator=who, window=month) for who, month, amount in sales]
    whole = facts(*rules, sums=sums)
    bases = {basis_of(one.rule) for one in in_force}
    shared = next(iter(whole.sums.values()), ())
    return replace(
        whole, rules=in_force, posted=before, sums={b: shared for b in bases if b is not None}
    )


def owed(
    rules: list[PayoutRule], sales: list[tuple[str, str, str]], paid: Facts | None = None
) -> Owed:
    gathered = as_if_never_paid(known(list(with_trials(rules)), sales, paid), rules)
    lines = plan_payouts(run=NOVEMBER, facts=gathered, minimum=Decimal(10))
    return owed_in(SPAN, gathered.posted, lines)


@given(SALES, SALES, RATES, RATES)
def test_a_trial_of_the_same_terms_differs_in_nothing_whatever_was_posted(then, now, rate, other):
    active = a_top_up(rate=rate)
    first = known([active], then)
    run = plan_payouts(run=OCTOBER, facts=first, minimum=Decimal(10))
    paid = replace(first, posted=posted(run))
    same = replace(active, record_id="recTrial", trial=True)

    today = owed([active], now, paid)
    same_again = compare(today, owed([active, same], now, paid))
    changed = compare(today, owed([active, replace(same, rate=other)], now, paid))

    assert all(one.difference == 0 for one in (*same_again.rules, *same_again.creators))
    if rate == other:
        assert changed == same_again


@given(OWED, OWED)
def test_totals_are_the_sums_of_rules_and_of_creators(now, then):
    found = compare(now, then)

    for total in found.totals:
        for some in (found.rules, found.creators):
            mine = [one for one in some if one.currency == total.currency]
            assert sum(one.now for one in mine) == total.now
            assert sum(one.difference for one in mine) == total.difference
    turned = compare(then, now)
    assert {one.difference for one in found.rules} == {-one.difference for one in turned.rules}
