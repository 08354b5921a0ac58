"""Tables and fields from their JSON: as the metadata API creates them, or as an owner has them."""

import re
from collections.abc import Callable, Mapping, Sequence

from sandbox.airtable.errors import ApiError, invalid_request
from sandbox.airtable.formulas import bound
from sandbox.airtable.model import SELECTS, Base, Field, Table, View

Json = Mapping[str, object]
NewId = Callable[[str], str]
# The options a field type needs on creation; a type that is not here cannot be created.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "singleLineText": (),
    "multilineText": (),
    "richText": (),
    "email": (),
    "url": (),
    "phoneNumber": (),
    "barcode": (),
    "singleCollaborator": (),
    "multipleCollaborators": (),
    "multipleAttachments": (),
    "number": ("precision",),
    "percent": ("precision",),
    "currency": ("precision", "symbol"),
    "rating": ("icon", "max", "color"),
    "duration": ("durationFormat",),
    "checkbox": ("icon", "color"),
    "singleSelect": ("choices",),
    "multipleSelects": ("choices",),
    "date": ("dateFormat",),
    "dateTime": ("dateFormat", "timeFormat", "timeZone"),
    "multipleRecordLinks": ("linkedTableId",),
}
_NOT_PRIMARY = SELECTS | {
    "checkbox", "rating", "multipleRecordLinks", "multipleAttachments", "singleCollaborator",
    "multipleCollaborators",
}  # fmt: skip
_DATE_FORMATS = {
    "local": "l", "friendly": "LL", "us": "M/D/YYYY", "european": "D/M/YYYY", "iso": "YYYY-MM-DD",
}  # fmt: skip
_TIME_FORMATS = {"12hour": "h:mma", "24hour": "HH:mm"}


def checked(spec: object, base: Base, prefix: str = "") -> Json:
    """A field's creation request; ApiError 422 if the API could not create it."""
    if not isinstance(spec, Mapping):
        raise invalid_request()
    kind, options = str(spec.get("type")), spec.get("options")
    if not str(spec.get("name") or "").strip():
        raise ApiError(422, "DUPLICATE_OR_EMPTY_FIELD_NAME", "Field names cannot be empty")
    if kind not in REQUIRED:
        raise ApiError(
            422,
            "UNSUPPORTED_FIELD_TYPE_FOR_CREATE",
            f"{prefix}Creating {kind} fields is not supported at this time",
        )
    _check_options(kind, options, base, prefix)
    return spec


def _check_options(kind: str, options: object, base: Base, prefix: str) -> None:
    required = REQUIRED[kind]
    given = options if isinstance(options, Mapping) else {}
    missing = [name for name in required if given.get(name) is None]
    allowed = {*required, "viewIdForRecordSelection"} if kind == "multipleRecordLinks" else required
    unknown = [name for name in given if name not in allowed]
    if missing or unknown or (options is not None and not required and given):
        raise _bad_options(prefix, f"{kind}: missing {missing}, not allowed {unknown}")
    if kind in SELECTS and not _are_choices(given["choices"]):
        raise _bad_options(prefix, f"{kind}: choices must be unique, each with a name, without ids")
    if kind == "multipleRecordLinks" and given["linkedTableId"] not in base.tables:
        raise _bad_options(prefix, "linkedTableId is not a table of this base")
    for option, formats in (("dateFormat", _DATE_FORMATS), ("timeFormat", _TIME_FORMATS)):
        form = given.get(option)
        if option in given and (not isinstance(form, Mapping) or form.get("name") not in formats):
            raise _bad_options(prefix, f"{option} must name one of {', '.join(formats)}")


def _are_choices(choices: object) -> bool:
    if not isinstance(choices, list) or not all(isinstance(c, Mapping) for c in choices):
        return False
    names = [choice.get("name") for choice in choices]
    return all(names) and len(set(names)) == len(names) and not any(c.get("id") for c in choices)


def _bad_options(prefix: str, reason: str) -> ApiError:
    kind = "INVALID_FIELD_TYPE_OPTIONS_FOR_CREATE"
    return ApiError(422, kind, f"{prefix}Invalid options: {reason}")


def field_of(spec: Json, new_id: NewId) -> Field:
    """The field a JSON description means, keeping its ids."""
    kind, options = str(spec["type"]), spec.get("options")
    column = Field(
        id=str(spec.get("id") or new_id("fld")),
        name=str(spec["name"]),
        type=kind,
        options=_full_options(options) if isinstance(options, Mapping) else None,
        description=str(spec.get("description") or ""),
    )
    if kind in SELECTS and isinstance(options, Mapping):
        for choice in options.get("choices", ()):
            choice_id = str(choice.get("id") or new_id("sel"))
            column.choices[choice_id] = {**choice, "id": choice_id}
    return column


