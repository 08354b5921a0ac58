"""Passes through RQ: double ticks, Redis flushed mid-run, and a scheduler that outlives Redis."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import SimpleWorker

from sandbox.world import Fault
from tests.builders_programme import ROOT, Programme, programme
from tests.faults.test_worker_killed import a_worker, until_claimed
from worker.queue import open_queue, tick, work


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=4) as running:
        yield running


def drain() -> None:
    queue = open_queue(os.environ["REDIS_URL"])
    SimpleWorker([queue], connection=queue.connection).work(burst=True, logging_level="ERROR")
    queue.connection.close()


def test_a_tick_wakes_every_base_and_a_double_tick_does_no_harm(glow):
    tick()
    tick()
    drain()

    assert sorted(glow.mails_per_step().values()) == [1] * 4


def test_redis_flushed_mid_run_loses_nothing_and_repeats_nothing(glow):
    glow.sandbox.world.faults.add(Fault("SMTP DATA", "slow", nth=2, times=1))
    queue = open_queue(os.environ["REDIS_URL"])
    queue.enqueue(work, "glow", job_timeout=300)
    process = a_worker()
    until_claimed(glow, process)

    with Redis.from_url(os.environ["REDIS_URL"]) as redis:
        redis.flushall()
    process.terminate()
    process.wait(timeout=15)
    queue.connection.close()
    glow.outreach()

    assert sorted(glow.mails_per_step().values()) == [1] * 4


def test_the_scheduler_ticks_and_ends_on_sigterm(glow):
    process = subprocess.Popen(
        [sys.executable, "-m", "worker", "schedule"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    with Redis.from_url(os.environ["REDIS_URL"]) as redis:
        assert redis.blpop(["rq:queue:affiliate-ops"], timeout=20)

    process.terminate()
    said, _ = process.communicate(timeout=15)

    assert process.returncode == 0, said
    assert "Traceback" not in said
