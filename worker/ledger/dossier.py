"""Everything held about one creator, for whoever asks what we know about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from schemas.tables import creators
from worker.ledger import people
from worker.ledger.engine import Ledger
from worker.ledger.forgetting import Held
from worker.ledger.tables import DELIVERIES, ENROLMENTS, INBOUND, SUPPRESSIONS
from worker.ledger.tables_screen import MIRROR_ROWS

Fact = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is held about a creator beside who they are, oldest first; cells as last read."""

    cells: Fact
    enrolments: Sequence[Fact]
    messages: Sequence[Fact]
    answers: Sequence[Fact]
    suppressions: Sequence[Fact]

    @property
    def legal_basis(self) -> str:
        """Why we may write to them, as the row has it."""
        return str(self.cells.get(creators.LEGAL_BASIS.name) or "")

    @property
    def source(self) -> str:
        """Where their address is from, as the row has it."""
        return str(self.cells.get(creators.SOURCE.name) or "")


def dossier(ledger: Ledger, held: Held) -> Dossier:
    """Read it; changes nothing."""
    with ledger.reading() as connection:
        return Dossier(
            cells=_cells(connection, held),
            enrolments=_enrolments(connection, held),
            messages=_messages(connection, held),
            answers=_answers(connection, held),
            suppressions=_suppressions(connection, held),
        )


def _cells(connection: Connection, held: Held) -> Fact:
    mine = (MIRROR_ROWS.c.base == held.base, MIRROR_ROWS.c.record_id.in_(held.records))
    rows = connection.execute(select(MIRROR_ROWS.c.cells).where(*mine)).scalars()
    return {name: value for row in rows for name, value in row.items()}


def _enrolments(connection: Connection, held: Held) -> list[Fact]:
    mine = (ENROLMENTS.c.base == held.base, ENROLMENTS.c.creator == held.creator)
    wanted = select(ENROLMENTS).where(*mine).order_by(ENROLMENTS.c.opened_at)
    return [
        {
            "sequence": row.sequence, "round": row.round, "state": row.state,
            "opened_at": row.opened_at, "stopped_because": row.stop_because,
        }
        for row in connection.execute(wanted)
    ]  # fmt: skip


def _messages(connection: Connection, held: Held) -> list[Fact]:
    mine = (DELIVERIES.c.base == held.base, DELIVERIES.c.creator == held.creator)
    wanted = select(DELIVERIES).where(*mine).order_by(DELIVERIES.c.settled_at, DELIVERIES.c.key)
    return [
        {
            "key": row.key, "state": row.state, "at": row.settled_at or row.claimed_at,
            "because": row.because, **row.payload,
        }
        for row in connection.execute(wanted)
    ]  # fmt: skip


def _answers(connection: Connection, held: Held) -> list[Fact]:
    mine = (INBOUND.c.base == held.base, INBOUND.c.creator == held.creator)
    wanted = select(INBOUND).where(*mine).order_by(INBOUND.c.at)
    return [
        {"kind": row.kind, "at": row.at, "subject": row.subject, "text": row.text}
        for row in connection.execute(wanted)
    ]


def _suppressions(connection: Connection, held: Held) -> list[Fact]:
    hashes = people.hashes_of(connection, held.base, held.creator)
    wanted = select(SUPPRESSIONS).where(SUPPRESSIONS.c.hash.in_(hashes))
    return [
        {
            "reason": row.reason, "source": row.source, "at": row.at, "base": row.base,
            "hash": row.hash, "lifted": _lifted(row.lifted_at, row.lifted_because),
        }
        for row in connection.execute(wanted.order_by(SUPPRESSIONS.c.at))
    ]  # fmt: skip


def _lifted(at: datetime | None, because: str) -> str:
    return f"{at:%Y-%m-%d}: {because}" if at else ""
