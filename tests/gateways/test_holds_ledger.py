"""What the ledger remembers of holds: one question at a time, and an answer for that question."""

from datetime import UTC, datetime

import pytest

from worker.ledger import brakes
from worker.ledger.brakes import Hold, HoldState
from worker.ledger.engine import Ledger

BASE, AT = "appGLOW0000000001", datetime(2026, 11, 23, 12, tzinfo=UTC)


def asked(ledger: Ledger, size: int, kind: str = brakes.ROWS) -> Hold:
    return brakes.hold(
        ledger, BASE, "outreach", kind=kind, because=f"{size} rows", preview=[f"{size}"],
        size=size, at=AT,
    )  # fmt: skip


def test_a_plan_that_hardly_changes_is_asked_about_in_the_same_words(ledger):
    first = asked(ledger, 1000)
    brakes.mark_holds_shown(ledger, [first.id], AT)

    assert asked(ledger, 1100) == first
    assert asked(ledger, 700) == first
    assert brakes.unshown_holds(ledger, BASE) == ()

    grown = asked(ledger, 1101)
    assert (grown.id, grown.because, grown.size) == (first.id, "1101 rows", 1101)
    assert brakes.unshown_holds(ledger, BASE) == (grown,)


@pytest.mark.parametrize("decision", [HoldState.RELEASED, HoldState.DROPPED])
def test_a_decision_answers_for_a_plan_of_that_size_only(ledger, decision):
    first = asked(ledger, 1000)
    brakes.decide(ledger, first.id, decision, by="Linh Tran", at=AT)

    assert asked(ledger, 1100).state is decision
    again = asked(ledger, 1200)

    assert again.state is HoldState.HELD
    assert again.id != first.id  # what still stands as decided in Airtable does not answer it
    assert not brakes.decide(ledger, first.id, HoldState.RELEASED, by="Minh Vo", at=AT)
    shown = {hold.id: hold.state for hold in brakes.unshown_holds(ledger, BASE)}
    assert shown == {first.id: decision, again.id: HoldState.HELD}


def test_a_closed_hold_is_told_as_dropped_and_asked_anew(ledger):
    first = asked(ledger, 1000)
    brakes.close(ledger, first.id, by="the plan is small again", at=AT)

    assert brakes.standing(ledger, BASE, "outreach", brakes.ROWS) is None
    assert brakes.holds(ledger, BASE)[0].state is HoldState.DROPPED
    assert asked(ledger, 1000).id != first.id


def test_kinds_jobs_and_bases_are_asked_about_apart(ledger):
    rows = asked(ledger, 1000)
    view = asked(ledger, 0, brakes.view_kind("view:Creators/Outreach queue"))
    brakes.decide(ledger, rows.id, HoldState.RELEASED, by="Linh Tran", at=AT)

    assert view.state is HoldState.HELD
    assert brakes.standing(ledger, BASE, "pipeline", brakes.ROWS) is None
    assert brakes.standing(ledger, "appZEN00000000001", "outreach", brakes.ROWS) is None


def test_a_release_given_elsewhere_ends_the_question(ledger):
    asked(ledger, 5, brakes.FIRST_PASS)

    brakes.released(ledger, BASE, "outreach", kind=brakes.FIRST_PASS, size=0, by="Settings", at=AT)

    assert brakes.holds(ledger, BASE, only_held=True) == ()
    (hold,) = brakes.unshown_holds(ledger, BASE)
    assert (hold.state, hold.decided_by) == (HoldState.RELEASED, "Settings")
