"""What rules that rest on sales owe: top-ups, milestones, contests and first-sale bonuses."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from math import ceil

from automations.pricing.basis import Sum
from automations.pricing.owed import Case, Owed, half_up, many, minor_of
from automations.pricing.windows import is_in_force, last_day, month_of, windows
from schemas.money import exponent
from schemas.payout_rules import Measure

_CALLED = {Measure.GMV: "GMV", Measure.SETTLED: "settled net"}


def top_ups(case: Case, sums: Iterable[Sum]) -> Iterator[Owed]:
    """The rate of each creator's sales in each window, up to the Cap."""
    rule = case.rule
    over, under = rule.rate.as_integer_ratio()
    under *= 100
    first = rule.since.isoformat()[:7]
    last = min(rule.until.isoformat()[:7] if rule.until else "9999-12", case.clock.period)
    for found in sums:
        month = month_of(found.window)
        if (month >= first or rule.by_campaign) and month <= last:
            full = half_up(found.minor * over, under)
            yield Owed(
                case.cause,
                found.creator,
                found.window,
                case.capped(full),
                found.lines,
                _top_up_because(case, found, full),
                found.minor,
            )


def milestones(case: Case, sums: Iterable[Sum]) -> Iterator[Owed]:
    """The highest level each creator's sales have reached in a window, or every one reached."""
    levels = _levels(case)
    holds = frozenset(windows(case.rule, case.clock.period))
    for found in sums:
        reached = [amount for threshold, amount in levels if found.minor >= threshold]
        if not reached or found.window not in holds:
            continue
        minor = case.capped(sum(reached) if case.rule.each else reached[-1])
        because = _milestone_because(case, found, len(reached))
        yield Owed(
            case.cause, found.creator, found.window, minor, found.lines, because, found.minor
        )


def contests(case: Case, sums: Iterable[Sum]) -> Iterator[Owed]:
    """The prizes of each window that is over, by rank of sales: 1, 1, 3.

    Those who tie share the prizes of the places they fill, each share rounded down.
    """
    holds = frozenset(windows(case.rule, case.clock.period))
    by_window: dict[str, list[Sum]] = defaultdict(list)
    for found in sums:
        over = found.window in holds and month_of(str(last_day(found.window))) <= case.clock.period
        if over and found.minor > 0 and case.pays(found.creator, found.window):
            by_window[found.window].append(found)
    for _, entered in sorted(by_window.items()):
        yield from _ranked(case, entered)


def first_sales(case: Case, sums: Iterable[Sum]) -> Iterator[Owed]:
    """The amount for each creator whose first sale of all fell while the rule held."""
    minor = case.capped(minor_of(case.rule.amount, case.rule.currency))
    for found in sums:
        if is_in_force(case.rule, date.fromisoformat(found.first_on)):
            window = case.once.get(found.creator, found.window)
            yield Owed(
                case.cause, found.creator, window, minor, 1, _first_because(case, found.first_on)
            )


def _ranked(case: Case, entered: Sequence[Sum]) -> Iterator[Owed]:
    prizes = [amount for _, amount in _levels(case)]
    ranked = sorted(entered, key=lambda one: (-one.minor, one.creator))
    place = 1
    for _, group in groupby(ranked, key=lambda one: one.minor):
        tied = list(group)
        if place > len(prizes):
            return
        share = sum(prizes[place - 1 : place - 1 + len(tied)]) // len(tied)
        for found in tied:
            because = _contest_because(case, found, (place, len(tied), len(ranked)))
            minor = case.capped(share)
            yield Owed(
                case.cause, found.creator, found.window, minor, found.lines, because, found.minor
            )
        place += len(tied)


def _levels(case: Case) -> Sequence[tuple[int, int]]:
    currency = case.rule.currency
    scale = 10 ** exponent(currency)
    return [(ceil(at * scale), minor_of(amount, currency)) for at, amount in case.rule.levels]


def _top_up_because(case: Case, found: Sum, full: int) -> Callable[[], str]:
    def because() -> str:
        said = (
            f"{case.cause.rate} of {case.money(found.minor)} {_CALLED[case.rule.measure]} from "
            f"{many(found.lines, 'order line')}"
        )
        return said + _cap_said(case, full)

    return because


def _milestone_because(case: Case, found: Sum, reached: int) -> Callable[[], str]:
    def because() -> str:
        which = "each level up to" if case.rule.each else "the level of"
        level = case.money(_levels(case)[reached - 1][0])
        called = _CALLED[case.rule.measure]
        return f"{case.money(found.minor)} {called} reached {which} {level}"

    return because


def _contest_because(case: Case, found: Sum, standing: tuple[int, int, int]) -> Callable[[], str]:
    def because() -> str:
        place, tied, entered = standing
        shared = f", shared by {tied}" if tied > 1 else ""
        called = _CALLED[case.rule.measure]
        return f"Place {place} of {entered}{shared}, with {case.money(found.minor)} {called}"

    return because


def _first_because(case: Case, day: str) -> Callable[[], str]:
    def because() -> str:
        called = "settled sale" if case.rule.measure is Measure.SETTLED else "sale"
        return f"First {called}: order of {day}"

    return because


def _cap_said(case: Case, full: int) -> str:
    return f"; {case.money(full)}, capped" if case.capped(full) != full else ""
