"""Budgets: which rules would pay more, with this run, than a person has allowed for them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from automations.payout_facts import CARRY_OVER, Posted
from automations.payout_terms import InForce
from automations.payouts import Line
from automations.pricing.windows import month_of
from schemas.money import Money


def budgets_crossed(
    rules: Iterable[InForce], lines: Iterable[Line], posted: Iterable[Posted]
) -> Mapping[str, str]:
    """By title the rules whose posted lines and `lines` sum to more than their Budget, and why.

    What was taken back counts less. Statements with a line of such a rule wait for a person.
    """
    spent: Counter[tuple[str, str]] = Counter()
    for title, month, minor in _amounts(lines, posted):
        spent[title, month] += minor
        spent[title, ""] += minor
    crossed: dict[str, str] = {}
    for one in rules:
        rule = one.rule
        if rule.budget is None:
            continue
        budget = Money(rule.budget, rule.currency).minor()
        for (title, month), minor in sorted(spent.items()):
            if title == rule.title and bool(month) == rule.budget_monthly and minor > budget:
                crossed.setdefault(title, _because(rule.currency, (month, minor, budget)))
    return crossed


def _amounts(lines: Iterable[Line], posted: Iterable[Posted]) -> Iterable[tuple[str, str, int]]:
    for line in lines:
        if line.terms:
            title = f"{line.rule} v{line.version}"
            yield title, month_of(line.window), line.amount.minor()
    for one in posted:
        if one.kind != CARRY_OVER:
            yield f"{one.rule} v{one.version}", month_of(one.window), one.minor


def _because(currency: str, found: tuple[str, int, int]) -> str:
    month, minor, budget = found
    span = f" for {month}" if month else ""
    spent, allowed = Money.from_minor(minor, currency), Money.from_minor(budget, currency)
    return f"Its budget{span} is {allowed}, and with this run it would pay {spent}"
