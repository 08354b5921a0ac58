"""Whatever Airtable answers, or fails to: no row twice, no write lost, the right wait and words."""

import threading
from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from redis import Redis
from requests import Response

from sandbox import wire
from sandbox.airtable.store import Store
from sandbox.server import Server
from sandbox.world import Fault, World
from schemas.tables.creators import LAST_REPLY, NAME, STAGE, TOUCHES
from schemas.tables.creators import TABLE as CREATORS
from schemas.tables.operations import RUN_JOB, RUN_KEY, RUNS
from schemas.tables.outreach import MESSAGE_CREATOR, MESSAGE_KEY, MESSAGES
from tests.builders_door import Reached, reached
from tests.builders_faults import (
    CREATE,
    DELETE,
    GET,
    PATCH,
    PEOPLE,
    REPEATABLE,
    UPSERT,
    WAYS,
    Way,
    people,
    runs,
)
from tests.builders_sandbox import BASE_ID, running_sandbox
from tests.builders_valkey import connected, running_valkey
from worker.airtable_errors import CallsUsedUp, answer
from worker.airtable_http import LONGEST_BACKOFF_S, MOST_ATTEMPTS
from worker.airtable_limiter import PENALTY_S
from worker.errors import Misconfigured, NotDone, OutcomeUnknown, Refused, ServiceDown
from worker.init_base import init

ENDLESS = 99
BACKOFF = (0.0, LONGEST_BACKOFF_S)
PENALTY = (PENALTY_S - 1, PENALTY_S * 1.1)
# Each fault, and between what the longest wait after it must lie.
FAULTS = {
    "429": PENALTY,
    "500": BACKOFF,
    "502": BACKOFF,
    "503": BACKOFF,
    "503 after 7": (7.0, 7.0),
    "504": BACKOFF,
    "drop_request": BACKOFF,
    "drop_reply": BACKOFF,
    "slow": BACKOFF,
}
# Airtable refused these, and says so: nothing happened.
SAYS_NOTHING_HAPPENED = ("429", "503", "503 after 7")
COMMITTED = ("drop_reply", "slow")


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
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[World, Server]]:
    monkeypatch.setattr(wire, "SLOW_S", 0.4)
    with running_sandbox() as (world, _store, server):
        yield world, server


@pytest.fixture
def world(sandbox: tuple[World, Server]) -> World:
    return sandbox[0]


@pytest.fixture
def store(world: World) -> Store:
    return world.airtable


@pytest.fixture
def there(sandbox: tuple[World, Server], redis: Redis) -> Iterator[Reached]:
    world, server = sandbox
    with reached(server.url, redis) as reach:
        init(reach.base, lambda _line: None)
        world.requests.clear()
        reach.waits.clear()
        yield reach


@pytest.fixture
def ids(there: Reached, store: Store) -> Sequence[str]:
    return [store.create_record(BASE_ID, CREATORS.name, {NAME.name: name}) for name in PEOPLE]


def impatient(there: Reached) -> None:
    """Give up on an answer sooner than a slow sandbox gives it."""
    there.base.api.timeout = (5, 0.15)  # type: ignore[assignment]  # requests takes fractions


def arrived(world: World, count: int) -> None:
    """Wait until the sandbox has dealt with so many requests, slow ones included."""
    for _ in range(300):
        if len(world.requests) >= count:
            return
        threading.Event().wait(0.01)
    raise AssertionError(f"{len(world.requests)} of {count} requests arrived")


def calls(world: World) -> list[tuple[object, object]]:
    return [(call["method"], call["status"]) for call in world.requests]


@pytest.mark.parametrize(
    ("way", "fault"),
    [*product(REPEATABLE, FAULTS), *product([CREATE], SAYS_NOTHING_HAPPENED)],
    ids=lambda one: one.name if isinstance(one, Way) else one,
)
def test_what_may_be_repeated_lands_once_after_the_right_wait(
    there: Reached, world: World, ids: Sequence[str], way: Way, fault: str
):
    world.faults.add(Fault(way.event, fault))
    if fault == "slow":
        impatient(there)

    way.call(there.base, ids)

    arrived(world, 2)
    assert way.leaves(world.airtable) == way.done
    shortest, longest = FAULTS[fault]
    assert shortest <= max(there.waits) <= longest


