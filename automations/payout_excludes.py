"""Rules add up, unless one says that it excludes another: then the other is not paid where it is.

That is for the same creator, in windows that share a day.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from automations.pricing.owed import Owed
from automations.pricing.windows import overlap


def without_excluded(
    owed: Sequence[Owed], excludes: Mapping[str, frozenset[str]]
) -> Sequence[Owed]:
    """What is still owed; `excludes` names by rule the rules that give way to it.

    A rule that gives way does not exclude others. Of rules that exclude each other in a circle
    the first by name goes first.
    """
    if not any(excludes.values()):
        return owed
    concerned = set(excludes).union(*excludes.values())
    by_rule: dict[str, list[Owed]] = defaultdict(list)
    for one in owed:
        if one.cause.rule in concerned:
            by_rule[one.cause.rule].append(one)
    gone: dict[int, Owed] = {}
    for name in _in_order(excludes):
        paying: dict[str, list[str]] = defaultdict(list)
        for one in by_rule[name]:
            if one.minor > 0 and id(one) not in gone:
                paying[one.creator].append(one.window)
        for other in sorted(excludes.get(name, frozenset()) - {name}):
            for one in by_rule[other]:
                if any(overlap(window, one.window) for window in paying[one.creator]):
                    gone[id(one)] = _given_way(one, name)
    return [gone.get(id(one), one) for one in owed]


def _in_order(excludes: Mapping[str, frozenset[str]]) -> Sequence[str]:
    """Every rule after those that exclude it."""
    excluded_by = {
        name: {other for other, theirs in excludes.items() if name in theirs and other != name}
        for name in excludes
    }
    ordered: list[str] = []
    while left := [name for name in sorted(excludes) if name not in ordered]:
        free = [name for name in left if excluded_by[name] <= set(ordered)]
        ordered.append((free or left)[0])
    return ordered


def _given_way(one: Owed, to: str) -> Owed:
    said = f"Not paid beside {to}, which excludes it"
    return one._replace(minor=0, because=lambda: said)
