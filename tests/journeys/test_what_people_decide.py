"""Doubts and holds are closed by people, in Airtable or on the page, and staff are told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.world import Fault
from schemas.tables import operations, outreach
from tests.builders_programme import Programme, programme
from worker.jobs import JOBS
from worker.ledger import history
from worker.ledger.history import Outcome
from worker.reading import Reading
from worker.running import run_once
from worker.settings import load_settings
from worker.watching import tell_of_ailing


def later(**wait: float) -> datetime:
    """So much later than now: Airtable's Date header is the real time, however slow the machine."""
    return datetime.now(UTC) + timedelta(**wait)  # noqa: TID251  # the sandbox's own time


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        yield running


def doubt(glow: Programme) -> str:
    """One message nobody can know the outcome of; the record id of its row in Messages."""
    glow.sandbox.world.faults.add(Fault("SMTP DATA", "drop_after_dot"))
    glow.outreach()
    glow.outreach()
    return str(next(r for r in glow.rows(outreach.MESSAGES) if r["State"] == "In doubt")["id"])


@pytest.mark.parametrize(
    ("resolution", "state", "copies"),
    [("It was sent", "Sent", 1), ("Send it again", "Sent", 2), ("Drop it", "Refused", 1)],
)
def test_a_doubt_is_closed_in_airtable(glow, resolution, state, copies):
    message = doubt(glow)
    glow.edit(outreach.MESSAGES, message, {outreach.MESSAGE_RESOLUTION: resolution})

    glow.outreach()
    glow.outreach()

    row = next(r for r in glow.rows(outreach.MESSAGES) if r["id"] == message)
    assert row["State"] == state
    assert glow.mails_per_step()[_pair(glow, row)] == copies


def _pair(glow: Programme, row: dict[str, object]) -> tuple[str, str]:
    key = str(row["Key"])
    return next(pair for pair in glow.mails_per_step() if pair[1] == key)


def test_while_in_doubt_only_that_creator_waits(glow):
    doubt(glow)

    glow.outreach(as_of=later(days=3.1))

    assert len(glow.mails()) == 3


def test_a_vanished_view_holds_its_job_until_a_person_releases_it(glow):
    glow.sandbox.store.add_view(glow.base_id, "Creators", "Outreach queue", "{Sequence}&''!=''")
    glow.cli("doctor")
    glow.remove_view("Creators", "Outreach queue")

    held = glow.outreach()
    assert "Outreach queue" in held.done.held_because
    assert glow.mails() == []
    run = next(r for r in glow.rows(operations.RUNS) if r["State"] == "Held")
    glow.edit(operations.RUNS, str(run["id"]), {operations.RUN_DECISION: "Release"})
    for _ in range(3):
        glow.outreach()

    assert len(glow.mails()) == 2


def test_a_view_that_vanishes_again_is_asked_about_again(glow):
    for _ in range(2):
        glow.sandbox.store.add_view(glow.base_id, "Creators", "Outreach queue", "{Sequence}&''!=''")
        glow.cli("doctor")
        glow.remove_view("Creators", "Outreach queue")
        glow.add_creators(1)
        assert glow.outreach().done.held_because
        run = next(r for r in glow.rows(operations.RUNS) if r["State"] == "Held")
        glow.edit(operations.RUNS, str(run["id"]), {operations.RUN_DECISION: "Release"})
        for _ in range(2):
            glow.outreach()

    asked = [r["State"] for r in glow.rows(operations.RUNS) if r["Key"].startswith("hold:")]
    assert asked == ["Released", "Released"]


def test_staff_are_told_once_of_a_job_that_has_stopped(glow):
    with glow.worker() as worker:
        long_ago = worker.clock.now() - timedelta(hours=1)
        run = history.start_run(worker.ledger, glow.base_id, "outreach", long_ago)
        history.end_run(worker.ledger, run, Outcome.DONE, summary={}, at=long_ago)

    tell_of_ailing(load_settings(), ("outreach",))
    tell_of_ailing(load_settings(), ("outreach",))

    alerts = [post for post in glow.sandbox.world.discord if post["channel"] == "alerts"]
    assert len(alerts) == 1
    assert "outreach" in str(alerts[0]["content"])


def test_a_job_that_used_its_slice_takes_none_from_the_next(glow):
    with glow.worker() as worker:
        worker.stopping.started -= 3600

        assert worker.stopping.is_set()
        reading = Reading(worker)
        ran = [run_once(worker, JOBS[job], reading) for job in ("replies", "outreach")]

    assert ran[-1].done.complete
    assert len(glow.mails()) == 2
