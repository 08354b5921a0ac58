"""Tells staff when a job has not ended well for three intervals, also when the worker is dead.

Runs in the web process; the notices job tells the same facts, and each is told once.
"""

import threading

import structlog

from automations.health import ailing_jobs
from automations.notices import health_news, plan_notices
from schemas.rules import Rules
from worker.errors import Misconfigured, ServiceDown
from worker.jobs.job import executor
from worker.ledger import history, leases, notice_lines
from worker.settings import Settings
from worker.wiring import Worker, build

log = structlog.get_logger()

JOB = "watch"


def watch(settings: Settings, jobs: tuple[str, ...]) -> None:
    """Look after the jobs of every base once per interval, for as long as this process lives."""

    def look() -> None:
        while not over.wait(settings.tick_seconds):
            tell_of_ailing(settings, jobs)

    over = threading.Event()
    threading.Thread(target=look, name=JOB, daemon=True).start()


def tell_of_ailing(settings: Settings, jobs: tuple[str, ...]) -> None:
    """Tell staff of each base's ailing jobs, once per episode."""
    for name in settings.airtable_base_ids:
        try:
            worker = build(settings, name)
        except (Misconfigured, ServiceDown) as error:
            log.warning(JOB, base=name, why=str(error))
            continue
        try:
            _tell(worker, jobs)
        finally:
            worker.close()


def _tell(worker: Worker, jobs: tuple[str, ...]) -> None:
    first = history.first_run_at(worker.ledger, worker.base_id)
    fence = leases.take(worker.ledger, worker.base_id, JOB, owner=worker.owner, real=worker.real())
    if first is None or fence is None:
        return
    ailing = ailing_jobs(
        base=worker.base_id,
        last_good_ends=history.last_good_ends(worker.ledger, worker.base_id),
        intervals=dict.fromkeys(jobs, worker.tick),
        watched_since=first,
        now=worker.clock.now(),
    )
    news = [health_news(one, worker.notice_words) for one in ailing]
    plan = plan_notices(
        base=worker.base_id,
        news=news,
        untold=notice_lines.untold(worker.ledger, [fact.key for fact in news]),
        words=worker.notice_words,
        now=worker.clock.now(),
    )
    executor(worker, fence, Rules()).carry_out(plan)
    leases.give_back(worker.ledger, fence, real=worker.real())
