"""Listing records: view, filter, order, fields and pages. The caller holds the base's lock."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sandbox.airtable import display, errors
from sandbox.airtable.display import Look
from sandbox.airtable.errors import ApiError
from sandbox.airtable.formulas import bound, chooses, only_ids
from sandbox.airtable.model import Base, Field, Record, Table
from sandbox.airtable.sorting import sort_key

PAGE = 100
_KEPT_ITERATORS = 200
_OFFSET = re.compile(r"itr\w+/rec\w+")


@dataclass(frozen=True, slots=True)
class Query:
    """What a listing asks for; `sort` is (field name or id, descending)."""

    view: str = ""
    formula: str = ""
    fields: Sequence[str] | None = None
    sort: Sequence[tuple[str, bool]] = ()
    page_size: int = PAGE
    max_records: int | None = None
    offset: str = ""
    by_id: bool = False
    counts_comments: bool = False
    look: Look | None = None


def page(
    base: Base, table: Table, query: Query, now: datetime, new_id: Callable[[str], str]
) -> Mapping[str, object]:
    """One page of the listing, with the offset of the next if there is more."""
    only = None
    if query.fields is not None:
        only = frozenset(_field(table, name).id for name in query.fields)
    iterator, start = _iterator(base, table, query, now, new_id)
    ids = base.iterators[iterator]
    end = start + query.page_size
    records = [table.rows[i] for i in ids[start:end] if i in table.rows]
    shown = [_shown(base, table, record, only, query) for record in records]
    base.listed_at[iterator] = now
    if end < len(ids):
        return {"records": shown, "offset": f"{iterator}/{ids[end]}"}
    _forget(base, iterator)
    return {"records": shown}


def _shown(
    base: Base, table: Table, record: Record, only: frozenset[str] | None, query: Query
) -> dict[str, object]:
    if query.look:
        shown = display.json(base, table, record, only, query.look, by_id=query.by_id)
    else:
        shown = table.json(record, only, by_id=query.by_id)
    if query.counts_comments:
        shown["commentCount"] = len(base.comments.get(record.id, ()))
    return shown


def _forget(base: Base, iterator: str) -> None:
    base.iterators.pop(iterator, None)
    base.listed_at.pop(iterator, None)


def _iterator(
    base: Base, table: Table, query: Query, now: datetime, new_id: Callable[[str], str]
) -> tuple[str, int]:
    """The listing's iterator and where this page starts; the oldest iterators are forgotten."""
    if not query.offset:
        records = _listed(base, table, query, now)
        iterator = new_id("itr")
        base.iterators[iterator] = tuple(record.id for record in records)
        if len(base.iterators) > _KEPT_ITERATORS:
            _forget(base, next(iter(base.iterators)))
        return iterator, 0
    iterator, _, record_id = query.offset.partition("/")
    if not _OFFSET.fullmatch(query.offset):
        raise ApiError(
            422, "INVALID_OFFSET_VALUE", f"The value of offset {query.offset} is invalid"
        )
    if now - base.listed_at.get(iterator, now) > base.listing_life:
        _forget(base, iterator)
    ids = base.iterators.get(iterator, ())
    if record_id not in ids:
        raise ApiError(422, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE")
    return iterator, ids.index(record_id)


def _listed(base: Base, table: Table, query: Query, now: datetime) -> Sequence[Record]:
    view = table.view(query.view) if query.view else None
    if query.view and view is None:
        kind = "VIEW_ID_NOT_FOUND" if query.view.startswith("viw") else "VIEW_NAME_NOT_FOUND"
        raise ApiError(422, kind, f"View {query.view} not found")
    chosen = [view.chosen] if view and view.chosen else []
    if query.formula:
        chosen.append(bound(query.formula, base, table))
    records = [
        record
        for record in _candidates(table, query.formula)
        if all(chooses(formula, record, now) for formula in chosen)
    ]
    order = [(_field(table, name), descends) for name, descends in query.sort or ()]
    if not order and view:
        order = [(table.fields[i], down) for i, down in view.sort if i in table.fields]
    for column, descends in reversed(order):
        records.sort(key=sort_key(base, column, now), reverse=descends)
    return records[: query.max_records]


def _candidates(table: Table, formula: str) -> Iterable[Record]:
    """All rows, or those whose ids the formula names."""
    ids = only_ids(formula) if formula else None
    if ids is None:
        return table.rows.values()
    return sorted((table.rows[i] for i in ids if i in table.rows), key=lambda row: row.number)


def _field(table: Table, name: str) -> Field:
    column = table.field(name)
    if column is None:
        raise errors.unknown_field(name)
    return column
