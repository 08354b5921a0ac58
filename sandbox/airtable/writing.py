"""Creating, changing, upserting and deleting records: everything is understood before any is done.

Link cells are kept the same on both sides. The caller holds the base's lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sandbox.airtable import errors
from sandbox.airtable.cells import Draft, kept
from sandbox.airtable.model import COMPUTED, Base, Field, Record, Table

Cells = Mapping[str, object]
MERGEABLE = frozenset(
    {
        "number", "currency", "percent", "singleLineText", "multilineText", "richText", "email",
        "url", "phoneNumber", "singleSelect", "multipleSelects", "date",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """Cells to set on a record; `is_new` for one to be created, `replaces` for a PUT."""

    record_id: str
    cells: Mapping[str, object]
    is_new: bool = False
    replaces: bool = False


def understood(table: Table, fields: object, draft: Draft) -> dict[str, object]:
    """The cells of a request by field id, in kept form; None clears."""
    if not isinstance(fields, Mapping):
        raise errors.missing_fields()
    cells: dict[str, object] = {}
    for name, value in fields.items():
        column = table.field(str(name))
        if column is None:
            raise errors.unknown_field(name)
        cells[column.id] = kept(column, value, draft)
    return cells


def matched(table: Table, keys: Sequence[Field], wanted: Sequence[Cells]) -> list[str | None]:
    """For each upserted record the id it matches, None for none; 422 if one matches several."""
    found: dict[tuple[str, ...], list[str]] = {_key(keys, cells): [] for cells in wanted}
    if len(found) < len(wanted):
        raise errors.invalid_request("Two records of the request have the same merge values.")
    for record in table.rows.values():
        same = found.get(_key(keys, record.cells))
        if same is not None:
            same.append(record.id)
    for cells in wanted:
        if len(found[_key(keys, cells)]) > 1:
            raise errors.invalid_request(
                "Cannot upsert: more than one record matches the values of fieldsToMergeOn."
            )
    return [next(iter(found[_key(keys, cells)]), None) for cells in wanted]


def _key(keys: Sequence[Field], cells: Cells) -> tuple[str, ...]:
    return tuple(repr(cells.get(key.id)) for key in keys)


def apply(table: Table, changes: Sequence[Change], draft: Draft, now: datetime) -> list[Record]:
    """Do what was understood, and what typecast added on the way."""
    _add_drafted(draft, now)
    for change in changes:
        if change.is_new:
            _add(draft.base, table, Record(change.record_id, now, now))
    records = [table.rows[change.record_id] for change in changes]
    for change, record in zip(changes, records, strict=True):
        draft.base.touch(table, record)
        cells = dict(change.cells)
        if change.replaces:
            writable = (f.id for f in table.fields.values() if f.type not in COMPUTED)
            cells = dict.fromkeys(writable) | cells
        changed = [i for i, value in cells.items() if record.cells.get(i) != value]
        for field_id, value in cells.items():
            set_cell(draft.base, record, table.fields[field_id], value)
        record.touched |= dict.fromkeys(changed, now)
        record.modified_at, record.modified_by = now, draft.base.user
    return records


def _add_drafted(draft: Draft, now: datetime) -> None:
    if draft.choices:
        draft.base.touch_tables()
    for (field_id, name), choice in draft.choices.items():
        for table in draft.base.tables.values():
            if field_id in table.fields:
                table.fields[field_id].choices[choice] = {"id": choice, "name": name}
    for (table_id, text), record_id in draft.linked.items():
        table = draft.base.tables[table_id]
        _add(draft.base, table, Record(record_id, now, now, {table.primary_id: text}))


def _add(base: Base, table: Table, record: Record) -> None:
    record.created_by = base.user
    base.touch(table, table.add(record), is_new=True)


def set_cell(base: Base, record: Record, column: Field, value: object) -> None:
    """Set or clear one cell; for a link also the cells on the other side."""
    before = record.cells.get(column.id)
    if value is None:
        record.cells.pop(column.id, None)
    else:
        record.cells[column.id] = value
    if column.type == "multipleRecordLinks" and column.inverse_id:
        _mirror(base, record.id, column, _ids(before), _ids(value))


def _mirror(
    base: Base, record_id: str, column: Field, before: Sequence[str], after: Sequence[str]
) -> None:
    other = base.tables[column.linked_table_id]
    for target in {*before, *after}:
        base.touch(other, other.rows[target])
    for target in set(before) - set(after):
        _unlink(other.rows[target], str(column.inverse_id), record_id)
    for target in after:
        cells = other.rows[target].cells
        back = _ids(cells.get(str(column.inverse_id)))
        if record_id not in back:
            cells[str(column.inverse_id)] = [*back, record_id]


def _unlink(record: Record, field_id: str, gone: str) -> None:
    left = [one for one in _ids(record.cells.get(field_id)) if one != gone]
    if left:
        record.cells[field_id] = left
    else:
        record.cells.pop(field_id, None)


def _ids(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def delete(base: Base, table: Table, record_ids: Sequence[str]) -> None:
    """Remove records, and remove them from every link cell."""
    for record_id in record_ids:
        record = table.rows[record_id]
        base.touch(table, record)
        for column in table.fields.values():
            if column.type == "multipleRecordLinks" and column.inverse_id:
                set_cell(base, record, column, None)
        del table.rows[record_id]
    _unlink_one_sided(base, table, frozenset(record_ids))


def _unlink_one_sided(base: Base, table: Table, gone: frozenset[str]) -> None:
    """Links without an inverse (within one table) know their targets only from their own side."""
    for owner in base.tables.values():
        for column in owner.fields.values():
            if column.linked_table_id != table.id or column.inverse_id:
                continue
            for record in owner.rows.values():
                for target in gone.intersection(_ids(record.cells.get(column.id))):
                    base.touch(owner, record)
                    _unlink(record, column.id, target)
