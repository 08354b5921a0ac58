"""What is shown in Airtable, and when: calls of ten, five minutes at most, one write a row."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from automations.waiting import IN_PASSES
from sandbox.world import Fault
from schemas.fields import Table
from schemas.tables import creators, operations, outreach, pipeline
from tests.builders_programme import Programme, programme
from worker.executor import Done
from worker.jobs import JOBS
from worker.ledger import history
from worker.ledger.history import Outcome
from worker.reading import Reading
from worker.run_log import day_row
from worker.running import run_once

NOW = datetime.now(UTC)  # noqa: TID251  # the sandbox's Date header is the real time
SOON, LATER = NOW + timedelta(minutes=4), NOW + timedelta(minutes=6)
PASS = ("replies", "outreach", "pipeline")


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=13) as running:
        yield running


def passes(glow: Programme, *jobs: str, at: datetime = NOW) -> None:
    """One pass as the queue makes it: settled rows wait for company."""
    glow.sandbox.world.requests.clear()
    with glow.worker(at) as built:
        worker = replace(built, patience=IN_PASSES)
        reading = Reading(worker)
        for job in jobs:
            run_once(worker, JOBS[job], reading)


def writes(glow: Programme, table: Table) -> int:
    named = glow.sandbox.store.table(glow.base_id, table.name).id
    return sum(
        call["method"] == "PATCH" and str(call["path"]).endswith(named)
        for call in glow.sandbox.world.requests
    )


def states(glow: Programme) -> list[str]:
    return sorted(row["State"] for row in glow.rows(outreach.MESSAGES))


def touched(glow: Programme) -> Sequence[object]:
    return [row for row in glow.rows(creators.TABLE) if row.get("Touches")]


def test_a_full_call_of_what_was_sent_is_shown_at_once_and_the_rest_after_five_minutes(glow):
    passes(glow, *PASS[:2])
    assert len(states(glow)) == len(touched(glow)) == 10
    assert (writes(glow, outreach.MESSAGES), writes(glow, creators.TABLE)) == (1, 1)

    passes(glow, *PASS[:2], at=SOON)
    assert len(states(glow)) == 10

    passes(glow, *PASS[:2], at=LATER)
    assert len(states(glow)) == len(touched(glow)) == 13
    assert (writes(glow, outreach.MESSAGES), writes(glow, creators.TABLE)) == (1, 1)


def test_a_hundred_sent_cost_ten_calls_and_ten_more_for_their_creators(glow):
    glow.add_creators(87)

    passes(glow, *PASS[:2])

    assert len(states(glow)) == len(touched(glow)) == 100
    assert (writes(glow, outreach.MESSAGES), writes(glow, creators.TABLE)) == (10, 10)


def test_a_doubt_does_not_wait_and_takes_along_what_fits_its_call(glow):
    glow.sandbox.world.faults.add(Fault("SMTP DATA", "drop_after_dot", nth=12, times=1))

    passes(glow, *PASS[:2])

    assert states(glow) == ["In doubt", *["Sent"] * 9]


def test_by_hand_everything_is_shown_at_once(glow):
    glow.run(*PASS[:2])

    assert len(states(glow)) == 13


def test_thirteen_moves_cost_two_writes(glow):
    glow.run(*PASS[:2], as_of=NOW)

    passes(glow, "pipeline", at=LATER)

    assert {row["Stage"] for row in glow.rows(creators.TABLE)} == {"Contacted"}
    assert writes(glow, creators.TABLE) == 2
    assert len(glow.rows(pipeline.STAGE_HISTORY)) == 10


def test_what_comes_after_a_message_is_told_with_it(glow):
    glow.run(*PASS[:2], as_of=NOW)

    glow.run(*PASS[:2], as_of=LATER)

    told = {str(row["Enrolment"]) for row in glow.rows(creators.TABLE)}
    assert len(told) == 1
    assert told.pop().startswith("Recruit: step 2 of 3 is due on ")
    assert writes(glow, creators.TABLE) == 2  # thirteen rows, in both passes together


def test_settings_are_told_of_the_generation_after_twenty_sends_or_ten_minutes(glow):
    told = []
    (sequence,) = {row["Sequence"][0] for row in glow.rows(creators.TABLE)}
    for minutes, joining in ((0, 1), (1, 6), (2, 1), (14, 0)):
        passes(glow, *PASS[:2], at=NOW + timedelta(minutes=minutes))
        told.append(writes(glow, operations.SETTINGS))
        for number in range(joining):
            glow.create(
                creators.TABLE,
                {
                    creators.NAME: "Rosa Nova",
                    creators.EMAIL: f"rosa.{minutes}.{number}@example.net",
                    creators.COUNTRY: "US",
                    creators.SEQUENCE: [sequence],
                },
            )

    assert told == [1, 0, 1, 1]  # adopting the base tells them; thirteen were sent then


def day_rows(glow: Programme) -> dict[str, dict[str, object]]:
    return {str(row["Job"]): dict(row) for row in glow.rows(operations.RUNS)}


def test_runs_shows_a_row_per_job_and_day_once_an_hour(glow):
    passes(glow, *PASS)
    assert day_rows(glow) == {}

    passes(glow, *PASS, at=NOW + timedelta(minutes=61))
    glow.run("replies", as_of=NOW + timedelta(hours=3))

    rows = glow.rows(operations.RUNS)
    assert len(rows) == len({row["Key"] for row in rows})
    assert sum(row.get("Sent", 0) for row in rows) == 13
    assert sum(row.get("Moved", 0) for row in rows) == 13


def test_a_job_that_fails_is_told_at_once_and_its_words_hold_no_secret(glow, monkeypatch):
    def fails(*_arguments: object) -> Done:
        raise ConnectionError("no route to /api/webhooks/123/s3cr3t")

    broken = replace(JOBS["outreach"], run=fails)
    with glow.worker(NOW) as built, pytest.raises(ConnectionError):
        run_once(replace(built, patience=IN_PASSES), broken, Reading(built))

    passes(glow, "pipeline")

    row = day_rows(glow)["outreach"]
    assert (row["State"], row["Failures"]) == ("Failed", 1)
    assert "s3cr3t" not in str(row)
    passes(glow, "pipeline", at=SOON)
    assert writes(glow, operations.RUNS) == 0


def test_a_job_held_without_a_hold_to_decide_is_told_once(glow):
    passes(glow, *PASS[:2])
    claim = next(r for r in glow.rows(operations.SETTINGS) if r["Name"] == "Worker: base id")
    glow.edit(operations.SETTINGS, claim["id"], {operations.SETTING_VALUE: "appOTHER000000001"})
    told = []
    for minutes in (2, 3, 4, 200, 203):
        passes(glow, *PASS[:2], at=NOW + timedelta(minutes=minutes))
        told.append(writes(glow, operations.RUNS))

    assert told == [0, 1, 0, 0, 0]
    assert "it is a copy" in str(day_rows(glow)["outreach"]["Summary"])


def test_a_day_in_which_nothing_was_done_has_no_row(glow):
    with glow.worker() as worker:
        for summary in ({}, {"problems": 3}, {"not claimed: the cap is used up": 2}):
            run = history.start_run(worker.ledger, glow.base_id, "outreach", NOW)
            history.end_run(worker.ledger, run, Outcome.PROBLEMS, summary=summary, at=NOW)

        assert history.unshown_runs(worker.ledger, glow.base_id) == ()


def test_a_days_row_sums_its_runs():
    ran: list[tuple[Outcome, dict[str, object]]] = [
        (Outcome.DONE, {"sent": 3}),
        (Outcome.FAILED, {"error": "ServiceDown: AIRTABLE_URL: no answer"}),
        (Outcome.DONE, {}),
        (Outcome.PROBLEMS, {"sent": 4, "not sent": 1, "problems": 2}),
    ]
    runs = [
        history.Run(f"run:{n}", "appGLOW", "outreach", NOW, NOW, outcome, summary)
        for n, (outcome, summary) in enumerate(ran)
    ]

    row = day_row("appGLOW", NOW.date(), runs)

    assert row[operations.RUN_KEY] == f"run:appGLOW:outreach:{NOW.date()}"
    assert [row[f] for f in (operations.RUN_RUNS, operations.RUN_SENT, operations.RUN_PROBLEMS,
                             operations.RUN_FAILURES)] == [3, 7, 2, 1]  # fmt: skip
    assert row[operations.RUN_ERROR] == "AIRTABLE_URL: no answer"
    assert row[operations.RUN_SUMMARY] == "not sent: 1\nsent: 7"
