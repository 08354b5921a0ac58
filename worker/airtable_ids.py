"""Names to ids: what a base calls our tables, fields, choices and views, so that renames pass.

It compares the declaration with the metadata; who looks, and when, is decided in `airtable_names`.
Beside ids the store holds what is gone (`gone:`), and what a choice is called now (`now:`).
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pyairtable import Api

from schemas.fields import Field, Kind, Table

SELECTS = frozenset({Kind.SELECT, Kind.MULTI_SELECT})
DELETED = "deleted"
_TEXTS = frozenset({"singleLineText", "multilineText", "richText", "email", "url", "phoneNumber"})
_NUMBERS = frozenset({"number", "currency", "percent"})


class IdStore(Protocol):
    """Where recorded ids live, by the keys that the functions below make."""

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
    choices: Mapping[str, str] = field(default_factory=dict)  # id -> name


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


def choice_key(table: Table, field: Field, choice: str) -> str:
    """The key of a choice's id in the store."""
    return f"choice:{table.name}/{field.name}/{choice}"


def gone_key(key: str) -> str:
    """Where it is recorded that a thing is gone: "" if it is there, DELETED, or its type now."""
    return f"gone:{key}"


def now_key(key: str) -> str:
    """Where a choice's present name is recorded, if it is not the declared one."""
    return f"now:{key}"


def others_key(table: Table, field: Field) -> str:
    """Where the names of choices are recorded that the team added, as a JSON list."""
    return f"others:{table.name}/{field.name}"


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
    names = {str(choice["id"]): str(choice["name"]) for choice in choices if "id" in choice}
    return SeenField(str(raw["id"]), str(raw["name"]), str(raw["type"]), names)


def matched(
    known: Mapping[str, str], seen: Sequence[SeenTable], tables: Sequence[Table]
) -> dict[str, str]:
    """What to record of the declared things in the base: by recorded id first, else by name.

    What is gone keeps its id, so that an undone deletion is recognised; a recorded view that is
    gone keeps it too, so that its job holds instead of reading more.
    """
    found: dict[str, str] = {}
    for table in tables:
        there = seen_table(known, seen, table)
        if there is None:
            found[gone_key(table_key(table))] = DELETED
            continue
        found |= _there(known, table_key(table), there.id) | _views(known, there, table)
        for one in table.fields:
            found |= _field(known, there, table, one)
    return found


def fits(kind: Kind, there: str) -> bool:
    """Whether a field of Airtable's type `there` serves as one declared as `kind`."""
    for alike in (_TEXTS, _NUMBERS):
        if kind.value in alike:
            return there in alike
    return kind.value == there


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
    """The declared field as the base has it, whatever it is called now; None if it is gone.

    One of the declared type goes first, and one recorded as another field of ours never counts.
    """
    recorded = known.get(field_key(table, field))
    taken = {known.get(field_key(table, one)) for one in table.fields if one is not field}
    named = field.name.casefold()
    candidates = [
        *(one for one in there.fields if one.id == recorded),
        *(one for one in there.fields if one.name.casefold() == named and one.id not in taken),
    ]
    fitting = (one for one in candidates if fits(field.kind, one.type))
    return next(fitting, next(iter(candidates), None))


def seen_choices(
    known: Mapping[str, str], there: SeenField, table: Table, field: Field
) -> Mapping[str, str]:
    """The id of each declared choice that the field still has, whatever it is called now."""
    recorded = {one: known.get(choice_key(table, field, one), "") for one in field.choices}
    found = {one: sel for one, sel in recorded.items() if sel in there.choices}
    for sel, name in there.choices.items():
        if name in recorded and name not in found and sel not in found.values():
            found[name] = sel
    return found


def _there(known: Mapping[str, str], key: str, found_id: str) -> dict[str, str]:
    gone = gone_key(key)
    return {key: found_id} | ({gone: ""} if known.get(gone) else {})


def _field(
    known: Mapping[str, str], there: SeenTable, table: Table, field: Field
) -> dict[str, str]:
    key = field_key(table, field)
    found = seen_field(known, there, table, field)
    if found is None:
        return {gone_key(key): DELETED}
    if not fits(field.kind, found.type):
        return {gone_key(key): found.type}
    ids = _there(known, key, found.id)
    return ids | _choices(known, found, table, field) if field.kind in SELECTS else ids


def _choices(
    known: Mapping[str, str], there: SeenField, table: Table, field: Field
) -> dict[str, str]:
    ids: dict[str, str] = {}
    found = seen_choices(known, there, table, field)
    for declared in field.choices:
        key = choice_key(table, field, declared)
        if declared not in found:
            ids[gone_key(key)] = DELETED
            continue
        name = there.choices[found[declared]]
        ids |= _there(known, key, found[declared])
        if name != known.get(now_key(key), declared):
            ids[now_key(key)] = name
    theirs = [name for sel, name in there.choices.items() if sel not in found.values()]
    if theirs or others_key(table, field) in known:
        ids[others_key(table, field)] = json.dumps(theirs)
    return ids


def _views(known: Mapping[str, str], there: SeenTable, table: Table) -> dict[str, str]:
    """Views by name, where none is recorded or the recorded one is gone and was made again."""
    return {
        key: there.views[name]
        for name in _view_names(known, table)
        if known.get(key := view_key(table, name)) not in there.views.values()
        and name in there.views
    }


def _view_names(known: Collection[str], table: Table) -> Iterator[str]:
    """The declared views, and those that rules named and that were seen."""
    yield from (view.name for view in table.views)
    start = view_key(table, "")
    yield from (key.removeprefix(start) for key in known if key.startswith(start))
