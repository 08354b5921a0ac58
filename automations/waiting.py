"""What may wait to be shown in Airtable until it has company: ten rows cost one call, like one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

BATCH = 10  # rows that Airtable takes in one call

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long settled rows wait for a full call, and what runs did for its row in Runs."""

    rows: timedelta
    runs: timedelta


AT_ONCE = Patience(timedelta(0), timedelta(0))
IN_PASSES = Patience(timedelta(minutes=5), timedelta(hours=1))


def full_calls(due: Sequence[T], waiting: Sequence[T]) -> tuple[T, ...]:
    """What is written now: all that is due, and of what may wait as much as fills calls of ten."""
    everything = (*due, *waiting)
    least = -(-len(due) // BATCH) * BATCH
    return everything[: max(least, len(everything) // BATCH * BATCH)]
