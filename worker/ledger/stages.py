"""The memory of stage moves: who moved a creator, when and why.

The worker's own move is remembered before it is written to Airtable and marked written after it,
so that a crash in between is never taken for a person's move.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, insert, select, update
from sqlalchemy import Row as SqlRow

from automations.pipeline import LastMove
from automations.plan import MoveStage
from schemas.outreach import DeliveryState
from schemas.records_pipeline import A_PERSON, FIRST_SEEN, THE_WORKER, StageMove
from worker.ledger.engine import Ledger
from worker.ledger.metadata import UtcDateTime
from worker.ledger.tables import CREATED_ROWS, DELIVERIES
from worker.ledger.tables_pipeline import NOTICE_LINES, STAGE_MOVES

_MOVES = STAGE_MOVES.c
MOST = 500  # moves shown or told in one pass; what is left follows in the next


def intend(ledger: Ledger, base: str, move: MoveStage) -> bool:
    """Remember that the worker is about to move a creator; False if that move was made already."""
    with ledger.writing() as connection:
        known = connection.execute(select(STAGE_MOVES).where(_MOVES.key == move.key)).first()
        if known is not None:
            return known.written_at is None
        _insert(connection, base, move, by=THE_WORKER, from_stage=move.expected)
    return True


def settle(ledger: Ledger, key: str, at: datetime) -> None:
    """The move stands in Airtable."""
    with ledger.writing() as connection:
        _settle(connection, key, at)


def give_up(ledger: Ledger, key: str) -> None:
    """Forget an intended move: a person was faster, or the row is gone."""
    with ledger.writing() as connection:
        connection.execute(
            delete(STAGE_MOVES).where(_MOVES.key == key, _MOVES.written_at.is_(None))
        )


def record_seen(ledger: Ledger, base: str, move: MoveStage, at: datetime) -> None:
    """Remember a stage that stands in Airtable: first seen, a person's move or ours."""
    with ledger.writing() as connection:
        known = connection.execute(select(STAGE_MOVES).where(_MOVES.key == move.key)).first()
        if known is None:
            last = _last(connection, base, move.creator)
            by = A_PERSON if last else FIRST_SEEN
            _insert(connection, base, move, by=by, from_stage=last.to_stage if last else "")
        _settle(connection, move.key, at)


def is_known(ledger: Ledger, base: str, creator: str) -> bool:
    """Whether any stage of the creator was ever recorded."""
    with ledger.reading() as connection:
        return _last(connection, base, creator) is not None


def _insert(
    connection: Connection, base: str, move: MoveStage, *, by: str, from_stage: str
) -> None:
    """Insert as the creator's next move, in place of one that was intended and never settled."""
    unsettled = and_(
        _MOVES.base == base, _MOVES.creator == move.creator, _MOVES.written_at.is_(None)
    )
    connection.execute(delete(STAGE_MOVES).where(unsettled))
    last = _last(connection, base, move.creator)
    connection.execute(
        insert(STAGE_MOVES).values(
            key=move.key, base=base, creator=move.creator, record_id=move.record_id,
            number=last.number + 1 if last else 1, from_stage=from_stage, to_stage=move.to,
            at=move.at, by=by, because=move.because,
        )
    )  # fmt: skip


def _settle(connection: Connection, key: str, at: datetime) -> None:
    connection.execute(
        update(STAGE_MOVES)
        .where(_MOVES.key == key, _MOVES.written_at.is_(None))
        .values(written_at=at)
    )


def _last(connection: Connection, base: str, creator: str) -> SqlRow[tuple[object, ...]] | None:
    newest = (
        select(STAGE_MOVES)
        .where(_MOVES.base == base, _MOVES.creator == creator, _MOVES.written_at.is_not(None))
        .order_by(_MOVES.number.desc())
        .limit(1)
    )
    return connection.execute(newest).first()


def last_moves(ledger: Ledger, base: str) -> Mapping[str, LastMove]:
    """Each creator's last move, with the instant a person last moved them."""
    written = and_(_MOVES.base == base, _MOVES.written_at.is_not(None))
    newest = (
        select(_MOVES.creator, func.max(_MOVES.number).label("number"))
        .where(written)
        .group_by(_MOVES.creator)
        .subquery()
    )
    moves = select(STAGE_MOVES).join(
        newest, and_(_MOVES.creator == newest.c.creator, _MOVES.number == newest.c.number)
    )
    by_person = (
        select(_MOVES.creator, func.max(_MOVES.at, type_=UtcDateTime()).label("at"))
        .where(written, _MOVES.by == A_PERSON)
        .group_by(_MOVES.creator)
    )
    with ledger.reading() as connection:
        person_at = {row.creator: row.at for row in connection.execute(by_person)}
        rows = connection.execute(moves.where(written)).all()
    return {
        row.creator: LastMove(
            row.number, row.to_stage, row.at, row.by, row.because, person_at.get(row.creator)
        )
        for row in rows
    }


def tasks_made(ledger: Ledger, base: str) -> frozenset[str]:
    """The keys of all tasks ever made, also of those a person deleted."""
    with ledger.reading() as connection:
        made = select(CREATED_ROWS.c.key).where(
            CREATED_ROWS.c.base == base, CREATED_ROWS.c.table_name == "Tasks"
        )
        return frozenset(connection.execute(made).scalars())


def unshown_moves(ledger: Ledger, base: str) -> tuple[StageMove, ...]:
    """Moves without a row in Stage history, oldest first; being first seen is no move."""
    wanted = (
        select(STAGE_MOVES)
        .where(
            _MOVES.base == base,
            _MOVES.written_at.is_not(None),
            _MOVES.shown_at.is_(None),
            _MOVES.by != FIRST_SEEN,
        )
        .order_by(_MOVES.at, _MOVES.key)
        .limit(MOST)
    )
    with ledger.reading() as connection:
        return tuple(_move(row) for row in connection.execute(wanted))


def mark_shown(ledger: Ledger, keys: Sequence[str], at: datetime) -> None:
    """Record that these moves stand in Stage history."""
    with ledger.writing() as connection:
        connection.execute(update(STAGE_MOVES).where(_MOVES.key.in_(keys)).values(shown_at=at))


def unnoticed_moves(ledger: Ledger, base: str) -> tuple[StageMove, ...]:
    """Moves that no notice tells, or one whose post is certainly not out; oldest first."""
    wanted = (
        select(STAGE_MOVES)
        .outerjoin(NOTICE_LINES, NOTICE_LINES.c.fact == _MOVES.key)
        .outerjoin(DELIVERIES, DELIVERIES.c.key == NOTICE_LINES.c.notice)
        .where(
            _MOVES.base == base,
            _MOVES.written_at.is_not(None),
            _MOVES.by != FIRST_SEEN,
            (NOTICE_LINES.c.notice.is_(None)) | (DELIVERIES.c.state == DeliveryState.DUE.value),
        )
        .order_by(_MOVES.at, _MOVES.key)
        .limit(MOST)
    )
    with ledger.reading() as connection:
        return tuple(_move(row) for row in connection.execute(wanted))


def _move(row: SqlRow[tuple[object, ...]]) -> StageMove:
    return StageMove(
        key=row.key, creator=row.creator, record_id=row.record_id, number=row.number,
        from_stage=row.from_stage, to=row.to_stage, at=row.at, by=row.by, because=row.because,
    )  # fmt: skip
