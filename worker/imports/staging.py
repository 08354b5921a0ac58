"""Staged order lines: a temporary table of one connection, filled by the driver, not by us.

It is no part of the ledger: filling it holds up nobody, and it is gone with the connection. What
becomes of the staged lines is decided in `publishing`.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import OperationalError

from schemas.hashes import stand_in
from schemas.order_columns import ORDER_ID
from schemas.orders import LineStatus, Rejection
from worker.errors import ServiceDown
from worker.imports.bulk_lines import FRAME
from worker.imports.raw_rows import ROW
from worker.ledger import people
from worker.ledger.engine import Ledger
from worker.ledger.tables import CREATOR_HANDLES
from worker.ledger.tables_money import AMOUNTS, ORDER_LINES

KEY = ("order_id", "sku_id")
SAID = tuple(name for name in FRAME if name not in (ROW, *KEY))  # what a file says of a line
_TEMPORARY = MetaData()
STAGED = Table(
    "staged_lines",
    _TEMPORARY,
    Column(ROW, Integer, primary_key=True, autoincrement=False),
    *[Column(name, ORDER_LINES.c[name].type) for name in (*KEY, *SAID)],
    prefixes=["TEMPORARY"],
)
_FORGOTTEN = Table(
    "forgotten_handles",
    _TEMPORARY,
    Column("handle", Text, primary_key=True),
    Column("under", Text),
    prefixes=["TEMPORARY"],
)
_SUSPECTS = Table(
    "suspect_rows",
    _TEMPORARY,
    Column(ROW, Integer, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
)
_BATCH = 10_000
_CACHE_KIB = 64_000
_SORTERS = 2  # threads that sort for an index
_NULL = "\x1f"  # no cell that was cleaned has it


@contextmanager
def staging(ledger: Ledger) -> Iterator[Connection]:
    """A connection of its own, with an empty STAGED table that nobody else sees."""
    with ledger.engine.connect() as connection:
        connection.detach()  # so that no other user of the pool finds the tables
        connection.execution_options(reading=True)  # filling takes no writers' lock
        if ledger.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.exec_driver_sql(f"PRAGMA threads = {_SORTERS}")
            connection.rollback()
        try:
            with connection.begin():
                STAGED.create(connection, checkfirst=False)
            yield connection
        except (OperationalError, sqlite3.OperationalError) as error:
            why = getattr(error, "orig", error)
            raise ServiceDown(
                f"DATABASE_URL: the import stopped ({why}). Nothing was imported. Check that the "
                "ledger answers, and that its disk and the one of temporary files have space."
            ) from error


def stage(connection: Connection, lines: pl.DataFrame) -> None:
    """Add lines as `bulk_lines.FRAME` says."""
    with connection.begin():
        if connection.dialect.name == "sqlite":
            _insert(connection, lines)
        else:
            _copy(connection, lines)


def _insert(connection: Connection, lines: pl.DataFrame) -> None:
    instants = [name for name, kind in FRAME.items() if isinstance(kind, pl.Datetime)]
    # As SQLAlchemy writes an instant on SQLite.
    texts = lines.with_columns(pl.col(instants).dt.to_string("%Y-%m-%d %H:%M:%S.000000"))
    names, marks = ", ".join(f'"{name}"' for name in FRAME), ", ".join("?" * len(FRAME))
    cursor: Any = connection.connection.cursor()
    for start in range(0, texts.height, _BATCH):
        batch = texts.slice(start, _BATCH)
        rows = zip(*(batch[name].to_list() for name in FRAME), strict=True)
        cursor.executemany(f"INSERT INTO temp.staged_lines ({names}) VALUES ({marks})", rows)  # noqa: S608 - our own names
    cursor.close()


def _copy(connection: Connection, lines: pl.DataFrame) -> None:
    written = lines.write_csv(
        include_header=False,
        null_value=_NULL,
        datetime_format="%Y-%m-%d %H:%M:%S+00",
    )
    names = ", ".join(f'"{name}"' for name in FRAME)
    cursor: Any = connection.connection.cursor()
    with cursor.copy(
        f"COPY pg_temp.staged_lines ({names}) FROM STDIN (FORMAT csv, NULL '{_NULL}')"
    ) as copy:
        copy.write(written)
    cursor.close()


def hide(connection: Connection, base: str, hidden: frozenset[str]) -> None:
    """Put stand-ins for the handles of creators who were forgotten; their unknown cells go.

    A handle that is somebody else's now is hidden only outside their time.
    """
    if not hidden:
        return
    handles = connection.execute(select(STAGED.c.creator_handle).distinct()).scalars()
    found = [
        {"handle": handle, "under": under}
        for handle in handles
        if (under := stand_in("handle", handle)) in hidden
    ]
    if not found:
        return
    _FORGOTTEN.create(connection, checkfirst=False)
    connection.execute(insert(_FORGOTTEN), found)
    span, line = CREATOR_HANDLES.c, STAGED.c
    of_another = exists().where(
        span.base == base,
        span.handle == line.creator_handle,
        span.since <= line.created_at,
        or_(span.until.is_(None), span.until > line.created_at),
    )
    connection.execute(
        update(STAGED)
        .where(line.creator_handle == _FORGOTTEN.c.handle, ~of_another)
        .values(creator_handle=_FORGOTTEN.c.under, extra=None)
    )
    _FORGOTTEN.drop(connection, checkfirst=False)


def forgotten(connection: Connection, base: str) -> frozenset[str]:
    """Whose handles are to be hidden at present."""
    return people.forgotten_handles(connection, base)


def settle_repeats(connection: Connection, suspects: pl.Series) -> Sequence[Rejection]:
    """Leave one staged row per order and SKU among those rows; say which went and why."""
    if not suspects.len():
        return ()
    groups: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    wanted = [STAGED.c[name] for name in (ROW, *KEY, "rank", "raw_status", *AMOUNTS)]
    with connection.begin():
        _SUSPECTS.create(connection, checkfirst=False)
        connection.execute(insert(_SUSPECTS), [{ROW: row} for row in suspects.to_list()])
        same_row = STAGED.c[ROW] == _SUSPECTS.c[ROW]
        rows = connection.execute(select(*wanted).join(_SUSPECTS, same_row).order_by(STAGED.c[ROW]))
        for row in rows:
            groups[row.order_id, row.sku_id].append(row)
        gone = [bad for group in groups.values() if len(group) > 1 for bad in _judge(group)]
        connection.execute(delete(_SUSPECTS))
        if gone:
            connection.execute(insert(_SUSPECTS), [{ROW: bad.row} for bad in gone])
            connection.execute(delete(STAGED).where(STAGED.c[ROW].in_(select(_SUSPECTS.c[ROW]))))
        _SUSPECTS.drop(connection, checkfirst=False)
    return gone


def waiting(connection: Connection) -> Mapping[str, tuple[int, int]]:
    """By status nobody has seen before: how many staged lines, and their sum of Payment Amount."""
    query = (
        select(STAGED.c.raw_status, func.count(), func.sum(STAGED.c.payment_amount))
        .where(STAGED.c.status == LineStatus.NEEDS_REVIEW.value)
        .group_by(STAGED.c.raw_status)
        .order_by(STAGED.c.raw_status)
    )
    with connection.begin():
        return {status: (number, int(minor)) for status, number, minor in connection.execute(query)}


def _judge(group: Sequence[Row[Any]]) -> list[Rejection]:
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
