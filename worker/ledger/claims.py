"""Claim, settle, reconcile: the only place where it is decided whether something may be sent.

A claim is one serialised transaction. It succeeds only if, at that moment, the fence is current,
nothing is paused, address and handle are not suppressed, the enrolment is open, the cap has room
and both unique keys are free. The row exists before the attempt; the attempt's number settles it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select, update

from schemas.outreach import DeliveryState, EnrolmentState
from worker.ledger import consent, notice_lines
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.leases import Fence, is_current
from worker.ledger.people import BOUNCED, hashes_of
from worker.ledger.tables import CAPS, DELIVERIES, ENROLMENTS, PAUSES, SUPPRESSIONS

MOST_ATTEMPTS = 5
REPEATED = "May have been posted before: repeated once."


@dataclass(frozen=True, slots=True)
class Room:
    """The cap a touch draws on: at most `cap` in one mailbox on one day of the sender."""

    mailbox: str
    day: str
    cap: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a claim is asked for: the delivery's columns, and everything that must not forbid it."""

    key: str
    base: str
    kind: str  # touch, notice, community
    because: str
    payload: Mapping[str, object]
    scopes: tuple[str, ...]  # pauses that forbid it
    hashes: tuple[str, ...] = ()  # suppressions that forbid it
    separate_senders: bool = False  # opt-outs that other bases learnt do not forbid it
    room: Room | None = None
    facts: Mapping[str, object] = field(default_factory=dict)  # creator, enrolment, step, …
    covers: tuple[str, ...] = ()  # the facts a notice tells: each is told by one notice
    by_hand: bool = False  # a teammate sends it: it waits for them instead of being attempted


@dataclass(frozen=True, slots=True)
class Claim:
    """The sole right to attempt `key` once; only `attempt` may settle it."""

    key: str
    attempt: int


class NotClaimed(Exception):
    """The claim was not granted; the text says why, in words for the plan's reader."""


def claim(
    ledger: Ledger, wanted: Wanted, *, fence: Fence, owner: str, now: datetime, real: datetime
) -> Claim:
    """Take the sole right to attempt `wanted` at `now`; raises NotClaimed (and changes nothing)."""
    with ledger.writing() as connection:
        _forbid(connection, wanted, fence, real)
        attempt = _take_key(connection, wanted, owner, now, real)
        if not notice_lines.cover(connection, wanted.base, wanted.key, wanted.covers):
            raise NotClaimed("another notice tells one of these facts")
        if wanted.room is not None:
            _take_room(connection, wanted.room)
    return Claim(wanted.key, attempt)


def _forbid(connection: Connection, wanted: Wanted, fence: Fence, real: datetime) -> None:
    if not is_current(connection, fence, real):
        raise NotClaimed("another worker has taken this job over")
    paused = select(PAUSES.c.scope, PAUSES.c.because).where(PAUSES.c.scope.in_(wanted.scopes))
    if pause := connection.execute(paused).first():
        raise NotClaimed(f"paused ({pause.scope}): {pause.because}")
    # An address that bounced is closed; an opt-out closes every address and handle of the creator.
    creator = str(wanted.facts.get("creator") or "")
    suppressed = select(SUPPRESSIONS.c.reason).where(
        consent.binding(wanted.base, separate=wanted.separate_senders),
        or_(
            SUPPRESSIONS.c.hash.in_(wanted.hashes),
            and_(
                SUPPRESSIONS.c.hash.in_(hashes_of(connection, wanted.base, creator)),
                SUPPRESSIONS.c.reason != BOUNCED,
            ),
        ),
    )
    if reason := connection.execute(suppressed).scalar():
        raise NotClaimed(f"suppressed: {reason}")
    if enrolment := wanted.facts.get("enrolment"):
        state = select(ENROLMENTS.c.state).where(ENROLMENTS.c.id == enrolment)
        if connection.execute(state).scalar() != EnrolmentState.OPEN.value:
            raise NotClaimed("the enrolment is no longer open")


def _take_key(
    connection: Connection, wanted: Wanted, owner: str, now: datetime, real: datetime
) -> int:
    state = DeliveryState.BY_HAND if wanted.by_hand else DeliveryState.CLAIMED
    claimed = {"state": state.value, "owner": owner, "claimed_at": real, "shown_at": None}
    new = {
        **wanted.facts, **claimed, "key": wanted.key, "base": wanted.base, "kind": wanted.kind,
        "because": wanted.because, "payload": dict(wanted.payload), "attempt": 1,
        "mailbox": wanted.room.mailbox if wanted.room else None,
        "mailbox_day": wanted.room.day if wanted.room else None,
    }  # fmt: skip
    if insert_new(connection, DELIVERIES, new):
        return 1
    again = (
        update(DELIVERIES)
        .where(
            DELIVERIES.c.key == wanted.key,
            DELIVERIES.c.state == DeliveryState.DUE.value,
            or_(DELIVERIES.c.not_before.is_(None), DELIVERIES.c.not_before <= now),
        )
        .values(**{k: v for k, v in new.items() if k not in {"attempt", "key", "address_hash"}})
        .values(attempt=DELIVERIES.c.attempt + 1, outcome="", settled_at=None)
        .returning(DELIVERIES.c.attempt)
    )
    attempt = connection.execute(again).scalar()
    if attempt is None:
        raise NotClaimed("already sent, being sent, or waiting for a person")
    return int(attempt)


