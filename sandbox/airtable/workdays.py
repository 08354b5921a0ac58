"""Working days between dates: Monday to Friday without the holidays named."""

from datetime import date, datetime, timedelta

from sandbox.airtable.values import CellError, moment, text, whole

_MOST = 100_000


def _holidays(value: object) -> frozenset[date]:
    if value is None:
        return frozenset()
    parts = value if isinstance(value, list) else text(value).split(",")
    days = (moment(part.strip() if isinstance(part, str) else part) for part in parts)
    return frozenset(day.date() for day in days if day)


def _works(day: date, holidays: frozenset[date]) -> bool:
    return day.isoweekday() < 6 and day not in holidays


def workday(start: object, count: object, holidays: object = None) -> datetime | None:
    """The date so many working days after the start, which itself is not counted."""
    at, left, free = moment(start), whole(count), _holidays(holidays)
    if at is None:
        return None
    if abs(left) > _MOST:
        raise CellError("out of the calendar")
    step = timedelta(days=1 if left > 0 else -1)
    while left:
        at += step
        left -= step.days if _works(at.date(), free) else 0
    return at


def workday_diff(start: object, end: object, holidays: object = None) -> int | None:
    """Working days from start to end, both counted; negative if the end comes first."""
    first, last, free = moment(start), moment(end), _holidays(holidays)
    if first is None or last is None:
        return None
    sign, days = (1, (last.date() - first.date()).days)
    if days < 0:
        first, sign, days = last, -1, -days
    if days > _MOST:
        raise CellError("out of the calendar")
    span = (first.date() + timedelta(days=n) for n in range(days + 1))
    return sign * sum(_works(day, free) for day in span)
