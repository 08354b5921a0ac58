"""A base read page by page and by record ids, and what people rename, retype and delete in it."""

from collections.abc import Iterator

import pytest
from redis import Redis

from sandbox.airtable.store import Store
from sandbox.server import Server
from sandbox.world import World
from schemas.tables import creators as c
from schemas.tables.creators import TABLE as CREATORS
from tests.builders_door import DictIds, Reached, reached
from tests.builders_sandbox import BASE_ID, running_sandbox
from tests.builders_valkey import connected, running_valkey
from worker.init_base import init

QUEUE = "Outreach queue"


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
def store(sandbox: tuple[World, Server]) -> Store:
    return sandbox[0].airtable


@pytest.fixture
def ids() -> DictIds:
    return DictIds()


@pytest.fixture
def there(sandbox: tuple[World, Server], redis: Redis, ids: DictIds) -> Iterator[Reached]:
    """An initialised base as the next process reaches it, with the ids recorded before."""
    world, server = sandbox
    with reached(server.url, redis, ids=ids) as first:
        init(first.base, lambda _line: None)
    world.requests.clear()
    with reached(server.url, redis, ids=ids) as reach:
        yield reach


def _people(store: Store, count: int) -> list[str]:
    return [
        store.create_record(BASE_ID, "Creators", {"Name": f"Creator {n}"}) for n in range(count)
    ]


def _calls(sandbox: tuple[World, Server]) -> int:
    return len(sandbox[0].requests)


def test_rows_come_a_page_at_a_time(there: Reached, store: Store, sandbox: tuple[World, Server]):
    _people(store, 250)

    pages = there.base.pages(CREATORS, fields=[c.NAME])
    first = next(pages)

    assert (len(first), _calls(sandbox)) == (100, 1)
    assert [len(page) for page in pages] == [100, 50]


def test_only_the_records_asked_for_are_read_a_hundred_a_request(
    there: Reached, store: Store, sandbox: tuple[World, Server]
):
    made = _people(store, 130)
    store.delete_record(BASE_ID, "Creators", made[4])

    rows = there.base.read(CREATORS, fields=[c.NAME], ids=[*made[:120], made[0]])

    assert {row.id for row in rows} == {*made[:120]} - {made[4]}
    assert _calls(sandbox) == 2


def test_no_record_asked_for_costs_no_call(there: Reached, sandbox: tuple[World, Server]):
    assert there.base.read(CREATORS, ids=[]) == ()
    assert _calls(sandbox) == 0


@pytest.mark.parametrize("made_in_airtable", [True, False])
def test_a_view_can_be_asked_about_some_records(
    there: Reached,
    store: Store,
    made_in_airtable: bool,  # noqa: FBT001  # a parameter
):
    sequence = store.rows(BASE_ID, "Sequences")[0]["id"]
    typed = {"Name": "Jane Rivera", "Sequence": [sequence]}
    asked, other = (store.create_record(BASE_ID, "Creators", typed) for _ in range(2))
    outside = _people(store, 1)[0]
    if made_in_airtable:
        store.add_view(BASE_ID, "Creators", QUEUE, "{Sequence}!=''")

    rows = there.base.read(CREATORS, view=QUEUE, ids=[asked, outside], fields=[c.NAME])

    assert [row.id for row in rows] == [asked]
    assert other not in {row.id for row in rows}
