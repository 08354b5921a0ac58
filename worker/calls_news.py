"""What staff are told about the month's Airtable calls; it is told without a call to Airtable."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import assert_never

from automations.governor import Mode
from automations.notices import Calls, News, calls_news, plan_notices
from schemas.rules import Rules
from worker import parking
from worker.executor import Done
from worker.jobs.job import executor
from worker.ledger import claims, notice_lines, parked
from worker.ledger.leases import Fence
from worker.reading import Reading
from worker.wiring import Worker

TOLD_FOR = timedelta(days=3)  # that it goes on again is no news after that


def tell_of_calls(reading: Reading, fence: Fence) -> Done:
    """Post what there is to tell about the calls, while Airtable is not called."""
    worker, now = reading.worker, reading.worker.clock.now()
    claims.repeat_staff_notices(worker.ledger, worker.base_id)
    news = tuple(about_calls(worker))
    plan = plan_notices(
        base=worker.base_id,
        news=news,
        untold=notice_lines.untold(worker.ledger, [fact.key for fact in news]),
        words=worker.notice_words,
        now=now,
    )
    return executor(worker, fence, Rules()).carry_out(plan)


def about_calls(worker: Worker) -> Iterator[News]:
    """That calls stopped, are low or go on again; once for all bases that tell the same channel."""
    now, words = worker.clock.now(), worker.notice_words
    stem = f"calls:{worker.share.name}:{worker.discord.name_of('alerts')}"
    last = parked.load(worker.ledger, worker.base_id)
    if last is not None:
        episode = hashlib.sha256(last.because.encode()).hexdigest()[:12]
        stopped = f"{stem}:stopped:{episode}"
        if last.stands(now):
            yield calls_news(stopped, Calls.STOPPED, last.because, last.since, words)
            return
        if now - last.until < TOLD_FOR and not notice_lines.untold(worker.ledger, [stopped]):
            yield calls_news(f"{stem}:again:{episode}", Calls.AGAIN, "", last.until, words)
    budget = parking.budget_of(worker)
    month = f"{stem}:{budget.mode.value}:{budget.until:%Y-%m}"
    match budget.mode:
        case Mode.NORMAL:
            return
        case Mode.ONLY_SAFETY:
            because = budget.only_safety_because
            yield calls_news(month, Calls.LOW, because, now, words)
        case Mode.USED_UP:
            because = budget.used_up_because
            yield calls_news(month, Calls.STOPPED, because, now, words)
        case _:
            assert_never(budget.mode)
