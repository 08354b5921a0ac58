"""The metadata API under /v0/meta: who am I, bases, tables, and creating or renaming them."""

from collections.abc import Mapping, Sequence

from sandbox.airtable import schema
from sandbox.airtable.actors import API, API_USER
from sandbox.airtable.errors import ApiError, NotFound, invalid_request, no_such_model
from sandbox.airtable.journal import transaction
from sandbox.airtable.model import Base, Table
from sandbox.airtable.store import Store

Json = Mapping[str, object]
SCOPES = (
    "data.records:read", "data.records:write", "schema.bases:read", "schema.bases:write",
    "webhook:manage",
)  # fmt: skip


def answer(store: Store, method: str, path: Sequence[str], body: Json) -> Json:
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
        case _, "bases", base_id, "tables", *rest:
            base = store.base(base_id)
            with transaction(base, API, store.now()):
                return _tables(store, base, (method, *rest), body)
        case _:
            raise NotFound


def _tables(store: Store, base: Base, call: Sequence[str], body: Json) -> Json:
    match call:
        case ("GET",):
            return {"tables": [table.meta() for table in base.tables.values()]}
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
    if name and (base.table(name) or table) is not table:
        raise ApiError(422, "DUPLICATE_TABLE_NAME", f'Table "{name}" exists already')
    base.touch_tables()
    table.name = name or table.name
    table.description = table.description if description is None else description
    return table.meta()


def _rename_field(base: Base, table: Table, field_id: str, body: Json) -> Json:
    field = table.field(field_id)
    if field is None:
        raise no_such_model()
    name, description = _names(body)
    if name and (table.field(name) or field) is not field:
        raise ApiError(422, "DUPLICATE_OR_EMPTY_FIELD_NAME", f'Field "{name}" exists already')
    base.touch_tables()
    field.name = name or field.name
    field.description = field.description if description is None else description
    table.formulas.clear()
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
