"""What only a person at Airtable's pages can do to a base's fields, choices and tables.

Each function is a part of the caller's transaction. A deleted field waits in the base's trash.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sandbox.airtable import schema, values
from sandbox.airtable.cells import Draft, kept
from sandbox.airtable.errors import ApiError, invalid_request
from sandbox.airtable.formulas import primary_text
from sandbox.airtable.model import Base, Field, Part, Removed, Table

NewId = Callable[[str], str]


def rename_field(base: Base, table: Table, column: Field, name: str) -> None:
    """Call the field otherwise; DUPLICATE_OR_EMPTY_FIELD_NAME if another is called so."""
    wanted = name.strip().casefold()
    others = (f.name.casefold() for f in table.fields.values() if f is not column)
    if not wanted or wanted in others:
        raise ApiError(422, "DUPLICATE_OR_EMPTY_FIELD_NAME", f'Field "{name}" exists or is empty')
    base.touch_tables()
    column.name = name
    table.formulas.clear()


def rename_table(base: Base, table: Table, name: str) -> None:
    """Call the table otherwise; DUPLICATE_TABLE_NAME if another is called so."""
    if not name.strip() or (base.table(name) or table) is not table:
        raise ApiError(422, "DUPLICATE_TABLE_NAME", f'Table "{name}" exists or is empty')
    base.touch_tables()
    table.name = name


def delete_field(base: Base, table: Table, column: Field) -> None:
    """Remove the field and its cells; filters that used it are lost, links to it become text."""
    if column.id == table.primary_id:
        raise invalid_request("The primary field cannot be deleted")
    base.touch_tables()
    removed = Removed([_part(table, column)])
    for view in table.views.values():
        if column.id in view.refers:
            removed.filters[view.id] = (view.formula, view.chosen)
            view.formula, view.chosen = "", None
    if column.inverse_id:
        other = base.tables[column.linked_table_id]
        inverse = other.fields[column.inverse_id]
        removed.parts.append(_part(other, inverse))
        _become_text(base, other, inverse)
    for record in table.rows.values():
        record.cells.pop(column.id, None)
    del table.fields[column.id]
    table.formulas.clear()
    base.trash.append(removed)


def _part(table: Table, column: Field) -> Part:
    cells = {r.id: r.cells[column.id] for r in table.rows.values() if column.id in r.cells}
    copied = replace(column, choices=dict(column.choices))
    return Part(table.id, list(table.fields).index(column.id), copied, cells)


def _become_text(base: Base, table: Table, column: Field) -> None:
    """A link field whose other side goes keeps the names it showed."""
    texts = _texts(base, table, column)
    column.type, column.options = "singleLineText", None
    for record in table.rows.values():
        if record.id in texts:
            base.touch(table, record)
            record.cells[column.id] = texts[record.id]
    table.formulas.clear()


def _texts(base: Base, table: Table, column: Field) -> dict[str, str]:
    if column.computed:
        shown = {r.id: table.shown(r, column) for r in table.rows.values()}
        return {i: values.text(value) for i, value in shown.items() if value is not None}
    rows = {r.id: r.cells[column.id] for r in table.rows.values() if column.id in r.cells}
    if column.type != "multipleRecordLinks":
        return {i: values.text(column.shown(value)) for i, value in rows.items()}
    other = base.tables[column.linked_table_id]
    return {
        i: ", ".join(primary_text(base, other, other.rows[target]) for target in targets)
        for i, targets in rows.items()
        if isinstance(targets, list)
    }


def undo_field_deletion(base: Base, field: str) -> Field:
    """Put the deleted field of that id or name back, with its cells and filters."""
    found = [r for r in base.trash if field in (r.parts[0].column.id, r.parts[0].column.name)]
    if not found:
        raise invalid_request(f"No deleted field {field} to restore")
    base.touch_tables()
    base.trash.remove(found[-1])
    for part in found[-1].parts:
        _put_back(base, base.tables[part.table_id], part)
    table = base.tables[found[-1].parts[0].table_id]
    for view_id, (formula, chosen) in found[-1].filters.items():
        if view_id in table.views:
            view = table.views[view_id]
            view.formula, view.chosen = formula, chosen
    return found[-1].parts[0].column


def _put_back(base: Base, table: Table, part: Part) -> None:
    fields = [f for f in table.fields.values() if f.id != part.column.id]
    fields.insert(part.place, part.column)
    table.fields = {f.id: f for f in fields}
    table.formulas.clear()
    linked = base.tables.get(part.column.linked_table_id)
    for record_id, value in part.cells.items():
        if record_id not in table.rows:
            continue
        record = table.rows[record_id]
        base.touch(table, record)
        if linked and isinstance(value, list):
            record.cells[part.column.id] = [target for target in value if target in linked.rows]
        else:
            record.cells[part.column.id] = value


def retype_field(
    base: Base, table: Table, column: Field, spec: Mapping[str, object], new_id: NewId
) -> None:
    """Give the field another `type` and `options`; cells become what their text means there."""
    if spec.get("type") == "multipleRecordLinks":
        raise invalid_request("The sandbox cannot turn a field into links")
    made = schema.field_of(schema.checked({"name": column.name, **spec}, base), new_id)
    base.touch_tables()
    texts = _texts(base, table, column)
    if column.inverse_id:
        other = base.tables[column.linked_table_id]
        _become_text(base, other, other.fields[column.inverse_id])
    column.type, column.options, column.choices = made.type, made.options, made.choices
    column.computed = None
    table.formulas.clear()
    draft = Draft(base, new_id, typecast=True)
    for record_id, text in texts.items():
        record = table.rows[record_id]
        base.touch(table, record)
        value = _read(column, text, draft)
        record.cells.pop(column.id, None)
        record.cells |= {} if value is None else {column.id: value}
    for (_, name), choice in draft.choices.items():
        column.choices[choice] = {"id": choice, "name": name}


def _read(column: Field, text: str, draft: Draft) -> object:
    try:
        return kept(column, text, draft)
    except ApiError:
        return None


def add_choice(base: Base, column: Field, name: str, new_id: NewId) -> str:
    """One more option of a select; its id."""
    base.touch_tables()
    choice_id = new_id("sel")
    column.choices[choice_id] = {"id": choice_id, "name": name}
    return choice_id


def rename_choice(base: Base, column: Field, choice: str, name: str) -> None:
    """Call an option otherwise: what chose it still does."""
    choice_id = _choice(column, choice)
    base.touch_tables()
    column.choices[choice_id] = {**column.choices[choice_id], "name": name}


def delete_choice(base: Base, table: Table, column: Field, choice: str) -> None:
    """Remove an option, and from every cell that chose it."""
    choice_id = _choice(column, choice)
    base.touch_tables()
    for record in table.rows.values():
        chosen = record.cells.get(column.id)
        left = [one for one in chosen if one != choice_id] if isinstance(chosen, list) else []
        if chosen == choice_id or (isinstance(chosen, list) and choice_id in chosen):
            base.touch(table, record)
            record.cells.pop(column.id)
            record.cells |= {column.id: left} if left else {}
    del column.choices[choice_id]


def _choice(column: Field, choice: str) -> str:
    choice_id = column.choice_id(choice)
    if choice_id is None:
        raise invalid_request(f"Field {column.name} has no choice {choice}")
    return choice_id


def delete_table(base: Base, table: Table) -> None:
    """Remove a table with all it holds; links to it become text."""
    base.touch_tables()
    for other in base.tables.values():
        for column in other.fields.values():
            if column.linked_table_id == table.id and other is not table:
                _become_text(base, other, column)
    del base.tables[table.id]
