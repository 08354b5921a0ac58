"""Replies: what came into the mailboxes becomes facts on creators."""

from automations.plan import Plan
from worker import inbound
from worker.errors import NotDone
from worker.executor import Done
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
    counts = inbound.take_in(worker.ledger, worker.inboxes, worker.bases, worker.clock.now())
    done = Done()
    done.counts.update(counts)
    return done


def freshen(worker: Worker) -> None:
    """Consent is as fresh as the inbox; one that cannot be read leaves its mailbox no room."""
    for name, inbox in worker.inboxes.items():
        try:
            inbound.take_in(worker.ledger, {name: inbox}, worker.bases, worker.clock.now())
        except NotDone:
            continue


REPLIES = Job("replies", plan_replies, run_replies, without_airtable=run_replies)
