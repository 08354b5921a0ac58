"""Builds everything a job works with, in one place, inside the process that uses it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

import requests
from redis import Redis

from automations.waiting import AT_ONCE, Patience
from automations.wording import Words
from worker import unsubscribe
from worker.airtable_http import Door, connect
from worker.airtable_limiter import Account, Limiter
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
from worker.settings import CHANNELS, Settings, for_one
from worker.stopping import Stopping
from worker.words import load_words
from worker.writes import Writes

DISCORD_HOST = "https://discord.com"


@dataclass(frozen=True, slots=True)
class Worker:
    """One base and everything that works on it; closed by whoever built it."""

    name: str
    base: KnownBase
    writes: Writes
    patience: Patience
    bases: tuple[str, ...]
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
    settings: Settings, name: str, *, as_of: datetime | None = None, patience: Patience = AT_ONCE
) -> Worker:
    """The worker of the base called `name`; raises Misconfigured for a name that is not set."""
    base_id = settings.airtable_base_ids.get(name)
    if base_id is None:
        known = ", ".join(settings.airtable_base_ids)
        raise Misconfigured(f"There is no base called {name!r} in AIRTABLE_BASE_IDS ({known}).")
    ledger = open_ledger(settings.database_url)
    clock, share = Clock.at(as_of), share_of(settings, name)
    token = for_one(settings, name, "airtable_api_key")
    redis = open_redis(settings)
    limiter = open_limiter(settings, Account(token, share.name, clock.now))
    door = Door(limiter)
    api = connect(token, settings.airtable_url, door)
    base = KnownBase(api, door, base_id, LedgerIds(ledger), ledger, clock)
    return Worker(
        name=name,
        base=base,
        writes=Writes(base),
        patience=patience,
        bases=tuple(settings.airtable_base_ids.values()),
        ledger=ledger,
        limiter=limiter,
        generations=Generations(redis, base_id),
        share=share,
        mailboxes=open_mailboxes(settings),
        inboxes=open_inboxes(settings),
        discord=Discord(webhooks(settings, name), requests.Session()),
        channels=tuple(webhooks(settings, name)),
        words=load_words(),
        notice_words=load_notice_words(),
        tick=timedelta(seconds=settings.tick_seconds),
        sender_name=parseaddr(for_one(settings, name, "mail_from"))[0],
        postal_address=for_one(settings, name, "mail_postal_address"),
        unsubscribe_url=lambda creator: unsubscribe.unsubscribe_url(
            settings.public_url, signing_keys(settings), base_id, creator
        ),
        ping_url=ping_url(settings, base_id),
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


def open_mailboxes(settings: Settings) -> Mapping[str, Mailbox]:
    """The mailboxes that can send, by name."""
    return {
        name: Mailbox(
            name=name,
            sender=for_one(settings, name, "mail_from"),
            url=url,
            redirect_to=settings.mail_redirect_to,
        )
        for name in settings.mailboxes
        if (url := for_one(settings, name, "smtp_url"))
    }


def open_inboxes(settings: Settings) -> Mapping[str, Inbox]:
    """The mailboxes that can be read, by name."""
    return {
        name: Inbox(name=name, url=url)
        for name in settings.mailboxes
        if (url := for_one(settings, name, "imap_url"))
    }


def webhooks(settings: Settings, name: str) -> Mapping[str, str]:
    """Discord webhooks by channel; DISCORD_API_URL replaces Discord's own address in them."""
    found = {channel: for_one(settings, name, f"discord_webhook_{channel}") for channel in CHANNELS}
    api = settings.discord_api_url.rstrip("/")
    return {
        channel: url.replace(DISCORD_HOST, api) if api else url
        for channel, url in found.items()
        if url
    }


def signing_keys(settings: Settings) -> Sequence[str]:
    """The keys that sign links, newest first."""
    return [key.get_secret_value() for key in settings.secret_key]
