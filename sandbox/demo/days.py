"""The demo's calendar: when it starts, and at which moments of a day something falls due."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

# What came before: creators were found, posted and sold, and September was closed.
PAST = datetime(2026, 7, 6, tzinfo=UTC)
FIRST_ORDERS = datetime(2026, 8, 1, 7, tzinfo=UTC)
# A Monday; thirty days later October is over and its payouts are due. Clocks change on the way.
START = datetime(2026, 10, 12, tzinfo=UTC)
# Windows open in Asia, in Europe, in the Americas, and (last) in every zone of the US at once.
_PASSES = (time(2, 30), time(8, 30), time(14, 30), time(19, 30))
_WEEKEND_PASSES = (time(8, 30),)
_SATURDAY = 5


def days_of(count: int) -> Iterator[datetime]:
    """The first moment of each simulated day."""
    return (START + timedelta(days=number) for number in range(count))


def due_times(day: datetime) -> tuple[datetime, ...]:
    """The moments of a day at which the worker wakes up.

    A minute later each day: what waits three days after a message of this moment is due then.
    """
    drift = timedelta(minutes=(day - START).days)
    passes = _WEEKEND_PASSES if day.weekday() >= _SATURDAY else _PASSES
    return tuple(datetime.combine(day, at, UTC) + drift for at in passes)
