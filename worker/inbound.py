"""Takes in what creators wrote: facts first, then the cursor, in one transaction per batch.

What a mail means is decided in `automations.replies`; what it does to a creator, here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from automations.business_days import business_days_later, next_business_day
from automations.replies import Inbound, ReplyKind, read_reply
from automations.replies.sent import addressees
from schemas.records import normal_email
from worker.inbox import Cursor, Inbox
from worker.ledger import brakes, consent, deliveries, mailbox, people
from worker.ledger.engine import Ledger
from worker.ledger.mailbox import Received

NEVER = datetime.min.replace(tzinfo=UTC)
SOFT_BOUNCES, FORTNIGHT = 3, timedelta(days=14)
DAYS_AWAY = 5  # business days, where an absence names no end
ENDS_ALL = (ReplyKind.OPT_OUT, ReplyKind.COMPLAINT)
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
        subject=reply.subject,
        mailbox=whose.mailbox,
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
    if reply.kind in ENDS_ALL:
        consent.suppress_creator(
            connection, whose.base, whose.creator, reason=reply.kind.value, source=source, at=now
        )
    # A bounce is believed only if it names one of our own messages: anybody can forge one.
    is_dead = reply.kind is ReplyKind.BOUNCE or (
        reply.kind is ReplyKind.SOFT_BOUNCE and _is_full_for_good(connection, whose, now)
    )
    if is_dead and whose.delivery:
        deliveries.bounced(connection, whose.delivery, source=source, now=now)
    if reply.kind is ReplyKind.HUMAN or reply.has_left:
        because = "nobody reads mail there any more" if reply.has_left else "replied"
        people.stop_enrolments(connection, whose.base, whose.creator, because=because, now=now)
    elif reply.is_away:
        until, because = _back(reply, now)
        people.quiet(connection, whose.base, whose.creator, until=until, because=because)


def _is_full_for_good(connection: Connection, whose: Whose, now: datetime) -> bool:
    """Whether this is the third soft bounce within a fortnight: nobody empties that mailbox."""
    kind = ReplyKind.SOFT_BOUNCE.value
    soft = mailbox.count_since(connection, whose.base, whose.creator, kind, now - FORTNIGHT)
    return soft >= SOFT_BOUNCES


def _back(reply: Inbound, now: datetime) -> tuple[datetime, str]:
    """The business day after the return; a week of business days where none is named."""
    if reply.return_on is None:
        day = business_days_later(now.date(), DAYS_AWAY, "")
        return _begins(day), "out of office"
    return _begins(next_business_day(reply.return_on, "")), f"away until {reply.return_on}"


def _begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def take_in_sent(
    ledger: Ledger, inbox: Inbox, bases: Mapping[str, timedelta], now: datetime
) -> int:
    """Let sequences wait where a teammate wrote from this mailbox; how many mails they wrote.

    `bases` say for how long. Our own mails carry their key, vacation responders say what they are.
    """
    written = 0
    for folder in inbox.sent_folders():
        name = f"{inbox.name}:sent"
        position = mailbox.cursor(ledger, name, folder)
        batch = inbox.read_new(Cursor(*position) if position else None, folder, since=now.date())
        with ledger.writing() as connection:
            for mail in batch.mails:
                written += _teammate_wrote(connection, addressees(mail.raw), bases, now)
            place = (batch.cursor.uidvalidity, batch.cursor.uid)
            mailbox.advance(connection, name, folder, position=place, at=now)
    return written


def _teammate_wrote(
    connection: Connection, to: Sequence[str], bases: Mapping[str, timedelta], now: datetime
) -> bool:
    known = [address for one in to if (address := normal_email(one))]
    for base, wait in bases.items():
        for creator in people.creators_of(connection, base, known):
            because = f"a teammate wrote on {now.date()}"
            people.quiet(connection, base, creator, until=now + wait, because=because)
    return bool(known)
