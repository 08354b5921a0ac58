"""Adding up what lists of several periods say, without counting a day twice."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """A number a list states for its days, both included (ISO texts)."""

    since: str
    until: str
    number: int


def most_in_all(lists: Iterable[Counted]) -> int:
    """The most that lists of which no two share a day add up to; 0 without any.

    It never falls when a list is added, and is never more than what was counted (weighted
    interval scheduling).
    """
    by_end = sorted(lists, key=lambda one: (one.until, one.since))
    ends = [one.until for one in by_end]
    best = [0]
    for place, one in enumerate(by_end):
        before = bisect_left(ends, one.since, 0, place)
        best.append(max(best[place], best[before] + one.number))
    return best[-1]
