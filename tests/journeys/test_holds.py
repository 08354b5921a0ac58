"""A plan that reaches too far, or is the first of a base, waits for a person: whole, and told."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from automations.waiting import IN_PASSES
from sandbox.seed import fill
from schemas.rules import FIRST_PASS
from schemas.tables import creators, operations, outreach
from tests.builders_programme import Programme, programme
from tests.builders_web import logged_in, post
from worker.init_base import init
from worker.jobs import JOBS
from worker.ledger import brakes
from worker.ledger.brakes import Hold
from worker.ledger.history import Outcome
from worker.ledger.tables import CAPS, CREATED_ROWS, DELIVERIES, ENROLMENTS, SUPPRESSIONS
from worker.ledger.tables_pipeline import STAGE_MOVES
from worker.reading import Reading
from worker.running import run_once
from worker.settings import load_settings
from worker.web import create_app
from worker.wiring import build

DONE = (ENROLMENTS, DELIVERIES, CAPS, SUPPRESSIONS, CREATED_ROWS, STAGE_MOVES)
OPEN = {
    "Sending": "on",
    "Brand": "Glow",
    "Sending hours": "00:00-24:00",
    "Sending days": "Mon-Sun",
    "Gap between messages": "0",
}


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    """A base as `init` leaves it, with Sending switched on and three creators enrolled."""
    with programme(tmp_path, monkeypatch, creators=0) as running:
        with running.worker() as worker:
            init(worker.base, lambda _: None)
        setting(running, OPEN)
        enrol(running, 3)
        yield running


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    """A base in use that lets a plan touch four rows."""
    with programme(tmp_path, monkeypatch, creators=0) as running:
        few = {"Most rows per plan": "4", "Daily cap per mailbox": "5"}
        fill(running.sandbox.store, running.base_id, OPEN | few | {FIRST_PASS: "Released"})
        yield running


def setting(running: Programme, values: dict[str, str]) -> None:
    for row in running.rows(operations.SETTINGS):
        if row["Name"] in values:
            cells = {operations.SETTING_VALUE: values[row["Name"]]}
            running.edit(operations.SETTINGS, row["id"], cells)


def enrol(running: Programme, count: int) -> None:
    """New creators, due at once."""
    sequence = running.rows(outreach.SEQUENCES)[0]["id"]
    first = len(running.rows(creators.TABLE))
    for n in range(first, first + count):
        typed = {
            creators.NAME: f"Rosa Nova {n}",
            creators.EMAIL: f"rosa.nova.{n}@example.net",
            creators.COUNTRY: "US",
            creators.SEQUENCE: [sequence],
        }
        running.create(creators.TABLE, typed)


def the_hold(running: Programme) -> Hold:
    """The one hold that waits."""
    with running.worker() as worker:
        (hold,) = brakes.holds(worker.ledger, running.base_id, only_held=True)
    return hold


def held_rows(running: Programme, state: str = "Held") -> list[object]:
    return [row["id"] for row in running.rows(operations.RUNS) if row.get("State") == state]


def in_airtable(running: Programme, decision: str) -> None:
    (row,) = held_rows(running)
    running.edit(operations.RUNS, str(row), {operations.RUN_DECISION: decision})


def on_the_page(running: Programme, decision: str) -> None:
    browser = logged_in(create_app(load_settings(), tuple(JOBS)), password="sandbox")
    hold = the_hold(running)
    page = browser.get("/").text
    assert all(line.partition(":")[0] in page for line in hold.preview)
    post(browser, "/holds", hold=hold.id, decision=decision)


def by_command(running: Programme, decision: str) -> None:
    word = {"Release": "release", "Drop": "drop"}[decision]
    done = running.cli("holds", word, the_hold(running).id, "--by", "Linh Tran")
    assert done.returncode == 0, done.stderr


WAYS = pytest.mark.parametrize("decide", [in_airtable, on_the_page, by_command])
Decide = Callable[[Programme, str], None]


@WAYS
def test_a_fresh_base_mails_nobody_until_its_first_plan_was_looked_at(fresh, decide: Decide):
    held = fresh.outreach()

    assert held.outcome is Outcome.HELD
    hold = the_hold(fresh)
    assert (hold.job, hold.kind, hold.size) == ("outreach", "first pass", 3)
    (run,) = (row for row in fresh.rows(operations.RUNS) if row.get("State") == "Held")
    assert "3 messages of 'recruit'" in run["Summary"]
    assert "Rosa Nova 2: enrolled in 'recruit'" in run["Summary"]
    assert fresh.mails() == []

    decide(fresh, "Release")
    fresh.outreach()
    fresh.outreach()

    assert len(fresh.mails()) == 3
    assert len(held_rows(fresh, "Released")) == 1
    (row,) = (r for r in fresh.rows(operations.SETTINGS) if r["Name"] == "Worker: first pass")
    assert row["Value"].startswith("outreach released by ")


def test_the_command_line_tells_what_a_held_plan_would_do(fresh):
    fresh.outreach()

    (told,) = json.loads(fresh.cli("holds", "list", "--json").stdout)

    assert (told["job"], told["kind"], told["rows"]) == ("outreach", "first pass", 3)
    shown = fresh.cli("holds", "show", told["id"]).stdout
    assert all(line in shown for line in told["preview"])
    assert "first pass" in fresh.cli("holds", "list", "--base", "glow").stdout


def test_each_job_of_a_fresh_base_is_released_once(fresh):
    fresh.run("replies", "outreach")
    by_command(fresh, "Release")
    fresh.run("outreach")
    assert fresh.run("pipeline")[0].outcome is Outcome.HELD
    by_command(fresh, "Release")
    fresh.run("pipeline")

    (row,) = (r for r in fresh.rows(operations.SETTINGS) if r["Name"] == "Worker: first pass")
    assert row["Value"].startswith("released by Linh Tran on ")
    assert {row.get("Stage") for row in fresh.rows(creators.TABLE)} == {"Contacted"}


def test_a_held_plan_leaves_no_trace_but_the_hold(fresh):
    before = {t.name: fresh.rows(t) for t in (creators.TABLE, outreach.MESSAGES)}

    for _ in range(3):
        fresh.run("replies", "outreach", "pipeline")

    assert {t.name: fresh.rows(t) for t in (creators.TABLE, outreach.MESSAGES)} == before
    assert fresh.mails() == []
    assert len(held_rows(fresh)) == 2  # outreach and pipeline, asked once each
    with fresh.worker() as worker, worker.ledger.reading() as connection:
        counts = {t: connection.scalar(select(func.count()).select_from(t)) for t in DONE}
    assert set(counts.values()) == {0}, counts


def test_an_opt_out_is_honoured_while_the_plan_waits(fresh):
    fresh.outreach()
    who = fresh.rows(creators.TABLE)[0]
    fresh.edit(creators.TABLE, who["id"], {creators.OPTED_OUT: True})
    fresh.outreach()
    by_command(fresh, "Release")
    fresh.outreach()

    assert len(fresh.mails()) == 2
    assert who["Email"] not in {mail["to"] for mail in fresh.mails()}
    assert len(fresh.rows(outreach.SUPPRESSIONS)) > 0


def test_after_a_rebuild_the_next_plan_is_looked_at_again(glow):
    enrol(glow, 1)
    glow.outreach()
    assert len(glow.mails()) == 1

    assert glow.cli("deliveries", "rebuild").returncode == 0
    assert glow.cli("resume", "--base", "glow").returncode == 0
    enrol(glow, 1)
    held = glow.outreach()

    assert held.outcome is Outcome.HELD
    assert the_hold(glow).kind == "first pass"
    assert len(glow.mails()) == 1


@WAYS
def test_a_plan_that_reaches_too_far_is_held_whole_and_released_once(glow, decide: Decide):
    enrol(glow, 12)
    assert glow.outreach().outcome is Outcome.HELD
    hold = the_hold(glow)
    assert (hold.kind, hold.size) == ("rows", 12)
    assert "a view lost its filter" in hold.because
    assert glow.mails() == []

    decide(glow, "Release")
    for day in range(3):  # a cap of five a day: the backlog takes three
        forget_the_days_cap(glow)
        for _ in range(3):
            assert glow.outreach().outcome is not Outcome.HELD, day
        assert len(glow.mails()) == min(12, 5 * (day + 1))

    assert held_rows(glow) == []
    enrol(glow, 12)
    forget_the_days_cap(glow)
    assert glow.outreach().outcome is Outcome.HELD  # another backlog is another question
    assert glow.outreach().outcome is Outcome.HELD  # which the old answer does not answer
    assert len(glow.mails()) == 12


def forget_the_days_cap(running: Programme) -> None:
    """A new day for the mailbox."""
    with running.worker() as worker, worker.ledger.writing() as connection:
        connection.exec_driver_sql("DELETE FROM caps")


def test_a_dropped_plan_is_not_asked_about_again_until_it_grew(glow):
    enrol(glow, 12)
    glow.outreach()
    by_command(glow, "Drop")
    assert glow.outreach().outcome is Outcome.HELD
    assert held_rows(glow) == []

    enrol(glow, 3)
    assert glow.outreach().outcome is Outcome.HELD

    assert the_hold(glow).size == 15
    assert glow.mails() == []


def test_a_released_plan_that_grew_is_another_plan(glow):
    enrol(glow, 12)
    glow.outreach()
    by_command(glow, "Release")
    enrol(glow, 12)

    assert glow.outreach().outcome is Outcome.HELD
    assert the_hold(glow).size == 24
    assert glow.mails() == []


def test_a_hold_ends_by_itself_once_airtable_is_put_right(glow):
    enrol(glow, 12)
    glow.outreach()
    for row in glow.rows(creators.TABLE)[2:]:
        glow.edit(creators.TABLE, row["id"], {creators.SEQUENCE: []})

    glow.outreach()

    assert len(glow.mails()) == 2
    assert held_rows(glow) == []


def test_what_is_held_is_written_to_airtable_once_and_not_every_tick(glow):
    enrol(glow, 12)
    ticks(glow, 2)
    glow.sandbox.world.requests.clear()

    enrol(glow, 1)  # thirteen instead of twelve: the same plan
    ticks(glow, 4)

    assert len(held_rows(glow)) == 1
    asked = [(str(r["method"]), str(r["path"])) for r in glow.sandbox.world.requests]
    assert [a for a in asked if a[0] != "GET" and not a[1].endswith("/listRecords")] == []


def ticks(running: Programme, count: int) -> None:
    """Passes as the queue wakes them up: what a run did is told once an hour."""
    worker = build(load_settings(), "glow", patience=IN_PASSES)
    for _ in range(count):
        reading = Reading(worker)
        for job in ("replies", "outreach"):
            run_once(worker, JOBS[job], reading)
    worker.close()
