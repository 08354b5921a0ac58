"""What RQ carries: wake-ups. A lost, late or double entry is harmless, so nothing here retries."""

import gc
import signal
from datetime import datetime

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker

from automations.waiting import IN_PASSES
from worker import rationing
from worker.clock import real_now
from worker.errors import ServiceDown
from worker.heartbeat import beat
from worker.jobs import JOBS
from worker.ledger.history import Outcome
from worker.logs import configure
from worker.pacing import pace_of
from worker.pings import Pings
from worker.reading import Reading
from worker.running import run_once
from worker.settings import Settings, for_one, load_settings
from worker.stopping import INTERRUPTIONS, SLICE_S, finish_on_sigterm
from worker.wiring import build

log = structlog.get_logger()

QUEUE_NAME = "affiliate-ops"
# Every job may use its slice and then wait for one last reply of a mail server (ten minutes).
TTL_S = 600  # a wake-up that nobody took by then is of no use: ticks come more often
# A pass makes millions of small objects that live as long as it does: with Python's own threshold
# of 700 the collector took a third of the processor's time and found nothing.
GC_THRESHOLD = 200_000
JOB_TIMEOUT_S = int(len(JOBS) * SLICE_S + 900)


class PoliteWorker(Worker):
    """An RQ worker whose horse finishes the effect it has begun when told to stop."""

    def setup_work_horse_signals(self) -> None:
        """In the horse: SIGTERM asks, it does not kill."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]  # RQ's
        finish_on_sigterm()

    def handle_warm_shutdown_request(self) -> None:
        """In the parent: pass the request on, whether or not the platform signalled the horse."""
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)


def open_queue(redis_url: str) -> Queue:
    """The queue all processes share."""
    return Queue(QUEUE_NAME, connection=Redis.from_url(redis_url))


def tick(as_of: str = "") -> None:
    """Wake up every base once."""
    settings = load_settings()
    queue = open_queue(settings.redis_url)
    for name in settings.airtable_base_ids:
        queue.enqueue(
            work, name, as_of, job_timeout=JOB_TIMEOUT_S, ttl=settings.tick_seconds, result_ttl=60
        )


def wake(settings: Settings, name: str) -> None:
    """Airtable pinged: work on the base now, unless that is to happen already."""
    queue = open_queue(settings.redis_url)
    pings = Pings(queue.connection, settings.airtable_base_ids[name])
    if pings.arrived():
        try:
            queue.enqueue(work, name, "", job_timeout=JOB_TIMEOUT_S, ttl=TTL_S, result_ttl=60)
        except RedisError as error:
            raise ServiceDown(f"REDIS_URL: Redis does not answer ({error})") from error


def work(name: str, as_of: str = "") -> dict[str, str]:
    """One pass over one base: its jobs in their order, each for at most its slice.

    A job that fails stops no other; an outside service that is down ends the pass.
    """
    gc.set_threshold(GC_THRESHOLD)
    settings = load_settings()
    configure(settings.log_format)
    at = datetime.fromisoformat(as_of) if as_of else None
    worker = build(settings, name, as_of=at, patience=IN_PASSES)
    outcomes: dict[str, str] = {}
    try:
        reading = Reading(worker, poll=pace_of(worker).is_due(worker.clock.now()))
        rationing.check_clock_within_the_calls(reading)
        for job in JOBS.values():
            try:
                ran = run_once(worker, job, reading)
            except INTERRUPTIONS:
                raise
            except ServiceDown as down:
                log.warning(job.name, base=name, why=str(down))
                outcomes[job.name] = Outcome.FAILED.value
                break
            except Exception:  # recorded by run_once; the other jobs go on
                log.exception(job.name, base=name)
                outcomes[job.name] = Outcome.FAILED.value
            else:
                outcomes[job.name] = ran.outcome.value if ran.outcome else "taken"
            if worker.stopping.asked.is_set():
                break
        if reading.swept and not worker.stopping.asked.is_set():
            rationing.prune_within_the_calls(worker)
    finally:
        worker.close()
    log.info("pass", base=name, at=real_now().isoformat(timespec="seconds"), **outcomes)
    if Outcome.FAILED.value not in outcomes.values():
        beat(for_one(settings, name, "heartbeat_url"))
    return outcomes
