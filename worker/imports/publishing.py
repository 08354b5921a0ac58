"""Publishing staged lines: each is new, changed, unchanged, or older than what the ledger has.

That is judged before the writers' lock is taken, so that the one transaction that publishes only
writes; it is judged anew inside it if another import of the shop came in between.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    MetaData,
    Table,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from worker.imports.order_reports import Import
from worker.imports.raw_rows import ROW
from worker.imports.staging import KEY, SAID, STAGED, forgotten, hide
from worker.ledger.tables_money import (
    IMPORTS,
    ORDER_LINES,
    ORDER_STATUS_HISTORY,
    SHOP_PRODUCTS,
)

_VERDICTS = Table(
    "verdicts",
    MetaData(),
    Column(ROW, Integer, primary_key=True, autoincrement=False),
    Column("verdict", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
# Of these, the rows that are to be written, few as they mostly are.
_TO_WRITE = Table(
    "rows_to_write",
    MetaData(),
    Column(ROW, Integer, primary_key=True, autoincrement=False),
    Column("verdict", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
_STATUS = ("status", "raw_status", "fully_returned")


class Verdict(IntEnum):
    """What becomes of a staged line."""

    NEW = 0
    CHANGED = 1
    MOVED = 2  # changed, and its status with it
    UNCHANGED = 3
    KEPT = 4


FIRST = ""  # in the place of an import: the status a line was first seen with
_LAST_WRITTEN = Verdict.MOVED


@dataclass(frozen=True, slots=True)
class Judged:
    """How many lines each verdict has, and what it rests on."""

    counts: Mapping[Verdict, int]
    imports: int
    hidden: frozenset[str]


def judge(connection: Connection, ident: Import) -> Judged:
    """Compare the staged lines with the ledger's; nothing of it is written."""
    hidden = forgotten(connection, ident.base)
    hide(connection, ident.base, hidden)
    imports = _imports(connection, ident)
    mine = _mine(ident, ORDER_LINES)
    if not connection.execute(select(exists().where(*mine))).scalar_one():
        every = connection.execute(select(func.count()).select_from(STAGED)).scalar_one()
        return Judged({Verdict.NEW: every}, imports, hidden)
    for table in (_VERDICTS, _TO_WRITE):
        table.drop(connection, checkfirst=True)
        table.create(connection, checkfirst=False)
    know_sizes(connection, STAGED, (ROW, *KEY))
    compared = STAGED.outerjoin(ORDER_LINES, and_(*mine, *_same_line(STAGED, ORDER_LINES)))
    query = select(STAGED.c[ROW], _verdict(connection, ident)).select_from(compared)
    connection.execute(insert(_VERDICTS).from_select([ROW, "verdict"], query))
    verdict = _VERDICTS.c.verdict
    counted = connection.execute(select(verdict, func.count()).group_by(verdict))
    counts = {Verdict(found): number for found, number in counted}
    written = select(_VERDICTS).where(verdict <= int(_LAST_WRITTEN))
    connection.execute(insert(_TO_WRITE).from_select([ROW, "verdict"], written))
    know_sizes(connection, _TO_WRITE)
    return Judged(counts, imports, hidden)


def publish(connection: Connection, ident: Import, judged: Judged) -> Judged:
    """Write what is new or changed, in the caller's one transaction; what was true by then."""
    is_stale = judged.imports != _imports(connection, ident)
    if is_stale or judged.hidden != forgotten(connection, ident.base):
        judged = judge(connection, ident)
    counts = judged.counts
    if counts.get(Verdict.MOVED):
        _remember_statuses(connection, ident)
    if counts.get(Verdict.CHANGED) or counts.get(Verdict.MOVED):
        _update(connection, ident)
    if counts.get(Verdict.NEW):
        _insert(connection, ident, are_all_new=set(counts) == {Verdict.NEW})
    return judged


def name_products(connection: Connection, ident: Import, names: Mapping[str, str]) -> None:
    """Remember what the shop's products are called."""
    if not names:
        return
    rows = [
        {"base": ident.base, "shop": ident.shop, "product_id": product, "name": name}
        for product, name in sorted(names.items())
    ]
    statement = _dialect(connection).insert(SHOP_PRODUCTS)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["base", "shop", "product_id"],
            set_={"name": statement.excluded.name},
            where=statement.excluded.name != SHOP_PRODUCTS.c.name,
        ),
        rows,
    )


def _imports(connection: Connection, ident: Import) -> int:
    """How many imports the shop has had: when it grows, another came in between."""
    count = select(func.count()).select_from(IMPORTS)
    found: int = connection.execute(count.where(*_mine(ident, IMPORTS))).scalar_one()
    return found


def _mine(ident: Import, table: Table) -> tuple[ColumnElement[bool], ...]:
    return (table.c.base == ident.base, table.c.shop == ident.shop)


