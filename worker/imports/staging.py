"""Staged order lines: written in short transactions, published by SQL in one.

Publishing decides what is new, changed, unchanged, or older than what the ledger has.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from schemas.hashes import stand_in
from schemas.order_columns import ORDER_ID
from schemas.orders import OrderLine, Rejection
from worker.ledger import people
from worker.ledger.tables_money import AMOUNTS, ORDER_LINES, ORDER_STATUS_HISTORY, STAGED_LINES

_KEY = ("order_id", "sku_id")
_FACTS = tuple(column.name for column in STAGED_LINES.columns)[4:]


@dataclass(frozen=True, slots=True)
class Import:
    """Which file is being imported for which shop of which base."""

    id: str
    base: str
    shop: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """How many lines were new, changed, unchanged, or kept because the file is older."""

    new: int
    changed: int
    unchanged: int
    kept: int


def stage(connection: Connection, ident: Import, lines: Mapping[int, OrderLine]) -> None:
    """Add parsed lines, by row number, to the staged rows of this import."""
    hidden = people.forgotten_handles(connection, ident.base)
    if lines:
        connection.execute(
            insert(STAGED_LINES),
            [_staged(ident.id, number, _hiding(line, hidden)) for number, line in lines.items()],
        )


def _hiding(line: OrderLine, hidden: frozenset[str]) -> OrderLine:
    """The line, with a stand-in for the handle of a creator who was forgotten."""
    under = stand_in("handle", line.creator_handle) if hidden else ""
    return replace(line, creator_handle=under) if under in hidden else line


def unstage(connection: Connection, import_prefix: str) -> None:
    """Remove staged rows of imports whose id starts so: refused, finished or died half-way."""
    connection.execute(
        delete(STAGED_LINES).where(
            STAGED_LINES.c.import_id.startswith(import_prefix, autoescape=True)
        )
    )


def settle_repeats(connection: Connection, ident: Import) -> tuple[Rejection, ...]:
    """Leave one staged row per order and SKU; say which rows went and why."""
    mine = STAGED_LINES.c.import_id == ident.id
    keys = [STAGED_LINES.c[name] for name in _KEY]
    repeated = select(*keys).where(mine).group_by(*keys).having(func.count() > 1).subquery()
    rows = connection.execute(
        select(STAGED_LINES)
        .join(repeated, and_(*(column == repeated.c[column.name] for column in keys)))
        .where(mine)
        .order_by(STAGED_LINES.c.row_number)
    ).all()
    groups: dict[tuple[str, str], list[Row[tuple[object, ...]]]] = defaultdict(list)
    for row in rows:
        groups[row.order_id, row.sku_id].append(row)
    gone = [rejection for group in groups.values() for rejection in _judge(group)]
    for rejection in gone:
        connection.execute(
            delete(STAGED_LINES).where(mine, STAGED_LINES.c.row_number == rejection.row)
        )
    return tuple(sorted(gone, key=lambda rejection: rejection.row))


def publish(connection: Connection, ident: Import) -> Published:
    """Bring the staged rows into the order lines, in the caller's one transaction."""
    published = _counted(connection, ident)
    _remember_statuses(connection, ident)
    _upsert(connection, ident)
    unstage(connection, ident.id)
    return published


def _staged(import_id: str, number: int, line: OrderLine) -> dict[str, object]:
    values = asdict(line) | {"status": line.status.value, "rank": line.rank}
    said = "\x1f".join(f"{name}={values[name]}" for name in sorted(values))
    print_ = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
    return values | {"import_id": import_id, "row_number": number, "fingerprint": print_}


def _judge(group: Sequence["Row[tuple[object, ...]]"]) -> list[Rejection]:
    """The rows of one order and SKU that must go."""
    furthest = max(row.rank for row in group)
    leading = [row for row in group if row.rank == furthest]
    if len({tuple(getattr(row, name) for name in AMOUNTS) for row in leading}) > 1:
        numbers = ", ".join(str(row.row_number) for row in leading)
        return [
            Rejection(row.row_number, ORDER_ID, f"rows {numbers} state other amounts for one SKU")
            for row in group
        ]
    kept = leading[-1]
    return [
        Rejection(
            row.row_number,
            ORDER_ID,
            f"the same SKU of the order is in row {kept.row_number} as {kept.raw_status!r}, "
            "which was imported",
        )
        for row in group
        if row is not kept
    ]


def _counted(connection: Connection, ident: Import) -> Published:
    known = ORDER_LINES.c.order_id.is_not(None)
    same = ORDER_LINES.c.fingerprint == STAGED_LINES.c.fingerprint
    older = STAGED_LINES.c.rank < ORDER_LINES.c.rank
    outcome = case((~known, "new"), (same, "unchanged"), (older, "kept"), else_="changed").label(
        "outcome"
    )
    counts = dict.fromkeys(("new", "changed", "unchanged", "kept"), 0)
    query = _joined(ident, outcome, func.count().label("rows")).group_by(outcome)
    for row in connection.execute(query):
        counts[row.outcome] = row.rows
    return Published(**counts)


def _joined(ident: Import, *wanted: ColumnElement[Any]) -> Select[Any]:
    same_key = and_(
        ORDER_LINES.c.base == ident.base,
        ORDER_LINES.c.shop == ident.shop,
        *(ORDER_LINES.c[name] == STAGED_LINES.c[name] for name in _KEY),
    )
    return (
        select(*wanted)
        .select_from(STAGED_LINES.outerjoin(ORDER_LINES, same_key))
        .where(STAGED_LINES.c.import_id == ident.id)
    )


def _remember_statuses(connection: Connection, ident: Import) -> None:
    said = ("status", "raw_status", "fully_returned")
    moved = or_(
        ORDER_LINES.c.order_id.is_(None),
        and_(
            STAGED_LINES.c.rank >= ORDER_LINES.c.rank,
            or_(*(STAGED_LINES.c[name] != ORDER_LINES.c[name] for name in said)),
        ),
    )
    wanted = {
        "base": literal(ident.base),
        "shop": literal(ident.shop),
        "import_id": STAGED_LINES.c.import_id,
        "at": literal(ident.at, ORDER_STATUS_HISTORY.c.at.type),
    } | {name: STAGED_LINES.c[name] for name in (*_KEY, *said)}
    query = _joined(ident, *wanted.values()).where(moved)
    connection.execute(insert(ORDER_STATUS_HISTORY).from_select(list(wanted), query))


def _upsert(connection: Connection, ident: Import) -> None:
    at = literal(ident.at, ORDER_LINES.c.changed_at.type)
    wanted = {
        "base": literal(ident.base),
        "shop": literal(ident.shop),
        "import_id": STAGED_LINES.c.import_id,
        "first_seen": at,
        "changed_at": at,
    } | {name: STAGED_LINES.c[name] for name in (*_KEY, *_FACTS)}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(ORDER_LINES).from_select(
        list(wanted), select(*wanted.values()).where(STAGED_LINES.c.import_id == ident.id)
    )
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["base", "shop", *_KEY],
            set_={name: new[name] for name in (*_FACTS, "import_id", "changed_at")},
            where=and_(
                new.rank >= ORDER_LINES.c.rank, new.fingerprint != ORDER_LINES.c.fingerprint
            ),
        )
    )
