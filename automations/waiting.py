"""What may wait to be shown in Airtable until it has company: ten rows cost one call, like one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")

BATCH = 10  # rows that Airtable takes in one call

# How long settled rows wait for a full call; where a person is looking, not at all.
AT_ONCE = timedelta(0)
IN_PASSES = timedelta(minutes=5)


def full_calls(due: Sequence[T], waiting: Sequence[T]) -> tuple[T, ...]:
    """What is written now: all that is due, and of what may wait as much as fills calls of ten."""
    everything = (*due, *waiting)
    least = -(-len(due) // BATCH) * BATCH
    return everything[: max(least, len(everything) // BATCH * BATCH)]
