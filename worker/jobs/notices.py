"""Notices: staff hear on Discord of moves, replies, doubts, holds, pauses and ailing jobs, once."""

from collections.abc import Iterator
from datetime import timedelta

from automations.health import Ailing, ailing_jobs
from automations.notices import (
    News,
    doubt_news,
    health_news,
    hold_news,
    pause_news,
    plan_notices,
    problem_news,
    reply_news,
    stage_news,
)
from automations.plan import Plan
from schemas.tables import creators
from worker import feed, needs, pruning
from worker.calls_news import about_calls, tell_of_calls
from worker.executor import Done
from worker.jobs.job import Job, executor
from worker.ledger import brakes, claims, deliveries, history, mailbox, notice_lines, stages
from worker.ledger.leases import Fence
from worker.reading import Reading, forbidden_because
from worker.wiring import Worker

WATCHED = ("replies", "outreach", "pipeline")
TOLD_FOR = timedelta(days=3)  # older facts than this are no news


def plan_notices_now(reading: Reading) -> Plan:
    """What staff would be told at this instant."""
    worker = reading.worker
    news = tuple(_news(reading))
    return plan_notices(
        base=worker.base_id,
        news=news,
        untold=notice_lines.untold(worker.ledger, [fact.key for fact in news]),
        words=worker.notice_words,
        now=worker.clock.now(),
    )


def run_notices(reading: Reading, fence: Fence) -> Done:
    """Post what is new; a staff notice in doubt is repeated once, marked as such."""
    worker = reading.worker
    if because := forbidden_because(reading):
        return Done(held_because=because)
    claims.repeat_staff_notices(worker.ledger, worker.base_id)
    rules, _ = reading.rules()
    return executor(worker, fence, rules).carry_out(plan_notices_now(reading))


def _news(reading: Reading) -> Iterator[News]:
    worker, words = reading.worker, reading.worker.notice_words
    ledger, base = worker.ledger, worker.base_id
    names = {row.id: str(row.cells.get(creators.NAME, "")) for row in reading.rows(creators.TABLE)}
    since = worker.clock.now() - TOLD_FOR
    for move in stages.unnoticed_moves(ledger, base):
        yield stage_news(move, names.get(move.record_id) or move.record_id, words)
    for mail in mailbox.replies_since(ledger, base, since):
        name = names.get(mail.record_id) or "somebody we do not know"
        yield reply_news(mail.key, name, mail.kind, mail.at, words)
    for doubt in deliveries.doubts(ledger, base):
        at = doubt.at or worker.clock.now()
        yield doubt_news(doubt.key, doubt.attempt, doubt.because, at, words)
    for hold in brakes.holds(ledger, base, only_held=True):
        yield hold_news(hold.id, hold.job, hold.because, hold.opened_at, words)
    for about in (feed.JOB, pruning.JOB):
        for since, problem in history.standing_problems(ledger, base, about):
            yield problem_news(f"{base}:{about}", "Airtable", problem.text, since, words)
    for scope, because, at in brakes.pauses(ledger):
        if brakes.concerns(scope, base, worker.mailboxes):
            yield pause_news(scope.replace(base, worker.name), because, at, words)
    yield from about_calls(worker)
    for ailing in _ailing(worker):
        yield health_news(ailing, words)


def _ailing(worker: Worker) -> tuple[Ailing, ...]:
    first = history.first_run_at(worker.ledger, worker.base_id)
    if first is None:
        return ()
    return ailing_jobs(
        base=worker.base_id,
        last_good_ends=history.last_good_ends(worker.ledger, worker.base_id),
        intervals=dict.fromkeys(WATCHED, worker.tick),
        watched_since=first,
        now=worker.clock.now(),
    )


NOTICES = Job(
    "notices",
    plan_notices_now,
    run_notices,
    needs=needs.SETTINGS,
    without_airtable=tell_of_calls,
)
