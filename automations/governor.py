"""Decides how fast the month's Airtable calls may be spent: the time to the next poll, the
forecast and the mode. Who counts the calls, and who keeps to this, is the worker's.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

# Waits at an even pace, at which the calls last to the month's end.
AMONG_PEOPLE = timedelta(seconds=90)
ALONE = 3  # times as long
FASTEST = timedelta(seconds=60)
SLOWEST_UNHURRIED = timedelta(seconds=300)  # with nobody about and calls to spare
SLOWEST = timedelta(minutes=15)  # an opt-out ticked in Airtable is read by then
STILL_ABOUT = timedelta(minutes=15)  # after a person's last change
ONLY_SAFETY_FROM = 0.9


class Mode(Enum):
    """What may still be done with what is left of the month's calls."""

    NORMAL = "normal"
    ONLY_SAFETY = "only safety"  # opt-outs and replies are read and written, nothing is sent
    USED_UP = "used up"  # no call is made; what comes in by mail is still read


@dataclass(frozen=True, slots=True)
class Pace:
    """How to go on: poll again after `wait`; at this pace `forecast` calls by the month's end."""

    wait: timedelta
    forecast: int
    mode: Mode


def pace(*, used: int, allowance: int, now: datetime, people_at: datetime | None) -> Pace:
    """The pace after `used` of the month's `allowance` calls; months are UTC, as Airtable's.

    `people_at` is when a person last changed something, None if that is long ago.
    """
    return Pace(
        wait=_wait(used, allowance, now, people_at),
        forecast=_forecast(used, allowance, now),
        mode=mode_of(used, allowance),
    )


def mode_of(used: int, allowance: int) -> Mode:
    """What may still be done after `used` of `allowance` calls."""
    if used >= allowance:
        return Mode.USED_UP
    return Mode.ONLY_SAFETY if used >= ONLY_SAFETY_FROM * allowance else Mode.NORMAL


def month_end(now: datetime) -> datetime:
    """When Airtable counts afresh: the start of the next month, UTC."""
    first = _month_start(now)
    return first + timedelta(days=monthrange(first.year, first.month)[1])


def _wait(used: int, allowance: int, now: datetime, people_at: datetime | None) -> timedelta:
    """In proportion to how much faster the month's time runs out more slowly than its calls.

    The square makes a busy first week slow down while there is still a month to spread it over.
    """
    if used >= allowance:
        return SLOWEST
    hurry = (1 - _elapsed(now)) / (1 - used / allowance)
    stretch = min(hurry, 100.0) ** 2
    among_people = max(FASTEST, AMONG_PEOPLE * stretch)
    if people_at is not None and now - people_at <= STILL_ABOUT:
        return min(among_people, SLOWEST)
    unhurried = min(ALONE * among_people, SLOWEST_UNHURRIED)
    return min(max(among_people, unhurried), SLOWEST)


def _forecast(used: int, allowance: int, now: datetime) -> int:
    """As the month went so far, after a day at the even pace: a first hour proves little."""
    elapsed = _elapsed(now)
    a_day = timedelta(days=1) / (month_end(now) - _month_start(now))
    rate = (used + a_day * allowance) / (elapsed + a_day)
    return round(used + (1 - elapsed) * rate)


def _elapsed(now: datetime) -> float:
    """The share of the month that is over, from 0 to 1."""
    first = _month_start(now)
    return (now - first) / (month_end(now) - first)


def _month_start(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
