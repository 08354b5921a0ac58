"""`init`: fill an existing base with the declared tables and fields it lacks, and starter rows.

Nothing is ever deleted, renamed or overwritten, so that it may be run again at any time.
"""

from collections.abc import Callable, Sequence

from schemas.fields import Field, Kind, Table
from schemas.parsing import text
from schemas.rules import SETTINGS_ROWS
from schemas.starters import STARTER_SEQUENCES, StarterSequence
from schemas.starters_pipeline import SOPS, STAGE_RULES, with_links
from schemas.tables import pipeline
from schemas.tables.operations import SETTING_HELP, SETTING_NAME, SETTING_VALUE, SETTINGS
from schemas.tables.outreach import (
    SEQUENCE_ACTIVE,
    SEQUENCE_NAME,
    SEQUENCE_STOPS_AT,
    SEQUENCES,
    STEP_NAME,
    STEP_NUMBER,
    STEP_SEQUENCE,
    STEP_TEMPLATE,
    STEP_WAIT,
    STEP_WAIT_UNIT,
    STEPS,
    WAIT_UNITS,
)
from worker.airtable import Base
from worker.airtable_ids import SeenTable, choice_key, field_key, seen_table, table_key
from worker.errors import OutcomeUnknown

Report = Callable[[str], None]
MOST_PASSES = 3


def init(base: Base, report: Report) -> None:
    """Create what the base lacks, naming each thing to `report` as it is created."""
    for step in _STEPS:
        _surely(step, base, report)


def _surely(step: Callable[[Base, Report], None], base: Base, report: Report) -> None:
    """Run a step again if an answer was lost: each looks at the base before it creates."""
    for _ in range(MOST_PASSES - 1):
        try:
            return step(base, report)
        except OutcomeUnknown:
            continue
    return step(base, report)


def _add_tables(base: Base, report: Report) -> None:
    base.look()
    for table in base.tables:
        if table_key(table) in base.known_ids():
            continue
        report(f"table {table.name}")
        plain = [_shape(one) for one in table.fields if one.kind is not Kind.LINK]
        base.provision({"name": table.name, "description": table.help, "fields": plain})


def _add_fields(base: Base, report: Report) -> None:
    seen, ids = base.look(), base.known_ids()
    tables = {table.name: table for table in base.tables}
    missing = [
        (table, one)
        for table in base.tables
        for one in table.fields
        if field_key(table, one) not in ids and not _by_hand(base, seen, table, one, report)
    ]
    for table, one in missing:
        report(f"field {table.name} / {one.name}")
        linked = ids[table_key(tables[one.links_to])] if one.links_to else ""
        base.provision(_shape(one, linked), ids[table_key(table)])
    if missing:
        base.look()


def _by_hand(
    base: Base, seen: Sequence[SeenTable], table: Table, one: Field, report: Report
) -> bool:
    """Whether a field of that name is there with another type: only a person can change it."""
    there = seen_table(base.names.recorded, seen, table)
    named = {field.name.casefold() for field in there.fields} if there else frozenset[str]()
    if one.name.casefold() in named:
        report(f"BY HAND: {base.names.words(table, one)}")
        return True
    return False


def _tell_choices(base: Base, report: Report) -> None:
    """The API cannot add choices to a field that is there: say which a person has to add."""
    for table in base.tables:
        for one in table.fields:
            if field_key(table, one) not in base.known_ids():
                continue
            for choice in one.choices:
                if choice_key(table, one, choice) not in base.known_ids():
                    report(f"BY HAND: add the choice {choice!r} to field {table.name} / {one.name}")


def _shape(one: Field, linked_table_id: str = "") -> dict[str, object]:
    shape: dict[str, object] = {"name": one.name, "type": one.kind.value, "description": one.help}
    options = {"linkedTableId": linked_table_id} if linked_table_id else one.options()
    return shape | ({"options": dict(options)} if options else {})


def _add_settings(base: Base, report: Report) -> None:
    rows = base.read(SETTINGS, fields=[SETTING_NAME])
    there = {text(row, SETTING_NAME).casefold() for row in rows}
    missing = [one for one in SETTINGS_ROWS if one.name.casefold() not in there]
    for one in missing:
        report(f"setting {one.name} = {one.default or '(empty)'}")
    base.upsert(
        SETTINGS,
        [
            {SETTING_NAME: one.name, SETTING_VALUE: one.default, SETTING_HELP: one.help}
            for one in missing
        ],
    )


def _add_sequences(base: Base, report: Report) -> None:
    if _has_rows(base, SEQUENCES, SEQUENCE_NAME):
        return
    for one in STARTER_SEQUENCES:
        report(f"sequence {one.name}")
    base.create(
        SEQUENCES,
        [
            {
                SEQUENCE_NAME: one.name,
                SEQUENCE_ACTIVE: True,
                SEQUENCE_STOPS_AT: [stage.value for stage in one.stops_at],
            }
            for one in STARTER_SEQUENCES
        ],
    )


def _add_steps(base: Base, report: Report) -> None:
    if _has_rows(base, STEPS, STEP_NAME):
        return
    ids = {text(row, SEQUENCE_NAME): row.id for row in base.read(SEQUENCES, fields=[SEQUENCE_NAME])}
    known = [one for one in STARTER_SEQUENCES if one.name in ids]
    for one in known:
        report(f"{len(one.steps)} steps of sequence {one.name}")
    base.create(STEPS, [row for one in known for row in _steps(one, ids[one.name])])


def _steps(sequence: StarterSequence, record_id: str) -> Sequence[dict[Field, object]]:
    return [
        {
            STEP_NAME: step.name,
            STEP_SEQUENCE: [record_id],
            STEP_NUMBER: step.number,
            STEP_WAIT: step.wait_days,
            STEP_TEMPLATE: step.template,
            STEP_WAIT_UNIT: WAIT_UNITS[step.business],
        }
        for step in sequence.steps
    ]


def _add_sops(base: Base, report: Report) -> None:
    if not _has_rows(base, pipeline.SOPS, pipeline.SOP_NAME):
        report(f"{len(SOPS)} SOPs")
        base.create(pipeline.SOPS, SOPS)


def _add_stage_rules(base: Base, report: Report) -> None:
    if _has_rows(base, pipeline.STAGE_RULES, pipeline.RULE_NAME):
        return
    report(f"{len(STAGE_RULES)} stage rules")
    rows = base.read(pipeline.SOPS, fields=[pipeline.SOP_NAME])
    ids = {text(row, pipeline.SOP_NAME): row.id for row in rows}
    base.create(pipeline.STAGE_RULES, [with_links(rule, ids) for rule in STAGE_RULES])


_STEPS = (
    _add_tables,
    _add_fields,
    _tell_choices,
    _add_settings,
    _add_sequences,
    _add_steps,
    _add_sops,
    _add_stage_rules,
)


def _has_rows(base: Base, table: Table, field: Field) -> bool:
    return bool(base.read(table, fields=[field]))
