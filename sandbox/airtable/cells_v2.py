"""Cell values as webhook payloads write them ("V2"), which is not how the records API does."""

from collections.abc import Mapping, Sequence

from sandbox.airtable import values
from sandbox.airtable.changes import Changes
from sandbox.airtable.formulas import primary_text
from sandbox.airtable.model import Field, Table, lent


def shown(  # noqa: PLR0911  # one return per kind of cell
    changes: Changes, column: Field, value: object
) -> object:
    """A kept cell value of this field; None for a cleared cell."""
    match column.type, value:
        case "singleSelect", str():
            return _choice(column, value)
        case "multipleSelects", list():
            return [_choice(column, choice) for choice in value]
        case "multipleRecordLinks", list():
            return [{"id": i, "name": _name(changes, column, i)} for i in value]
        case "singleCollaborator", Mapping():
            return {**value, "permissionLevel": "create"}
        case "multipleCollaborators", list():
            return [{**one, "permissionLevel": "create"} for one in value]
        case "multipleAttachments", list():
            return [lent(file, changes.base.now()) for file in value]
        case _:
            return value


def all_shown(
    changes: Changes, columns: Sequence[Field], cells: Mapping[str, object]
) -> Mapping[str, object]:
    """cellValuesByFieldId for these fields."""
    return {
        "cellValuesByFieldId": {f.id: shown(changes, f, cells.get(f.id)) for f in columns},
    }


def _choice(column: Field, choice_id: str) -> Mapping[str, object]:
    choice = column.choices.get(choice_id, {"id": choice_id, "name": ""})
    return {name: choice[name] for name in ("id", "name", "color") if name in choice}


def _name(changes: Changes, column: Field, record_id: str) -> str:
    """What the linked record is called, or was called if it went in the same transaction."""
    table = changes.base.tables.get(column.linked_table_id)
    if table and record_id in table.rows:
        return primary_text(changes.base, table, table.rows[record_id])
    was = changes.was(record_id)
    return _old_name(table, was.cells) if table and was and was.cells else ""


def _old_name(table: Table, cells: Mapping[str, object]) -> str:
    value, column = cells.get(table.primary_id), table.fields.get(table.primary_id)
    return "" if value is None or column is None else values.text(column.shown(value))
