"""What the ledger holds about one creator, and how to forget it: hashes, states and money stay.

Names and addresses also stand in texts about other things (notices, previews, problems): every
text column of the base's rows is searched for them. What stands in Airtable is `erasing`'s.
"""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import JSON, Column, Connection, Select, Table, Text, delete, or_, select, update

from schemas.hashes import hash_of, identity_hash, is_stand_in, stand_in
from schemas.tables import creators
from worker.ledger import consent, handles, people, reported_names
from worker.ledger.engine import BUSY_TIMEOUT_MS, Ledger
from worker.ledger.metadata import METADATA
from worker.ledger.tables import CREATOR_IDENTITIES, DELIVERIES, INBOUND, PROBLEMS
from worker.ledger.tables_money import ORDER_LINES
from worker.ledger.tables_screen import MIRROR_ROWS

GONE = "(forgotten)"
KEPT_OF_A_TOUCH = ("sequence", "legal_basis")
COMPACT_WITHIN_MS = 5_000  # whoever forgets a creator waits for it
_BIG = (ORDER_LINES,)  # millions of rows; their only names are the handle and unknown columns
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
    def records(self) -> tuple[str, ...]:
        """The rows of Creators that are, or ever were, this creator's."""
        return self.identities.get("record", ())

    @property
    def is_forgotten(self) -> bool:
        """Whether only stand-ins are left of who it was."""
        stated = [one for kind in people.HASHED for one in self.identities.get(kind, ())]
        return bool(stated) and all(map(is_stand_in, stated)) and not self.names


def find(ledger: Ledger, base: str, key: str) -> tuple[str, ...]:
    """The creators that `key` may mean: ledger id, record, handle, e-mail, hash of one, or name.

    Who was forgotten is found by what they were called as well, as long as it has a hash.
    """
    wanted = key.strip().casefold().removeprefix("@")
    with ledger.reading() as connection:
        seen = connection.execute(
            select(CREATOR_IDENTITIES).where(CREATOR_IDENTITIES.c.base == base)
        ).all()
        named = _named(connection, base)
    found = {
        row.creator
        for row in seen
        if wanted in (row.creator.casefold(), row.value.casefold())
        or _hash_is(row.kind, row.value, wanted)
        or (row.kind == "record" and wanted in (n.casefold() for n in named.get(row.value, ())))
    }
    return tuple(sorted(found))


def _hash_is(kind: str, value: str, wanted: str) -> bool:
    if kind not in people.HASHED:
        return False
    known = identity_hash(kind, value)
    return wanted == known or (is_stand_in(value) and identity_hash(kind, wanted) == known)


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


def forget(ledger: Ledger, about: Held, *, by: str, at: datetime) -> bool:
    """Erase it in one transaction; the creator stays suppressed under the hashes.

    Again, it erases what was read since. False if SQLite's file could not be rewritten, as others
    use it: the erased octets are still in it.
    """
    base, creator = about.base, about.creator
    with ledger.writing() as connection:
        source = f"forgotten by {by}"
        consent.suppress_creator(
            connection, base, creator, reason=consent.FORGOTTEN, source=source, at=at
        )
        _erase_messages(connection, base, creator)
        typed = _typed(connection, base, about.records)
        for table in (MIRROR_ROWS, PROBLEMS):
            mine = (table.c.base == base, table.c.record_id.in_(about.records))
            connection.execute(delete(table).where(*mine))
        for handle in about.identities.get("handle", ()):
            _rename(connection, base, creator, handle)
        people.forget_identities(connection, base, creator)
        if mentioned := _mentioned(about, typed):
            _scrub(connection, base, mentioned)
    return _compact(ledger)


def _typed(connection: Connection, base: str, records: Sequence[str]) -> tuple[str, ...]:
    """What stands in the cells that identify the creator, as a person typed it."""
    wanted = select(MIRROR_ROWS.c.cells).where(
        MIRROR_ROWS.c.base == base, MIRROR_ROWS.c.record_id.in_(records)
    )
    identifying = (creators.HANDLE, creators.EMAIL, creators.OPEN_ID)
    return tuple(
        str(cells[field.name])
        for cells in connection.execute(wanted).scalars()
        for field in identifying
        if cells.get(field.name)
    )


