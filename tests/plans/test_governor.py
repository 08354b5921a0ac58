"""The governor: how fast the month's calls may be spent, and when only safety goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from automations.governor import SLOWEST, Mode, month_end, pace

ALLOWANCE = 70_000
MONTH_START = datetime(2026, 11, 1, tzinfo=UTC)
MID_MONTH = datetime(2026, 11, 16, tzinfo=UTC)


def wait_s(*, used: int, now: datetime = MID_MONTH, people: bool = True) -> float:
    people_at = now - timedelta(minutes=5) if people else None
    return pace(used=used, allowance=ALLOWANCE, now=now, people_at=people_at).wait.total_seconds()


def test_the_month_starts_at_a_middling_pace():
    assert wait_s(used=0, now=MONTH_START) == 90
    assert wait_s(used=0, now=MONTH_START, people=False) == 270


@pytest.mark.parametrize(
    ("used", "among_people", "alone"),
    [
        (5_000, 60, 180),  # hardly anything used: as fast as it goes
        (35_000, 90, 270),  # on pace
        (38_500, 111, 300),
        (45_500, 184, 300),  # ahead: stretched
        (52_500, 360, 360),  # far ahead: nobody being about makes no difference
        (69_999, 900, 900),
        (70_000, 900, 900),
        (90_000, 900, 900),
    ],
)
def test_half_way_through_the_month_the_wait_follows_what_was_used(
    used: int, among_people: float, alone: float
):
    assert wait_s(used=used) == pytest.approx(among_people, abs=1)
    assert wait_s(used=used, people=False) == pytest.approx(alone, abs=1)


def test_people_count_as_gone_a_quarter_of_an_hour_after_their_last_change():
    def after(minutes: int) -> float:
        at = MID_MONTH - timedelta(minutes=minutes)
        return pace(used=35_000, allowance=ALLOWANCE, now=MID_MONTH, people_at=at).wait.seconds

    assert (after(15), after(16)) == (90, 270)


@pytest.mark.parametrize(
    ("used", "mode"),
    [
        (62_999, Mode.NORMAL),
        (63_000, Mode.ONLY_SAFETY),
        (69_999, Mode.ONLY_SAFETY),
        (70_000, Mode.USED_UP),
    ],
)
def test_from_ninety_percent_only_safety_goes_on_and_then_nothing(used: int, mode: Mode):
    assert pace(used=used, allowance=ALLOWANCE, now=MID_MONTH, people_at=None).mode is mode


@pytest.mark.parametrize(
    ("used", "now", "forecast"),
    [
        (0, MONTH_START, 70_000),  # nothing is known yet: as planned
        (35_000, MID_MONTH, 70_000),
        (60_000, datetime(2026, 11, 30, 12, tzinfo=UTC), 61_000),
    ],
)
def test_the_forecast_goes_on_as_the_month_went_so_far(used: int, now: datetime, forecast: int):
    said = pace(used=used, allowance=ALLOWANCE, now=now, people_at=None).forecast

    assert said == pytest.approx(forecast, abs=60)


def test_months_are_counted_in_utc_wherever_the_clock_stands():
    eve = datetime.fromisoformat("2026-12-31T20:00:00-05:00")

    assert month_end(eve) == datetime(2027, 2, 1, tzinfo=UTC)
    assert pace(used=0, allowance=1, now=eve, people_at=eve).wait <= SLOWEST
