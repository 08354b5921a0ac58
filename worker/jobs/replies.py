"""Replies: what came into the mailboxes becomes facts on creators."""

from collections.abc import Collection

from automations.plan import Plan
from worker import inbound
from worker.errors import NotDone
from worker.executor import Done
from worker.inbox import Inbox
from worker.jobs.job import Job
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
    return done


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
