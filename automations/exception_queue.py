"""The queue of payout exceptions: what is opened, stays explained, is fixed or opened again.

A person explains; the worker closes what is gone. What was explained is opened again only if its
amounts change, what a person called fixed if it is still there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from automations.three_way import Mismatch


class State(Enum):
    """The cell State of an exception."""

    OPEN = "Open"
    EXPLAINED = "Explained"
    FIXED = "Fixed"


@dataclass(frozen=True, slots=True)
class Standing:
    """An exception as it stood: the amounts it was last seen with, and what was decided."""

    mismatch: Mismatch
    state: State
    note: str = ""


def plan_queue(
    *, found: Sequence[Mismatch], stood: Mapping[str, Standing], whole: bool = True
) -> Mapping[str, Standing]:
    """How every exception stands now, by key; those that did not change are the same as before.

    Unless `found` is the whole of what differs, what is not in it is not taken for gone.
    """
    now = {one.key: one for one in found}
    closed = {
        key: Standing(_gone(before.mismatch), State.FIXED) if whole else before
        for key, before in stood.items()
        if key not in now
    }
    return closed | {key: _judged(one, stood.get(key)) for key, one in now.items()}


def to_show(
    queue: Mapping[str, Standing], shown: Mapping[str, object], most: int
) -> tuple[Sequence[Standing], int]:
    """The exceptions to show: those `shown` before and the largest open ones, `most` of these.

    Beside them how many open ones are left out.
    """
    open_now = [one for one in queue.values() if one.state is State.OPEN]
    largest = sorted(open_now, key=lambda one: (-abs(one.mismatch.difference), one.mismatch.key))
    wanted = {one.mismatch.key for one in largest[:most]} | {*shown}
    left = sum(one.mismatch.key not in wanted for one in open_now)
    return [one for key, one in sorted(queue.items()) if key in wanted], left


def _judged(one: Mismatch, before: Standing | None) -> Standing:
    if before is None:
        return Standing(one, State.OPEN)
    same = (one.ours, one.theirs) == (before.mismatch.ours, before.mismatch.theirs)
    match before.state:
        case State.EXPLAINED if same:
            return Standing(one, State.EXPLAINED, before.note)
        case State.EXPLAINED:
            return Standing(one, State.OPEN, "The amounts changed since it was explained.")
        case State.FIXED if same:
            note = "It is still there. Choose Explained if it is as it should be."
            return Standing(one, State.OPEN, note)
        case State.FIXED:
            return Standing(one, State.OPEN, "It was gone and is there again.")
        case State.OPEN:
            return Standing(one, State.OPEN, before.note)


def _gone(one: Mismatch) -> Mismatch:
    """What is left of a difference that is gone: both sides as ours has it, or nothing."""
    because = "Both sides agree now."
    return Mismatch(
        one.kind, one.shop, one.order, one.creator, one.currency, one.theirs, one.theirs, because
    )