def _take_room(connection: Connection, room: Room) -> None:
    insert_new(connection, CAPS, {"mailbox": room.mailbox, "day": room.day, "sent": 0})
    took = update(CAPS).where(
        CAPS.c.mailbox == room.mailbox, CAPS.c.day == room.day, CAPS.c.sent < room.cap
    )
    if connection.execute(took.values(sent=CAPS.c.sent + 1)).rowcount != 1:
        raise NotClaimed(f"the daily cap of mailbox {room.mailbox} ({room.cap}) is used up")


def settle(
    ledger: Ledger,
    claimed: Claim,
    state: DeliveryState,
    *,
    now: datetime,
    outcome: str = "",
    message_id: str | None = None,
) -> bool:
    """Record what became of an attempt; False if a person has resolved it meanwhile.

    REFUSED and DUE are certain not to have been sent and give their room under the cap back.
    """
    with ledger.writing() as connection:
        settled = (
            update(DELIVERIES)
            .where(
                DELIVERIES.c.key == claimed.key,
                DELIVERIES.c.attempt == claimed.attempt,
                DELIVERIES.c.state.in_([DeliveryState.CLAIMED.value, DeliveryState.IN_DOUBT.value]),
                DELIVERIES.c.resolved_by == "",
            )
            .values(state=state.value, outcome=outcome[:500], settled_at=now, shown_at=None)
            .returning(DELIVERIES.c.mailbox, DELIVERIES.c.mailbox_day)
        )
        if message_id is not None:
            settled = settled.values(message_id=message_id)
        row = connection.execute(settled).first()
        if row and state in {DeliveryState.REFUSED, DeliveryState.DUE, DeliveryState.GIVEN_UP}:
            _give_room_back(connection, row.mailbox, row.mailbox_day)
    return row is not None


def _give_room_back(connection: Connection, mailbox: str | None, day: str | None) -> None:
    connection.execute(
        update(CAPS)
        .where(CAPS.c.mailbox == mailbox, CAPS.c.day == day, CAPS.c.sent > 0)
        .values(sent=CAPS.c.sent - 1)
    )


def hand_back(
    ledger: Ledger,
    claimed: Claim,
    *,
    now: datetime,
    wait: timedelta,
    outcome: str,
    give_up: bool = True,
) -> DeliveryState:
    """After NotDone: due again not before `now + wait`, or given up after five attempts.

    What staff must hear (`give_up` false) is tried until it is said.
    """
    spent = give_up and claimed.attempt >= MOST_ATTEMPTS
    state = DeliveryState.GIVEN_UP if spent else DeliveryState.DUE
    settle(ledger, claimed, state, now=now, outcome=outcome)
    with ledger.writing() as connection:
        connection.execute(
            update(DELIVERIES)
            .where(DELIVERIES.c.key == claimed.key, DELIVERIES.c.state == DeliveryState.DUE.value)
            .values(not_before=now + wait)
        )
    return state


def reconcile(
    ledger: Ledger, *, dead: Collection[str], older_than: datetime, now: datetime
) -> tuple[str, ...]:
    """Mark claims in doubt whose owner is known dead or that are older than the longest send.

    A staff notice in doubt for the first time may be posted once more; the rest waits for a person.
    """
    abandoned = or_(DELIVERIES.c.owner.in_(dead), DELIVERIES.c.claimed_at < older_than)
    with ledger.writing() as connection:
        claimed = and_(DELIVERIES.c.state == DeliveryState.CLAIMED.value, abandoned)
        keys = tuple(connection.execute(select(DELIVERIES.c.key).where(claimed)).scalars())
        connection.execute(
            update(DELIVERIES)
            .where(claimed)
            .values(
                state=DeliveryState.IN_DOUBT.value,
                outcome="The worker stopped while this was being sent.",
                settled_at=now,
                shown_at=None,
            )
        )
    return keys


def owners(ledger: Ledger) -> tuple[str, ...]:
    """Everyone who has claimed something that is not settled."""
    claimed = DELIVERIES.c.state == DeliveryState.CLAIMED.value
    with ledger.reading() as connection:
        found = select(DELIVERIES.c.owner).where(claimed).distinct()
        return tuple(owner for owner in connection.execute(found).scalars() if owner)


def repeat_staff_notices(ledger: Ledger, base: str) -> None:
    """Make each staff notice in doubt due once more; one that was a repeat waits for a person."""
    in_doubt = (
        DELIVERIES.c.base == base,
        DELIVERIES.c.kind == "notice",
        DELIVERIES.c.state == DeliveryState.IN_DOUBT.value,
        DELIVERIES.c.resolved_by == "",
    )
    with ledger.writing() as connection:
        rows = connection.execute(select(DELIVERIES.c.key, DELIVERIES.c.payload).where(*in_doubt))
        again = [row.key for row in rows if not row.payload.get("repeat")]
        connection.execute(
            update(DELIVERIES)
            .where(DELIVERIES.c.key.in_(again), *in_doubt)
            .values(state=DeliveryState.DUE.value, outcome=REPEATED)
        )
