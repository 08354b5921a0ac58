"""The worker's rows leave Airtable in time; what people had a hand in stays; nothing returns."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.fields import Table
from schemas.outreach import EnrolmentState
from schemas.tables import creators, operations, outreach, pipeline
from tests.builders_programme import Programme, programme
from worker import pruning
from worker.ledger import history, shown_rows
from worker.ledger.tables import DELIVERIES, ENROLMENTS
from worker.ledger.tables_screen import SHOWN_ROWS
from worker.wiring import Worker

NOW = datetime.now(UTC)  # noqa: TID251  # the sandbox's Date header is the real time
LATER = NOW + timedelta(days=100)
PEOPLE = 13


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=PEOPLE) as running:
        running.run("replies", "outreach", "pipeline")
        yield running


def all_is_over(worker: Worker) -> None:
    """Every enrolment has ended."""
    with worker.ledger.writing() as connection:
        connection.execute(ENROLMENTS.update().values(state=EnrolmentState.FINISHED.value))


def keys(glow: Programme, table: Table) -> set[str]:
    return {str(row["Key"]) for row in glow.rows(table)}


def deletes(glow: Programme) -> list[object]:
    return [call for call in glow.sandbox.world.requests if call["method"] == "DELETE"]


def test_messages_and_moves_leave_after_ninety_days_in_tens_and_never_return(glow):
    with glow.worker() as worker:
        all_is_over(worker)
        pruning.daily(worker, NOW + timedelta(days=80))
        assert len(keys(glow, outreach.MESSAGES)) == len(keys(glow, pipeline.STAGE_HISTORY)) == 13
        glow.sandbox.world.requests.clear()

        pruning.daily(worker, LATER)

    assert keys(glow, outreach.MESSAGES) == keys(glow, pipeline.STAGE_HISTORY) == set()
    assert len(deletes(glow)) == 4
    glow.run("replies", "outreach", "pipeline")
    assert keys(glow, outreach.MESSAGES) == keys(glow, pipeline.STAGE_HISTORY) == set()
    assert set(glow.mails_per_step().values()) == {1}


def test_messages_of_open_enrolments_and_doubts_stay(glow):
    with glow.worker() as worker:
        with worker.ledger.writing() as connection:
            doubt = str(connection.execute(DELIVERIES.select()).first().key)
            of_doubt = DELIVERIES.c.key == doubt
            connection.execute(DELIVERIES.update().where(of_doubt).values(state="in doubt"))
        pruning.daily(worker, LATER)
        assert len(keys(glow, outreach.MESSAGES)) == PEOPLE

        all_is_over(worker)
        pruning.daily(worker, LATER)

    assert keys(glow, outreach.MESSAGES) == {doubt}


def test_a_row_that_a_person_typed_into_stays(glow):
    first, second, third, *_ = glow.rows(outreach.MESSAGES)
    decided = {outreach.MESSAGE_RESOLUTION: "Drop it"}
    glow.edit(outreach.MESSAGES, str(first["id"]), decided)
    store, messages = glow.sandbox.store, outreach.MESSAGES.name
    store.add_field(glow.base_id, messages, {"name": "Our notes", "type": "singleLineText"})
    store.update_record(glow.base_id, messages, str(second["id"]), {"Our notes": "Ask Linh"})
    typed = glow.create(outreach.MESSAGES, {outreach.MESSAGE_KEY: "typed by hand"})

    with glow.worker() as worker:
        all_is_over(worker)
        pruning.daily(worker, LATER)

    assert {row["id"] for row in glow.rows(outreach.MESSAGES)} == {first["id"], second["id"], typed}
    assert third["id"] not in {row["id"] for row in glow.rows(outreach.MESSAGES)}


def test_what_a_crash_or_a_person_deleted_before_is_forgotten_without_a_word(glow):
    for row in glow.rows(outreach.MESSAGES):
        glow.delete(outreach.MESSAGES, str(row["id"]))
    with glow.worker() as worker:
        all_is_over(worker)

        pruning.daily(worker, LATER)
        glow.sandbox.world.requests.clear()
        pruning.daily(worker, LATER)

        assert "Messages" not in shown_rows.rows_used(worker.ledger, worker.base_id).by_table
    assert deletes(glow) == []


def test_a_base_that_is_full_is_pruned_early_and_people_are_told(glow):
    row = next(
        r for r in glow.rows(operations.SETTINGS) if r["Name"] == "Rows in this base at most"
    )
    glow.edit(operations.SETTINGS, str(row["id"]), {operations.SETTING_VALUE: "1000"})
    for n in range(1_000):
        glow.create(creators.TABLE, {creators.NAME: f"Ana Nova {n}"})
    glow.run("replies")
    with glow.worker() as worker:
        all_is_over(worker)

        pruning.daily(worker, NOW + timedelta(days=2))

        ((_, told),) = history.standing_problems(worker.ledger, worker.base_id, pruning.JOB)
    assert keys(glow, outreach.MESSAGES) == keys(glow, pipeline.STAGE_HISTORY) == set()
    assert "1,000 rows of this base are used" in told.text


def test_a_ledger_that_does_not_belong_to_the_base_deletes_nothing(glow):
    row = next(r for r in glow.rows(operations.SETTINGS) if r["Name"] == "Worker: base id")
    glow.edit(operations.SETTINGS, str(row["id"]), {operations.SETTING_VALUE: "appOTHER000000001"})
    with glow.worker() as worker:
        all_is_over(worker)

        pruning.daily(worker, LATER)

    assert len(keys(glow, outreach.MESSAGES)) == PEOPLE


def test_after_the_ledger_was_lost_a_rebuild_knows_the_rows_again(glow):
    with glow.worker() as worker:
        before = shown_rows.rows_used(worker.ledger, worker.base_id).by_table
        with worker.ledger.writing() as connection:
            connection.execute(SHOWN_ROWS.delete())

    assert glow.cli("deliveries", "rebuild").returncode == 0

    with glow.worker() as worker:
        after = shown_rows.rows_used(worker.ledger, worker.base_id).by_table
    for table in (outreach.MESSAGES, pipeline.STAGE_HISTORY):
        assert after[table.name] == before[table.name] == PEOPLE


def test_status_says_how_full_the_base_is(glow):
    said = glow.cli("status", "--json").stdout

    assert '"rows at most": 50000' in said
    assert f'"Messages": {PEOPLE}' in said
