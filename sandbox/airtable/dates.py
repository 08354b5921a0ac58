"""The date functions of formulas; instants are UTC unless SET_TIMEZONE says otherwise.

A blank date gives a blank from the functions that return dates, an error from those that cannot.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.airtable import moment_tokens
from sandbox.airtable.model import Formula, Record
from sandbox.airtable.time_units import between, plus, start_of, unit_of
from sandbox.airtable.values import CellError, Spoken, moment, parsed, text
from sandbox.airtable.workdays import workday, workday_diff

# What people type, in the order it is tried, after ISO.
_USUAL = (
    "M/D/YYYY", "M/D/YYYY h:mm a", "M/D/YYYY h:mma", "M/D/YYYY H:mm", "M/D/YYYY H:mm:ss",
    "M/D/YY", "YYYY/M/D", "YYYY/M/D H:mm", "YYYY-M-D", "MMM D, YYYY", "MMM D YYYY", "D MMM YYYY",
    "D MMM YYYY H:mm", "MMM D, YYYY h:mm a", "dddd, MMM D, YYYY",
)  # fmt: skip
# How long ago in words: up to so many seconds, the words, and the seconds of one unit.
_SPANS = (
    (45, "a few seconds", 1), (90, "a minute", 1), (45 * 60, "{} minutes", 60),
    (90 * 60, "an hour", 1), (22 * 3600, "{} hours", 3600), (36 * 3600, "a day", 1),
    (26 * 86400, "{} days", 86400), (46 * 86400, "a month", 1), (320 * 86400, "{} months", 2629800),
    (548 * 86400, "a year", 1),
)  # fmt: skip


def midnight(at: datetime) -> datetime:
    """The start of that day."""
    return start_of(at, "day")


def _at(value: object) -> datetime:
    at = moment(value)
    if at is None:
        raise CellError("no date")
    return at


def _date_add(value: object, count: object, unit: object) -> datetime | None:
    at, name = moment(value), unit_of(unit)
    return None if at is None else plus(at, count, name)


def _difference(left: object, right: object, unit: object = "seconds") -> int | None:
    later, earlier, name = moment(left), moment(right), unit_of(unit)
    return None if later is None or earlier is None else between(later, earlier, name)


def _is_before(left: object, right: object) -> int:
    one, other = moment(left), moment(right)
    return int(one is not None and other is not None and one < other)


def _is_same(left: object, right: object, unit: object = None) -> int:
    one, other = moment(left), moment(right)
    if one is None or other is None:
        return 0
    if unit is None:
        return int(one == other)
    name = unit_of(unit)
    return int(start_of(one, name) == start_of(other, name))


def _parse(value: object, tokens: object = None, locale: object = "en") -> datetime | None:
    if isinstance(value, datetime | Spoken) or text(value) == "":
        return moment(value)
    if tokens is not None:
        return moment_tokens.read(text(value), text(tokens), text(locale))
    return guessed(text(value))


def guessed(written: str) -> datetime:
    """A date as ISO or people write it; CellError for anything else."""
    try:
        return parsed(written)
    except CellError:
        pass
    for tokens in _USUAL:
        try:
            return moment_tokens.read(written, tokens)
        except CellError:
            continue
    raise CellError(f"{written!r} is no date")


def _format(value: object, tokens: object = moment_tokens.DEFAULT) -> str:
    locale = value.locale if isinstance(value, Spoken) else "en"
    return moment_tokens.written(_at(value), text(tokens), locale)


def _in_zone(value: object, zone: object) -> object:
    try:
        at = _at(value).astimezone(ZoneInfo(text(zone)))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CellError(f"{text(zone)!r} is no time zone") from error
    return Spoken(at, value.locale) if isinstance(value, Spoken) else at


def _weekday(value: object, first: object = "Sunday") -> int:
    return (_at(value).isoweekday() - _first_day(first)) % 7


def _week(value: object, first: object = "Sunday") -> int:
    return moment_tokens.week_of(_at(value), _first_day(first))


def _first_day(name: object) -> int:
    days = {"sunday": 0, "monday": 1}
    if text(name).lower() not in days:
        raise CellError(f"a week starts on Sunday or Monday, not on {text(name)!r}")
    return days[text(name).lower()]


PLAIN: Mapping[str, Callable[..., object]] = {
    "DATEADD": _date_add,
    "DATETIME_DIFF": _difference,
    "DATETIME_PARSE": _parse,
    "DATETIME_FORMAT": _format,
    "DATESTR": lambda value: moment_tokens.written(_at(value), "YYYY-MM-DD"),
    "TIMESTR": lambda value: moment_tokens.written(_at(value), "HH:mm:ss"),
    "SET_TIMEZONE": _in_zone,
    "SET_LOCALE": lambda value, locale: Spoken(_at(value), text(locale)),
    "IS_BEFORE": _is_before,
    "IS_AFTER": lambda left, right: _is_before(right, left),
    "IS_SAME": _is_same,
    "YEAR": lambda value: _at(value).year,
    "MONTH": lambda value: _at(value).month,
    "DAY": lambda value: _at(value).day,
    "HOUR": lambda value: _at(value).hour,
    "MINUTE": lambda value: _at(value).minute,
    "SECOND": lambda value: _at(value).second,
    "WEEKDAY": _weekday,
    "WEEKNUM": _week,
    "WORKDAY": workday,
    "WORKDAY_DIFF": workday_diff,
}


def _distance(arguments: Sequence[Formula]) -> Formula:
    def words(record: Record, now: datetime) -> object:
        apart = abs((_at(arguments[0](record, now)) - now).total_seconds())
        for most, phrase, unit in _SPANS:
            if apart < most:
                return phrase.format(round(apart / unit))
        return f"{round(apart / 31557600)} years"

    return words


LAZY: Mapping[str, Callable[[Sequence[Formula]], Formula]] = {
    "NOW": lambda _: lambda _record, now: now.astimezone(UTC),
    "TODAY": lambda _: lambda _record, now: midnight(now.astimezone(UTC)),
    "FROMNOW": _distance,
    "TONOW": _distance,
}
