"""A handle has a dated history: what was sold under it belongs to whoever had it then."""

from datetime import UTC, datetime, timedelta

import pytest

from worker.ledger import cohorts, handles
from worker.ledger.cohorts import Cohort
from worker.ledger.engine import Ledger
from worker.ledger.handles import ALWAYS

BASE = "appGlow"
MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def spans(ledger: Ledger, creator: str, handle: str = "glowgirl"):
    with ledger.reading() as connection:
        return handles.spans_of(connection, BASE, creator, handle)


def claim(ledger: Ledger, creator: str, handle: str, at: datetime) -> None:
    with ledger.writing() as connection:
        handles.claim(connection, BASE, creator, handle, at)


def contest(ledger: Ledger, at: datetime) -> None:
    with ledger.writing() as connection:
        handles.contest(connection, BASE, "glowgirl", at)


def contested(ledger: Ledger) -> frozenset[str]:
    with ledger.reading() as connection:
        return handles.contested(connection, BASE)


def test_the_only_creator_who_ever_had_a_handle_keeps_all_that_was_sold_under_it(ledger):
    claim(ledger, "ana", "glowgirl", MONDAY)
    claim(ledger, "ana", "ana.glows", MONDAY + DAY)

    assert spans(ledger, "ana") == [(ALWAYS, None)]
    assert spans(ledger, "ana", "ana.glows") == [(ALWAYS, None)]


def test_between_two_creators_a_handle_is_nobodys(ledger):
    claim(ledger, "ana", "glowgirl", MONDAY)
    claim(ledger, "ana", "ana.glows", MONDAY + DAY)
    claim(ledger, "bo", "glowgirl", MONDAY + 3 * DAY)

    assert spans(ledger, "ana") == [(ALWAYS, MONDAY + DAY)]
    assert spans(ledger, "") == [(MONDAY + DAY, MONDAY + 3 * DAY)]
    assert spans(ledger, "bo") == [(MONDAY + 3 * DAY, None)]
    with ledger.reading() as connection:
        changed = handles.changed_hands(connection, BASE)
    assert changed == {"ana": {"glowgirl": False}, "bo": {"glowgirl": True}}


def test_a_claim_withdrawn_gives_everything_back(ledger):
    claim(ledger, "ana", "glowgirl", MONDAY)
    contest(ledger, MONDAY + DAY)
    contest(ledger, MONDAY + 2 * DAY)
    assert contested(ledger) == {"glowgirl"}
    assert spans(ledger, "ana") == [(ALWAYS, MONDAY + DAY)]

    claim(ledger, "ana", "glowgirl", MONDAY + 3 * DAY)

    assert spans(ledger, "ana") == [(ALWAYS, None)]
    assert contested(ledger) == frozenset()


def test_a_claim_that_wins_leaves_the_time_in_between_to_nobody(ledger):
    claim(ledger, "ana", "glowgirl", MONDAY)
    contest(ledger, MONDAY + DAY)

    claim(ledger, "bo", "glowgirl", MONDAY + 2 * DAY)

    assert spans(ledger, "") == [(MONDAY + DAY, MONDAY + 2 * DAY)]
    assert spans(ledger, "bo") == [(MONDAY + 2 * DAY, None)]


def test_who_comes_back_to_a_handle_has_never_left_it(ledger):
    claim(ledger, "ana", "glowgirl", MONDAY)
    claim(ledger, "ana", "ana.glows", MONDAY + DAY)
    claim(ledger, "ana", "glowgirl", MONDAY + 2 * DAY)

    claim(ledger, "bo", "glowgirl", MONDAY + 3 * DAY)

    assert spans(ledger, "ana") == [(ALWAYS, MONDAY + 3 * DAY)]
    assert spans(ledger, "") == []


@pytest.mark.parametrize("jump", [timedelta(), -DAY])
def test_spans_never_overlap_though_the_clock_stands_or_jumps_back(ledger, jump):
    claim(ledger, "ana", "glowgirl", MONDAY)
    claim(ledger, "bo", "glowgirl", MONDAY + DAY)
    claim(ledger, "cy", "glowgirl", MONDAY + DAY + jump)

    (ana,), (bo,), (cy,) = (spans(ledger, one) for one in ("ana", "bo", "cy"))
    assert (ana[1], bo[1], cy[1]) == (bo[0], cy[0], None)
    assert bo[0] < cy[0]


def test_the_cohort_of_a_creator_never_changes_but_for_an_earlier_enrolment(ledger):
    with ledger.writing() as connection:
        cohorts.freeze(connection, BASE, "ana", Cohort("2026-10", "Marketplace"))
        cohorts.freeze(connection, BASE, "ana", Cohort("2026-11", "Euka"))
    with ledger.reading() as connection:
        assert cohorts.read(connection, BASE)["ana"].title == "2026-10 Marketplace"
    with ledger.writing() as connection:
        cohorts.freeze(connection, BASE, "ana", Cohort("2026-09", ""))
    with ledger.reading() as connection:
        assert cohorts.read(connection, BASE)["ana"].title == "2026-09"
