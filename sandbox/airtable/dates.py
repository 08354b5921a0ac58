"""The date functions of formulas; everything is UTC."""

import calendar
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sandbox.airtable.values import CellError, moment, number, text, whole

_SECONDS = {
    "millisecond": 0.001, "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800,
}  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SHORT = {
    "ms": "millisecond", "s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week",
    "M": "month", "Q": "quarter", "y": "year",
}  # fmt: skip
_FORMATS = {
    "year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "hour": "%Y-%m-%d %H",
    "minute": "%Y-%m-%d %H:%M", "second": "%Y-%m-%d %H:%M:%S", "week": "%G-%V",
}  # fmt: skip


def midnight(at: datetime) -> datetime:
    """The start of that day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _unit(written: object) -> str:
    name = text(written).strip()
    unit = _SHORT.get(name, name.lower().removesuffix("s"))
    if unit not in _SECONDS and unit not in _MONTHS:
        raise CellError(f"{name!r} is no unit of time")
    return unit


def _at(value: object) -> datetime:
    at = moment(value)
    if at is None:
        raise CellError("no date")
    return at


def _plus_months(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def _date_add(value: object, count: object, unit: object) -> datetime | None:
    at, name = moment(value), _unit(unit)
    if at is None:
        return None
    try:
        if name in _MONTHS:
            return _plus_months(at, whole(count) * _MONTHS[name])
        return at + timedelta(seconds=number(count) * _SECONDS[name])
    except (OverflowError, ValueError) as error:
        raise CellError("out of the calendar") from error


def _months_between(later: datetime, earlier: datetime) -> int:
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    reached = _plus_months(earlier, months)
    if months > 0 and reached > later:
        return months - 1
    return months + 1 if months < 0 and reached < later else months


def _difference(left: object, right: object, unit: object = "seconds") -> int | None:
    later, earlier, name = moment(left), moment(right), _unit(unit)
    if later is None or earlier is None:
        return None
    if name in _MONTHS:
        return int(_months_between(later, earlier) / _MONTHS[name])
    return int((later - earlier).total_seconds() / _SECONDS[name])


def _is_before(left: object, right: object) -> int:
    one, other = moment(left), moment(right)
    return int(one is not None and other is not None and one < other)


def _is_same(left: object, right: object, unit: object = None) -> int:
    one, other = moment(left), moment(right)
    if one is None or other is None:
        return 0
    if unit is None:
        return int(one == other)
    written = _FORMATS.get(_unit(unit))
    if written is None:
        raise CellError(f"IS_SAME does not know {text(unit)!r} here")
    return int(one.strftime(written) == other.strftime(written))


PLAIN: Mapping[str, Callable[..., object]] = {
    "DATEADD": _date_add,
    "DATETIME_DIFF": _difference,
    "DATETIME_PARSE": moment,
    "DATESTR": lambda value: _at(value).strftime("%Y-%m-%d"),
    "TIMESTR": lambda value: _at(value).strftime("%H:%M:%S"),
    "IS_BEFORE": _is_before,
    "IS_AFTER": lambda left, right: _is_before(right, left),
    "IS_SAME": _is_same,
    "YEAR": lambda value: _at(value).year,
    "MONTH": lambda value: _at(value).month,
    "DAY": lambda value: _at(value).day,
    "HOUR": lambda value: _at(value).hour,
    "MINUTE": lambda value: _at(value).minute,
    "WEEKDAY": lambda value: _at(value).isoweekday() % 7,
}