def _full_options(options: Json) -> dict[str, object]:
    full = dict(options)
    for name, formats in (("dateFormat", _DATE_FORMATS), ("timeFormat", _TIME_FORMATS)):
        form = full.get(name)
        if isinstance(form, Mapping):
            full[name] = {"name": form["name"], "format": formats.get(str(form["name"]), "l")}
    return full


def add_field(base: Base, table: Table, spec: Json, new_id: NewId) -> Field:
    """Create a field as the API does; a link field gets its other side in the linked table."""
    name = str(spec["name"])
    if any(f.name.casefold() == name.casefold() for f in table.fields.values()):
        raise ApiError(422, "DUPLICATE_OR_EMPTY_FIELD_NAME", f'Field "{name}" exists already')
    column = field_of(spec, new_id)
    base.touch_tables()
    table.fields[column.id] = column
    table.formulas.clear()
    if column.type == "multipleRecordLinks":
        column.options = _link_options(column.linked_table_id)
        other = base.tables[column.linked_table_id]
        if other is not table:
            inverse = Field(
                new_id("fld"), _free_name(other, table.name), column.type, _link_options(table.id)
            )
            inverse.options = _link_options(table.id) | {"inverseLinkFieldId": column.id}
            column.options["inverseLinkFieldId"] = inverse.id
            other.fields[inverse.id] = inverse
            other.formulas.clear()
    return column


def _link_options(table_id: str) -> dict[str, object]:
    return {"linkedTableId": table_id, "isReversed": False, "prefersSingleRecordLink": False}


def _free_name(table: Table, wanted: str) -> str:
    taken = {column.name.casefold() for column in table.fields.values()}
    candidates = (wanted, *(f"{wanted} {n}" for n in range(2, 1000)))
    return next(name for name in candidates if name.casefold() not in taken)


def add_table(base: Base, spec: Json, new_id: NewId) -> Table:
    """Create a table as the API does, with its fields and a Grid view."""
    name, fields = str(spec.get("name") or "").strip(), spec.get("fields")
    if not name or not isinstance(fields, list) or not fields:
        raise invalid_request()
    if base.table(name):
        raise ApiError(422, "DUPLICATE_TABLE_NAME", f'Table "{name}" exists already')
    specs = [checked(field, base, "Invalid options for Table.Field: ") for field in fields]
    if len({str(field["name"]).casefold() for field in specs}) < len(specs):
        raise ApiError(422, "DUPLICATE_OR_EMPTY_FIELD_NAME", "Field names must be unique")
    if specs[0]["type"] in _NOT_PRIMARY:
        raise invalid_request(f"A {specs[0]['type']} field cannot be the primary field")
    base.touch_tables()
    description = str(spec.get("description") or "")
    table = Table(new_id("tbl"), name, description=description, now=base.now)
    base.tables[table.id] = table
    for field in specs:
        add_field(base, table, field, new_id)
    table.primary_id = next(iter(table.fields))
    view = View(new_id("viw"), "Grid view")
    table.views[view.id] = view
    return table


def table_of(spec: Json, new_id: NewId) -> Table:
    """A table in the shape of the metadata API, ids and order kept; its views come later."""
    table = Table(
        str(spec.get("id") or new_id("tbl")),
        str(spec["name"]),
        description=str(spec.get("description") or ""),
    )
    for field in _list(spec, "fields"):
        column = field_of(field, new_id)
        table.fields[column.id] = column
    table.primary_id = str(spec.get("primaryFieldId") or next(iter(table.fields)))
    return table


def add_views(base: Base, table: Table, spec: Json, new_id: NewId) -> None:
    """The views of a table in the shape of the metadata API, with `formula` and `sort`."""
    for view in _list(spec, "views") or [{"name": "Grid view"}]:
        add_view(base, table, view, new_id)


def add_view(base: Base, table: Table, spec: Json, new_id: NewId) -> View:
    """What a person does in the UI: a view with a filter and an order; replaces its namesake."""
    name, formula = str(spec["name"]), str(spec.get("formula") or "")
    order: list[tuple[str, bool]] = []
    for rule in _list(spec, "sort"):
        column = table.field(str(rule.get("field")))
        if column is None:
            raise invalid_request(f"View {name} sorts by an unknown field: {rule.get('field')}")
        order.append((column.id, rule.get("direction") == "desc"))
    before = table.view(name)
    view = View(
        str(spec.get("id") or (before.id if before else new_id("viw"))),
        name,
        str(spec.get("type") or "grid"),
        formula,
        order,
        bound(formula, base, table) if formula else None,
        _named_in(formula, table),
    )
    table.views[view.id] = view
    return view


def _named_in(formula: str, table: Table) -> frozenset[str]:
    """The fields a formula names: {Name}, {fldID} or a bare Name."""
    named = set(re.findall(r"\{((?:[^}\\]|\\.)*)\}|\b([A-Za-z_]\w*)\b", formula))
    columns = [table.field(name) for pair in named for name in pair if name]
    return frozenset(column.id for column in columns if column)


def _list(spec: Json, name: str) -> Sequence[Json]:
    found = spec.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
