"""Reading deliveries back: touches for planning, doubts for a person, rows to show in Airtable."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy import Row as SqlRow

from schemas.outreach import DeliveryState, Touch
from worker.ledger import consent, people
from worker.ledger.engine import Ledger
from worker.ledger.metadata import UtcDateTime
from worker.ledger.tables import CAPS, DELIVERIES

SETTLED = (
    DeliveryState.SENT.value,
    DeliveryState.REFUSED.value,
    DeliveryState.IN_DOUBT.value,
    DeliveryState.GIVEN_UP.value,
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One once-only action as the ledger knows it."""

    key: str
    base: str
    kind: str
    state: DeliveryState
    attempt: int
    at: datetime | None
    because: str
    outcome: str
    record_id: str
    creator: str
    enrolment: str
    sequence: str
    step: int
    mailbox: str
    message_id: str
    payload: Mapping[str, str]
    resolved_by: str
    variant: str = ""


def touches(ledger: Ledger, base: str) -> tuple[Touch, ...]:
    """Every touch of the base with its state, for the outreach planner."""
    with ledger.reading() as connection:
        rows = connection.execute(
            select(DELIVERIES)
            .with_only_columns(
                DELIVERIES.c.key, DELIVERIES.c.enrolment, DELIVERIES.c.step, DELIVERIES.c.state,
                DELIVERIES.c.settled_at, DELIVERIES.c.claimed_at, DELIVERIES.c.message_id,
                DELIVERIES.c.not_before, DELIVERIES.c.subject,
            )
            .where(DELIVERIES.c.base == base, DELIVERIES.c.kind == "touch")
        ).all()  # fmt: skip
    return tuple(
        Touch(
            key=row.key,
            enrolment=row.enrolment or "",
            step=row.step or 0,
            state=DeliveryState(row.state),
            at=row.settled_at or row.claimed_at,
            message_id=row.message_id or "",
            not_before=row.not_before,
            subject=row.subject,
        )
        for row in rows
    )


def used_room(ledger: Ledger, mailbox: str, day: str) -> int:
    """How many touches left (or may have left) this mailbox on that day of the sender."""
    with ledger.reading() as connection:
        used = select(CAPS.c.sent).where(CAPS.c.mailbox == mailbox, CAPS.c.day == day)
        return int(connection.execute(used).scalar() or 0)


def last_sent_at(ledger: Ledger, mailbox: str) -> datetime | None:
    """When the last touch left (or may have left) this mailbox; None if none ever did."""
    with ledger.reading() as connection:
        last = select(func.max(DELIVERIES.c.settled_at, type_=UtcDateTime())).where(
            DELIVERIES.c.kind == "touch",
            DELIVERIES.c.mailbox == mailbox,
            DELIVERIES.c.state.in_([DeliveryState.SENT.value, DeliveryState.IN_DOUBT.value]),
        )
        return connection.execute(last).scalar()


def unshown(ledger: Ledger, base: str, most: int) -> tuple[Delivery, ...]:
    """Settled touches that do not stand in Airtable as they are now, oldest first."""
    return _select(
        ledger,
        DELIVERIES.c.base == base,
        DELIVERIES.c.kind == "touch",
        DELIVERIES.c.shown_at.is_(None),
        DELIVERIES.c.state.in_(SETTLED),
        most=most,
    )


def unshown_by_hand(ledger: Ledger, base: str, most: int) -> tuple[Delivery, ...]:
    """Touches that wait for a teammate and for which no task was made yet."""
    return _select(
        ledger,
        DELIVERIES.c.base == base,
        DELIVERIES.c.state == DeliveryState.BY_HAND.value,
        DELIVERIES.c.shown_at.is_(None),
        most=most,
    )


def unshown_records(ledger: Ledger, base: str) -> frozenset[str]:
    """The creators' rows that still have to show a touch that was sent."""
    with ledger.reading() as connection:
        wanted = select(DELIVERIES.c.record_id).where(
            DELIVERIES.c.base == base,
            DELIVERIES.c.kind == "touch",
            DELIVERIES.c.shown_at.is_(None),
            DELIVERIES.c.state == DeliveryState.SENT.value,
        )
        return frozenset(str(record) for record in connection.execute(wanted).scalars())


def mark_shown(ledger: Ledger, shown: Sequence[Delivery], at: datetime) -> None:
    """Record that these deliveries stand in Airtable, save those that have changed since."""
    standing = (
        update(DELIVERIES)
        .where(
            DELIVERIES.c.key == bindparam("of_key"),
            DELIVERIES.c.state == bindparam("in_state"),
            DELIVERIES.c.attempt == bindparam("at_attempt"),
            DELIVERIES.c.resolved_by == bindparam("by_whom"),
        )
        .values(shown_at=at)
    )
    with ledger.writing() as connection:
        connection.execute(
            standing,
            [
                {
                    "of_key": one.key, "in_state": one.state.value,
                    "at_attempt": one.attempt, "by_whom": one.resolved_by,
                }
                for one in shown
            ],
        )  # fmt: skip


def touch_counts(
    ledger: Ledger, base: str, creators: Collection[str]
) -> Mapping[str, tuple[int, datetime]]:
    """For these creators: how many touches were sent, and when the last one was."""
    with ledger.reading() as connection:
        rows = connection.execute(
            select(
                DELIVERIES.c.creator,
                func.count().label("sent"),
                func.max(DELIVERIES.c.settled_at, type_=UtcDateTime()).label("last_at"),
            )
            .where(
                DELIVERIES.c.base == base,
                DELIVERIES.c.kind == "touch",
                DELIVERIES.c.state == DeliveryState.SENT.value,
                DELIVERIES.c.creator.in_(list(creators)),
            )
            .group_by(DELIVERIES.c.creator)
        ).all()
    return {row.creator: (row.sent, row.last_at) for row in rows}


