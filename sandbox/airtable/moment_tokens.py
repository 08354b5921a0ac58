"""Dates written and read by the tokens of moment.js, which DATETIME_FORMAT and _PARSE take."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

from sandbox.airtable.values import CellError

DEFAULT = "YYYY-MM-DDTHH:mm:ssZ"
_TOKEN = re.compile(
    r"\[([^\]]*)\]|(LTS|LT|L{1,4}|l{1,4}|MMMM|MMM|MM|Mo|M|Qo|Q|DDDD|DDDo|DDD|DD|Do|D|dddd|ddd|dd|"
    r"do|d|e|E|ww|wo|w|WW|Wo|W|YYYY|YY|Y|gggg|GGGG|HH|H|hh|h|kk|k|A|a|mm|m|ss|s|S{1,6}|ZZ|Z|z|X|x)"
)
_AMERICAN = {
    "LT": "h:mm A", "LTS": "h:mm:ss A", "L": "MM/DD/YYYY", "l": "M/D/YYYY",
    "LL": "MMMM D, YYYY", "ll": "MMM D, YYYY",
    "LLL": "MMMM D, YYYY h:mm A", "lll": "MMM D, YYYY h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A", "llll": "ddd, MMM D, YYYY h:mm A",
}  # fmt: skip
_ELSEWHERE = {
    "LT": "HH:mm", "LTS": "HH:mm:ss", "L": "DD/MM/YYYY", "l": "D/M/YYYY",
    "LL": "D MMMM YYYY", "ll": "D MMM YYYY",
    "LLL": "D MMMM YYYY HH:mm", "lll": "D MMM YYYY HH:mm",
    "LLLL": "dddd, D MMMM YYYY HH:mm", "llll": "ddd, D MMM YYYY HH:mm",
}  # fmt: skip


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise CellError(f"{name!r} is no locale") from error


def _long(locale: str) -> Mapping[str, str]:
    return _AMERICAN if locale.lower() in ("en", "en-us", "en_us") else _ELSEWHERE


def _spelled(tokens: str, locale: str) -> str:
    """The format with L, LT and the like spelled out."""
    long = _long(locale)
    return _TOKEN.sub(lambda found: long.get(found[2] or "", found[0]), tokens)


def written(at: datetime, tokens: str, locale: str = "en") -> str:
    """The instant in its own zone, by these tokens; [brackets] keep their text."""

    def one(found: re.Match[str]) -> str:
        return found[1] if found[2] is None else _WRITE[found[2]](at, locale)

    return _TOKEN.sub(one, _spelled(tokens, locale))


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def week_of(at: datetime, first: int = 0) -> int:
    """The week of the year, the one with 1 January being 1; weeks start on `first` (Sunday 0)."""
    new_year = at.replace(month=1, day=1)
    lead = (new_year.isoweekday() - first) % 7
    return (at.timetuple().tm_yday - 1 + lead) // 7 + 1


def _offset(at: datetime, colon: str) -> str:
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}{colon}{abs(minutes) % 60:02d}"


def _month(width: str) -> Callable[[datetime, str], str]:
    return lambda at, locale: str(get_month_names(width, locale=_locale(locale))[at.month])  # type: ignore[arg-type]  # babel's literal


def _weekday(width: str) -> Callable[[datetime, str], str]:
    return lambda at, locale: str(get_day_names(width, locale=_locale(locale))[at.weekday()])  # type: ignore[arg-type]  # babel's literal


_WRITE: Mapping[str, Callable[[datetime, str], str]] = {
    "YYYY": lambda at, _: f"{at.year:04d}",
    "YY": lambda at, _: f"{at.year % 100:02d}",
    "Y": lambda at, _: str(at.year),
    "gggg": lambda at, _: f"{at.year:04d}",
    "GGGG": lambda at, _: f"{at.isocalendar().year:04d}",
    "Q": lambda at, _: str((at.month + 2) // 3),
    "Qo": lambda at, _: _ordinal((at.month + 2) // 3),
    "M": lambda at, _: str(at.month),
    "Mo": lambda at, _: _ordinal(at.month),
    "MM": lambda at, _: f"{at.month:02d}",
    "MMM": _month("abbreviated"),
    "MMMM": _month("wide"),
    "D": lambda at, _: str(at.day),
    "Do": lambda at, _: _ordinal(at.day),
    "DD": lambda at, _: f"{at.day:02d}",
    "DDD": lambda at, _: str(at.timetuple().tm_yday),
    "DDDo": lambda at, _: _ordinal(at.timetuple().tm_yday),
    "DDDD": lambda at, _: f"{at.timetuple().tm_yday:03d}",
    "d": lambda at, _: str(at.isoweekday() % 7),
    "do": lambda at, _: _ordinal(at.isoweekday() % 7),
    "dd": _weekday("short"),
    "ddd": _weekday("abbreviated"),
    "dddd": _weekday("wide"),
    "e": lambda at, _: str(at.isoweekday() % 7),
    "E": lambda at, _: str(at.isoweekday()),
    "w": lambda at, _: str(week_of(at)),
    "wo": lambda at, _: _ordinal(week_of(at)),
    "ww": lambda at, _: f"{week_of(at):02d}",
    "W": lambda at, _: str(at.isocalendar().week),
    "Wo": lambda at, _: _ordinal(at.isocalendar().week),
    "WW": lambda at, _: f"{at.isocalendar().week:02d}",
    "H": lambda at, _: str(at.hour),
    "HH": lambda at, _: f"{at.hour:02d}",
    "h": lambda at, _: str(at.hour % 12 or 12),
    "hh": lambda at, _: f"{at.hour % 12 or 12:02d}",
    "k": lambda at, _: str(at.hour or 24),
    "kk": lambda at, _: f"{at.hour or 24:02d}",
    "A": lambda at, _: "PM" if at.hour >= 12 else "AM",
    "a": lambda at, _: "pm" if at.hour >= 12 else "am",
    "m": lambda at, _: str(at.minute),
    "mm": lambda at, _: f"{at.minute:02d}",
    "s": lambda at, _: str(at.second),
    "ss": lambda at, _: f"{at.second:02d}",
    **{
        "S" * n: lambda at, _, n=n: f"{at.microsecond:06d}"[:n]  # type: ignore[misc]  # binds n
        for n in range(1, 7)
    },
    "Z": lambda at, _: _offset(at, ":"),
    "ZZ": lambda at, _: _offset(at, ""),
    "z": lambda at, _: at.tzname() or "",
    "X": lambda at, _: str(int(at.timestamp())),
    "x": lambda at, _: str(int(at.timestamp() * 1000)),
}
_NUMBER = r"\d{1,2}"
_READ: Mapping[str, str] = {
    "YYYY": r"(?P<year>\d{4})", "YY": r"(?P<short>\d{2})", "Y": r"(?P<year>\d{4})",
    "M": rf"(?P<month>{_NUMBER})", "MM": rf"(?P<month>{_NUMBER})",
    "MMM": r"(?P<name>[^\W\d]+)\.?", "MMMM": r"(?P<name>[^\W\d]+)",
    "D": rf"(?P<day>{_NUMBER})", "DD": rf"(?P<day>{_NUMBER})",
    "Do": rf"(?P<day>{_NUMBER})(?:st|nd|rd|th)", "DDD": r"(?P<yday>\d{1,3})",
    "DDDD": r"(?P<yday>\d{3})",
    "d": r"\d", "dd": r"[^\W\d]+", "ddd": r"[^\W\d]+\.?", "dddd": r"[^\W\d]+",
    "H": rf"(?P<hour>{_NUMBER})", "HH": rf"(?P<hour>{_NUMBER})",
    "h": rf"(?P<hour>{_NUMBER})", "hh": rf"(?P<hour>{_NUMBER})",
    "A": r"(?P<half>[AaPp])\.?[Mm]\.?", "a": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "m": rf"(?P<minute>{_NUMBER})", "mm": rf"(?P<minute>{_NUMBER})",
    "s": rf"(?P<second>{_NUMBER})", "ss": rf"(?P<second>{_NUMBER})",
    **{"S" * n: rf"(?P<micro>\d{{{n}}})" for n in range(1, 7)},
    "Z": r"(?P<zone>Z|[+-]\d{2}:?\d{2})", "ZZ": r"(?P<zone>Z|[+-]\d{2}:?\d{2})",
    "X": r"(?P<epoch>\d+)", "x": r"(?P<epoch_ms>\d+)",
}  # fmt: skip


@lru_cache(maxsize=256)
def _pattern(tokens: str, locale: str) -> re.Pattern[str]:
    parts: list[str] = []
    end = 0
    spelled = _spelled(tokens, locale)
    for found in _TOKEN.finditer(spelled):
        parts.append(re.escape(spelled[end : found.start()]))
        parts.append(re.escape(found[1]) if found[2] is None else _READ.get(found[2], r"\S+"))
        end = found.end()
    parts.append(re.escape(spelled[end:]))
    try:
        return re.compile("".join(parts).replace(r"\ ", r"\s+"), re.IGNORECASE)
    except re.error as error:
        raise CellError(f"{tokens!r} names a part twice") from error


def read(text: str, tokens: str, locale: str = "en") -> datetime:
    """The instant that text means by these tokens; UTC unless it names an offset."""
    found = _pattern(tokens, locale).fullmatch(text.strip())
    if not found:
        raise CellError(f"{text!r} is not written as {tokens}")
    parts = {name: part for name, part in found.groupdict().items() if part}
    try:
        return _instant(parts, locale)
    except (ValueError, OverflowError) as error:
        raise CellError(f"{text!r} is no date") from error


def _instant(parts: Mapping[str, str], locale: str) -> datetime:
    for name, scale in (("epoch", 1), ("epoch_ms", 1000)):
        if name in parts:
            return datetime.fromtimestamp(int(parts[name]) / scale, UTC)
    year = int(parts.get("year") or 0) or 2000 + int(parts.get("short", "0"))
    month = _named_month(parts["name"], locale) if "name" in parts else int(parts.get("month", 1))
    hour = int(parts.get("hour", 0))
    if "half" in parts:
        hour = hour % 12 + (12 if parts["half"] in "Pp" else 0)
    micros = int(parts.get("micro", "0").ljust(6, "0"))
    clock = (hour, int(parts.get("minute", 0)), int(parts.get("second", 0)), micros)
    at = datetime(year, month, int(parts.get("day", 1)), *clock, tzinfo=UTC)
    if "yday" in parts:
        at = at.replace(month=1, day=1) + timedelta(days=int(parts["yday"]) - 1)
    zone = parts.get("zone", "Z")
    return at if zone in "Zz" else (at - _lead(zone))


def _lead(zone: str) -> timedelta:
    digits = zone[1:].replace(":", "")
    lead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -lead if zone[0] == "-" else lead


def _named_month(name: str, locale: str) -> int:
    for width in ("wide", "abbreviated"):
        for number, month in get_month_names(width, locale=_locale(locale)).items():
            if str(month).rstrip(".").casefold() == name.casefold():
                return int(number)
    raise ValueError(name)
