"""Forgetting a creator where Airtable shows them: the worker blanks the cells it owns.

What the team typed is the team's to delete: the rows are named, never written.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from schemas.base import table as declared
from schemas.fields import Field, Table
from schemas.problems import Problem
from schemas.tables import creators, outreach, pipeline
from worker.ledger.engine import Ledger
from worker.ledger.forgetting import GONE, Held
from worker.ledger.tables import CREATED_ROWS
from worker.ledger.tables_screen import SHOWN_ROWS
from worker.wiring import Worker

_BLANK: Mapping[Table, Mapping[Field, object]] = {
    creators.TABLE: {creators.LAST_REPLY: "", creators.NOTE: ""},
    outreach.MESSAGES: {
        outreach.MESSAGE_SUBJECT: "",
        outreach.MESSAGE_BODY: "",
        outreach.MESSAGE_OUTCOME: "",
    },
    pipeline.TASKS: {
        pipeline.TASK_TITLE: GONE,
        pipeline.TASK_INSTRUCTIONS: "",
        pipeline.TASK_LINK: "",
    },
}


def rows_of(ledger: Ledger, held: Held) -> Mapping[Table, Sequence[str]]:
    """The rows in Airtable about this creator that the ledger knows of, by record id."""
    found: dict[Table, set[str]] = {table: set() for table in _BLANK}
    found[creators.TABLE].update(held.records)
    with ledger.reading() as connection:
        for memory in (SHOWN_ROWS, CREATED_ROWS):
            about = memory.c.key.contains(f":{held.creator}:", autoescape=True)
            wanted = select(memory.c.table_name, memory.c.record_id)
            for row in connection.execute(wanted.where(memory.c.base == held.base, about)):
                table = declared(row.table_name)
                if table in found:
                    found[table].add(row.record_id)
    return {table: sorted(records) for table, records in found.items() if records}


def blank(worker: Worker, held: Held) -> tuple[Mapping[Table, Sequence[str]], Sequence[Problem]]:
    """Blank the worker's cells in these rows; which rows still stand, and what was refused."""
    standing: dict[Table, Sequence[str]] = {}
    problems: list[Problem] = []
    for table, records in rows_of(worker.ledger, held).items():
        there = worker.base.read(table, fields=list(_BLANK[table]), ids=records)
        if there:
            standing[table] = [row.id for row in there]
            problems += worker.base.update(table, {row.id: _BLANK[table] for row in there})
    return standing, problems
