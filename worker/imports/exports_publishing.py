"""Records of an export into the ledger's tables: what is new, changed, unchanged or older.

Runs in the caller's one transaction; what a record means was decided before.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Table, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from schemas.exports.declaring import Export, Store
from schemas.exports.rows import Record
from schemas.hashes import stand_in
from worker.ledger.reported_names import Forgotten, without_words
from worker.ledger.tables_exports import (
    METRIC_KEY,
    METRICS,
    REPORTED_KEY,
    REPORTED_ORDERS,
    SETTLEMENT_KEY,
    SETTLEMENT_LINES,
)
from worker.ledger.tables_money import IMPORTS

_BATCH = 1_000
Row = dict[str, object]  # by the column's name
Key = tuple[object, ...]
_NOT_SAID = frozenset({"import_id", "changed_at", "fingerprint"})  # by the file, of the row


@dataclass(frozen=True, slots=True)
class Kept:
    """The table of an export's rows, what identifies one, and the column that narrows a search."""

    table: Table
    key: tuple[str, ...]
    scope: str


KEPT: Mapping[Store, Kept] = {
    Store.METRICS: Kept(METRICS, METRIC_KEY, "since"),
    Store.SETTLEMENTS: Kept(SETTLEMENT_LINES, SETTLEMENT_KEY, "entry_id"),
    Store.ORDERS: Kept(REPORTED_ORDERS, REPORTED_KEY, "order_id"),
}


@dataclass(frozen=True, slots=True)
class Import:
    """Which file is being imported for which shop of which base; `sha256` is that of its bytes."""

    id: str
    base: str
    shop: str
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """How many rows were new, changed, unchanged, or kept because the file is older."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0

    def __add__(self, other: "Published") -> "Published":
        return Published(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.kept + other.kept,
        )


def rows_of(
    ident: Import, export: Export, records: Sequence[Record], hidden: Forgotten
) -> list[Row]:
    """The records as rows of their table, without the names of who was forgotten."""
    table = KEPT[export.store].table
    return [_row(table, ident, export, record, hidden) for record in records]


def publish(connection: Connection, ident: Import, store: Store, rows: Sequence[Row]) -> Published:
    """Bring the rows into their table: a later file wins, but nothing takes a step back.

    A file whose bytes were imported before is as old as it was then.
    """
    where = KEPT[store]
    known = _known(connection, where, ident, rows)
    first_at = _first_at(connection, ident)
    counts = dict.fromkeys(("new", "changed", "unchanged", "kept"), 0)
    to_write: list[Row] = []
    for row in rows:
        outcome = _outcome(row, known.get(_key(where.table, row)), first_at)
        counts[outcome] += 1
        if outcome in {"new", "changed"}:
            to_write.append(row)
    _upsert(connection, where.table, to_write)
    return Published(**counts)


def _row(table: Table, ident: Import, export: Export, record: Record, hidden: Forgotten) -> Row:
    said = dict(record.values)
    handle = record.text("handle")
    is_hidden = hidden.hides(handle, record.text("until") or record.text("ordered_on"))
    if is_hidden:
        said["handle"] = stand_in("handle", handle)
    said |= {"base": ident.base, "shop": ident.shop, "export": export.name}
    said["subject"] = export.subject
    row: Row = {}
    for column in table.c:
        value = said.pop(column.name, None)
        row[column.name] = "" if value is None and not column.nullable else value
    for name in ("export", "subject"):
        said.pop(name, None)
    known = {name: value for name, value in said.items() if value is not None}
    rest = {**record.extra, **known}
    written = json.dumps(rest, ensure_ascii=False, sort_keys=True)
    row["rest"] = without_words(written) if is_hidden else written
    row["fingerprint"] = _fingerprint(row)
    return row | {"import_id": ident.id, "changed_at": ident.at}


def _fingerprint(row: Mapping[str, object]) -> str:
    said = json.dumps(
        [row[name] for name in sorted(row) if name not in _NOT_SAID], ensure_ascii=False
    )
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _key(table: Table, row: Mapping[str, object]) -> Key:
    return tuple(row[name] for name in table.primary_key.columns.keys())  # noqa: SIM118 - no dict


def _first_at(connection: Connection, ident: Import) -> datetime:
    """When these bytes were imported first: now, if never before."""
    mine = (IMPORTS.c.base == ident.base, IMPORTS.c.shop == ident.shop)
    query = select(func.min(IMPORTS.c.at)).where(*mine, IMPORTS.c.sha256 == ident.sha256)
    first: datetime | None = connection.execute(query).scalar()
    return min(first or ident.at, ident.at)


@dataclass(frozen=True, slots=True)
class _Stands:
    """What decides about a row that the ledger has."""

    fingerprint: str
    rank: int
    changed_at: datetime


def _known(
    connection: Connection, where: Kept, ident: Import, rows: Sequence[Row]
) -> dict[Key, _Stands]:
    """By key the rows the ledger has."""
    table = where.table
    keys = list(table.primary_key.columns)
    rank = table.c.rank if "rank" in table.c else literal(0).label("rank")
    query = select(*keys, table.c.fingerprint, table.c.changed_at, rank).where(
        table.c.base == ident.base, table.c.shop == ident.shop
    )
    known: dict[Key, _Stands] = {}
    scopes = iter(sorted({str(row[where.scope]) for row in rows}))
    while some := list(islice(scopes, _BATCH)):
        for found in connection.execute(query.where(table.c[where.scope].in_(some))):
            stands = _Stands(found.fingerprint, found.rank, found.changed_at)
            known[tuple(found[: len(keys)])] = stands
    return known


def _outcome(row: Mapping[str, object], known: _Stands | None, first_at: datetime) -> str:
    if known is None:
        return "new"
    if known.fingerprint == row["fingerprint"]:
        return "unchanged"
    rank = row.get("rank")
    is_behind = isinstance(rank, int) and rank < known.rank
    return "kept" if is_behind or first_at < known.changed_at else "changed"


def _upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key.columns]
    statement = statement.on_conflict_do_update(
        index_elements=keys,
        set_={c.name: statement.excluded[c.name] for c in table.c if c.name not in keys},
    )
    for batch in _batches(rows):
        connection.execute(statement, batch)


def _batches(rows: Sequence[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        yield batch
