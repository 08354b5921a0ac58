"""Takes in what creators wrote: facts first, then the cursor, in one transaction per batch.

What a mail means is decided in `automations.replies`; what it does to a creator, here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from automations.replies import Inbound, ReplyKind, read_reply
from schemas.records import normal_email
from worker.inbox import Cursor, Inbox
from worker.ledger import brakes, consent, deliveries, mailbox, people
from worker.ledger.engine import Ledger
from worker.ledger.mailbox import Received

NEVER = datetime.min.replace(tzinfo=UTC)
MOST_BATCHES = 50  # of one folder in one pass; the rest is read by the next


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a mail is from or about: base, creator, row, and the touch it answers, if known."""

    base: str = ""
    creator: str = ""
    record_id: str = ""
    delivery: str = ""
    mailbox: str = ""


def take_in(
    ledger: Ledger,
    inboxes: Iterable[Inbox],
    readers: Mapping[str, Sequence[str]],
    now: datetime,
) -> Mapping[str, int]:
    """Read every inbox to its end (or the pass's limit); counts of mails by kind.

    `readers` are the bases whose creators write to each inbox.
    """
    counts: dict[str, int] = {}
    for inbox in inboxes:
        for folder in inbox.folders():
            bases = readers.get(inbox.name, ())
            for received in _folder(ledger, inbox, folder, bases, now):
                counts[received.value] = counts.get(received.value, 0) + 1
    return counts


def _folder(
    ledger: Ledger, inbox: Inbox, folder: str, bases: Sequence[str], now: datetime
) -> list[ReplyKind]:
    name = inbox.name
    kinds: list[ReplyKind] = []
    for _ in range(MOST_BATCHES):
        position = mailbox.cursor(ledger, name, folder)
        batch = inbox.read_new(Cursor(*position) if position else None, folder)
        read = [(mail, read_reply(mail.raw, now)) for mail in batch.mails]
        found = [(mail, reply, _whose(ledger, reply, bases)) for mail, reply in read]
        with ledger.writing() as connection:
            for mail, reply, whose in found:
                key = f"{name}:{folder}:{batch.cursor.uidvalidity}:{mail.uid}"
                if _record(connection, key, reply, whose, now):
                    kinds.append(reply.kind)
            mailbox.advance(
                connection,
                name,
                folder,
                position=(batch.cursor.uidvalidity, batch.cursor.uid),
                at=now,
            )
        for _, reply, whose in found:
            if reply.kind is ReplyKind.POLICY_BLOCK and whose.mailbox:
                brakes.pause(
                    ledger,
                    brakes.mailbox_scope(whose.mailbox),
                    because=f"The receiving side blocks this mailbox: {reply.status}",
                    at=now,
                )
        if batch.complete:
            break
    return kinds


def _whose(ledger: Ledger, reply: Inbound, bases: Sequence[str]) -> Whose:
    """By the Message-IDs it refers to, else by the sender's address; nobody if neither is known.

    Where brands share the inbox, an address known to several answers whoever wrote to it last.
    """
    for touch in deliveries.by_message_ids(ledger, list(reply.refers_to)):
        return Whose(touch.base, touch.creator, touch.record_id, touch.key, touch.mailbox)
    address = normal_email(reply.from_address)
    found = [
        Whose(base, *known)
        for base in bases
        if (known := people.creators_by(ledger, base, "email", [address]).get(address))
    ]
    return max(found, key=lambda whose: _last_touch_at(ledger, whose), default=Whose())


def _last_touch_at(ledger: Ledger, whose: Whose) -> datetime:
    counted = deliveries.touch_counts(ledger, whose.base, [whose.creator])
    return counted[whose.creator][1] if counted else NEVER


def _record(connection: Connection, key: str, reply: Inbound, whose: Whose, now: datetime) -> bool:
    received = Received(
        key=key,
        message_id=reply.message_id,
        base=whose.base,
        creator=whose.creator,
        record_id=whose.record_id,
        delivery=whose.delivery,
        kind=reply.kind.value,
        text=reply.text,
        at=now,
    )
    if not mailbox.record_received(connection, received):
        return False
    _apply(connection, reply, whose, key, now)
    return True


def _apply(
    connection: Connection, reply: Inbound, whose: Whose, source: str, now: datetime
) -> None:
    if reply.kind is ReplyKind.OPT_OUT:
        address = normal_email(reply.from_address) or reply.from_address
        consent.suppress_hash(
            connection, whose.base, people.hash_of(address), reason="opt-out", source=source, at=now
        )
    if not whose.creator:
        return
    if reply.kind is ReplyKind.OPT_OUT:
        consent.suppress_creator(
            connection, whose.base, whose.creator, reason="opt-out", source=source, at=now
        )
    # A bounce is believed only if it names one of our own messages: anybody can forge one.
    if reply.kind is ReplyKind.BOUNCE and whose.delivery:
        deliveries.bounced(connection, whose.delivery, source=source, now=now)
    if reply.kind is ReplyKind.HUMAN:
        people.stop_enrolments(connection, whose.base, whose.creator, because="replied", now=now)
