"""One webhook payload: a transaction's changes, through the hook's filters, in format v0."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sandbox.airtable import cells_v2
from sandbox.airtable.actors import Actor
from sandbox.airtable.changes import Cells, Changes, TableChange, differing
from sandbox.airtable.formulas import chooses
from sandbox.airtable.hooks import ALL, Specification
from sandbox.airtable.model import COMPUTED, Field, Record, Table, View, instant

Json = dict[str, object]


def head(number: int, actor: Actor, now: datetime) -> Json:
    """What every payload starts with."""
    return {
        "timestamp": instant(now),
        "baseTransactionNumber": number,
        "payloadFormat": "v0",
        "actionMetadata": actor.metadata(),
    }


def body(changes: Changes, spec: Specification, now: datetime) -> Json:
    """The changes this specification wants to see; empty if none."""
    tables = {
        i: _Table(changes, change, spec, now).json()
        for i, change in changes.tables.items()
        if _is_in_scope(changes, spec, i)
    }
    created = changes.created_tables if spec.wants("add") and not spec.scope else []
    gone = changes.destroyed_tables if spec.wants("remove") else []
    return _filled(
        {
            "changedTablesById": _filled(tables),
            "createdTablesById": {table.id: _created_table(changes, table) for table in created},
            "destroyedTableIds": [i for i in gone if spec.scope in ("", i)],
        }
    )


def _filled(json: Mapping[str, object]) -> Json:
    return {name: value for name, value in json.items() if value}


def _is_in_scope(changes: Changes, spec: Specification, table_id: str) -> bool:
    return spec.scope in ("", table_id) or spec.scope in changes.base.tables[table_id].views


def _created_table(changes: Changes, table: Table) -> Json:
    return {
        "metadata": _metadata(table),
        "fieldsById": {f.id: _field(f) for f in table.fields.values()},
        "recordsById": {r.id: _created(changes, table, r) for r in table.rows.values()},
    }


def _metadata(table: Table) -> Json:
    return {"name": table.name, "description": table.description or None}


def _field(column: Field) -> Json:
    return {"name": column.name, "type": column.type}


def _created(changes: Changes, table: Table, record: Record) -> Json:
    columns = [f for f in table.fields.values() if f.id in record.cells and f.type not in COMPUTED]
    shown = cells_v2.all_shown(changes, columns, record.cells)
    return {"createdTime": instant(record.created_at), **shown}


class _Table:
    """One table's part of a payload."""

    def __init__(
        self, changes: Changes, change: TableChange, spec: Specification, now: datetime
    ) -> None:
        self._changes = changes
        self._change = change
        self._spec = spec
        self._now = now

    def json(self) -> Json:
        spec, view = self._spec, self._change.table.views.get(self._spec.scope)
        shown: Json = {}
        if "tableData" in spec.data_types and view:
            shown["changedViewsById"] = _filled({view.id: self._in_view(view)})
        elif "tableData" in spec.data_types:
            shown |= self._records(
                self._change.created, self._change.changed, list(self._change.destroyed)
            )
        if "tableFields" in spec.data_types:
            shown |= self._fields()
        if "tableMetadata" in spec.data_types and self._change.is_renamed and spec.wants("update"):
            shown["changedMetadata"] = {
                "current": _metadata(self._change.table),
                "previous": _metadata(self._change.old),
            }
        return _filled(shown)

    def _records(
        self,
        created: Mapping[str, Record],
        changed: Mapping[str, tuple[Cells, Record]],
        destroyed: Sequence[str],
    ) -> Json:
        spec, table = self._spec, self._change.table
        seen = {i: r for i, r in created.items() if not spec.watched or spec.watched & set(r.cells)}
        updates = {i: self._update(before, record) for i, (before, record) in changed.items()}
        return _filled(
            {
                "createdRecordsById": {
                    i: _created(self._changes, table, r) for i, r in seen.items()
                }
                if spec.wants("add")
                else {},
                "changedRecordsById": _filled(updates) if spec.wants("update") else {},
                "destroyedRecordIds": destroyed if spec.wants("remove") else [],
            }
        )

    def _update(self, before: Cells, record: Record) -> Json:
        spec, table, old = self._spec, self._change.table, self._change.old
        columns = differing(table, before, record.cells)
        if spec.watched:
            columns = [f for f in columns if f.id in spec.watched]
        if not columns:
            return {}
        shown: Json = {"current": cells_v2.all_shown(self._changes, columns, record.cells)}
        if spec.previous_cells:
            earlier = [old.fields.get(f.id, f) for f in columns]
            shown["previous"] = cells_v2.all_shown(self._changes, earlier, before)
        also = [
            f
            for f in table.fields.values()
            if f not in columns and (ALL in spec.also_cells or f.id in spec.also_cells)
        ]
        if also:
            shown["unchanged"] = cells_v2.all_shown(self._changes, also, record.cells)
        return shown

    def _fields(self) -> Json:
        spec, change = self._spec, self._change
        watched = spec.watched_schemas
        changed = [pair for pair in change.changed_fields if not watched or pair[1].id in watched]
        gone = [i for i in change.destroyed_fields if not watched or i in watched]
        created = change.created_fields if spec.wants("add") and not watched else []
        return {
            "createdFieldsById": {f.id: _field(f) for f in created},
            "changedFieldsById": {new.id: self._field_change(old, new) for old, new in changed}
            if spec.wants("update")
            else {},
            "destroyedFieldIds": gone if spec.wants("remove") else [],
        }

    def _field_change(self, old: Field, new: Field) -> Json:
        before, after = old.meta(), new.meta()
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        shown: Json = {"current": {name: after.get(name) for name in names}}
        if self._spec.previous_fields:
            shown["previous"] = {name: before.get(name) for name in names}
        return shown

    def _in_view(self, view: View) -> Json:
        """Records that came into the view, changed in it, or left it."""
        change = self._change
        created = {i: r for i, r in change.created.items() if self._is_seen(view, r)}
        changed: dict[str, tuple[Cells, Record]] = {}
        gone = [i for i, cells in change.destroyed.items() if self._was_seen(view, i, cells)]
        for i, (before, record) in change.changed.items():
            was, is_now = self._was_seen(view, i, before), self._is_seen(view, record)
            if was and is_now:
                changed[i] = (before, record)
            elif is_now:
                created[i] = record
            elif was:
                gone.append(i)
        return self._records(created, changed, gone)

    def _was_seen(self, view: View, record_id: str, cells: Cells) -> bool:
        """As far as what it linked to is still there."""
        rows = {i for table in self._changes.base.tables.values() for i in table.rows}
        links = {f.id for f in self._change.table.fields.values() if f.linked_table_id}
        kept = {
            i: [one for one in value if one in rows]
            if i in links and isinstance(value, list)
            else value
            for i, value in cells.items()
        }
        return self._is_seen(view, Record(record_id, self._now, self._now, kept))

    def _is_seen(self, view: View, record: Record) -> bool:
        return view.chosen is None or chooses(view.chosen, record, self._now)