@pytest.mark.parametrize("fault", [one for one in FAULTS if one not in SAYS_NOTHING_HAPPENED])
def test_a_create_that_may_have_happened_is_never_repeated(
    there: Reached, world: World, ids: Sequence[str], fault: str
):
    world.faults.add(Fault(CREATE.event, fault))
    if fault == "slow":
        impatient(there)

    with pytest.raises(OutcomeUnknown, match=f"create in base {BASE_ID} was lost.*looked up"):
        CREATE.call(there.base, ids)

    arrived(world, 1)
    assert len(world.requests) == 1
    expected = CREATE.done if fault in COMMITTED else CREATE.undone
    assert CREATE.leaves(world.airtable) == expected


@pytest.mark.parametrize("way", REPEATABLE, ids=lambda way: way.name)
@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("500", ServiceDown, "AIRTABLE_URL: .*keeps answering 500.*next tick"),
        ("502", ServiceDown, "AIRTABLE_URL: .*keeps answering 502.*next tick"),
        ("503 after 7", ServiceDown, "AIRTABLE_URL: .*keeps answering 503.*next tick"),
        ("drop_request", ServiceDown, "AIRTABLE_URL: .*does not answer"),
        ("429", NotDone, f"429 for base {BASE_ID}; something else is calling it"),
    ],
)
def test_a_fault_without_end_is_given_up_and_said(  # noqa: PLR0913, PLR0917  # fixtures and a table
    there: Reached,
    world: World,
    ids: Sequence[str],
    way: Way,
    fault: str,
    error: type[Exception],
    words: str,
):
    world.faults.add(Fault(way.event, fault, times=ENDLESS))

    with pytest.raises(error, match=words):
        way.call(there.base, ids)

    assert len(world.requests) == MOST_ATTEMPTS
    assert way.leaves(world.airtable) == way.undone


