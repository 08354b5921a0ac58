"""Windows: the months and campaigns that rules count in, and the clock of a run.

A window is the text that lines show: `2026-10`, or a campaign's days `2026-10-05..2026-10-20`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schemas.payout_rules import PayoutRule
from schemas.shops import Shop


@dataclass(frozen=True, slots=True)
class Clock:
    """The shop's clock and the month a run closes; its end is the cut-off."""

    shop: Shop
    period: str

    @property
    def cut_off(self) -> datetime:
        """The first instant that belongs to the next month in the shop."""
        return self.shop.start_of(first_day(next_month(self.period)))

    def is_due(self, day: date, days: int) -> bool:
        """Whether `days` times 24 h from the start of that day are over before the cut-off."""
        return self.shop.start_of(day) + timedelta(days=days) < self.cut_off

    def lasted(self, day: date, until: date | None, days: int) -> bool:
        """Whether at least `days` times 24 h lie between the starts of two days."""
        if until is None:
            return True
        return self.shop.start_of(until) - self.shop.start_of(day) >= timedelta(days=days)


def month_of(window: str) -> str:
    """The month in which a window begins."""
    return window[:7]


def first_day(month: str) -> date:
    """The first day of a month like 2026-10."""
    return date.fromisoformat(f"{month}-01")


def next_month(month: str) -> str:
    """The month after it."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02}"


def months(since: date, until: date | None, period: str) -> Sequence[str]:
    """The months whose first day lies from `since` to `until`, up to `period`."""
    last = min(period, until.isoformat()[:7]) if until else period
    month = since.isoformat()[:7]
    if since.day > 1:
        month = next_month(month)
    found = []
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found


def windows(rule: PayoutRule, period: str) -> Sequence[str]:
    """The windows a rule that pays by the window holds for, up to `period`.

    Those are the ones whose first day lies from its From to its Until.
    """
    span = rule.span
    if rule.by_campaign and span:
        begins = rule.since <= span.starts and not (rule.until and rule.until < span.starts)
        return [span.window] if begins and month_of(span.window) <= period else []
    found = months(rule.since, rule.until, period)
    return [one for one in found if _touches(rule, one)] if span else found


def window_on(rule: PayoutRule, day: date) -> str:
    """The window that what happened on that day belongs to under the rule; "" for none."""
    span = rule.span
    if span and not span.starts <= day <= span.ends:
        return ""
    window = span.window if rule.by_campaign and span else day.isoformat()[:7]
    if rule.is_by_window:
        return window if window in windows(rule, month_of(window)) else ""
    return window if is_in_force(rule, day) else ""


def is_in_force(rule: PayoutRule, day: date) -> bool:
    """Whether the rule holds on that day."""
    return rule.since <= day and not (rule.until and rule.until < day)


def last_day(window: str) -> date:
    """The last day of a window."""
    if ".." in window:
        return date.fromisoformat(window.partition("..")[2])
    return first_day(next_month(window)) - timedelta(days=1)


def begins_on(window: str) -> date:
    """The first day of a window."""
    return date.fromisoformat(window[:10]) if ".." in window else first_day(window)


def overlap(one: str, other: str) -> bool:
    """Whether two windows share a day."""
    return begins_on(one) <= last_day(other) and begins_on(other) <= last_day(one)


def _touches(rule: PayoutRule, month: str) -> bool:
    return rule.span is None or overlap(month, rule.span.window)