def words_sent(ledger: Ledger, base: str) -> Mapping[str, int]:
    """How many touches left, or may have, with which words (see `Message.words`)."""
    one = DELIVERIES.c
    identity = (one.template, one.language, one.variant, one.template_version)
    wanted = (
        select(*identity, func.count())
        .where(one.base == base, one.kind == "touch", one.template != "")
        .where(one.state.not_in([DeliveryState.DUE.value, DeliveryState.REFUSED.value]))
        .group_by(*identity)
    )
    with ledger.reading() as connection:
        return {":".join(row[:4]): int(row[4]) for row in connection.execute(wanted)}


def first_days(ledger: Ledger) -> Mapping[str, str]:
    """The first day on which each mailbox ever sent, as its sender counted days."""
    with ledger.reading() as connection:
        wanted = select(CAPS.c.mailbox, func.min(CAPS.c.day)).where(CAPS.c.sent > 0)
        return {
            str(box): str(day) for box, day in connection.execute(wanted.group_by(CAPS.c.mailbox))
        }


def attempted_since(ledger: Ledger, base: str, since: datetime) -> int:
    """How many touches were settled, or are in hand, since then."""
    with ledger.reading() as connection:
        counted = select(func.count()).where(
            DELIVERIES.c.base == base,
            DELIVERIES.c.kind == "touch",
            (DELIVERIES.c.settled_at > since) | (DELIVERIES.c.state == DeliveryState.CLAIMED.value),
        )
        return int(connection.execute(counted).scalar_one())


def doubts(ledger: Ledger, base: str | None = None) -> tuple[Delivery, ...]:
    """Deliveries that may or may not have happened and that no person has resolved."""
    of_base = () if base is None else (DELIVERIES.c.base == base,)
    return _select(ledger, DELIVERIES.c.state == DeliveryState.IN_DOUBT.value, *of_base, most=500)


def by_key(ledger: Ledger, key: str) -> Delivery | None:
    """One delivery, or None."""
    found = _select(ledger, DELIVERIES.c.key == key, most=1)
    return found[0] if found else None


def by_message_ids(ledger: Ledger, message_ids: Sequence[str]) -> tuple[Delivery, ...]:
    """The touches that carried any of these Message-IDs, newest first."""
    found = _select(ledger, DELIVERIES.c.message_id.in_(message_ids), most=50)
    return tuple(reversed(found))


def of_creator(ledger: Ledger, base: str, creator: str) -> tuple[Delivery, ...]:
    """Every touch of one creator, oldest first."""
    return _select(ledger, DELIVERIES.c.base == base, DELIVERIES.c.creator == creator, most=500)


def listed(
    ledger: Ledger, base: str, state: DeliveryState | None, most: int
) -> tuple[Delivery, ...]:
    """The base's newest deliveries, of one state or of all."""
    wanted = () if state is None else (DELIVERIES.c.state == state.value,)
    return _select(ledger, DELIVERIES.c.base == base, *wanted, most=most, newest=True)


def resolve(ledger: Ledger, key: str, state: DeliveryState, *, by: str, at: datetime) -> bool:
    """A person's decision on a doubt: SENT, DUE (send again) or REFUSED (drop).

    False if the delivery is not in doubt any more.
    """
    resolved_by = "" if state is DeliveryState.DUE else by
    with ledger.writing() as connection:
        resolved = (
            update(DELIVERIES)
            .where(DELIVERIES.c.key == key, DELIVERIES.c.state == DeliveryState.IN_DOUBT.value)
            .values(
                state=state.value,
                resolved_by=resolved_by,
                outcome=f"Resolved by {by}: {state.value}",
                settled_at=at,
                shown_at=None,
                not_before=None,
                # A later attempt's number: the doubtful attempt can no longer settle it.
                attempt=DELIVERIES.c.attempt + (1 if state is DeliveryState.DUE else 0),
            )
        )
        return connection.execute(resolved).rowcount == 1


def bounced(connection: Connection, key: str, *, source: str, now: datetime) -> None:
    """The address of this touch takes no mail: suppress it and stop the creator's enrolments."""
    row = connection.execute(select(DELIVERIES).where(DELIVERIES.c.key == key)).one()
    consent.suppress_hash(
        connection, row.base, row.address_hash, reason=people.BOUNCED, source=source, at=now
    )
    people.stop_enrolments(connection, row.base, row.creator, because=people.BOUNCED, now=now)


def _select(
    ledger: Ledger, *where: object, most: int, newest: bool = False
) -> tuple[Delivery, ...]:
    order = (DELIVERIES.c.settled_at, DELIVERIES.c.key)
    ordered = tuple(column.desc() for column in order) if newest else order
    with ledger.reading() as connection:
        rows = connection.execute(
            select(DELIVERIES).where(*where).order_by(*ordered).limit(most)  # type: ignore[arg-type]  # clauses
        ).all()
    return tuple(_delivery(row) for row in rows)


def _delivery(row: SqlRow[tuple[object, ...]]) -> Delivery:
    return Delivery(
        key=row.key, base=row.base, kind=row.kind, state=DeliveryState(row.state),
        attempt=row.attempt, at=row.settled_at or row.claimed_at, because=row.because,
        outcome=row.outcome, record_id=row.record_id or "", creator=row.creator or "",
        enrolment=row.enrolment or "", sequence=row.sequence or "", step=row.step or 0,
        mailbox=row.mailbox or "", message_id=row.message_id or "", payload=row.payload,
        resolved_by=row.resolved_by, variant=row.variant,
    )  # fmt: skip
