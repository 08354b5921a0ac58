"""Claim, settle, reconcile: the only place where it is decided whether something may be sent.

A claim is one serialised transaction. It succeeds only if, at that moment, the fence is current,
nothing is paused, address and handle are not suppressed, the enrolment is open, the cap has room
and both unique keys are free. The row exists before the attempt; the attempt's number settles it.
"""

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, String, and_, bindparam, func, or_, select, update

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


# Built once: SQLAlchemy takes longer to build these statements than the ledger to run them.
_PAUSED = select(PAUSES.c.scope, PAUSES.c.because).where(
    PAUSES.c.scope.in_(bindparam("scopes", expanding=True))
)
_ENROLMENT_STATE = select(ENROLMENTS.c.state).where(ENROLMENTS.c.id == bindparam("enrolment"))
_TAKE_ROOM = (
    update(CAPS)
    .where(
        CAPS.c.mailbox == bindparam("its_mailbox"),
        CAPS.c.day == bindparam("its_day"),
        CAPS.c.sent < bindparam("cap"),
    )
    .values(sent=CAPS.c.sent + 1)
)


@functools.cache
def _suppressed(separate: bool) -> Select[tuple[str]]:  # noqa: FBT001 - cached by it
    return select(SUPPRESSIONS.c.reason).where(
        consent.binding(bindparam("its_base", type_=String), separate=separate),
        or_(
            SUPPRESSIONS.c.hash.in_(bindparam("these", expanding=True)),
            and_(
                SUPPRESSIONS.c.hash.in_(bindparam("ever_seen", expanding=True)),
                SUPPRESSIONS.c.reason != BOUNCED,
            ),
        ),
    )


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
    if pause := connection.execute(_PAUSED, {"scopes": wanted.scopes}).first():
        raise NotClaimed(f"paused ({pause.scope}): {pause.because}")
    # An address that bounced is closed; an opt-out closes every address and handle of the creator.
    creator = str(wanted.facts.get("creator") or "")
    asked = {
        "its_base": wanted.base, "these": wanted.hashes,
        "ever_seen": hashes_of(connection, wanted.base, creator),
    }  # fmt: skip
    suppressed = _suppressed(wanted.separate_senders)
    if reason := connection.execute(suppressed, asked).scalar():
        raise NotClaimed(f"suppressed: {reason}")
    if enrolment := wanted.facts.get("enrolment"):
        state = connection.execute(_ENROLMENT_STATE, {"enrolment": enrolment}).scalar()
        if state != EnrolmentState.OPEN.value:
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
    asked = {"its_mailbox": room.mailbox, "its_day": room.day, "cap": room.cap}
    if connection.execute(_TAKE_ROOM, asked).rowcount == 1:
        return
    first = {"mailbox": room.mailbox, "day": room.day, "sent": 1}
    if room.cap < 1 or not insert_new(connection, CAPS, first):
        raise NotClaimed(f"the daily cap of mailbox {room.mailbox} ({room.cap}) is used up")


_SETTLE = (
    update(DELIVERIES)
    .where(
        DELIVERIES.c.key == bindparam("its_key"),
        DELIVERIES.c.attempt == bindparam("its_attempt"),
        DELIVERIES.c.state.in_([DeliveryState.CLAIMED.value, DeliveryState.IN_DOUBT.value]),
        DELIVERIES.c.resolved_by == "",
    )
    .values(
        state=bindparam("becomes"),
        outcome=bindparam("said"),
        settled_at=bindparam("at"),
        shown_at=None,
        message_id=func.coalesce(bindparam("its_id", type_=String), DELIVERIES.c.message_id),
    )
    .returning(DELIVERIES.c.mailbox, DELIVERIES.c.mailbox_day)
)


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
        became = {
            "its_key": claimed.key, "its_attempt": claimed.attempt, "becomes": state.value,
            "said": outcome[:500], "at": now, "its_id": message_id,
        }  # fmt: skip
        row = connection.execute(_SETTLE, became).first()
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
