"""Whom a rule pays: its Creators, Tier and Cohort, all of those that are filled in, as of today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from schemas.payout_rules import PayoutRule


@dataclass(frozen=True, slots=True)
class People:
    """What rules ask of creators, by the ledger's id; `of` gives it for a record id.

    A cohort is the month of the first enrolment and the source then.
    """

    of: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    cohorts: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def member_of(rule: PayoutRule, people: People) -> Callable[[str], bool]:
    """Whether the rule pays a creator of today's facts."""
    tests: list[Callable[[str], bool]] = []
    if rule.creators:
        listed = frozenset(people.of[record] for record in rule.creators if record in people.of)
        tests.append(listed.__contains__)
    if rule.tiers:
        tests.append(lambda creator: _words(people.tiers.get(creator, "")) in rule.tiers)
    if rule.cohort:
        tests.append(lambda creator: _is_in(rule.cohort, people.cohorts.get(creator)))
    return lambda creator: all(test(creator) for test in tests)


def _is_in(asked: str, cohort: tuple[str, str] | None) -> bool:
    month, _, source = asked.partition(" ")
    return cohort is not None and cohort[0] == month and source in ("", _words(cohort[1]))


def _words(shown: str) -> str:
    return " ".join(shown.casefold().split())
