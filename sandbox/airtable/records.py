"""The records API of one table: a function a call, all or nothing, under the base's lock."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.airtable import display, errors, writing
from sandbox.airtable.cells import Draft
from sandbox.airtable.display import Look
from sandbox.airtable.model import Base, Field, Record, Table
from sandbox.airtable.queries import flag
from sandbox.airtable.store import Store
from sandbox.airtable.writing import Change

Json = Mapping[str, object]
BATCH = 10
_RECORD_ID = re.compile(r"rec[0-9A-Za-z]{14}")


@dataclass(frozen=True, slots=True)
class Write:
    """The body of a PATCH, or of a PUT, which `replaces` all writable cells."""

    body: Json
    replaces: bool


def create(store: Store, base: Base, table: Table, body: Json) -> Json:
    """POST: one record from `fields`, or up to ten from `records`."""
    draft = Draft(base, store.new_id, flag(body.get("typecast", "")))
    rows = body.get("records")
    if rows is not None and not isinstance(rows, list):
        raise errors.invalid_request()
    if isinstance(rows, list) and len(rows) > BATCH:
        raise errors.too_many_created(len(rows))
    asked = [_fields(row) for row in rows] if isinstance(rows, list) else [_fields(body)]
    changes = [
        Change(store.new_id("rec"), writing.understood(table, fields, draft), is_new=True)
        for fields in asked
    ]
    records = writing.apply(table, changes, draft, store.now())
    shown = _shown(table, records, body)
    return shown[0] if rows is None else {"records": shown}


def update_one(store: Store, base: Base, table: Table, record_id: str, write: Write) -> Json:
    """PATCH or PUT of one record."""
    body = write.body
    if record_id not in table.rows:
        raise errors.record_not_found()
    draft = Draft(base, store.new_id, flag(body.get("typecast", "")))
    cells = writing.understood(table, _fields(body), draft)
    change = Change(record_id, cells, replaces=write.replaces)
    return _shown(table, writing.apply(table, [change], draft, store.now()), body)[0]


def update(store: Store, base: Base, table: Table, write: Write) -> Json:
    """PATCH or PUT of up to ten records, by id or (performUpsert) by merge fields."""
    body = write.body
    rows, upsert = _batch(body), body.get("performUpsert")
    draft = Draft(base, store.new_id, flag(body.get("typecast", "")))
    cells = [writing.understood(table, _fields(row), draft) for row in rows]
    ids: list[object] = [row.get("id") for row in rows]
    if upsert is not None:
        unnamed = [place for place, record_id in enumerate(ids) if not record_id]
        keys = _merge_fields(table, upsert)
        found = writing.matched(table, keys, [cells[place] for place in unnamed])
        for place, record_id in zip(unnamed, found, strict=True):
            ids[place] = record_id or ""
    _check_ids(table, ids, may_create=upsert is not None)
    changes = [
        Change(str(i or store.new_id("rec")), values, is_new=not i, replaces=write.replaces)
        for i, values in zip(ids, cells, strict=True)
    ]
    shown = _shown(table, writing.apply(table, changes, draft, store.now()), body)
    if upsert is None:
        return {"records": shown}
    return {
        "records": shown,
        "createdRecords": [change.record_id for change in changes if change.is_new],
        "updatedRecords": [change.record_id for change in changes if not change.is_new],
    }


def _batch(body: Json) -> Sequence[Json]:
    rows = body.get("records")
    if rows is None:
        raise errors.missing_fields()
    if not isinstance(rows, list) or not 1 <= len(rows) <= BATCH:
        raise errors.bad_batch()
    if not all(isinstance(row, Mapping) and isinstance(row.get("fields"), Mapping) for row in rows):
        raise errors.bad_batch()
    return rows


def _check_ids(table: Table, ids: Sequence[object], *, may_create: bool) -> None:
    named = [record_id for record_id in ids if record_id]
    if len(named) < len(ids) and not may_create:
        raise errors.bad_batch()
    for record_id in named:
        if not isinstance(record_id, str) or not _RECORD_ID.fullmatch(record_id):
            raise errors.bad_batch()
        if record_id not in table.rows:
            raise errors.no_such_row(record_id)
    if len(set(named)) < len(named):
        raise errors.updated_twice()


def _merge_fields(table: Table, upsert: object) -> Sequence[Field]:
    names = upsert.get("fieldsToMergeOn") if isinstance(upsert, Mapping) else None
    if not isinstance(names, list) or not 1 <= len(names) <= 3:
        raise errors.invalid_request()
    keys: list[Field] = []
    for name in names:
        field = table.field(str(name))
        if field is None:
            raise errors.unknown_field(name)
        if field.type not in writing.MERGEABLE:
            raise errors.invalid_request(f'Field "{field.name}" cannot be merged on.')
        keys.append(field)
    return keys


def delete_one(base: Base, table: Table, record_id: str) -> Json:
    """DELETE of one record."""
    if not _RECORD_ID.fullmatch(record_id):
        raise errors.NotFound
    if record_id not in table.rows:
        raise errors.record_not_found()
    writing.delete(base, table, [record_id])
    return {"id": record_id, "deleted": True}


def delete(base: Base, table: Table, record_ids: Sequence[str]) -> Json:
    """DELETE of up to ten records named in the query string."""
    if not 1 <= len(record_ids) <= BATCH:
        raise errors.bad_batch()
    _check_ids(table, record_ids, may_create=False)
    writing.delete(base, table, record_ids)
    return {"records": [{"id": record_id, "deleted": True} for record_id in record_ids]}


def one(base: Base, table: Table, record_id: str, *, by_id: bool, look: Look | None) -> Json:
    """GET of one record."""
    if record_id not in table.rows:
        raise errors.NotFound
    record = table.rows[record_id]
    if look:
        return display.json(base, table, record, None, look, by_id=by_id)
    return table.json(record, by_id=by_id)


def _fields(row: object) -> object:
    return row.get("fields") if isinstance(row, Mapping) else None


def _shown(table: Table, records: Sequence[Record], body: Json) -> list[dict[str, object]]:
    by_id = flag(body.get("returnFieldsByFieldId", ""))
    return [table.json(record, by_id=by_id) for record in records]
