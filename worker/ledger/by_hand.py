"""Touches handed to a teammate: what waits, what was sent, and what was withdrawn."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select, update

from schemas.outreach import DeliveryState, EnrolmentState
from worker.ledger import consent
from worker.ledger.engine import Ledger
from worker.ledger.tables import CAPS, CREATED_ROWS, DELIVERIES, ENROLMENTS

PREFIX = "hand:"
_WAITS = DELIVERIES.c.state == DeliveryState.BY_HAND.value


def task_key(touch: str) -> str:
    """The key of the task that asks a teammate to send this touch."""
    return f"{PREFIX}{touch}"


def is_waiting(ledger: Ledger, base: str) -> bool:
    """Whether any touch of the base waits for a teammate."""
    with ledger.reading() as connection:
        waits = select(DELIVERIES.c.key).where(_WAITS, DELIVERIES.c.base == base).limit(1)
        return connection.execute(waits).first() is not None


def task_records(ledger: Ledger, base: str) -> dict[str, str]:
    """The touches that wait and whose task was made: key of the touch by record id of the task."""
    made = and_(CREATED_ROWS.c.base == base, CREATED_ROWS.c.key == PREFIX + DELIVERIES.c.key)
    wanted = select(CREATED_ROWS.c.record_id, DELIVERIES.c.key).join(CREATED_ROWS, made)
    with ledger.reading() as connection:
        rows = connection.execute(wanted.where(_WAITS, DELIVERIES.c.base == base)).all()
    return {row.record_id: row.key for row in rows}


def settle(
    ledger: Ledger, key: str, state: DeliveryState, *, outcome: str, teammate: str, at: datetime
) -> bool:
    """Record that a teammate sent it (SENT) or that nobody will (GIVEN_UP, its room given back)."""
    with ledger.writing() as connection:
        settled = (
            update(DELIVERIES)
            .where(DELIVERIES.c.key == key, _WAITS)
            .values(state=state.value, outcome=outcome, settled_at=at, shown_at=None)
            .returning(DELIVERIES.c.mailbox, DELIVERIES.c.mailbox_day)
        )
        if teammate:
            settled = settled.values(teammate=teammate)
        row = connection.execute(settled).first()
        if row is not None and state is DeliveryState.GIVEN_UP:
            connection.execute(
                update(CAPS)
                .where(CAPS.c.mailbox == row.mailbox, CAPS.c.day == row.mailbox_day)
                .where(CAPS.c.sent > 0)
                .values(sent=CAPS.c.sent - 1)
            )
    return row is not None


def overtaken(ledger: Ledger, base: str, *, separate: bool = False) -> Sequence[str]:
    """Touches that wait though their creator answered, opted out, or left the sequence."""
    gone: Collection[str] = consent.suppressed_creators(ledger, base, separate=separate)
    is_open = and_(
        ENROLMENTS.c.id == DELIVERIES.c.enrolment, ENROLMENTS.c.state == EnrolmentState.OPEN.value
    )
    wanted = (
        select(DELIVERIES.c.key)
        .outerjoin(ENROLMENTS, is_open)
        .where(_WAITS, DELIVERIES.c.base == base)
        .where(or_(ENROLMENTS.c.id.is_(None), DELIVERIES.c.creator.in_(gone)))
    )
    with ledger.reading() as connection:
        return tuple(connection.execute(wanted).scalars())
