"""The door against the sandbox's faults: what is repeated, what waits, and what never is."""

from collections.abc import Iterator

import pytest
from redis import Redis

from sandbox.airtable.api import TOKEN
from sandbox.server import Server
from sandbox.world import Fault, World
from schemas.tables.creators import NAME
from schemas.tables.creators import TABLE as CREATORS
from schemas.tables.operations import RUN_JOB, RUN_KEY, RUNS
from tests.builders_door import Reached, reached
from tests.builders_sandbox import BASE_ID, running_sandbox
from tests.builders_valkey import connected, running_valkey
from worker.airtable_errors import CallsUsedUp
from worker.airtable_http import MOST_ATTEMPTS, base_of
from worker.errors import Misconfigured, NotDone, OutcomeUnknown, ServiceDown
from worker.init_base import init


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with running_valkey() as url:
        yield url


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with connected(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture
def sandbox() -> Iterator[tuple[World, Server]]:
    with running_sandbox() as (world, _store, server):
        yield world, server


@pytest.fixture
def world(sandbox: tuple[World, Server]) -> World:
    return sandbox[0]


@pytest.fixture
def door(sandbox: tuple[World, Server], redis: Redis) -> Iterator[Reached]:
    world, server = sandbox
    with reached(server.url, redis) as there:
        init(there.base, lambda _line: None)
        world.requests.clear()
        there.waits.clear()
        yield there


def _rows(world: World, table: str) -> list[dict[str, object]]:
    return world.airtable.rows(BASE_ID, table)


def test_the_base_is_read_from_every_kind_of_path():
    paths = ("/v0/appGlow1/tbl1", "/sub/v0/meta/bases/appGlow1/tables", "/v0/bases/appGlow1/x")

    assert {base_of(f"http://127.0.0.1{path}?a=1") for path in paths} == {"appGlow1"}
    assert base_of("https://api.airtable.com/v0/meta/whoami") == "account"


def test_a_create_whose_answer_was_lost_is_not_repeated(world: World, door: Reached):
    world.faults.add(Fault(match="POST /v0/", do="drop_reply"))

    with pytest.raises(OutcomeUnknown):
        door.base.create(CREATORS, [{NAME: "Jane Rivera"}])

    assert len(_rows(world, "Creators")) == 1


@pytest.mark.parametrize("fault", ["drop_reply", "drop_request", "500", "502", "503"])
def test_an_upsert_is_repeated_and_leaves_one_row(world: World, door: Reached, fault: str):
    world.faults.add(Fault(match="PATCH /v0/", do=fault, times=2))

    done = door.base.upsert(RUNS, [{RUN_KEY: "run:1", RUN_JOB: "outreach"}])

    assert [row["fields"] for row in _rows(world, "Runs")] == [{"Key": "run:1", "Job": "outreach"}]
    assert done.problems == ()
    assert list(done.record_ids) == ["run:1"]


def test_a_create_airtable_calls_safe_to_retry_is_repeated(world: World, door: Reached):
    world.faults.add(Fault(match="POST /v0/", do="503"))

    door.base.create(CREATORS, [{NAME: "Jane Rivera"}])

    assert len(_rows(world, "Creators")) == 1


def test_after_a_429_everyone_waits_the_penalty_and_the_call_is_made_once(
    world: World, door: Reached
):
    world.faults.add(Fault(match="POST /v0/", do="429"))

    door.base.create(CREATORS, [{NAME: "Jane Rivera"}])

    assert len(_rows(world, "Creators")) == 1
    assert max(door.waits) > 29


def test_a_429_without_end_is_given_up_with_nothing_done(world: World, door: Reached):
    world.faults.add(Fault(match="POST /v0/", do="429", times=99))

    with pytest.raises(NotDone):
        door.base.create(CREATORS, [{NAME: "Jane Rivera"}])

    assert _rows(world, "Creators") == []
    assert len(world.requests) == MOST_ATTEMPTS


def test_a_used_up_month_stops_at_once(world: World, door: Reached):
    world.faults.add(Fault(match="GET /v0/", do="billing_limit"))

    with pytest.raises(CallsUsedUp):
        door.base.read(CREATORS)

    assert len(world.requests) == 1


def test_every_physical_request_takes_one_token(world: World, door: Reached):
    before = door.base.calls()
    world.faults.add(Fault(match="GET /v0/", do="502", times=2))

    door.base.read(CREATORS)

    assert len(world.requests) == 3
    assert door.base.calls() - before == 3


def test_airtables_clock_is_remembered(world: World, door: Reached):
    door.base.read(CREATORS)

    date = door.base.last_date()
    assert date is not None
    assert abs((world.clock.now() - date).total_seconds()) < 5


def test_an_unreachable_airtable_is_named_by_its_variable(redis: Redis):
    with reached("http://127.0.0.1:1", redis) as there, pytest.raises(ServiceDown) as down:
        there.base.read(CREATORS)

    assert "AIRTABLE_URL" in str(down.value)


@pytest.mark.parametrize(
    ("wrong", "variable"),
    [(("patWRONG", BASE_ID), "AIRTABLE_API_KEY"), ((TOKEN, "appNONE"), "AIRTABLE_BASE_IDS")],
)
def test_a_wrong_key_or_base_is_named_by_its_variable(
    sandbox: tuple[World, Server], redis: Redis, wrong: tuple[str, str], variable: str
):
    with (
        reached(sandbox[1].url, redis, key=wrong[0], base_id=wrong[1]) as there,
        pytest.raises(Misconfigured) as error,
    ):
        there.base.read(CREATORS)

    assert variable in str(error.value)