REFUSALS = {
    "billing_limit": (CallsUsedUp, f"used up .base {BASE_ID}.*until the month ends or the plan"),
    "401": (Misconfigured, "AIRTABLE_API_KEY .*wrong, expired or revoked.* Create a personal"),
    "403": (Misconfigured, f"AIRTABLE_API_KEY may not .*{BASE_ID}.*not permitted.* needs the scop"),
    "403 model": (Misconfigured, f"does not know base {BASE_ID}.*Correct AIRTABLE_BASE_IDS"),
    "404": (Misconfigured, f"does not know base {BASE_ID}.*Correct AIRTABLE_BASE_IDS"),
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
@pytest.mark.parametrize("fault", REFUSALS)
def test_a_refusal_of_the_whole_request_is_not_repeated_and_says_what_to_do(
    there: Reached, world: World, ids: Sequence[str], way: Way, fault: str
):
    error, words = REFUSALS[fault]
    world.faults.add(Fault(way.event, fault))

    with pytest.raises(error, match=words):
        way.call(there.base, ids)

    data_calls = [call for call in world.requests if "/meta/" not in str(call["path"])]
    assert len(data_calls) == 1
    assert way.leaves(world.airtable) == way.undone
    assert there.waits == [] or max(there.waits) < 1


@pytest.mark.parametrize("way", [PATCH, UPSERT, DELETE], ids=lambda way: way.name)
@pytest.mark.parametrize("fault", ["413", "422", "404 model"])
def test_a_batch_refused_once_lands_in_halves(
    there: Reached, world: World, ids: Sequence[str], way: Way, fault: str
):
    world.faults.add(Fault(way.event, fault))

    way.call(there.base, ids)

    assert way.leaves(world.airtable) == way.done
    assert len(world.requests) == 3


def test_a_row_too_long_for_airtable_is_a_problem_that_says_so(
    there: Reached, world: World, ids: Sequence[str]
):
    world.faults.add(Fault("PATCH /v0/", "413", times=ENDLESS))

    problems = there.base.update(CREATORS, {ids[0]: {TOUCHES: 3}})

    assert [(one.record_id, "too long" in one.text) for one in problems] == [(ids[0], True)]


def test_a_message_linked_to_a_deleted_creator_is_named_and_the_others_land(
    there: Reached, store: Store, ids: Sequence[str]
):
    store.delete_record(BASE_ID, CREATORS.name, ids[1])

    done = there.base.upsert(
        MESSAGES, [{MESSAGE_KEY: f"touch:{n}", MESSAGE_CREATOR: [ids[n]]} for n in range(3)]
    )

    assert set(done.record_ids) == {"touch:0", "touch:2"}
    assert [one.text.partition(": ")[0] for one in done.problems] == ["touch:1"]
    assert "deleted" in done.problems[0].text


def test_a_value_of_the_wrong_kind_is_a_problem_that_names_its_field(
    there: Reached, store: Store, ids: Sequence[str]
):
    problems = there.base.update(CREATORS, {ids[0]: {TOUCHES: "three"}, ids[1]: {TOUCHES: 2}})

    assert [(one.record_id, "Touches" in one.text) for one in problems] == [(ids[0], True)]
    assert people(store) == [(PEOPLE[0], None), (PEOPLE[1], 2), (PEOPLE[2], None)]


def test_a_field_that_airtable_computes_now_is_named_once(
    there: Reached, world: World, store: Store, ids: Sequence[str]
):
    touches = store.table(BASE_ID, CREATORS.name).field(TOUCHES.name)
    assert touches is not None
    touches.type = "formula"

    problems = there.base.update(CREATORS, {one: {TOUCHES: 3} for one in ids})

    assert ["Touches of table Creators is a formula field now" in p.text for p in problems] == [
        True
    ]

    assert calls(world).count(("PATCH", 422)) == 1


def test_a_field_deleted_since_is_named_and_the_other_values_land(
    there: Reached, world: World, store: Store, ids: Sequence[str]
):
    table = store.table(BASE_ID, CREATORS.name)
    touches = table.field(TOUCHES.name)
    assert touches is not None
    del table.fields[touches.id]

    problems = there.base.update(CREATORS, {ids[0]: {TOUCHES: 3, LAST_REPLY: "Yes please"}})

    assert [("no field Touches" in p.text, "init" in p.text) for p in problems] == [(True, True)]
    fields = store.rows(BASE_ID, CREATORS.name)[0]["fields"]
    assert isinstance(fields, dict)
    assert fields["Last reply"] == "Yes please"
    assert calls(world).count(("PATCH", 422)) == 1


def test_a_create_with_an_option_nobody_has_creates_nothing_and_names_it(
    there: Reached, store: Store, ids: Sequence[str]
):
    with pytest.raises(Refused, match="Nonsense"):
        there.base.create(CREATORS, [{NAME: "Aitana Vidal"}, {NAME: "Leo", STAGE: "Nonsense"}])

    assert people(store) == CREATE.undone


def test_a_formula_airtable_cannot_read_is_refused_with_its_reason(there: Reached):
    with pytest.raises(Refused, match=f"{BASE_ID}.*formula for filtering records is invalid"):
        there.base.read(CREATORS, formula="IF(")


STORM = {
    2: "drop_reply",
    4: "429",
    5: "502",
    8: "drop_request",
    9: "503 after 7",
    11: "drop_reply",
    14: "500",
    17: "413",
    20: "slow",
}


def test_a_write_back_in_a_storm_leaves_every_row_once_and_whole(
    there: Reached, world: World, store: Store, ids: Sequence[str]
):
    impatient(there)
    for place, (nth, fault) in enumerate(STORM.items()):
        # A request that one fault strikes is not counted by those that wait behind it.
        world.faults.add(Fault("PATCH /v0/", fault, nth=nth - place))
    wanted = [(f"run:{n}", f"job {n}") for n in range(120)]

    done = there.base.upsert(RUNS, [{RUN_KEY: key, RUN_JOB: job} for key, job in wanted])
    problems = there.base.update(CREATORS, {one: {TOUCHES: 7} for one in ids})

    arrived(world, 23)
    assert done.problems == problems == ()
    assert runs(store) == wanted
    assert people(store) == [(name, 7) for name in PEOPLE]
    assert {call["fault"] for call in world.requests} >= set(STORM.values())


ENVELOPES = {
    '{"error":"NOT_FOUND"}': ("NOT_FOUND", ""),
    '{"error":{"type":"NOT_FOUND"}}': ("NOT_FOUND", ""),
    '{"error":{"type":"RATE_LIMIT_REACHED","message":"Later"}}': ("RATE_LIMIT_REACHED", "Later"),
    '{"errors":[{"error":"RATE_LIMIT_REACHED","message":"M"}]}': ("RATE_LIMIT_REACHED", "M"),
    "<html>502</html>": ("", ""),
    "[]": ("", ""),
    '{"error":null}': ("", ""),
    "": ("", ""),
}


@pytest.mark.parametrize("body", ENVELOPES)
def test_every_envelope_is_understood(body: str):
    response = Response()
    response.status_code, response._content = 429, body.encode()

    said = answer(response)

    assert (said.type, said.message) == ENVELOPES[body]


@pytest.mark.parametrize("way", [GET, DELETE], ids=lambda way: way.name)
def test_each_429_costs_one_penalty_and_nothing_else(
    there: Reached, world: World, ids: Sequence[str], way: Way
):
    world.faults.add(Fault(way.event, "429", times=2))

    way.call(there.base, ids)

    assert [wait for wait in there.waits if wait > 1] == pytest.approx([PENALTY_S] * 2, abs=1)
    assert way.leaves(world.airtable) == way.done
