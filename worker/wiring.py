"""Builds everything a job works with, in one place, inside the process that uses it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

import requests
from redis import Redis

from automations.waiting import AT_ONCE
from automations.wording import Words
from worker import unsubscribe
from worker.airtable_http import Door, connect
from worker.airtable_limiter import Account, Limiter
from worker.brands import Box, every_box, inboxes_of, readers_of
from worker.budget import Share, share_of
from worker.clock import Clock, real_now
from worker.discord import Discord
from worker.errors import Misconfigured
from worker.generation import Generations
from worker.inbox import Inbox
from worker.known_base import KnownBase
from worker.ledger.adoption import LedgerIds
from worker.ledger.engine import Ledger, open_ledger
from worker.mail import Mailbox
from worker.notice_words import load_notice_words
from worker.pings import Pings
from worker.process import owner_name
from worker.settings import CHANNELS, Settings, expected_interval, of_brand
from worker.stopping import Stopping
from worker.words import load_words
from worker.writes import Writes

DISCORD_HOST = "https://discord.com"


@dataclass(frozen=True, slots=True)
class Worker:
    """One base and everything that works on it; closed by whoever built it."""

    name: str
    base: KnownBase
    readers: Mapping[str, tuple[str, ...]]  # inboxes, and the bases whose creators write there
    writes: Writes
    patience: timedelta  # how long settled rows wait for a full call
    ledger: Ledger
    limiter: Limiter
    generations: Generations
    share: Share
    mailboxes: Mapping[str, Mailbox]
    inboxes: Mapping[str, Inbox]
    discord: Discord
    channels: tuple[str, ...]
    words: Words
    notice_words: Mapping[str, str]
    tick: timedelta
    postal_address: str
    sender_name: str
    unsubscribe_url: Callable[[str], str]
    ping_url: str
    pings: Pings
    clock: Clock
    real: Callable[[], datetime]
    stopping: Stopping
    owner: str

    @property
    def base_id(self) -> str:
        """The Airtable id of the base."""
        return self.base.base_id

    def close(self) -> None:
        """End every connection."""
        for mailbox in self.mailboxes.values():
            mailbox.close()
        for inbox in self.inboxes.values():
            inbox.close()
        self.ledger.close()


def build(
    settings: Settings, name: str, *, as_of: datetime | None = None, patience: timedelta = AT_ONCE
) -> Worker:
    """The worker of the base called `name`; raises Misconfigured for a name that is not set."""
    base_id = settings.airtable_base_ids.get(name)
    if base_id is None:
        known = ", ".join(settings.airtable_base_ids)
        raise Misconfigured(f"There is no base called {name!r} in AIRTABLE_BASE_IDS ({known}).")
    own, boxes = of_brand(settings, name), every_box(settings)
    ledger = open_ledger(settings.database_url)
    clock, share = Clock.at(as_of), share_of(settings, name)
    token = own.airtable_api_key.get_secret_value()
    redis = open_redis(settings)
    limiter = open_limiter(own, Account(token, share.name, clock.now))
    door = Door(limiter)
    api = connect(token, own.airtable_url, door)
    base = KnownBase(api, door, base_id, LedgerIds(ledger), ledger, clock)
    return Worker(
        name=name,
        base=base,
        readers=readers_of(boxes, settings.airtable_base_ids),
        writes=Writes(base),
        patience=patience,
        ledger=ledger,
        limiter=limiter,
        generations=Generations(redis, base_id),
        share=share,
        mailboxes=open_mailboxes(boxes, name, own.mail_redirect_to),
        inboxes=open_inboxes(boxes, name),
        discord=Discord(webhooks(own), requests.Session()),
        channels=tuple(webhooks(own)),
        words=load_words(),
        notice_words=load_notice_words(),
        tick=expected_interval(settings),
        sender_name=parseaddr(own.mail_from)[0],
        postal_address=own.mail_postal_address,
        unsubscribe_url=lambda creator: unsubscribe.unsubscribe_url(
            own.public_url, signing_keys(settings), base_id, creator
        ),
        ping_url=ping_url(own, base_id),
        pings=Pings(redis, base_id),
        clock=clock,
        real=real_now,
        stopping=Stopping(),
        owner=owner_name(),
    )


def ping_url(settings: Settings, base_id: str) -> str:
    """Where Airtable tells the web process of changes; "" if nobody outside can reach it."""
    public = settings.public_url.rstrip("/")
    return f"{public}/hooks/airtable/{base_id}" if public.startswith("https://") else ""


def open_redis(settings: Settings) -> Redis:
    """Redis with timeouts: a hung one must not hang us."""
    return Redis.from_url(settings.redis_url, socket_timeout=10, socket_connect_timeout=5)


def open_limiter(settings: Settings, account: Account) -> Limiter:
    """The limiter shared by all processes through Redis."""
    return Limiter(open_redis(settings), account, per_second=settings.airtable_requests_per_second)


def open_mailboxes(boxes: Sequence[Box], brand: str, redirect_to: str) -> Mapping[str, Mailbox]:
    """The mailboxes the brand can send from, by name."""
    return {
        box.name: Mailbox(
            name=box.name, sender=box.sender, url=box.smtp_url, redirect_to=redirect_to
        )
        for box in boxes
        if box.brand == brand and box.smtp_url
    }


def open_inboxes(boxes: Sequence[Box], brand: str) -> Mapping[str, Inbox]:
    """What the brand reads, by mailbox; mailboxes behind one IMAP login are one inbox."""
    names, opened = inboxes_of(boxes), dict[str, Inbox]()
    return {
        box.name: opened.setdefault(names[box.name], Inbox(names[box.name], box.imap_url))
        for box in boxes
        if box.brand == brand and box.imap_url
    }


def webhooks(own: Settings) -> Mapping[str, str]:
    """A brand's webhooks by channel; DISCORD_API_URL replaces Discord's own address in them."""
    found = {
        channel: getattr(own, f"discord_webhook_{channel}").get_secret_value()
        for channel in CHANNELS
    }
    api = own.discord_api_url.rstrip("/")
    return {
        channel: url.replace(DISCORD_HOST, api) if api else url
        for channel, url in found.items()
        if url
    }


def signing_keys(settings: Settings) -> Sequence[str]:
    """The keys that sign links, newest first."""
    return [key.get_secret_value() for key in settings.secret_key]
