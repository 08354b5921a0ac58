"""Somebody deletes or retypes a field, deletes a table or a choice: only what needs it stops."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.airtable.model import Field as Column
from sandbox.airtable.model import Table as There
from schemas.base import TABLES
from schemas.fields import Field, Kind, Table
from schemas.tables import creators, operations, outreach, payouts, pipeline
from tests.builders_programme import Programme, programme
from worker.jobs import JOBS
from worker.ledger.history import Outcome
from worker.running import Ran

WELL = (Outcome.DONE, Outcome.PROBLEMS)
EVERY_FIELD = [(table, field) for table in TABLES for field in table.fields]
OF_CREATORS = [field for field in creators.TABLE.fields if field is not creators.NAME]
A_TEXT: dict[str, object] = {"type": "singleLineText"}


@pytest.fixture(scope="module")
def glow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    with (
        pytest.MonkeyPatch.context() as patch,
        programme(tmp_path_factory.mktemp("gone"), patch, creators=1) as made,
    ):
        made.run(*JOBS)
        yield made


@dataclass(frozen=True, slots=True)
class Pair:
    """Two creators who are due: one may be mailed, the other ticked Opted out a moment ago."""

    willing: str
    opted_out: str


def a_pair(glow: Programme, name: str) -> Pair:
    sequence = glow.rows(outreach.SEQUENCES)[0]["id"]
    pair = Pair(f"{name}.willing@example.org", f"{name}.out@example.org")
    for address in (pair.willing, pair.opted_out):
        cells: dict[Field, object] = {
            creators.NAME: "Rosa Nova",
            creators.EMAIL: address,
            creators.COUNTRY: "US",
            creators.SEQUENCE: [sequence],
        }
        if address == pair.opted_out:
            cells[creators.OPTED_OUT] = True
        glow.create(creators.TABLE, cells)
    return pair


def mailed(glow: Programme) -> set[str]:
    return {mail["to"] for mail in glow.mails()}


def needing(table: Table, field: Field) -> set[str]:
    return {
        name
        for name, job in JOBS.items()
        if any(table == one and field in fields for one, fields in job.needs)
    }


def stopped(ran: list[Ran], *named: str) -> set[str]:
    """The jobs that were held with a Problem that names all this; the others ended well."""
    held = {one.job for one in ran if one.outcome is Outcome.HELD}
    for one in ran:
        assert one.outcome in (*WELL, Outcome.HELD), one
        if one.job in held:
            assert any(all(n in p.text for n in named) for p in one.done.problems), one.done
    return held


def lose(there: There, column: Column) -> Callable[[], None]:
    del there.fields[column.id]
    there.formulas.clear()

    def undo() -> None:
        there.fields[column.id] = column

    return undo


def retype(there: There, column: Column) -> Callable[[], None]:
    before = column.type
    column.type = "singleLineText" if before in {"checkbox", "number"} else "checkbox"
    del there

    def undo() -> None:
        column.type = before

    return undo


@pytest.mark.parametrize("change", [lose, retype])
def test_each_field_that_is_gone_stops_the_jobs_that_need_it_and_is_named(glow, change):
    with glow.worker() as worker:
        for table, field in EVERY_FIELD:
            there = glow.sandbox.store.table(glow.base_id, table.name)
            undo = change(there, there.field(field.name))
            worker.base.look()
            undo()

            found = {n: worker.base.lacking(job.needs, job.choices) for n, job in JOBS.items()}
            told = {n: [problem.text for problem in lacks] for n, lacks in found.items() if lacks}
            assert told.keys() == needing(table, field), (table.name, field.name)
            for texts in told.values():
                assert all(table.name in text and field.name in text for text in texts)
                assert all("Airtable" in text and "affiliate-ops init" in text for text in texts)
        worker.base.look()
        assert not any(worker.base.lacking(job.needs, job.choices) for job in JOBS.values())
    glow.run(*JOBS)


@pytest.mark.parametrize("field", OF_CREATORS, ids=lambda field: field.name)
def test_without_a_creators_field_nothing_is_sent_wrongly_and_other_jobs_go_on(glow, field):
    ui, where = glow.sandbox.store, (glow.base_id, creators.TABLE.name)
    pair = a_pair(glow, f"deleted-{field.name.lower().replace(' ', '-')}")

    ui.delete_field(*where, field.name)
    ran, before = glow.run(*JOBS), mailed(glow)
    ui.undo_field_deletion(*where, field.name)
    again = glow.run(*JOBS)

    needed_by = needing(creators.TABLE, field)
    assert stopped(ran, creators.TABLE.name, field.name, "undo its deletion") == needed_by
    assert (pair.willing in before) == ("outreach" not in needed_by)
    assert stopped(again) == set()
    assert pair.willing in mailed(glow)
    assert pair.opted_out not in mailed(glow)


def test_a_retyped_opt_out_stops_outreach_until_it_is_a_checkbox_again(tmp_path, monkeypatch):
    with programme(tmp_path, monkeypatch, creators=1) as glow:
        glow.run(*JOBS)
        ui, where = glow.sandbox.store, (glow.base_id, "Creators", "Opted out")
        pair = a_pair(glow, "retyped")
        ui.retype_field(*where, A_TEXT)

        ran = glow.run(*JOBS)
        before = mailed(glow)
        tick = {"type": "checkbox", "options": {"icon": "check", "color": "greenBright"}}
        ui.retype_field(*where, tick)
        again = glow.run(*JOBS)

        held = stopped(ran, "Creators", "Opted out", "is a singleLineText field now", "checkbox")
        assert held == needing(creators.TABLE, creators.OPTED_OUT)
        assert before.isdisjoint({pair.willing, pair.opted_out})
        assert stopped(again) == set()
        assert (pair.willing in mailed(glow), pair.opted_out in mailed(glow)) == (True, False)


def test_all_fields_nobody_needs_may_go_at_once(tmp_path, monkeypatch):
    with programme(tmp_path, monkeypatch, creators=1) as glow:
        glow.run(*JOBS)
        pair = a_pair(glow, "bare")
        for table, field in EVERY_FIELD:
            there = glow.sandbox.store.table(glow.base_id, table.name)
            column = there.field(field.name)
            if column and column.id != there.primary_id and not needing(table, field):
                glow.sandbox.store.delete_field(glow.base_id, table.name, field.name)

        ran = [*glow.run(*JOBS), *glow.run(*JOBS)]

        assert stopped(ran) == set()
        assert (pair.willing in mailed(glow), pair.opted_out in mailed(glow)) == (True, False)
        assert all(job.outcome in WELL for job in ran)


LOST_TABLES = (
    (outreach.TEMPLATES, {"outreach"}),
    (outreach.MESSAGES, {"outreach", "pipeline"}),
    (pipeline.TASKS, {"pipeline"}),
    (payouts.ADJUSTMENTS, {"payouts"}),
    (creators.TABLE, {"outreach", "pipeline", "payouts"}),
    (operations.RUNS, {"outreach", "pipeline"}),
)


@pytest.mark.parametrize(("table", "jobs"), LOST_TABLES, ids=lambda one: getattr(one, "name", ""))
def test_a_deleted_table_stops_the_jobs_that_need_it(tmp_path, monkeypatch, table, jobs):
    with programme(tmp_path, monkeypatch, creators=1) as glow:
        glow.run(*JOBS)
        pair = a_pair(glow, "tabled")
        glow.sandbox.store.delete_table(glow.base_id, table.name)

        ran = glow.run(*JOBS)

        held = stopped(ran, f"no table {table.name}", "affiliate-ops init")
        assert held >= jobs
        assert "replies" not in held
        assert (pair.willing in mailed(glow)) == ("outreach" not in held)


LOST_CHOICES: tuple[tuple[Table, Field, str, set[str]], ...] = (
    (creators.TABLE, creators.STAGE, "Do not contact", {"outreach", "pipeline"}),
    (creators.TABLE, creators.STAGE, "Re-engaged", {"pipeline"}),
    (pipeline.TASKS, pipeline.TASK_STATUS, "Open", {"pipeline"}),
    (outreach.MESSAGES, outreach.MESSAGE_STATE, "In doubt", {"outreach", "pipeline"}),
    (payouts.RUNS, payouts.RUN_STATE, "Calculated", {"payouts"}),
    (payouts.RULES, payouts.RULE_KIND, "Top-up", set()),
)


@pytest.mark.parametrize(("table", "field", "choice", "jobs"), LOST_CHOICES)
def test_a_deleted_choice_stops_the_jobs_that_write_it_or_judge_by_it(
    glow, table, field, choice, jobs
):
    ui, where = glow.sandbox.store, (glow.base_id, table.name, field.name)
    ui.delete_choice(*where, choice)

    ran = glow.run(*JOBS)
    ui.add_choice(*where, choice)
    again = glow.run(*JOBS)

    assert stopped(ran, table.name, field.name, repr(choice), "add it") == jobs
    assert stopped(again) == set()


def test_a_preview_and_a_payout_say_what_is_missing_and_do_nothing(tmp_path, monkeypatch):
    with programme(tmp_path, monkeypatch, creators=1) as glow:
        glow.run(*JOBS)
        glow.sandbox.store.delete_field(glow.base_id, "Creators", "Handle")
        told = [
            glow.cli("plan", "outreach"),
            glow.cli("payouts", "calculate", "--by", "Jane Rivera"),
            glow.cli("deliveries", "rebuild"),
        ]

    assert [(one.returncode, "no field Handle" in one.stderr) for one in told] == [(2, True)] * 3


def test_a_field_deleted_between_two_polls_is_noticed_by_the_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with programme(tmp_path, monkeypatch, creators=1) as glow:
        glow.run(*JOBS)
        with glow.worker() as worker:
            table = glow.sandbox.store.table(glow.base_id, "Creators")
            lost = table.field("Opted out")
            assert lost is not None
            del table.fields[lost.id]
            worker.base.need(JOBS["outreach"].needs)

            with pytest.raises(Exception, match="no field Opted out"):
                worker.base.read(creators.TABLE, ids=[glow.rows(creators.TABLE)[0]["id"]])


def test_every_kind_of_field_is_among_those_deleted():
    assert {field.kind for _, field in EVERY_FIELD} >= {Kind.CHECKBOX, Kind.LINK, Kind.SELECT}
