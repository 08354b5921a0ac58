"""kill -9 and SIGTERM in the middle of sending: no step twice, nothing due missing."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.world import Fault
from schemas.outreach import DeliveryState
from schemas.tables import creators
from tests.builders_programme import ROOT, Programme, programme
from tests.faults.crashing import CrashPoint
from worker.ledger import deliveries
from worker.queue import open_queue, work

CREATORS = 6


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=CREATORS) as running:
        yield running


def everybody_accounted_for(glow: Programme) -> None:
    """One mail per step; everybody due was mailed, or is a doubt a person can close."""
    work_until_done(glow)
    with glow.worker() as worker:
        doubts = deliveries.doubts(worker.ledger, glow.base_id)
        addresses = {row["id"]: row["Email"] for row in glow.rows(creators.TABLE)}
        mailed = {str(mail["to"]) for mail in glow.mails()}
        doubtful = {addresses[doubt.record_id] for doubt in doubts}

        assert max(glow.mails_per_step().values(), default=0) == 1
        assert mailed | doubtful == set(addresses.values())
        assert len(doubts) <= 1
        for doubt in doubts:
            happened = addresses[doubt.record_id] in mailed
            state = DeliveryState.SENT if happened else DeliveryState.DUE
            assert deliveries.resolve(
                worker.ledger, doubt.key, state, by="Jane", at=worker.clock.now()
            )
    work_until_done(glow)
    assert sorted(glow.mails_per_step().values()) == [1] * CREATORS


def work_until_done(glow: Programme) -> None:
    """Passes as ticks would bring them: one that waited out a dead worker's lock is cut short."""
    for _ in range(3):
        if glow.outreach().done.complete:
            return
    raise AssertionError("three passes were not enough")


@pytest.mark.parametrize(
    ("point", "nth"),
    # A pass writes back twice: what it claims of the base, and all its messages.
    [(p, nth) for p in CrashPoint for nth in (1, 2 if p is CrashPoint.AFTER_WRITE_BACK else 3)],
)
def test_killed_at_any_boundary_nobody_gets_a_step_twice(glow, point, nth):
    program = [sys.executable, "-m", "tests.faults.crashing", point.value, str(nth)]

    died = subprocess.run(program, cwd=ROOT, check=False, capture_output=True)

    assert died.returncode == 9
    everybody_accounted_for(glow)


def test_killed_at_random_instants_nobody_gets_a_step_twice(glow):
    dice = random.Random(7)  # noqa: S311  # a repeatable schedule
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run", "outreach"],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.wait(timeout=dice.uniform(0.8, 2.2))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    everybody_accounted_for(glow)


def a_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "worker", "worker"],
        cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def until_claimed(glow: Programme, process: subprocess.Popen[bytes]) -> None:
    """Wait until the slowed-down mail server has a message in hand."""
    seen = len(glow.sandbox.world.mail)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with glow.worker() as worker:
            if deliveries.listed(worker.ledger, glow.base_id, DeliveryState.CLAIMED, 1):
                return
        assert process.poll() is None
    raise AssertionError(f"nothing was claimed; {seen} mails seen")


@pytest.mark.parametrize("whom", ["horse", "worker", "both"])
def test_the_horse_the_worker_or_both_killed_while_sending(glow, whom):
    glow.sandbox.world.faults.add(Fault("SMTP DATA", "slow", nth=2, times=1))
    open_queue(os.environ["REDIS_URL"]).enqueue(work, "glow", job_timeout=300)
    process = a_worker()
    until_claimed(glow, process)
    horses = children_of(process.pid)

    for pid in {"horse": horses, "worker": [process.pid], "both": [process.pid, *horses]}[whom]:
        os.kill(pid, signal.SIGKILL)
    if whom == "worker":
        wait_for_the_end_of(horses)
    process.kill()
    process.wait()

    everybody_accounted_for(glow)


def test_sigterm_to_every_process_leaves_nothing_in_doubt(glow):
    glow.sandbox.world.faults.add(Fault("SMTP DATA", "slow", nth=2, times=1))
    open_queue(os.environ["REDIS_URL"]).enqueue(work, "glow", job_timeout=300)
    process = a_worker()
    until_claimed(glow, process)

    for pid in (*children_of(process.pid), process.pid):
        os.kill(pid, signal.SIGTERM)

    assert process.wait(timeout=10) == 0
    with glow.worker() as worker:
        assert deliveries.doubts(worker.ledger, glow.base_id) == ()
        assert not deliveries.listed(worker.ledger, glow.base_id, DeliveryState.CLAIMED, 1)
    everybody_accounted_for(glow)


def children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]


def wait_for_the_end_of(pids: list[int]) -> None:
    """An orphaned horse finishes its pass: wait for that, as nothing may be claimed from it."""
    for pid in pids:
        with subprocess.Popen(["tail", f"--pid={pid}", "-f", "/dev/null"]) as waiting:
            waiting.wait(timeout=60)
