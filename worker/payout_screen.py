"""A payout run on the team's screen: statements, lines and the run's row, written and restored.

The run's State is written last: if we die before, the team's request still stands and is redone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from automations.payout_rows import Shown, Standing, plan_lines, plan_statements, run_values
from automations.payouts import Line
from automations.plan import UpsertRow
from schemas.fields import Field, Table
from schemas.parsing import Row, parsed
from schemas.problems import Problem, Read
from schemas.records_payouts import RunRow, RunState, parse_run
from schemas.tables import payouts as tables
from worker.airtable import Upserted


class Screen(Protocol):
    """What payouts need of an Airtable base."""

    @property
    def base_id(self) -> str: ...

    def read(
        self,
        table: Table,
        *,
        view: str | None = None,
        formula: str | None = None,
        fields: Sequence[Field] | None = None,
    ) -> tuple[Row, ...]: ...

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]: ...

    def upsert(self, table: Table, rows: Sequence[Mapping[Field, object]]) -> Upserted: ...


def run_rows(screen: Screen) -> Read[RunRow]:
    """The rows of Payout runs, the oldest of each month; a second one is a Problem."""
    rows = sorted(screen.read(tables.RUNS), key=lambda row: (row.created_at, row.id))
    read = parsed(tables.RUNS, rows, parse_run)
    first: dict[str, RunRow] = {}
    problems = list(read.problems)
    for row in read.records:
        if row.period in first:
            text = f"{row.period} has an older row already: delete this one."
            problems.append(Problem(tables.RUNS.name, row.record_id, text))
        first.setdefault(row.period, row)
    return Read(tuple(first.values()), tuple(problems))


def show(
    screen: Screen, run: Shown, lines: Sequence[Line], also: Mapping[Field, object]
) -> tuple[Problem, ...]:
    """Bring the run's rows to what `lines` say; `also` is written on the run's own row."""
    record_id, problems = _own_row(screen, run)
    if not record_id:
        return problems
    run = replace(run, record_id=record_id)
    before = _keys(screen, tables.STATEMENTS, f"statement:{run.key}:")
    statements = _upsert(
        screen, tables.STATEMENTS, plan_statements(run=run, lines=lines, gone=before)
    )
    run = replace(run, statements=statements.record_ids)
    before = _keys(screen, tables.LINES, f"line:{run.key}:")
    shown = _upsert(screen, tables.LINES, plan_lines(run=run, lines=lines, gone=before))
    own = screen.update(tables.RUNS, {record_id: run_values(run=run, lines=lines) | dict(also)})
    return (*statements.problems, *shown.problems, *own)


def said_of(standing: Standing) -> str:
    """What a statement's row says of how far it is, as one text that changes with it."""
    return f"{standing.state}|{standing.reference}|{standing.paid_on}|{standing.holds}"


def show_statements(
    screen: Screen, rows: Mapping[str, Mapping[Field, object]]
) -> tuple[Problem, ...]:
    """Bring rows of Statements, by key, to what these cells say; ten a call."""
    if not rows:
        return ()
    written = [{tables.STATEMENT_KEY: key, **cells} for key, cells in rows.items()]
    return screen.upsert(tables.STATEMENTS, written).problems


def _own_row(screen: Screen, run: Shown) -> tuple[str, tuple[Problem, ...]]:
    """The record id of the run's row; a new row asks to be calculated until it is."""
    rows = [row for row in run_rows(screen).records if row.period == run.period]
    if rows:
        return rows[0].record_id, ()
    values: dict[Field, object] = {
        tables.RUN_KEY: run.key,
        tables.RUN_PERIOD: run.period,
        tables.RUN_STATE: RunState.CALCULATE.value,
    }
    made = screen.upsert(tables.RUNS, [values])
    return made.record_ids.get(run.key, ""), made.problems


def _keys(screen: Screen, table: Table, prefix: str) -> Sequence[str]:
    """The keys of rows shown before; rows that a recalculation lost are still among them."""
    key = table.key
    if key is None:
        return ()
    formula = f"FIND('{prefix}',{{{key.name}}}&'')=1"
    return [
        str(row.cells.get(key, "")) for row in screen.read(table, formula=formula, fields=[key])
    ]


def _upsert(screen: Screen, table: Table, actions: Sequence[UpsertRow]) -> Upserted:
    if table.key is None or not actions:
        return Upserted()
    return screen.upsert(table, [{table.key: one.key, **one.values} for one in actions])
