"""Rows the worker made in Airtable, by key: what may be pruned, and how many rows are used."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from automations.retention import OF_RUNS, ShownRow
from schemas.fields import Table
from schemas.outreach import DeliveryState, EnrolmentState
from schemas.rules import parse_rules
from schemas.tables import operations, outreach
from worker.ledger import mirror
from worker.ledger.brakes import HoldState
from worker.ledger.engine import Ledger
from worker.ledger.payout_runs import POSTED
from worker.ledger.tables import DELIVERIES, ENROLMENTS, HOLDS
from worker.ledger.tables_money import PAYOUT_RUNS
from worker.ledger.tables_screen import SHOWN_ROWS

IN_ONE_STATEMENT = 500
_OPEN_STATES = (DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.IN_DOUBT)


def remember(
    connection: Connection, base: str, table: Table, ids: Mapping[str, str], at: datetime
) -> None:
    """Record the rows that stand in the table, record id by key; known ones keep their instant."""
    of_table = (SHOWN_ROWS.c.base == base) & (SHOWN_ROWS.c.table_name == table.name)
    keys = sorted(ids)
    known: dict[str, str] = {}
    for start in range(0, len(keys), IN_ONE_STATEMENT):
        some = SHOWN_ROWS.c.key.in_(keys[start : start + IN_ONE_STATEMENT])
        found = select(SHOWN_ROWS.c.key, SHOWN_ROWS.c.record_id).where(of_table, some)
        known |= {row.key: row.record_id for row in connection.execute(found)}
    new = [
        {"base": base, "table_name": table.name, "key": key, "record_id": ids[key], "at": at}
        for key in keys
        if key not in known
    ]
    if new:
        connection.execute(SHOWN_ROWS.insert(), new)
    for key in keys:
        if known.get(key, ids[key]) != ids[key]:
            made_again = update(SHOWN_ROWS).where(of_table, SHOWN_ROWS.c.key == key)
            connection.execute(made_again.values(record_id=ids[key]))


def forget(ledger: Ledger, base: str, table: str, keys: Collection[str]) -> None:
    """These rows are gone from the table."""
    with ledger.writing() as connection:
        connection.execute(
            delete(SHOWN_ROWS).where(
                SHOWN_ROWS.c.base == base,
                SHOWN_ROWS.c.table_name == table,
                SHOWN_ROWS.c.key.in_(list(keys)),
            )
        )


@dataclass(frozen=True, slots=True)
class RowsUsed:
    """How many rows the base has, by table, and how many it may have."""

    by_table: Mapping[str, int]
    limit: int

    @property
    def used(self) -> int:
        """In all tables."""
        return sum(self.by_table.values())


def rows_used(ledger: Ledger, base: str) -> RowsUsed:
    """Rows used, as far as the ledger knows; what only people made is known where it is mirrored.

    The limit is the one in Settings.
    """
    rules, _ = parse_rules(mirror.rows(ledger, base, operations.SETTINGS))
    return RowsUsed(_counts(ledger, base), rules.rows_at_most)


def _counts(ledger: Ledger, base: str) -> Mapping[str, int]:
    counted = (
        select(SHOWN_ROWS.c.table_name, func.count())
        .where(SHOWN_ROWS.c.base == base)
        .group_by(SHOWN_ROWS.c.table_name)
    )
    with ledger.reading() as connection:
        made = {str(name): int(number) for name, number in connection.execute(counted)}
    return dict(sorted({**made, **mirror.row_counts(ledger, base)}.items()))


def shown(ledger: Ledger, base: str, tables: Collection[str]) -> tuple[ShownRow, ...]:
    """The rows made in these tables, and whether they still wait for something."""
    wanted = select(SHOWN_ROWS).where(
        SHOWN_ROWS.c.base == base, SHOWN_ROWS.c.table_name.in_(list(tables))
    )
    with ledger.reading() as connection:
        open_keys = _open_keys(connection, base)
        unposted = _unposted_runs(connection, base)
        rows = connection.execute(wanted).all()
    found = []
    for row in rows:
        run = row.key.split(":")[1] if row.table_name in OF_RUNS else ""
        is_open = (row.table_name, row.key) in open_keys or run in unposted
        found.append(ShownRow(row.table_name, row.key, row.record_id, row.at, is_open, run))
    return tuple(found)


def _open_keys(connection: Connection, base: str) -> frozenset[tuple[str, str]]:
    """Messages in doubt, still to be sent or of an open enrolment; holds that nobody decided."""
    messages = (
        select(DELIVERIES.c.key)
        .outerjoin(ENROLMENTS, ENROLMENTS.c.id == DELIVERIES.c.enrolment)
        .where(
            DELIVERIES.c.base == base,
            DELIVERIES.c.kind == "touch",
            DELIVERIES.c.state.in_([state.value for state in _OPEN_STATES])
            | (ENROLMENTS.c.state == EnrolmentState.OPEN.value),
        )
    )
    held = select(HOLDS.c.id).where(HOLDS.c.base == base, HOLDS.c.state == HoldState.HELD.value)
    return frozenset(
        (table.name, str(key))
        for table, wanted in ((outreach.MESSAGES, messages), (operations.RUNS, held))
        for key in connection.execute(wanted).scalars()
    )


def _unposted_runs(connection: Connection, base: str) -> frozenset[str]:
    unposted = select(PAYOUT_RUNS.c.key).where(
        PAYOUT_RUNS.c.base == base, PAYOUT_RUNS.c.state != POSTED
    )
    return frozenset(str(key) for key in connection.execute(unposted).scalars())
