"""What the ledger holds about one creator, and how to forget it: hashes, states and money stay.

Names and addresses also stand in texts about other things (notices, previews, problems): every
text column of every table is searched for them.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, Select, Table, Text, delete, or_, select, update

from schemas.tables import creators
from worker.ledger import consent, people
from worker.ledger.engine import Ledger
from worker.ledger.metadata import METADATA
from worker.ledger.tables import CREATOR_IDENTITIES, DELIVERIES, INBOUND, PROBLEMS
from worker.ledger.tables_money import ORDER_LINES, STAGED_LINES
from worker.ledger.tables_screen import MIRROR_ROWS

FORGOTTEN = "forgotten"
GONE = "(forgotten)"
_BIG = (ORDER_LINES, STAGED_LINES)  # millions of rows; their only name is the handle
_SHORTEST_NAME = 5  # a shorter one stands in too many other words


@dataclass(frozen=True, slots=True)
class Held:
    """What is held about one creator of a base, by what it is."""

    base: str
    creator: str
    names: tuple[str, ...]
    identities: Mapping[str, tuple[str, ...]]
    counts: Mapping[str, int]

    @property
    def needles(self) -> tuple[str, ...]:
        """What must not be found anywhere afterwards."""
        values = (*self.identities.get("email", ()), *self.identities.get("handle", ()))
        long = (name for name in self.names if len(name) >= _SHORTEST_NAME)
        return tuple(dict.fromkeys([*values, *long]))


def find(ledger: Ledger, base: str, key: str) -> tuple[str, ...]:
    """The creators that `key` may mean: ledger id, record, handle, e-mail, hash of one, or name."""
    wanted = key.strip().casefold().removeprefix("@")
    with ledger.reading() as connection:
        seen = connection.execute(
            select(CREATOR_IDENTITIES).where(CREATOR_IDENTITIES.c.base == base)
        ).all()
        named = _named(connection, base)
    found = {
        row.creator
        for row in seen
        if wanted in (row.creator.casefold(), row.value.casefold(), _hash(row.kind, row.value))
        or (row.kind == "record" and wanted in (n.casefold() for n in named.get(row.value, ())))
    }
    return tuple(sorted(found))


def held(ledger: Ledger, base: str, creator: str) -> Held:
    """Everything the ledger holds about the creator."""
    identities: dict[str, list[str]] = {}
    with ledger.reading() as connection:
        seen = select(CREATOR_IDENTITIES).where(
            CREATOR_IDENTITIES.c.base == base, CREATOR_IDENTITIES.c.creator == creator
        )
        for row in connection.execute(seen):
            identities.setdefault(row.kind, []).append(row.value)
        named = _named(connection, base)
        counts = {
            table.name: len(connection.execute(_of(table, base, creator)).all())
            for table in METADATA.sorted_tables
            if {"base", "creator"} <= set(table.c.keys()) and table not in _BIG
        }
    names = [name for record in identities.get("record", ()) for name in named.get(record, ())]
    known = {kind: tuple(values) for kind, values in identities.items()}
    return Held(base, creator, tuple(names), known, {k: n for k, n in counts.items() if n})


def forget(ledger: Ledger, about: Held, *, by: str, at: datetime) -> None:
    """Erase it in one transaction; the creator stays suppressed under the hashes."""
    base, creator = about.base, about.creator
    with ledger.writing() as connection:
        source = f"forgotten by {by}"
        consent.suppress_creator(connection, base, creator, reason=FORGOTTEN, source=source, at=at)
        _erase_messages(connection, base, creator)
        records = about.identities.get("record", ())
        for record in records:
            mine = (MIRROR_ROWS.c.base == base, MIRROR_ROWS.c.record_id == record)
            connection.execute(delete(MIRROR_ROWS).where(*mine))
            told = (PROBLEMS.c.base == base, PROBLEMS.c.record_id == record)
            connection.execute(delete(PROBLEMS).where(*told))
        people.forget_identities(connection, base, creator)
        for handle in about.identities.get("handle", ()):
            _rename(connection, base, handle)
        _scrub(connection, about.needles)
    _compact(ledger)


def _erase_messages(connection: Connection, base: str, creator: str) -> None:
    touch, mail = DELIVERIES.c, INBOUND.c
    connection.execute(
        update(DELIVERIES)
        .where(touch.base == base, touch.creator == creator)
        .values(payload={}, subject="", outcome="", because=GONE)
    )
    connection.execute(
        update(INBOUND)
        .where(mail.base == base, mail.creator == creator)
        .values(text="", subject="", message_id="")
    )


def _rename(connection: Connection, base: str, handle: str) -> None:
    """Order lines keep their sums under the hash of the handle."""
    for table in _BIG:
        if "creator_handle" in table.c:
            under = f"{FORGOTTEN}:{people.hash_of(f'@{handle}')[:12]}"
            mine = [table.c.creator_handle == handle]
            if "base" in table.c:
                mine.append(table.c.base == base)
            connection.execute(update(table).where(*mine).values(creator_handle=under))


def _scrub(connection: Connection, needles: Collection[str]) -> None:
    """Replace what is left of names and addresses in any text of any table."""
    if not needles:
        return
    pattern = re.compile(
        "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in needles), re.IGNORECASE
    )
    for table in METADATA.sorted_tables:
        if table in _BIG:
            continue
        for column in table.c:
            if isinstance(column.type, Text | JSON) and not column.primary_key:
                _scrub_column(connection, table, column.name, needles, pattern)


def _scrub_column(
    connection: Connection, table: Table, name: str, needles: Collection[str],
    pattern: "re.Pattern[str]",
) -> None:  # fmt: skip
    column, keys = table.c[name], list(table.primary_key.columns)
    text = column.cast(Text)
    # In JSON a letter beyond ASCII may be written as an escape: there every row is looked at.
    wanted = select(*keys, column.label("said")).where(column.is_not(None))
    if not isinstance(column.type, JSON):
        wanted = wanted.where(or_(*(text.icontains(one, autoescape=True) for one in needles)))
    for row in connection.execute(wanted).all():
        is_json = isinstance(column.type, JSON)
        before = json.dumps(row.said, ensure_ascii=False) if is_json else str(row.said)
        after = pattern.sub(GONE, before)
        if after != before:
            here = [key == value for key, value in zip(keys, row, strict=False)]
            value = json.loads(after) if is_json else after
            connection.execute(update(table).where(*here).values({name: value}))


def _compact(ledger: Ledger) -> None:
    """SQLite keeps what was deleted in free pages until they are written anew."""
    if not ledger.is_sqlite:
        return
    with ledger.engine.connect().execution_options(reading=True) as connection:
        raw = connection.connection.dbapi_connection
        connection.rollback()
        if raw is not None:
            cursor = raw.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()


def _named(connection: Connection, base: str) -> Mapping[str, Sequence[str]]:
    rows = select(MIRROR_ROWS.c.record_id, MIRROR_ROWS.c.cells).where(
        MIRROR_ROWS.c.base == base, MIRROR_ROWS.c.table_name == creators.TABLE.name
    )
    return {
        record: [str(name)]
        for record, cells in connection.execute(rows)
        if (name := cells.get(creators.NAME.name))
    }


def _of(table: Table, base: str, creator: str) -> Select[Any]:
    return select(*table.primary_key.columns).where(
        table.c.base == base, table.c.creator == creator
    )


def _hash(kind: str, value: str) -> str:
    return people.hash_of(value if kind == "email" else f"@{value}")
