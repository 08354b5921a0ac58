"""Which jobs have not ended well for three intervals, told once per episode."""

from datetime import UTC, datetime, timedelta

import pytest

from automations.health import ailing_jobs

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ailing(last_good: dict[str, datetime], watched_since: datetime = NOW - 60 * MINUTE, now=NOW):
    return ailing_jobs(
        base="appGLOW",
        last_good_ends=last_good,
        intervals={"outreach": 2 * MINUTE},
        watched_since=watched_since,
        now=now,
    )


@pytest.mark.parametrize(("minutes", "expected"), [(6, []), (7, ["outreach"])])
def test_a_job_is_ailing_after_three_intervals_without_a_good_end(minutes, expected):
    found = ailing({"outreach": NOW - minutes * MINUTE})

    assert [one.job for one in found] == expected


def test_a_job_that_never_ended_well_counts_from_when_it_was_watched():
    assert ailing({}, watched_since=NOW - 5 * MINUTE) == ()
    assert [one.since for one in ailing({})] == [NOW - 60 * MINUTE]


def test_an_episode_keeps_its_key_and_the_next_one_has_another():
    good = {"outreach": NOW - 10 * MINUTE}
    later_good = {"outreach": NOW + 30 * MINUTE}

    (first,), (still,) = ailing(good), ailing(good, now=NOW + 5 * MINUTE)
    (next_one,) = ailing(later_good, now=NOW + 60 * MINUTE)

    assert first.key == still.key != next_one.key
