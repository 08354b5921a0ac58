"""The metadata API under /v0/meta: who am I, bases, tables, and creating or renaming them."""

from collections.abc import Mapping, Sequence

from werkzeug.datastructures import MultiDict

from sandbox.airtable import collaborators, restructuring, schema
from sandbox.airtable.actors import API, API_USER
from sandbox.airtable.errors import NotFound, invalid_request, no_such_model
from sandbox.airtable.journal import transaction
from sandbox.airtable.model import Base, Table
from sandbox.airtable.store import Store

Json = Mapping[str, object]
Query = MultiDict[str, str]
SCOPES = (
    "data.records:read", "data.records:write", "schema.bases:read", "schema.bases:write",
    "webhook:manage", "data.recordComments:read", "data.recordComments:write",
)  # fmt: skip


def answer(store: Store, method: str, path: Sequence[str], query: Query, body: Json) -> Json:
    """The answer to one call; `path` is what follows /v0/meta."""
    match method, *path:
        case "GET", "whoami":
            return {"id": API_USER, "scopes": list(SCOPES)}
        case "GET", "bases":
            bases = [
                {"id": base.id, "name": base.name, "permissionLevel": "create"}
                for base in list(store.bases.values())
            ]
            return {"bases": bases}
        case "POST", "bases":
            return _add_base(store, body)
        case "GET", "bases", base_id:
            return collaborators.answer(store.base(base_id))
        case "GET", "bases", base_id, "tables":
            base = store.base(base_id)
            included = query.getlist("include[]") or query.getlist("include")
            with base.lock:
                tables = [_shown(table, included) for table in base.tables.values()]
            return {"tables": tables}
        case _, "bases", base_id, "tables", *rest:
            base = store.base(base_id)
            with transaction(base, API, store.now()):
                return _tables(store, base, (method, *rest), body)
        case _:
            raise NotFound


def _shown(table: Table, included: Sequence[str]) -> Json:
    """A view shows every field: hiding one is nothing a person can do here."""
    shown = dict(table.meta())
    if set(included) - {"visibleFieldIds"}:
        raise invalid_request()
    if included:
        views = [view.meta() for view in table.views.values()]
        shown["views"] = [{**view, "visibleFieldIds": list(table.fields)} for view in views]
    return shown


def _add_base(store: Store, body: Json) -> Json:
    name, specs = body.get("name"), body.get("tables")
    if not name or not body.get("workspaceId") or not isinstance(specs, list) or not specs:
        raise invalid_request()
    base = Base(store.new_id("app"), str(name), now=store.now, made_at=store.now())
    for spec in specs:
        if not isinstance(spec, Mapping):
            raise invalid_request()
        schema.add_table(base, spec, store.new_id)
    store.bases[base.id] = base
    return {"id": base.id, "tables": [table.meta() for table in base.tables.values()]}


def _tables(store: Store, base: Base, call: Sequence[str], body: Json) -> Json:
    match call:
        case ("POST",):
            return schema.add_table(base, body, store.new_id).meta()
        case "PATCH", table_id:
            return _rename_table(base, _table(base, table_id), body)
        case "POST", table_id, "fields":
            table = _table(base, table_id)
            spec = schema.checked(body, base)
            return schema.add_field(base, table, spec, store.new_id).meta()
        case "PATCH", table_id, "fields", field_id:
            return _rename_field(base, _table(base, table_id), field_id, body)
        case _:
            raise NotFound


def _table(base: Base, table_id: str) -> Table:
    table = base.table(table_id)
    if table is None:
        raise no_such_model()
    return table


def _rename_table(base: Base, table: Table, body: Json) -> Json:
    name, description = _names(body)
    if name is not None:
        restructuring.rename_table(base, table, name)
    base.touch_tables()
    table.description = table.description if description is None else description
    return table.meta()


def _rename_field(base: Base, table: Table, field_id: str, body: Json) -> Json:
    field = table.field(field_id)
    if field is None:
        raise no_such_model()
    name, description = _names(body)
    if name is not None:
        restructuring.rename_field(base, table, field, name)
    base.touch_tables()
    field.description = field.description if description is None else description
    return field.meta()


def _names(body: Json) -> tuple[str | None, str | None]:
    if not body or set(body) - {"name", "description"}:
        raise invalid_request()
    name, description = body.get("name"), body.get("description")
    if name == "":
        raise invalid_request()
    return (
        None if name is None else str(name),
        None if description is None else str(description),
    )
