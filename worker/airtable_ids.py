"""Names to ids: what a base calls our tables, fields and views, remembered so that renames pass.

`init` and `doctor` record ids; reading the metadata and storing the ids is left to their callers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pyairtable import Api

from schemas.fields import Field, Table


class IdStore(Protocol):
    """Where recorded ids live; keys are "table:NAME", "field:TABLE/NAME" and "view:TABLE/NAME"."""

    def load(self, base_id: str) -> Mapping[str, str]:
        """Every id recorded for the base; empty when nothing was recorded."""

    def save(self, base_id: str, ids: dict[str, str]) -> None:
        """Record these ids; a key recorded before gets its new id."""


@dataclass(frozen=True, slots=True)
class SeenField:
    """A field as the base has it now."""

    id: str
    name: str
    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table as the base has it now."""

    id: str
    name: str
    fields: tuple[SeenField, ...]
    views: Mapping[str, str]  # name -> id


def table_key(table: Table) -> str:
    """The key of a table's id in the store."""
    return f"table:{table.name}"


def field_key(table: Table, field: Field) -> str:
    """The key of a field's id in the store."""
    return f"field:{table.name}/{field.name}"


def view_key(table: Table, view: str) -> str:
    """The key of a view's id in the store."""
    return f"view:{table.name}/{view}"


def read_schema(api: Api, base_id: str) -> tuple[SeenTable, ...]:
    """Every table of the base as it is now; one request."""
    found = api.get(api.build_url("meta", "bases", base_id, "tables"))
    return tuple(_seen_table(table) for table in found["tables"])


def _seen_table(raw: Mapping[str, object]) -> SeenTable:
    fields = raw["fields"]
    views = raw.get("views") or ()
    assert isinstance(fields, list)  # noqa: S101  # the shape Airtable documents; mypy needs it
    assert isinstance(views, list | tuple)  # noqa: S101  # the same
    return SeenTable(
        str(raw["id"]),
        str(raw["name"]),
        tuple(_seen_field(field) for field in fields),
        {view["name"]: view["id"] for view in views},
    )


def _seen_field(raw: Mapping[str, object]) -> SeenField:
    options = raw.get("options")
    choices = options.get("choices") or () if isinstance(options, dict) else ()
    names = tuple(str(choice["name"]) for choice in choices)
    return SeenField(str(raw["id"]), str(raw["name"]), str(raw["type"]), names)


def matched(
    known: Mapping[str, str], seen: Sequence[SeenTable], tables: Sequence[Table]
) -> dict[str, str]:
    """The ids of all declared things the base has: by recorded id first, else by name.

    A recorded view that is gone keeps its id, so that its job holds instead of reading more.
    """
    ids: dict[str, str] = {}
    for table in tables:
        there = seen_table(known, seen, table)
        ids |= {key: known[key] for v in table.views if (key := view_key(table, v.name)) in known}
        if there is not None:
            ids |= {table_key(table): there.id} | _within(known, there, table)
    return ids


def seen_table(
    known: Mapping[str, str], seen: Sequence[SeenTable], table: Table
) -> SeenTable | None:
    """The declared table as the base has it, whatever it is called now; None if it is gone."""
    by_id = {there.id: there for there in seen}
    by_name = {there.name.casefold(): there for there in seen}
    return by_id.get(known.get(table_key(table), "")) or by_name.get(table.name.casefold())


def seen_field(
    known: Mapping[str, str], there: SeenTable, table: Table, field: Field
) -> SeenField | None:
    """The declared field as the base has it, whatever it is called now; None if it is gone."""
    by_id = {one.id: one for one in there.fields}
    by_name = {one.name.casefold(): one for one in there.fields}
    recorded = known.get(field_key(table, field), "")
    return by_id.get(recorded) or by_name.get(field.name.casefold())


def _within(known: Mapping[str, str], there: SeenTable, table: Table) -> dict[str, str]:
    ids = {}
    for field in table.fields:
        found = seen_field(known, there, table, field)
        if found is not None:
            ids[field_key(table, field)] = found.id
    for view in table.views:
        key = view_key(table, view.name)
        if known.get(key) not in there.views.values() and view.name in there.views:
            ids[key] = there.views[view.name]
    return ids
