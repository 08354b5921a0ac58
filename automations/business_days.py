"""Which days nobody is written to: weekends for waits, public holidays for waits and windows.

Holidays are those of the library `holidays` for a country as a whole; a country it does not know
has none.
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays

SATURDAY = 5
NO_DAYS: frozenset[date] = frozenset()


@lru_cache(maxsize=512)
def holidays_of(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country (two letters) in a year."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return NO_DAYS


def is_holiday(day: date, country: str) -> bool:
    """Whether the day is a public holiday there; no country has none."""
    return bool(country) and day in holidays_of(country, day.year)


def is_business_day(day: date, country: str) -> bool:
    """Whether it is neither Saturday nor Sunday nor a public holiday there."""
    return day.weekday() < SATURDAY and not is_holiday(day, country)


def business_days_later(day: date, days: int, country: str) -> date:
    """The day `days` business days after `day`; 0 is the day itself or the next business day."""
    while not is_business_day(day, country):
        day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=1)
        while not is_business_day(day, country):
            day += timedelta(days=1)
    return day


def next_business_day(day: date, country: str) -> date:
    """The first business day after `day`."""
    return business_days_later(day + timedelta(days=1), 0, country)
