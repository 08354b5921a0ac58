"""The `schedule` process: one tick per interval, through RQ's cron, surviving a Redis restart."""

import time

import structlog
from redis.exceptions import RedisError
from rq.cron import CronScheduler

from worker.errors import ServiceDown
from worker.queue import JOB_TIMEOUT_S, QUEUE_NAME, open_queue, tick
from worker.settings import Settings

log = structlog.get_logger()

AGAIN_S = 5.0


def run_forever(settings: Settings) -> None:
    """Enqueue ticks until stopped; two schedulers only double harmless wake-ups."""
    redis = open_queue(settings.redis_url).connection
    try:
        redis.ping()
    except RedisError as error:
        raise ServiceDown(
            f"REDIS_URL: Redis cannot be reached ({error}). Start it first."
        ) from error
    while True:
        scheduler = CronScheduler(connection=redis)
        scheduler.register(
            tick,
            QUEUE_NAME,
            interval=settings.tick_seconds,
            ttl=settings.tick_seconds,
            job_timeout=JOB_TIMEOUT_S,
            result_ttl=60,
        )
        try:
            scheduler.start()  # type: ignore[no-untyped-call]  # RQ's
        except RedisError as error:
            log.warning("redis is away", why=str(error), again_s=AGAIN_S)
            time.sleep(AGAIN_S)
        else:
            return
