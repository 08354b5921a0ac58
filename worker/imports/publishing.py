"""Publishing staged lines: each is new, changed, unchanged, or older than what the ledger has.

That is judged before the writers' lock is taken, so that the one transaction that publishes only
writes; it is judged anew inside it if another import of the shop came in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
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
)
from sqlalchemy.dialects import postgresql, sqlite

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
_STATUS = ("status", "raw_status", "fully_returned")


class Verdict(IntEnum):
    """What becomes of a staged line."""

    NEW = 0
    CHANGED = 1
    UNCHANGED = 2
    KEPT = 3


_WRITTEN = (Verdict.NEW, Verdict.CHANGED)


@dataclass(frozen=True, slots=True)
class Import:
    """Which file is being imported for which shop of which base.

    `exported_on` is the day (ISO) in the file's name, "" if it has none.
    """

    id: str
    base: str
    shop: str
    at: datetime
    exported_on: str


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
    _VERDICTS.drop(connection, checkfirst=True)
    _VERDICTS.create(connection, checkfirst=False)
    verdict = _verdict(connection, ident)
    mine = _mine(ident, ORDER_LINES)
    query = select(STAGED.c[ROW], verdict).select_from(
        STAGED.outerjoin(ORDER_LINES, and_(*mine, *_same_line(STAGED, ORDER_LINES)))
    )
    if not connection.execute(select(exists().where(*mine))).scalar_one():
        query = select(STAGED.c[ROW], literal(int(Verdict.NEW)))
    connection.execute(insert(_VERDICTS).from_select([ROW, "verdict"], query))
    counted = select(_VERDICTS.c.verdict, func.count()).group_by(_VERDICTS.c.verdict)
    found = dict.fromkeys(Verdict, 0)
    found |= {Verdict(row[0]): row[1] for row in connection.execute(counted)}
    return Judged(found, imports, hidden)


def publish(connection: Connection, ident: Import, judged: Judged) -> Judged:
    """Write what is new or changed, in the caller's one transaction; what was true by then."""
    is_stale = judged.imports != _imports(connection, ident)
    if is_stale or judged.hidden != forgotten(connection, ident.base):
        judged = judge(connection, ident)
    if judged.counts[Verdict.CHANGED]:
        _remember_statuses(connection, ident)
    if any(judged.counts[verdict] for verdict in _WRITTEN):
        _upsert(connection, ident, judged)
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
        else_=int(Verdict.CHANGED),
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
    moved = (
        STAGED.join(_VERDICTS, STAGED.c[ROW] == _VERDICTS.c[ROW])
        .join(ORDER_LINES, and_(*_mine(ident, ORDER_LINES), *_same_line(STAGED, ORDER_LINES)))
    )  # fmt: skip
    changed = (
        _VERDICTS.c.verdict == int(Verdict.CHANGED),
        or_(*(STAGED.c[name].is_distinct_from(known[name]) for name in _STATUS)),
    )
    has_past = exists().where(
        *_mine(ident, ORDER_STATUS_HISTORY), *_same_line(ORDER_STATUS_HISTORY, ORDER_LINES)
    )
    before: dict[str, Any] = {name: known[name] for name in ("base", "shop", *KEY, "import_id")}
    before |= {"at": known.first_seen, **{name: known[name] for name in _STATUS}}
    after: dict[str, Any] = {name: known[name] for name in ("base", "shop", *KEY)}
    after |= {"import_id": literal(ident.id), "at": literal(ident.at, past.at.type)}
    after |= {name: STAGED.c[name] for name in _STATUS}
    for wanted, condition in ((before, [*changed, ~has_past]), (after, changed)):
        query = select(*wanted.values()).select_from(moved).where(*condition)
        connection.execute(insert(ORDER_STATUS_HISTORY).from_select(list(wanted), query))


def _upsert(connection: Connection, ident: Import, judged: Judged) -> None:
    at = literal(ident.at, ORDER_LINES.c.changed_at.type)
    wanted: dict[str, Any] = {
        "base": literal(ident.base),
        "shop": literal(ident.shop),
        "import_id": literal(ident.id),
        "first_seen": at,
        "changed_at": at,
    }
    wanted |= {name: STAGED.c[name] for name in (*KEY, *SAID)}
    query = select(*wanted.values()).where(STAGED.c[ROW] > 0)
    if sum(judged.counts.values()) > judged.counts[Verdict.NEW]:
        query = query.join(_VERDICTS, STAGED.c[ROW] == _VERDICTS.c[ROW]).where(
            _VERDICTS.c.verdict.in_([int(verdict) for verdict in _WRITTEN])
        )
    statement = _dialect(connection).insert(ORDER_LINES).from_select(list(wanted), query)
    if judged.counts[Verdict.CHANGED]:
        statement = statement.on_conflict_do_update(
            index_elements=["base", "shop", *KEY],
            set_={name: statement.excluded[name] for name in (*SAID, "import_id", "changed_at")},
        )
    connection.execute(statement)


def _dialect(connection: Connection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql
