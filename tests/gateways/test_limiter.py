"""The limiter on a real Valkey: slots, the pause after a 429, fairness, and no Redis."""

import multiprocessing
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from redis import Redis

from tests.builders_valkey import connected, running_valkey
from worker import airtable_limiter
from worker.airtable_limiter import LONGEST_WAIT_S, Account, Limiter
from worker.errors import NotDone, ServiceDown

SLOT_S = 0.21  # five calls and the network's jitter fit into a second


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with running_valkey() as url:
        yield url


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with connected(redis_url) as client:
        client.flushall()
        yield client


def test_slots_are_handed_out_no_closer_than_the_limit_allows(redis: Redis):
    limiter = Limiter(redis)

    waits = [limiter.reserve("appGlow") for _ in range(10)]

    assert waits[0] == 0
    # A few milliseconds pass between the calls, which a wait is measured from.
    assert all(SLOT_S - 0.05 < after - before <= SLOT_S for before, after in pairwise(waits))
    assert waits[9] > 9 * SLOT_S - 0.2


def test_bases_do_not_wait_for_each_other(redis: Redis):
    limiter = Limiter(redis)
    limiter.reserve("appGlow")

    assert limiter.reserve("appZen") < 0.05


def test_a_429_pauses_the_base_for_everyone_and_widens_the_slots(redis: Redis):
    one, other = Limiter(redis, penalty_s=30, jitter=lambda: 0.0), Limiter(redis)

    one.pause("appGlow")
    waits = [other.reserve("appGlow") for _ in range(2)]

    assert 29 < waits[0] <= 30
    # A few milliseconds pass between the two calls; a slot not widened would be 10 ms shorter.
    assert SLOT_S < waits[1] - waits[0] <= SLOT_S * 1.05
    assert other.reserve("appZen") < 0.05


def test_who_was_asleep_when_the_pause_came_waits_it_out(redis: Redis):
    slept: list[float] = []
    other = Limiter(redis, jitter=lambda: 0.0)

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:
            other.pause("appGlow")
        else:
            redis.delete(*redis.keys("*pause*"))

    limiter = Limiter(redis, sleep=sleep)
    limiter.reserve("appGlow")
    limiter.take("appGlow")

    assert slept[0] < SLOT_S
    assert 29 < slept[1] <= 30.1


def test_who_departs_late_moves_the_slots_that_come_after(redis: Redis):
    def oversleep(seconds: float) -> None:
        threading.Event().wait(seconds + 0.1)

    limiter = Limiter(redis, sleep=oversleep)
    limiter.take("appGlow")
    limiter.take("appGlow")

    # The slot after the late one is due 210 ms after it, less the 100 ms that passed.
    assert SLOT_S - 0.05 < limiter.reserve("appGlow") <= SLOT_S
    assert limiter.calls("appGlow") == 3


def test_who_missed_the_slot_takes_another_which_is_still_one_call(redis: Redis):
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        threading.Event().wait(seconds + (0.3 if len(slept) == 1 else 0))

    limiter = Limiter(redis, sleep=sleep)
    limiter.reserve("appGlow")
    limiter.take("appGlow")
    limiter.reserve("appGlow")

    assert limiter.calls("appGlow") == 3


def _reserve_40(url: str, start: "multiprocessing.synchronize.Barrier", into: object) -> None:
    with connected(url) as client:
        limiter = Limiter(client, per_second=500)
        start.wait(timeout=20)
        slots = []
        for _ in range(40):
            seconds, micros = client.time()
            slots.append(seconds + micros / 1e6 + limiter.reserve("appGlow"))
    into.put(slots)  # type: ignore[attr-defined]  # a queue has no public type here


def test_four_processes_share_the_slots_and_none_is_handed_out_twice(redis_url: str, redis: Redis):
    spawn = multiprocessing.get_context("spawn")
    barrier, results = spawn.Barrier(4), spawn.Queue()
    workers = [
        spawn.Process(target=_reserve_40, args=(redis_url, barrier, results)) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    per_worker = [results.get(timeout=30) for _ in workers]
    for worker in workers:
        worker.join(timeout=30)

    slots = sorted(slot for slots in per_worker for slot in slots)
    first_half = slots[79]

    assert slots[-1] - slots[0] >= 159 * 1.05 / 500 - 0.01
    # Fair: nobody had to wait for the others to finish.
    assert all(any(slot <= first_half for slot in mine) for mine in per_worker)


def test_a_queue_that_is_too_long_is_refused_instead_of_joined(redis: Redis):
    limiter = Limiter(redis, penalty_s=LONGEST_WAIT_S + 5)
    limiter.pause("appGlow")

    with pytest.raises(NotDone):
        limiter.reserve("appGlow")


def test_every_slot_counts_as_a_call_of_this_month(redis: Redis):
    limiter = Limiter(redis, per_second=500)
    for _ in range(3):
        limiter.reserve("appGlow")

    assert limiter.calls("appGlow") == 3
    assert limiter.calls("appZen") == 0


def test_without_redis_no_call_is_made_and_the_variable_is_named():
    with connected("redis://127.0.0.1:1/0") as client, pytest.raises(ServiceDown) as down:
        Limiter(client).take("appGlow")

    assert "REDIS_URL" in str(down.value)


def test_no_more_than_fifty_calls_of_a_token_fall_into_a_second_whatever_the_network_does(
    redis: Redis,
):
    limiter = Limiter(redis, Account(token="patGlow"))
    start = _redis_clock(redis)
    slots = sorted(
        _redis_clock(redis) - start + limiter.reserve(f"appBrand{n % 20}") for n in range(200)
    )

    assert all(after - before > 0.95 for before, after in zip(slots, slots[50:], strict=False))
    assert slots[-1] < 200 / 45


def test_a_base_that_waits_out_a_penalty_keeps_no_other_of_its_token_waiting(redis: Redis):
    limiter = Limiter(redis, Account(token="patGlow"))
    limiter.pause("appGlow")
    for _ in range(20):
        limiter.reserve("appGlow")

    assert limiter.reserve("appZen") < 0.05


def test_redis_never_learns_the_token(redis: Redis):
    Limiter(redis, Account(token="patSecretOfGlow")).reserve("appGlow")

    assert not [key for key in redis.keys("*") if b"patSecret" in key]


def test_calls_are_counted_by_base_and_by_budget_and_each_month_afresh(redis: Redis):
    clock = [datetime(2026, 11, 30, 23, 59, tzinfo=UTC)]
    shared = Limiter(redis, Account(now=lambda: clock[0]), per_second=500)
    own = Limiter(redis, Account(budget="glow", now=lambda: clock[0]), per_second=500)
    for limiter, base in ((shared, "appZen"), (shared, "appLux"), (own, "appGlow")):
        limiter.reserve(base)

    in_november = (shared.used(), own.used(), shared.calls("appZen"), own.calls("appGlow"))
    clock[0] = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)

    assert in_november == (2, 1, 1, 1)
    assert (shared.used(), own.used(), shared.calls("appZen")) == (0, 0, 0)


def test_an_upsert_that_takes_long_keeps_its_lock_and_a_killed_one_frees_it_soon(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(airtable_limiter, "UPSERT_LOCK_S", 0.3)
    monkeypatch.setattr(airtable_limiter, "RENEW_LOCK_S", 0.05)
    limiter = Limiter(redis)

    with limiter.alone("appGlow", "Messages"):
        threading.Event().wait(0.5)
        still_held = redis.exists("affiliate-ops:airtable:upsert:appGlow:Messages")
    redis.lock("affiliate-ops:airtable:upsert:appGlow:Messages", timeout=0.3).acquire()
    with limiter.alone("appGlow", "Messages"):
        taken_over = True

    assert still_held
    assert taken_over


def _redis_clock(redis: Redis) -> float:
    seconds, micros = redis.time()
    return float(seconds + micros / 1e6)