def _same_line(one: Table, other: Table) -> list[ColumnElement[bool]]:
    return [one.c[name] == other.c[name] for name in KEY]


def _verdict(connection: Connection, ident: Import) -> ColumnElement[int]:
    """The life of a line decides, then which file was exported later, then which came last."""
    staged, known = STAGED.c, ORDER_LINES.c
    same = and_(*(staged[name].is_not_distinct_from(known[name]) for name in SAID))
    older: ColumnElement[bool] = staged.rank < known.rank
    if later := _later_exports(connection, ident):
        older = or_(older, and_(staged.rank == known.rank, known.import_id.in_(later)))
    return case(
        (known.order_id.is_(None), int(Verdict.NEW)),
        (same, int(Verdict.UNCHANGED)),
        (older, int(Verdict.KEPT)),
        (and_(*(staged[name] == known[name] for name in _STATUS)), int(Verdict.CHANGED)),
        else_=int(Verdict.MOVED),
    )


def _later_exports(connection: Connection, ident: Import) -> Sequence[str]:
    """The imports of files that, as both names say, were exported after this one."""
    if not ident.exported_on:
        return ()
    later = select(IMPORTS.c.id).where(
        *_mine(ident, IMPORTS), IMPORTS.c.exported_on > ident.exported_on
    )
    return connection.execute(later).scalars().all()


def _remember_statuses(connection: Connection, ident: Import) -> None:
    """Write each change of status; with the first one also the status it had until then."""
    known, past = ORDER_LINES.c, ORDER_STATUS_HISTORY.c
    moved = _written().join(
        ORDER_LINES, and_(*_mine(ident, ORDER_LINES), *_same_line(STAGED, ORDER_LINES))
    )
    line: dict[str, Any] = {name: known[name] for name in ("base", "shop", *KEY)}
    before = line | {"import_id": literal(FIRST), "at": known.first_seen}
    before |= {name: known[name] for name in _STATUS}
    after = line | {"import_id": literal(ident.id), "at": literal(ident.at, past.at.type)}
    after |= {name: STAGED.c[name] for name in _STATUS}
    for wanted in (before, after):
        query = (
            select(*wanted.values())
            .select_from(moved)
            .where(_TO_WRITE.c.verdict == int(Verdict.MOVED))
        )
        statement = _dialect(connection).insert(ORDER_STATUS_HISTORY)
        connection.execute(statement.from_select(list(wanted), query).on_conflict_do_nothing())


def _update(connection: Connection, ident: Import) -> None:
    conditions = [
        *_mine(ident, ORDER_LINES),
        *_same_line(STAGED, ORDER_LINES),
        STAGED.c[ROW] == _TO_WRITE.c[ROW],
        _TO_WRITE.c.verdict != int(Verdict.NEW),
    ]
    said: dict[str, Any] = {name: STAGED.c[name] for name in SAID}
    connection.execute(
        update(ORDER_LINES)
        .where(*conditions)
        .values(**said, import_id=ident.id, changed_at=ident.at)
    )


def _insert(connection: Connection, ident: Import, *, are_all_new: bool) -> None:
    at = literal(ident.at, ORDER_LINES.c.changed_at.type)
    wanted: dict[str, Any] = {
        "base": literal(ident.base),
        "shop": literal(ident.shop),
        "import_id": literal(ident.id),
        "first_seen": at,
        "changed_at": at,
    }
    wanted |= {name: STAGED.c[name] for name in (*KEY, *SAID)}
    query = select(*wanted.values())
    if not are_all_new:
        is_new = _TO_WRITE.c.verdict == int(Verdict.NEW)
        query = query.select_from(_written()).where(is_new)
    with _indexed_at_the_end(connection):
        connection.execute(insert(ORDER_LINES).from_select(list(wanted), query))


@contextmanager
def _indexed_at_the_end(connection: Connection) -> Iterator[None]:
    """Into an empty table SQLite writes much faster when its indexes are built afterwards.

    It is all one transaction; PostgreSQL would shut out readers meanwhile, and gains less.
    """
    is_empty = not connection.execute(select(exists().select_from(ORDER_LINES))).scalar_one()
    if connection.dialect.name != "sqlite" or not is_empty:
        yield
        return
    indexes = sorted(ORDER_LINES.indexes, key=lambda index: str(index.name))
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _written() -> FromClause:
    return _TO_WRITE.join(STAGED, STAGED.c[ROW] == _TO_WRITE.c[ROW])


def know_sizes(connection: Connection, table: Table, columns: Sequence[str] = ()) -> None:
    """PostgreSQL plans badly for a table that it has not counted since it grew."""
    if connection.dialect.name != "sqlite":
        of = f"({', '.join(columns)})" if columns else ""
        connection.exec_driver_sql(f"ANALYZE {table.name} {of}")


def _dialect(connection: Connection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql
