"""Sending hours on local clocks."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from automations.sending_window import next_opening, open_window, zones_of
from schemas.countries import ZONES
from tests.builders_outreach import ALL_DAY, RULES


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def zones(country: str, zone: str = "") -> tuple[ZoneInfo, ...]:
    found = zones_of(country, zone)
    assert not isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("country", "zone", "now", "closes"),
    [
        ("US", "America/New_York", "2026-11-23T14:00", "2026-11-23T22:00"),
        ("US", "America/New_York", "2026-11-23T13:59", None),
        ("US", "America/New_York", "2026-11-23T22:00", None),
        ("US", "America/New_York", "2026-11-22T17:00", None),  # Sunday
        ("US", "", "2026-11-23T19:00", "2026-11-23T22:00"),  # Honolulu opens, New York closes
        ("US", "", "2026-11-23T17:00", None),
        ("VN", "", "2026-11-23T02:00", "2026-11-23T10:00"),
        ("DE", "Asia/Tokyo", "2026-11-23T00:00", "2026-11-23T08:00"),
    ],
)
def test_messages_leave_only_in_the_creators_sending_hours(country, zone, now, closes):
    window = open_window(zones(country, zone), RULES, at(now))

    assert window.is_open == (closes is not None)
    if closes:
        assert window.closes_at == at(closes)


@pytest.mark.parametrize(
    ("start", "end", "now", "closes"),
    [
        # New York falls back on 2026-11-01 at 02:00 EDT = 06:00 UTC.
        (time(1), time(1, 30), "2026-11-01T05:10", "2026-11-01T05:30"),
        (time(1), time(1, 30), "2026-11-01T06:10", "2026-11-01T06:30"),
        (time(1, 30), time(17), "2026-11-01T05:40", "2026-11-01T06:00"),
        # It springs forward on 2026-03-08 at 02:00 EST = 07:00 UTC.
        (time(1), time(2, 30), "2026-03-08T06:10", "2026-03-08T07:00"),
        (time(1), time(17), "2026-03-08T06:10", "2026-03-08T21:00"),
    ],
)
def test_a_window_ends_on_the_wall_clock_when_the_clock_jumps(start, end, now, closes):
    rules = replace(ALL_DAY, window_start=start, window_end=end)

    window = open_window(zones("US", "America/New_York"), rules, at(now))

    assert (window.is_open, window.closes_at) == (True, at(closes))


@pytest.mark.parametrize(
    ("country", "zone", "word"),
    [
        ("", "", "are empty"),
        ("XX", "", "not known"),
        ("US", "localtime", "not known"),
        ("US", "../etc/passwd", "not known"),
        ("US", "America", "not known"),
    ],
)
def test_a_place_nobody_knows_is_said_in_words(country, zone, word):
    assert word in str(zones_of(country, zone))


@pytest.mark.parametrize(
    ("country", "now", "opens"),
    [
        ("GB", "2026-11-23T12:00", "2026-11-23T12:00"),
        ("GB", "2026-11-20T18:00", "2026-11-23T09:00"),
        ("US", "2026-11-23T12:00", "2026-11-23T19:00"),
    ],
)
def test_the_next_opening_is_when_every_zone_is_open(country, now, opens):
    assert next_opening(zones(country), RULES, at(now)) == at(opens)


def test_a_week_without_sending_days_never_opens():
    rules = replace(RULES, window_days=frozenset())

    assert next_opening(zones("GB"), rules, at("2026-11-23T12:00")) is None


def clock_of(zone: str) -> tuple[timedelta | None, ...]:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    days = (start + timedelta(days=day) for day in range(0, 365, 3))
    return tuple(day.astimezone(ZoneInfo(zone)).utcoffset() for day in days)


def test_every_clock_of_a_country_stands_in_the_table():
    listed = defaultdict(set)
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            listed[country].add(zone)

    missing = {
        (country, zone)
        for country in ZONES
        for zone in listed[country] - {"Antarctica/Macquarie"}  # a research station
        if clock_of(zone) not in {clock_of(ours) for ours in ZONES[country]}
    }

    assert missing == set()
