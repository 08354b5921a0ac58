"""Laws of the governor: never impatient, monotone in what was used, and the month's calls last."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from automations.governor import FASTEST, SLOWEST, Mode, month_end, pace

START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)

moments = st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda since: START + since)
allowances = st.integers(1, 500_000)
gone_for = st.timedeltas(timedelta(0), timedelta(hours=1))


@given(moments, allowances, st.integers(0, 1_000_000), gone_for)
def test_no_wait_is_negative_or_longer_than_safety_allows(
    now: datetime, allowance: int, used: int, gone: timedelta
):
    said = pace(used=used, allowance=allowance, now=now, people_at=now - gone)

    assert FASTEST <= said.wait <= SLOWEST
    assert said.forecast >= used
    assert now < month_end(now)


@given(moments, allowances, st.integers(0, 600_000), st.integers(0, 600_000), gone_for)
def test_who_used_more_never_polls_sooner_or_expects_less(
    now: datetime, allowance: int, less: int, more: int, gone: timedelta
):
    less, more = sorted((less, more))
    people_at = now - gone
    one = pace(used=less, allowance=allowance, now=now, people_at=people_at)
    other = pace(used=more, allowance=allowance, now=now, people_at=people_at)

    assert one.wait <= other.wait
    assert one.forecast <= other.forecast


@given(moments, allowances, st.integers(0, 600_000))
def test_with_nobody_about_it_never_polls_sooner(now: datetime, allowance: int, used: int):
    among = pace(used=used, allowance=allowance, now=now, people_at=now)
    alone = pace(used=used, allowance=allowance, now=now, people_at=None)

    assert among.wait <= alone.wait


@settings(max_examples=8)  # each is a month of tens of thousands of polls
@given(
    st.integers(20_000, 200_000),
    st.floats(1, 8),
    st.integers(0, 24),
    st.integers(0, 1_500),
    st.integers(1, 40),
)
def test_a_month_spends_at_most_the_allowance_and_safety_goes_on_to_its_end(
    allowance: int, calls_a_poll: float, hours_worked: int, sends_a_day: int, sweep: int
):
    """A load of polls by day and night, of sends while they are allowed, and a daily sweep."""
    month = _a_month(allowance, calls_a_poll, hours_worked, sends_a_day, sweep)

    # The last pass may end after the share does; none begins after it.
    assert month.used <= allowance + calls_a_poll + sweep
    assert month.longest <= SLOWEST


def test_the_usual_load_fits_into_the_default_share_without_slowing_people_down():
    month = _a_month(70_000, 1.4, hours_worked=14, sends_a_day=700, sweep=60)

    assert month.used < 0.9 * 70_000
    assert month.longest_among_people <= timedelta(seconds=120)


class _Month:
    used = 0.0
    longest = timedelta()
    longest_among_people = timedelta()


def _a_month(
    allowance: int, calls_a_poll: float, hours_worked: int, sends_a_day: int, sweep: int
) -> _Month:
    month, now, day = _Month(), START, 0
    while now < END:
        people_at = now if now.hour < hours_worked else None
        said = pace(used=int(month.used), allowance=allowance, now=now, people_at=people_at)
        if said.mode is not Mode.USED_UP:
            month.used += calls_a_poll
            if now.day != day:
                month.used += sweep
        if said.mode is Mode.NORMAL:
            month.used += sends_a_day * (said.wait / timedelta(days=1))
        day, now = now.day, now + said.wait
        month.longest = max(month.longest, said.wait)
        if people_at:
            month.longest_among_people = max(month.longest_among_people, said.wait)
    return month
