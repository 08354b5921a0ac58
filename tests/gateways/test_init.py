"""`init` fills a base and never harms it; `doctor` says what is wrong with one."""

from collections.abc import Iterator

import pytest
from redis import Redis

from sandbox.airtable.api import TOKEN
from sandbox.airtable.store import Store
from sandbox.server import Server
from sandbox.world import Fault, World
from schemas.base import TABLES
from schemas.rules import SETTINGS_ROWS
from schemas.starters import STARTER_SEQUENCES
from tests.builders_door import Reached, reached
from tests.builders_sandbox import BASE_ID, running_sandbox
from tests.builders_valkey import connected, running_valkey
from worker.doctor import Finding, check_base
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
def store(sandbox: tuple[World, Server]) -> Store:
    return sandbox[0].airtable


@pytest.fixture
def there(sandbox: tuple[World, Server], redis: Redis) -> Iterator[Reached]:
    with reached(sandbox[1].url, redis) as reach:
        yield reach


def _init(there: Reached) -> list[str]:
    created: list[str] = []
    init(there.base, created.append)
    return created


def _values(store: Store) -> dict[str, str]:
    cells = [row["fields"] for row in store.rows(BASE_ID, "Settings")]
    return {one["Name"]: one.get("Value", "") for one in cells}  # type: ignore[index,attr-defined]  # JSON


def _wrong(findings: list[Finding]) -> list[str]:
    return [one.what for one in findings if not one.ok]


def test_an_empty_base_gets_every_declared_table_and_field(there: Reached, store: Store):
    _init(there)

    for table in TABLES:
        names = {column.name for column in store.table(BASE_ID, table.name).fields.values()}
        assert names >= {one.name for one in table.fields}
    assert _wrong(check_base(there.base)) == []


def test_a_fresh_base_starts_with_sending_off_and_a_sequence_to_edit(there: Reached, store: Store):
    _init(there)

    assert _values(store) == {one.name: one.default for one in SETTINGS_ROWS}
    assert _values(store)["Sending"] == "off"
    steps = [row["fields"] for row in store.rows(BASE_ID, "Steps")]
    recruit = store.rows(BASE_ID, "Sequences")[0]["id"]
    first = [step for step in steps if step["Sequence"] == [recruit]]  # type: ignore[index]  # JSON
    assert [step["Wait days"] for step in first] == [0, 3, 4]  # type: ignore[index]  # JSON
    assert len(steps) == sum(len(one.steps) for one in STARTER_SEQUENCES)


def test_a_second_init_creates_nothing_and_keeps_what_the_team_set(there: Reached, store: Store):
    _init(there)
    row = next(r for r in store.rows(BASE_ID, "Settings") if r["fields"]["Name"] == "Sending")  # type: ignore[index]  # JSON
    store.update_record(BASE_ID, "Settings", str(row["id"]), {"Value": "on"})

    assert _init(there) == []
    assert _values(store)["Sending"] == "on"


def test_a_missing_setting_and_field_are_added_to_a_base_in_use(there: Reached, store: Store):
    _init(there)
    row = next(r for r in store.rows(BASE_ID, "Settings") if r["fields"]["Name"] == "Brand")  # type: ignore[index]  # JSON
    store.delete_record(BASE_ID, "Settings", str(row["id"]))
    table = store.table(BASE_ID, "Creators")
    lost = table.field("Handle")
    assert lost is not None
    del table.fields[lost.id]

    assert _init(there) == ["field Creators / Handle", "setting Brand = (empty)"]


@pytest.mark.parametrize("nth", range(1, 25))
def test_an_answer_lost_during_init_leaves_nothing_twice(
    there: Reached, sandbox: tuple[World, Server], store: Store, nth: int
):
    sandbox[0].faults.add(Fault(match="POST /v0/", do="drop_reply", nth=nth))

    _init(there)

    names = [table.name for table in store.base(BASE_ID).tables.values()]
    assert sorted(names) == sorted(table.name for table in TABLES)
    assert len(store.rows(BASE_ID, "Sequences")) == len(STARTER_SEQUENCES)
    assert len(store.rows(BASE_ID, "Steps")) == sum(len(one.steps) for one in STARTER_SEQUENCES)
    assert _wrong(check_base(there.base)) == []


def test_doctor_names_what_is_missing_retyped_or_lacks_an_option(there: Reached, store: Store):
    _init(there)
    table = store.table(BASE_ID, "Creators")
    handle, posts, stage = (table.field(name) for name in ("Handle", "Posts", "Stage"))
    assert handle is not None
    assert posts is not None
    assert stage is not None
    del table.fields[handle.id]
    posts.type = "checkbox"
    stage.choices.pop(next(iter(stage.choices)))

    assert _wrong(check_base(there.base)) == [
        "field Creators / Handle is missing",
        "field Creators / Stage lacks the options Prospect",
        "field Creators / Posts is a checkbox field",
    ]


def test_doctor_names_a_view_that_was_there_before(there: Reached, store: Store):
    _init(there)
    view = store.add_view(BASE_ID, "Creators", "Outreach queue", "{Name}!=''")
    check_base(there.base)
    del store.table(BASE_ID, "Creators").views[view]

    wrong = _wrong(check_base(there.base))

    assert wrong == ["view Creators / Outreach queue was there before and is gone"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [(("patWRONG", BASE_ID), "AIRTABLE_API_KEY"), ((TOKEN, "appNONE"), "AIRTABLE_BASE_IDS")],
)
def test_doctor_says_which_variable_is_wrong(
    sandbox: tuple[World, Server], redis: Redis, wrong: tuple[str, str], named: str
):
    with reached(sandbox[1].url, redis, key=wrong[0], base_id=wrong[1]) as there:
        findings = check_base(there.base)

    assert [named in one.next_step for one in findings if not one.ok] == [True]