def _mentioned(about: Held, typed: Sequence[str]) -> "re.Pattern[str] | None":
    """What must not be found in any text afterwards.

    A handle may be a common word, and so may a name of one word: the first counts with its @ (or
    when it looks like none), the second as it was typed.
    """
    handles = about.identities.get("handle", ())
    plain = [
        *about.identities.get("email", ()), *about.identities.get("open_id", ()), *typed,
        *(f"@{handle}" for handle in handles),
        *(handle for handle in handles if re.search(r"[0-9._]", handle)),
        *(name for name in about.names if " " in name),
    ]  # fmt: skip
    words = [name for name in about.names if " " not in name and len(name) >= _SHORTEST_NAME]
    found = [
        *(f"(?i:{re.escape(one)})" for one in plain if not is_stand_in(one.removeprefix("@"))),
        *map(re.escape, words),
    ]
    longest_first = sorted(dict.fromkeys(found), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)") if found else None


def _erase_messages(connection: Connection, base: str, creator: str) -> None:
    touch, mail = DELIVERIES.c, INBOUND.c
    mine = select(touch.key, touch.payload).where(touch.base == base, touch.creator == creator)
    for key, said in connection.execute(mine).all():
        kept = {name: said[name] for name in KEPT_OF_A_TOUCH if name in said}
        blank = {"payload": kept, "subject": "", "outcome": "", "because": GONE}
        connection.execute(update(DELIVERIES).where(touch.key == key).values(**blank))
    theirs = select(mail.key, mail.message_id).where(mail.base == base, mail.creator == creator)
    for key, message_id in connection.execute(theirs).all():
        # Its hash stays: the same mail, read again, is not taken in again.
        known = message_id if is_stand_in(message_id) else f"#{hash_of(message_id)}"
        blank = {"text": "", "subject": "", "message_id": known if message_id else ""}
        connection.execute(update(INBOUND).where(mail.key == key).values(**blank))


def _rename(connection: Connection, base: str, creator: str, handle: str) -> None:
    """Figures of the time it was theirs keep their sums under a stand-in of the handle."""
    spans = handles.spans_of(connection, base, creator, handle)
    for since, until in spans:
        reported_names.hide(connection, base, handle, since, until)
    for table, (since, until) in product(_BIG, spans):
        mine = [table.c.creator_handle == handle, table.c.created_at >= since]
        if until is not None:
            mine.append(table.c.created_at < until)
        if "base" in table.c:
            mine.append(table.c.base == base)
        under = {"creator_handle": stand_in("handle", handle), "extra": None}
        connection.execute(update(table).where(*mine).values(**under))


def _scrub(connection: Connection, base: str, mentioned: "re.Pattern[str]") -> None:
    """Replace what is left of names and addresses in any text of the base's rows."""
    for table in METADATA.sorted_tables:
        if table in _BIG:
            continue
        for column in table.c:
            if isinstance(column.type, Text | JSON) and not column.primary_key:
                _scrub_column(connection, column, base, mentioned)


def _scrub_column(
    connection: Connection, column: Column[Any], base: str, mentioned: "re.Pattern[str]"
) -> None:
    table = column.table
    keys, is_json = list(table.primary_key.columns), isinstance(column.type, JSON)
    wanted = select(*keys, column.label("said")).where(column.is_not(None))
    if "base" in table.c:
        wanted = wanted.where(or_(table.c.base.is_(None), table.c.base.in_(["", base])))
    for row in connection.execute(wanted).all():
        before = json.dumps(row.said, ensure_ascii=False) if is_json else str(row.said)
        after = mentioned.sub(GONE, before)
        if after != before:
            here = [key == value for key, value in zip(keys, row, strict=False)]
            value = json.loads(after) if is_json else after
            connection.execute(update(table).where(*here).values({column.name: value}))


def _compact(ledger: Ledger) -> bool:
    """SQLite keeps what was deleted in free pages, and in its log, until they are written anew."""
    if not ledger.is_sqlite:
        return True
    with ledger.engine.connect().execution_options(reading=True) as connection:
        raw = connection.connection.dbapi_connection
        connection.rollback()
        assert raw is not None  # noqa: S101 - SQLAlchemy's: the connection is open
        cursor = raw.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout={COMPACT_WITHIN_MS}")
            cursor.execute("VACUUM")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            cursor.close()
    return not busy


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
