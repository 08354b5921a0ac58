"""`doctor` beside the base: mail, Discord, Redis, ledger and clock, each with what to do next."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from schemas.tables import operations
from worker.doctor import Finding, check_base
from worker.errors import GatewayError, Misconfigured, ServiceDown
from worker.mail_dns import check_domain
from worker.reading import Reading, forbidden_because
from worker.settings import CHANNELS
from worker.wiring import Worker

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", None})
CLOCK_TOLERANCE = timedelta(minutes=2)


def check_everything(worker: Worker) -> list[Finding]:
    """All findings about one base and the deployment it runs in."""
    found = [*_redis(worker)]
    if found[0].ok:
        found += check_base(worker.base)
    if all(finding.ok for finding in found):
        found += [*_ledger(worker), *_clock(worker)]
    return [*found, *_mail(worker), *_domains(worker), *_links(worker), *_discord(worker)]


def _redis(worker: Worker) -> Iterator[Finding]:
    step = "Start Redis, or correct REDIS_URL."
    yield _tried(lambda: worker.limiter.calls(worker.base_id), "REDIS_URL answers", step)


def _ledger(worker: Worker) -> Iterator[Finding]:
    if worker.ledger.is_sqlite:
        note = "DATABASE_URL is SQLite: all processes must run on this one machine"
        yield Finding(ok=True, what=note)
    because = forbidden_because(Reading(worker, remember=False))
    yield Finding(
        ok=not because,
        what=because or "the ledger and the base belong together",
        next_step="Until then nothing is sent, posted or paid for this base.",
    )


def _clock(worker: Worker) -> Iterator[Finding]:
    worker.base.read(operations.SETTINGS)
    there = worker.base.last_date()
    off = abs(worker.real() - there) if there else timedelta(0)
    what = "the clock agrees with Airtable's"
    if off > CLOCK_TOLERANCE:
        what = f"the clock is {int(off.total_seconds())} s away from Airtable's"
    yield Finding(ok=off <= CLOCK_TOLERANCE, what=what, next_step="Set this machine's clock.")


def _mail(worker: Worker) -> Iterator[Finding]:
    if not worker.mailboxes:
        step = "Set SMTP_URL, IMAP_URL and MAIL_FROM."
        yield Finding(ok=False, what="SMTP_URL is not set: no mail can be sent", next_step=step)
    if not worker.postal_address:
        what = "MAIL_POSTAL_ADDRESS is not set: no message may leave without one"
        yield Finding(ok=False, what=what, next_step="Set it to your street address.")
    for name, mailbox in worker.mailboxes.items():
        step = f"Correct SMTP_URL and MAIL_FROM of mailbox {name}."
        yield _tried(mailbox.check, f"mailbox {name} can send", step)
        if name not in worker.inboxes:
            what = f"mailbox {name} has no IMAP_URL: it may not send, as replies go unread"
            yield Finding(ok=False, what=what, next_step="Set IMAP_URL.")
    for name, inbox in worker.inboxes.items():
        yield _tried(inbox.check, f"mailbox {name} can be read", f"Correct IMAP_URL of {name}.")


def _domains(worker: Worker) -> Iterator[Finding]:
    """What the world is told about the domains mail is sent from; a rehearsal's are invented."""
    real = [box for box in worker.mailboxes.values() if urlsplit(box.url).hostname not in LOOPBACK]
    senders = {mailbox.sender.rpartition("@")[2] for mailbox in real}
    for domain in sorted(sender.strip("> ").lower() for sender in senders):
        yield from check_domain(domain)


def _links(worker: Worker) -> Iterator[Finding]:
    """Unsubscribe links that only open on this machine are no unsubscribe links."""
    if not worker.unsubscribe_url("doctor"):
        what = "PUBLIC_URL is not set: one-click unsubscribe is off, and some providers want it"
        step = "Set PUBLIC_URL to where creators reach the web process."
        yield Finding(ok=False, what=what, next_step=step)
        return
    local = urlsplit(worker.unsubscribe_url("doctor")).hostname in LOOPBACK
    rehearsal = urlsplit(worker.base.api.endpoint_url).hostname in LOOPBACK
    yield Finding(
        ok=rehearsal or not local,
        what="PUBLIC_URL opens only on this machine" if local else "PUBLIC_URL is a public address",
        next_step="Set PUBLIC_URL to where creators reach the web process.",
    )


def _discord(worker: Worker) -> Iterator[Finding]:
    for channel in CHANNELS:
        if channel not in worker.channels:
            what = f"DISCORD_WEBHOOK_{channel.upper()} is not set: no posts to {channel}"
            yield Finding(ok=channel == "community", what=what, next_step="Set the webhook's URL.")


def _tried(attempt: Callable[[], object], what: str, next_step: str) -> Finding:
    try:
        attempt()
    except (Misconfigured, ServiceDown, GatewayError) as error:
        return Finding(ok=False, what=str(error), next_step=next_step)
    return Finding(ok=True, what=what)
