"""Whatever is held and for how long: in the end everybody was paid what is owed, once."""

from hypothesis import given
from hypothesis import strategies as st

from automations.payouts import Line, RunOf
from tests.builders_payouts import a_top_up, facts, lines_of, paid, posted, settled, usd

CREATORS = ("maria", "jonas", "ana")
MONTHS = ("2026-10", "2026-11", "2026-12", "2027-01")
AMOUNTS = st.integers(0, 90_000)


@given(
    nets=st.lists(st.tuples(*[AMOUNTS] * len(CREATORS)), min_size=4, max_size=4),
    held=st.lists(st.sets(st.sampled_from(CREATORS)), min_size=3, max_size=3),
)
def test_what_is_held_is_paid_by_a_later_run_and_nothing_twice(nets, held):
    history: list[tuple[Line, ...]] = []
    sums = []
    for number, month in enumerate(MONTHS):
        sums += [
            settled(str(net), creator=who, window=month)
            for who, net in zip(CREATORS, nets[number], strict=True)
            if net
        ]
        run = RunOf(f"appGlow/{month}", month, MONTHS[number - 1] if number else "")
        known = facts(a_top_up(hold_back=None), sums=sums, posted=posted(*history))
        out = held[number] if number < len(held) else set()
        lines = lines_of(run, known, minimum="0")
        history.append(tuple(line for line in lines if line.creator not in out))

    owed = sum((sum(net) for net in nets), 0) * 5
    assert paid([line for run in history for line in run]) == usd(f"{owed // 100}.{owed % 100:02}")
