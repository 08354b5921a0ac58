"""Laws of the three-way check: nothing differs, nothing is asked; nothing explained is lost."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from automations.exception_queue import Standing, State, plan_queue, to_show
from automations.three_way import (
    Kind,
    Mismatch,
    OrderSides,
    Paid,
    order_mismatches,
    payment_mismatches,
)

MINOR = st.integers(-1_000, 1_000)
FEW = st.integers(0, 2)
SIDES = st.builds(
    OrderSides, st.sampled_from(["Glow US", "Glow UK"]), st.sampled_from(["1", "2", "3"]),
    st.just("USD"), MINOR, MINOR, MINOR, FEW, FEW, FEW, st.just("maria"), st.booleans(),
)  # fmt: skip
MISMATCHES = st.lists(
    st.builds(
        Mismatch, st.sampled_from(Kind), st.just("Glow US"), st.sampled_from("123456"),
        st.just(""), st.just("USD"), MINOR, MINOR, st.just("because"),
    ),
    unique_by=lambda one: one.key,
)  # fmt: skip


@given(st.lists(SIDES))
def test_an_order_is_an_exception_exactly_if_its_sides_differ(sides):
    found = list(order_mismatches(sides))

    assert len(found) == sum(one.ours != one.theirs for one in sides)
    assert sum(one.difference for one in found) == sum(one.theirs - one.ours for one in sides)
    turned = order_mismatches(replace(one, ours=one.theirs, theirs=one.ours) for one in sides)
    assert [one.difference for one in turned] == [-one.difference for one in found]


@given(MINOR)
def test_a_statement_paid_as_posted_is_no_exception(minor):
    whole = Paid("s", "maria", "USD", minor, minor, minor, minor, 1)

    assert list(payment_mismatches([whole, replace(whole, exported=0, paid=0, payments=0)])) == []
    assert len(list(payment_mismatches([replace(whole, lines=minor + 1)]))) == 1
    assert len(list(payment_mismatches([replace(whole, payments=2)]))) == 1
    if minor:
        short = replace(whole, paid=2 * minor)
        assert [one.kind for one in payment_mismatches([short])] == [Kind.PAYMENT]


@given(MISMATCHES)
def test_the_same_check_again_changes_nothing(found):
    once = plan_queue(found=found, stood={})

    assert plan_queue(found=found, stood=once) == once
    assert {one.state for one in once.values()} <= {State.OPEN}


@given(MISMATCHES, st.data())
def test_explained_ones_are_asked_again_only_if_their_amounts_changed(found, data):
    stood = {one.key: Standing(one, State.EXPLAINED) for one in found}
    later = data.draw(MISMATCHES)

    queue = plan_queue(found=later, stood=stood)

    amounts = {one.key: (one.ours, one.theirs) for one in found}
    for one in later:
        same = amounts.get(one.key) == (one.ours, one.theirs)
        assert queue[one.key].state is (State.EXPLAINED if same else State.OPEN)
    gone = set(stood) - {one.key for one in later}
    assert all(queue[key].state is State.FIXED for key in gone)
    back = plan_queue(found=found, stood=queue)
    assert all(back[key].state is State.OPEN for key in gone if found)
    in_part = plan_queue(found=later, stood=stood, whole=False)
    assert all(in_part[key] == stood[key] for key in gone)


@given(MISMATCHES, st.integers(0, 4))
def test_what_is_shown_and_what_is_left_are_all_that_is_open(found, most):
    queue = plan_queue(found=found, stood={})

    shown, left = to_show(queue, {}, most)

    assert len(shown) == min(most, len(found))
    assert len(shown) + left == len(found)
    if shown and left:
        smallest = min(abs(one.mismatch.difference) for one in shown)
        rest = [one for one in queue.values() if one not in shown]
        assert all(abs(one.mismatch.difference) <= smallest for one in rest)
