"""When a creator may be written to: the sending hours in every zone the creator may live in.

Windows are judged on the local wall clock, also on the days it jumps. Caps are not known here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from automations.business_days import is_holiday
from schemas.countries import ZONES, zone_named
from schemas.rules import Rules

_QUARTER = timedelta(minutes=15)
_DAYS_AHEAD = 9


@dataclass(frozen=True, slots=True)
class Window:
    """Whether touches may leave now; if so `closes_at` is the first instant they may not."""

    is_open: bool
    closes_at: datetime


def zones_of(country: str, time_zone: str) -> tuple[ZoneInfo, ...] | str:
    """Every zone the creator may be in; a text says what a person must fix if none is known."""
    if time_zone:
        zone = zone_named(time_zone)
        return (zone,) if zone else (
            f"Time zone {time_zone[:60]!r} is not known: type one like America/Chicago, "
            "or clear the cell and let Country decide."
        )  # fmt: skip
    if not country:
        return (
            "Country and Time zone are empty: fill in one, so that nobody is written to at night."
        )
    names = ZONES.get(country)
    if names is None:
        return f"The time zones of Country {country[:60]!r} are not known: fill in Time zone."
    return tuple(ZoneInfo(name) for name in names)


def open_window(
    zones: Sequence[ZoneInfo], rules: Rules, now: datetime, country: str = ""
) -> Window:
    """The window at `now`: open only if it is open in every one of the zones.

    On a public holiday of `country` it is shut, where the rules say so.
    """
    if rules.skip_holidays and any(
        is_holiday(now.astimezone(zone).date(), country) for zone in zones
    ):
        return Window(is_open=False, closes_at=now)
    if not zones or not all(_is_inside(now.astimezone(zone), rules) for zone in zones):
        return Window(is_open=False, closes_at=now)
    return Window(is_open=True, closes_at=min(_closing(zone, rules, now) for zone in zones))


def next_opening(zones: Sequence[ZoneInfo], rules: Rules, now: datetime) -> datetime | None:
    """The first instant from `now` on at which the window is open; None if not within days."""
    if open_window(zones, rules, now).is_open:
        return now
    starts = sorted(start for zone in zones for start in _starts(zone, rules, now))
    return next((start for start in starts if open_window(zones, rules, start).is_open), None)


def _is_inside(local: datetime, rules: Rules) -> bool:
    ends_at_midnight = rules.window_end == time(0)
    return (
        local.weekday() in rules.window_days
        and rules.window_start <= local.time()
        and (ends_at_midnight or local.time() < rules.window_end)
    )


def _closing(zone: ZoneInfo, rules: Rules, now: datetime) -> datetime:
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=1 if rules.window_end == time(0) else 0)
    wall = datetime.combine(day, rules.window_end, zone)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    end = first if first > now else second
    if end.astimezone(zone).utcoffset() == local.utcoffset():
        return end
    # The clock jumps before the window ends, and may jump out of it: look every quarter hour.
    return next(
        (at for at in _quarters(now, end) if not _is_inside(at.astimezone(zone), rules)), end
    )


def _quarters(after: datetime, until: datetime) -> Iterator[datetime]:
    at = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while at < until:
        if at > after:
            yield at
        at += _QUARTER


def _starts(zone: ZoneInfo, rules: Rules, now: datetime) -> Iterator[datetime]:
    today = now.astimezone(zone).date()
    for ahead in range(_DAYS_AHEAD):
        wall = datetime.combine(today + timedelta(days=ahead), rules.window_start, zone)
        for fold in (0, 1):
            start = wall.replace(fold=fold).astimezone(UTC)
            if start > now:
                yield start
