"""Laws of payouts: nothing lost, nothing paid twice, statements are the sum of their lines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from automations.payout_facts import CARRY_OVER, Facts, RunOf
from automations.payout_rows import Shown, plan_lines, plan_statements
from automations.payouts import Line, plan_payouts
from automations.pricing.basis import Sum
from schemas.money import Money, total
from schemas.records_payouts import Adjustment, RunState
from schemas.tables import payouts as tables
from tests.builders_payouts import a_retainer, a_top_up, facts, posted, posts

PERIODS = ("2026-09", "2026-10", "2026-11", "2026-12")
CREATORS = ("maria", "jonas")
CENTS = st.integers(0, 500_000)
HISTORY = st.lists(
    st.fixed_dictionaries(
        {
            "sums": st.dictionaries(
                st.tuples(st.sampled_from(CREATORS), st.sampled_from(PERIODS)), CENTS
            ),
            "posts": st.integers(0, 5),
            "adjustment": st.integers(-50_000, 50_000),
        }
    ),
    min_size=1,
    max_size=len(PERIODS),
)
MINIMUM = st.sampled_from(["0", "10", "50"])
RULES = (a_top_up(since=date(2026, 9, 1)), a_retainer(pro_rata=True))


def known(month: int, state: dict[str, Any]) -> Facts:
    """The facts as they are when the run of that month is calculated."""
    return facts(
        *RULES,
        sums=[
            Sum(creator, window, 1, cents)
            for (creator, window), cents in state["sums"].items()
        ],
        posts=posts(state["posts"]),
        adjustments=[
            Adjustment(
                "recA", "recMaria", Money.from_minor(state["adjustment"], "USD"),
                date(2026, 9, 5), "Agreed",
            )
        ],
    )  # fmt: skip


def run_of(month: int) -> RunOf:
    after = PERIODS[month - 1] if month else ""
    return RunOf(f"appGlow/{PERIODS[month]}", PERIODS[month], after)


def history(states: Sequence[dict[str, Any]], minimum: str) -> list[tuple[Line, ...]]:
    """The runs of consecutive months, each posted before the next is calculated."""
    runs: list[tuple[Line, ...]] = []
    for month, state in enumerate(states):
        now = replace(known(month, state), posted=posted(*runs))
        runs.append(plan_payouts(run=run_of(month), facts=now, minimum=Decimal(minimum)))
    return runs


def owed(month: int, state: dict[str, Any]) -> Money:
    """What the rules owe in all on these facts, worked out anew."""
    top_ups = [
        (cents * 5 + 50) // 100
        for (_, window), cents in state["sums"].items()
        if window <= PERIODS[month]
    ]
    retainer = 30_000 * min(state["posts"], 4) // 4 if month else 0
    return Money.from_minor(sum(top_ups) + retainer + state["adjustment"], "USD")


@given(HISTORY, MINIMUM)
def test_all_that_was_posted_is_all_that_is_owed(states, minimum):
    runs = history(states, minimum)

    causes = [line.amount for run in runs for line in run if line.kind != CARRY_OVER]
    assert total(causes, "USD") == owed(len(states) - 1, states[-1])


@given(HISTORY, MINIMUM)
def test_what_is_not_paid_yet_is_carried_and_no_statement_is_below_the_minimum(states, minimum):
    runs = history(states, minimum)

    every = [line for run in runs for line in run]
    carried = -total((line.amount for line in every if line.kind == CARRY_OVER), "USD")
    paid = total((line.amount for line in every), "USD")
    assert paid + carried == owed(len(states) - 1, states[-1])
    for run in runs:
        for creator in CREATORS:
            own = total((line.amount for line in run if line.creator == creator), "USD")
            assert not own or own.amount >= Decimal(minimum)


@given(HISTORY, MINIMUM)
def test_a_statement_is_the_sum_of_its_lines_as_shown(states, minimum):
    lines = history(states, minimum)[-1]
    shown = Shown("run", "2026-12", RunState.CALCULATED, calculated_at=None)  # type: ignore[arg-type]  # not what is tested

    statements = plan_statements(run=shown, lines=lines)
    rows = plan_lines(run=shown, lines=lines)

    shown_total = sum(Decimal(str(one.values[tables.STATEMENT_TOTAL])) for one in statements)
    assert shown_total == sum(Decimal(str(one.values[tables.LINE_AMOUNT])) for one in rows)
    assert all(one.because and one.values[tables.LINE_BECAUSE] for one in rows)


@given(HISTORY, MINIMUM, st.randoms())
def test_recalculating_changes_nothing_in_whatever_order_facts_come(states, minimum, dice):
    runs = history(states, minimum)
    now = replace(known(len(states) - 1, states[-1]), posted=posted(*runs[:-1]))
    shuffled = replace(
        now,
        sums={basis: dice.sample(sums, len(sums)) for basis, sums in now.sums.items()},
        videos=dice.sample(now.videos, len(now.videos)),
        posted=dice.sample(now.posted, len(now.posted)),
    )

    again = plan_payouts(run=run_of(len(states) - 1), facts=shuffled, minimum=Decimal(minimum))

    assert sorted(again, key=str) == sorted(runs[-1], key=str)


@given(HISTORY)
def test_a_second_run_on_the_same_facts_pays_nothing_more(states):
    runs = history(states, "0")
    month = len(states) - 1
    now = replace(known(month, states[-1]), posted=posted(*runs))
    rerun = RunOf("appGlow/again", PERIODS[month], PERIODS[month])

    again = plan_payouts(run=rerun, facts=now, minimum=Decimal(0))

    assert [line for line in again if line.kind not in {CARRY_OVER, "Retainer"}] == []
    assert not total((line.amount for line in again if line.kind != CARRY_OVER), "USD")


@given(HISTORY, MINIMUM)
def test_keys_are_never_used_twice(states, minimum):
    keys = [line.key for run in history(states, minimum) for line in run]

    assert len(keys) == len(set(keys))


@given(HISTORY, HISTORY)
def test_two_runs_pay_what_one_run_over_the_same_facts_would(early, late):
    """Splitting the same lines across runs changes when they are paid, not how much."""
    states = [early[0]] * (len(late) - 1) + [late[-1]]

    split, whole = history(states, "0"), history([late[-1]] * len(late), "0")

    def causes(runs: list[tuple[Line, ...]]) -> Money:
        amounts = (line.amount for run in runs for line in run if line.kind != CARRY_OVER)
        return total(amounts, "USD")

    assert causes(split) == causes(whole)
