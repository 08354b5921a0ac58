"""Units of time as formulas name them: adding, counting and cutting off instants by them."""

import calendar
from datetime import datetime, timedelta

from sandbox.airtable.values import CellError, number, text, whole

_SECONDS = {
    "millisecond": 0.001, "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800,
}  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SHORT = {
    "ms": "millisecond", "s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week",
    "M": "month", "Q": "quarter", "y": "year",
}  # fmt: skip
_WITHIN_A_DAY = {"hour": 1, "minute": 2, "second": 3, "millisecond": 4}


def unit_of(written: object) -> str:
    """The unit's singular name, such as day for D, days or Day; CellError for no unit."""
    name = text(written).strip()
    unit = _SHORT.get(name, name.lower().removesuffix("s"))
    if unit not in _SECONDS and unit not in _MONTHS:
        raise CellError(f"{name!r} is no unit of time")
    return unit


def plus(at: datetime, count: object, unit: str) -> datetime:
    """The instant so many units later; months keep the day where they can."""
    try:
        if unit in _MONTHS:
            return _plus_months(at, whole(count) * _MONTHS[unit])
        return at + timedelta(seconds=number(count) * _SECONDS[unit])
    except (OverflowError, ValueError) as error:
        raise CellError("out of the calendar") from error


def between(later: datetime, earlier: datetime, unit: str) -> int:
    """How many whole units lie between, truncated toward zero."""
    if unit in _MONTHS:
        return int(_months_between(later, earlier) / _MONTHS[unit])
    return int(round((later - earlier).total_seconds(), 6) / _SECONDS[unit])


def start_of(at: datetime, unit: str) -> datetime:
    """The first instant of the unit that `at` lies in; weeks start on Sunday."""
    if unit in _WITHIN_A_DAY:
        kept = (at.hour, at.minute, at.second, at.microsecond // 1000 * 1000)
        places = _WITHIN_A_DAY[unit]
        hour, minute, second, micros = (*kept[:places], *(0,) * (4 - places))
        return at.replace(hour=hour, minute=minute, second=second, microsecond=micros)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.isoweekday() % 7)
        case _:
            months = _MONTHS[unit]
            return day.replace(day=1, month=(day.month - 1) // months * months + 1)


def _plus_months(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def _months_between(later: datetime, earlier: datetime) -> int:
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    reached = _plus_months(earlier, months)
    if months > 0 and reached > later:
        return months - 1
    return months + 1 if months < 0 and reached < later else months
