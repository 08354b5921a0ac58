"""Replies: what came into the mailboxes becomes facts on creators."""

from collections.abc import Collection
from datetime import timedelta

from automations.mailbox_health import SPAN, ails
from automations.plan import Plan
from schemas.rules import parse_rules
from schemas.tables import operations
from worker import inbound
from worker.errors import NotDone
from worker.executor import Done
from worker.inbox import Inbox
from worker.jobs.job import Job
from worker.ledger import brakes, mailbox_health, mirror
from worker.ledger.leases import Fence
from worker.reading import Reading
from worker.wiring import Worker


def plan_replies(reading: Reading) -> Plan:
    """Replies have no plan: mail is read, then its facts are taken in."""
    del reading
    return Plan()


def run_replies(reading: Reading, fence: Fence) -> Done:
    """Read the mailboxes and turn what came into facts on creators."""
    del fence
    worker = reading.worker
    counts = inbound.take_in(worker.ledger, _each(worker), worker.readers, worker.clock.now())
    done = Done()
    done.counts.update(counts)
    _look_after(reading, done)
    return done


def _look_after(reading: Reading, done: Done) -> None:
    """Let sequences wait where teammates wrote; pause mailboxes that bounce or annoy too much."""
    worker, now = reading.worker, reading.worker.clock.now()
    # From the mirror: this goes on also while Airtable may not be called.
    settings = mirror.rows(worker.ledger, worker.base_id, operations.SETTINGS)
    rules, _ = parse_rules(settings)
    if rules.quiet_days:
        for inbox in _each(worker):
            wait = {worker.base_id: timedelta(days=rules.quiet_days)}
            try:
                if wrote := inbound.take_in_sent(worker.ledger, inbox, wait, now):
                    done.counts["a teammate wrote"] += wrote
            except NotDone:
                continue  # the next pass reads it; nothing hangs on it
    for name in worker.mailboxes:
        because = ails(mailbox_health.health(worker.ledger, name, now - SPAN), rules)
        if because:
            brakes.pause(worker.ledger, brakes.mailbox_scope(name), because=because, at=now)


def freshen(worker: Worker) -> None:
    """Consent is as fresh as the inbox; one that cannot be read leaves its mailbox no room."""
    for inbox in _each(worker):
        try:
            inbound.take_in(worker.ledger, [inbox], worker.readers, worker.clock.now())
        except NotDone:
            continue


def _each(worker: Worker) -> Collection[Inbox]:
    """Every inbox once, however many mailboxes are behind its login."""
    return {inbox.name: inbox for inbox in worker.inboxes.values()}.values()


REPLIES = Job("replies", plan_replies, run_replies, without_airtable=run_replies)
