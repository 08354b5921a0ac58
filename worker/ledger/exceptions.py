"""The exceptions of the three-way check as the ledger remembers them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from automations.exception_queue import Standing, State
from automations.three_way import Kind, Mismatch
from worker.ledger.tables_roi import PAYOUT_EXCEPTIONS

_ROW = PAYOUT_EXCEPTIONS.c


def read(connection: Connection, base: str) -> Mapping[str, Standing]:
    """Every exception there ever was, by key."""
    rows = connection.execute(select(PAYOUT_EXCEPTIONS).where(_ROW.base == base))
    return {
        row.key: Standing(
            Mismatch(
                Kind(row.kind), row.shop, row.order_id, row.creator, row.currency,
                row.ours_minor, row.theirs_minor, row.because,
            ),
            State(row.state),
            row.note,
        )
        for row in rows
    }  # fmt: skip


def keep(
    connection: Connection, base: str, queue: Mapping[str, Standing], now: datetime
) -> Mapping[str, Standing]:
    """Remember how they stand now; those that changed."""
    before = read(connection, base)
    changed = {key: one for key, one in queue.items() if before.get(key) != one}
    query = select(_ROW.key, _ROW.since).where(_ROW.base == base)
    since = {row.key: row.since for row in connection.execute(query)}
    if changed:
        same = (_ROW.base == base, _ROW.key == bindparam("of_key"))
        gone = [{"of_key": key} for key in changed]
        connection.execute(delete(PAYOUT_EXCEPTIONS).where(*same), gone)
        rows = [_row(base, one, since.get(key, now), now) for key, one in changed.items()]
        connection.execute(insert(PAYOUT_EXCEPTIONS), rows)
    return changed


def _row(base: str, one: Standing, since: datetime, now: datetime) -> dict[str, object]:
    mismatch = one.mismatch
    return {
        "base": base, "key": mismatch.key, "kind": mismatch.kind.value, "shop": mismatch.shop,
        "order_id": mismatch.order, "creator": mismatch.creator, "currency": mismatch.currency,
        "because": mismatch.because, "state": one.state.value, "note": one.note,
        "ours_minor": mismatch.ours, "theirs_minor": mismatch.theirs, "since": since,
        "changed_at": now,
    }  # fmt: skip
