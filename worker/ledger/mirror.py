"""The mirror: rows of the tables that jobs read, and who was seen in which view, as last read.

It may lag behind Airtable by one poll of the feed; what is done on it is checked by the claim.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from schemas.fields import Field, Table
from schemas.parsing import Row
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables_screen import MIRROR_MEMBERS, MIRROR_ROWS, TOUCHED_TABLES

IN_ONE_STATEMENT = 500


def rows(ledger: Ledger, base: str, table: Table, ids: Collection[str] = ()) -> tuple[Row, ...]:
    """The table's rows as last read, oldest first; only those of `ids` if any are given."""
    wanted = (
        select(MIRROR_ROWS.c.record_id, MIRROR_ROWS.c.created_at, MIRROR_ROWS.c.cells)
        .where(MIRROR_ROWS.c.base == base, MIRROR_ROWS.c.table_name == table.name)
        .order_by(MIRROR_ROWS.c.created_at, MIRROR_ROWS.c.record_id)
    )
    with ledger.reading() as connection:
        if not ids:
            return tuple(_row(table, *found) for found in connection.execute(wanted))
        return tuple(
            _row(table, *found)
            for some in _some(sorted(ids))
            for found in connection.execute(wanted.where(MIRROR_ROWS.c.record_id.in_(some)))
        )


def _row(table: Table, record_id: str, created_at: object, cells: Mapping[str, object]) -> Row:
    known = {table.by_name[name]: value for name, value in cells.items() if name in table.by_name}
    return Row(record_id, created_at, known)  # type: ignore[arg-type]  # UtcDateTime's


def record_ids(ledger: Ledger, base: str, table: Table) -> frozenset[str]:
    """The ids of the table's rows as last read."""
    wanted = select(MIRROR_ROWS.c.record_id).where(
        MIRROR_ROWS.c.base == base, MIRROR_ROWS.c.table_name == table.name
    )
    with ledger.reading() as connection:
        return frozenset(connection.execute(wanted).scalars())


def row_counts(ledger: Ledger, base: str) -> Mapping[str, int]:
    """How many rows each mirrored table has."""
    counted = (
        select(MIRROR_ROWS.c.table_name, func.count())
        .where(MIRROR_ROWS.c.base == base)
        .group_by(MIRROR_ROWS.c.table_name)
    )
    with ledger.reading() as connection:
        return {str(name): int(number) for name, number in connection.execute(counted)}


def save(connection: Connection, base: str, table: Table, found: Sequence[Row]) -> None:
    """Remember these rows as they are now."""
    if not found:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(MIRROR_ROWS)
    upsert = insert.on_conflict_do_update(
        index_elements=["base", "table_name", "record_id"], set_={"cells": insert.excluded.cells}
    )
    connection.execute(upsert, [_stored(base, table, row) for row in found])


def _stored(base: str, table: Table, row: Row) -> dict[str, object]:
    cells = {field.name: value for field, value in row.cells.items()}
    return {
        "base": base, "table_name": table.name, "record_id": row.id,
        "created_at": row.created_at, "cells": cells,
    }  # fmt: skip


def remove(connection: Connection, base: str, table: Table, ids: Collection[str]) -> None:
    """Forget rows that are gone, and where they were seen."""
    for some in _some(sorted(ids)):
        connection.execute(
            delete(MIRROR_ROWS).where(
                MIRROR_ROWS.c.base == base,
                MIRROR_ROWS.c.table_name == table.name,
                MIRROR_ROWS.c.record_id.in_(some),
            )
        )
    unknow(connection, base, ids)


def written(
    connection: Connection, base: str, table: Table, changes: Mapping[str, Mapping[Field, object]]
) -> None:
    """Take over what we wrote ourselves; in which views those rows are is not known any more."""
    changed: list[Row] = []
    for some in _some(sorted(changes)):
        wanted = select(MIRROR_ROWS).where(
            MIRROR_ROWS.c.base == base,
            MIRROR_ROWS.c.table_name == table.name,
            MIRROR_ROWS.c.record_id.in_(some),
        )
        for found in connection.execute(wanted):
            row = _row(table, found.record_id, found.created_at, found.cells)
            cells = {**row.cells, **changes[row.id]}
            full = {field: value for field, value in cells.items() if not is_empty(value)}
            changed.append(Row(row.id, row.created_at, full))
    save(connection, base, table, changed)
    unknow(connection, base, changes)


def is_empty(value: object) -> bool:
    """Whether Airtable leaves such a cell out of its answers."""
    return value is None or value is False or value in ("", [])


def members(ledger: Ledger, base: str, view: str) -> Mapping[str, bool]:
    """For each record of which it is known: whether it is in the view (TABLE/VIEW)."""
    wanted = select(MIRROR_MEMBERS.c.record_id, MIRROR_MEMBERS.c.is_member).where(
        MIRROR_MEMBERS.c.base == base, MIRROR_MEMBERS.c.view == view
    )
    with ledger.reading() as connection:
        return {str(record): bool(member) for record, member in connection.execute(wanted)}


def know(connection: Connection, base: str, view: str, seen: Mapping[str, bool]) -> None:
    """Remember who is in the view and who is not."""
    for some in _some(sorted(seen)):
        connection.execute(
            delete(MIRROR_MEMBERS).where(
                MIRROR_MEMBERS.c.base == base,
                MIRROR_MEMBERS.c.view == view,
                MIRROR_MEMBERS.c.record_id.in_(some),
            )
        )
        connection.execute(
            MIRROR_MEMBERS.insert(),
            [
                {"base": base, "view": view, "record_id": one, "is_member": seen[one]}
                for one in some
            ],
        )


def unknow(connection: Connection, base: str, ids: Iterable[str]) -> None:
    """These records changed: in which views they are has to be asked again."""
    for some in _some(sorted(ids)):
        connection.execute(
            delete(MIRROR_MEMBERS).where(
                MIRROR_MEMBERS.c.base == base, MIRROR_MEMBERS.c.record_id.in_(some)
            )
        )


def unknow_all(connection: Connection, base: str) -> None:
    """A day has passed, or something was missed: no view is known any more."""
    connection.execute(delete(MIRROR_MEMBERS).where(MIRROR_MEMBERS.c.base == base))


def touch(connection: Connection, base: str, tables: Iterable[Table]) -> None:
    """A person changed something in tables that are not mirrored."""
    for table in tables:
        insert_new(connection, TOUCHED_TABLES, {"base": base, "table_name": table.name})


def is_touched(ledger: Ledger, base: str, table: Table) -> bool:
    """Whether a person changed something there since `untouch`."""
    return table.name in _touched(ledger, base)


def _touched(ledger: Ledger, base: str) -> frozenset[str]:
    wanted = select(TOUCHED_TABLES.c.table_name).where(TOUCHED_TABLES.c.base == base)
    with ledger.reading() as connection:
        return frozenset(connection.execute(wanted).scalars())


def untouch(ledger: Ledger, base: str, table: Table) -> None:
    """What was changed there has been taken in."""
    with ledger.writing() as connection:
        connection.execute(
            delete(TOUCHED_TABLES).where(
                TOUCHED_TABLES.c.base == base, TOUCHED_TABLES.c.table_name == table.name
            )
        )


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), IN_ONE_STATEMENT):
        yield ids[start : start + IN_ONE_STATEMENT]
