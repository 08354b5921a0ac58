"""Computed fields: formula, rollup, lookup, count, and what a row knows of itself, read lazily.

A formula, rollup, lookup or count whose options say how is evaluated; without, and for a row's own
facts (its number, times and people), the cell its owner gave stands.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from sandbox.airtable.actors import collaborator
from sandbox.airtable.errors import bad_formula
from sandbox.airtable.formulas import Binder, cell, last_change
from sandbox.airtable.model import (
    COMPUTED,
    Base,
    Computed,
    Field,
    Formula,
    Record,
    Table,
    instant,
)
from sandbox.airtable.numbers_and_arrays import flat
from sandbox.airtable.values import CellError, Spoken, moment, text

Links = Callable[[Record], Sequence[Record]]
ERROR = {"error": "#ERROR!"}
_DEEPEST = 40


def attach(base: Base) -> None:
    """Give every computed field of the base its way to be computed."""
    for table in base.tables.values():
        for field in table.fields.values():
            define(base, table, field)


def define(base: Base, table: Table, field: Field) -> None:
    """Give the field its way to be computed, if it has one; ApiError 422 if it cannot be bound."""
    options = field.options or {}
    if field.type not in COMPUTED:
        return
    if options.get("isValid") is False:
        field.computed = Computed(_broken, lambda _record, _now: ERROR)
    elif field.type in _FACTS:
        field.computed = _fact(field)
    elif all(options.get(name) for name in _NEEDS.get(field.type, ("nothing",))):
        field.computed = _MAKERS[field.type](base, table, field)


def _formula(base: Base, table: Table, field: Field) -> Computed:
    return _by_formula(table, field, Binder(base, table))


def _count(base: Base, table: Table, field: Field) -> Computed:
    links = _links(base, table, field)
    _told(field, [str((field.options or {})["recordLinkFieldId"])], {"type": "number"})
    return _plain(lambda record, _now: len(links(record)), field)


def _by_formula(
    table: Table, field: Field, binder: Binder, told: Mapping[str, object] | None = None
) -> Computed:
    options = field.options or {}
    function = _guarded(field, binder.bound(str(options["formula"])), table, binder.fields)
    if field.type == "formula":
        field.options = options | {"formula": binder.written}
    _told(field, binder.fields, told)
    return _plain(function, field)


def _told(field: Field, referenced: Sequence[str], result: Mapping[str, object] | None) -> None:
    """What the metadata API adds to a computed field's options, unless the owner gave it."""
    known = {"isValid": True, "referencedFieldIds": list(referenced), "result": result}
    field.options = known | (field.options or {})


def _plain(function: Formula, field: Field) -> Computed:
    def shown(record: Record, now: datetime) -> object:
        try:
            return as_json(function(record, now), field)
        except (CellError, RecursionError):
            return ERROR

    return Computed(function, shown)


def _broken(_record: Record, _now: datetime) -> object:
    raise CellError("#ERROR!")


def _guarded(field: Field, function: Formula, table: Table, needs: Sequence[str] = ()) -> Formula:
    """A formula that needs its own value, or a deleted field, is an error."""
    under_way: set[str] = set()

    def once(record: Record, now: datetime) -> object:
        if not all(field_id in table.fields for field_id in needs):
            raise CellError(f"{field.name} needs a field that is gone")
        if record.id in under_way or len(under_way) > _DEEPEST:
            raise CellError(f"{field.name} depends on itself")
        under_way.add(record.id)
        try:
            return function(record, now)
        finally:
            under_way.discard(record.id)

    return once


def _links(base: Base, table: Table, field: Field) -> Links:
    """The rows that a computed field looks at, through its link field."""
    link = table.field(str((field.options or {}).get("recordLinkFieldId")))
    if link is None or link.type != "multipleRecordLinks":
        raise bad_formula(f"{field.name} names no link field in recordLinkFieldId")
    linked, key = base.tables[link.linked_table_id], link.id

    def rows(record: Record) -> Sequence[Record]:
        there = table.fields.get(key)
        if there is None or there.type != "multipleRecordLinks":
            raise CellError(f"{field.name} needs a link field that is gone")
        ids = record.cells.get(key)
        return [linked.rows[i] for i in ids if i in linked.rows] if isinstance(ids, list) else []

    return rows


def _target(base: Base, table: Table, field: Field) -> tuple[Table, Field]:
    options = field.options or {}
    link = table.field(str(options["recordLinkFieldId"]))
    linked = base.tables[link.linked_table_id] if link else table
    target = linked.field(str(options["fieldIdInLinkedTable"]))
    if target is None:
        raise bad_formula(f"{field.name} names no field in fieldIdInLinkedTable")
    return linked, target


def _result(target: Field) -> Mapping[str, object]:
    """The type that values taken from a field have."""
    found = (target.options or {}).get("result")
    if target.type in COMPUTED and isinstance(found, Mapping):
        return found
    shown = target.meta()
    return {name: shown[name] for name in ("type", "options") if name in shown}


def _lookup(base: Base, table: Table, field: Field) -> Computed:
    links, (linked, target) = _links(base, table, field), _target(base, table, field)
    read = cell(base, target)
    _told(field, [str((field.options or {})["recordLinkFieldId"])], _result(target))

    def found(record: Record, now: datetime) -> object:
        return [one for one in flat([read(row, now) for row in links(record)]) if one is not None]

    def shown(record: Record, _now: datetime) -> object:
        try:
            cells = flat([linked.shown(row, target) for row in links(record)])
        except CellError:
            return ERROR
        return [one for one in cells if one is not None] or None

    return Computed(_guarded(field, found, table), shown)


def _rollup(base: Base, table: Table, field: Field) -> Computed:
    links, (_, target) = _links(base, table, field), _target(base, table, field)
    read = cell(base, target)

    def looked_up(record: Record, now: datetime) -> object:
        return flat([read(row, now) for row in links(record)])

    result = _result(target) if target.type in ("date", "dateTime") else None
    return _by_formula(table, field, Binder(base, table, {"values": looked_up}), result)


def _button(base: Base, table: Table, field: Field) -> Computed:
    """A button's address is a formula; its label is the field's option, or its name."""
    made = _by_formula(table, field, Binder(base, table))
    label = (field.options or {}).get("label") or field.name

    def shown(record: Record, now: datetime) -> object:
        try:
            return {"label": label, "url": text(made.value(record, now)) or None}
        except CellError:
            return {"label": label, "url": None}

    return Computed(shown, shown)


_NEEDS: Mapping[str, Sequence[str]] = {
    "formula": ("formula",),
    "count": ("recordLinkFieldId",),
    "multipleLookupValues": ("recordLinkFieldId", "fieldIdInLinkedTable"),
    "rollup": ("recordLinkFieldId", "fieldIdInLinkedTable", "formula"),
    "button": ("formula",),
}
_MAKERS: Mapping[str, Callable[[Base, Table, Field], Computed]] = {
    "formula": _formula,
    "count": _count,
    "multipleLookupValues": _lookup,
    "rollup": _rollup,
    "button": _button,
}
_FACTS: Mapping[str, Callable[[Record, Sequence[str]], object]] = {
    "autoNumber": lambda record, _: record.number,
    "createdTime": lambda record, _: record.created_at,
    "lastModifiedTime": lambda record, watched: (
        last_change(record, watched) if watched else record.modified_at
    ),
    "createdBy": lambda record, _: collaborator(record.created_by),
    "lastModifiedBy": lambda record, _: collaborator(record.modified_by),
}


def _fact(field: Field) -> Computed:
    """What a row knows of itself; a change makes a given modification out of date."""
    kind = field.type
    watched = (field.options or {}).get("referencedFieldIds")
    fact, fields = _FACTS[kind], watched if isinstance(watched, list) else []
    ages = kind in ("lastModifiedTime", "lastModifiedBy")

    def value(record: Record, _now: datetime) -> object:
        given = record.cells.get(field.id)
        if given is None or (ages and record.touched):
            return fact(record, fields)
        return moment(given) if kind.endswith("Time") else given

    def shown(record: Record, now: datetime) -> object:
        try:
            return as_json(value(record, now), field)
        except CellError:
            return record.cells.get(field.id)

    return Computed(value, shown)


def as_json(value: object, field: Field) -> object:
    """A computed value as the API returns it; None for an empty cell."""
    match value:
        case None | "" | []:
            return None
        case bool() | str():
            return value
        case int() | float():
            return _number(value)
        case datetime() | Spoken():
            at = value if isinstance(value, datetime) else value.at
            is_day = _result_type(field) == "date"
            return at.strftime("%Y-%m-%d") if is_day else instant(at.astimezone(UTC))
        case list():
            return [as_json(one, field) for one in value]
        case _:
            return value


def _number(value: float) -> object:
    if math.isnan(value):
        return {"specialValue": "NaN"}
    if math.isinf(value):
        return {"specialValue": "Infinity" if value > 0 else "-Infinity"}
    return int(value) if float(value).is_integer() else value


def _result_type(field: Field) -> str:
    result = (field.options or {}).get("result")
    return str(result.get("type")) if isinstance(result, Mapping) else ""
