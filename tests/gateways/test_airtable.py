"""A base as the worker uses it: ids instead of names, batches that split, views, keys."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from redis import Redis

from sandbox.airtable.store import Store
from sandbox.server import Server
from sandbox.world import World
from schemas.fields import Field
from schemas.tables import creators as c
from schemas.tables.creators import TABLE as CREATORS
from schemas.tables.operations import RUN_AT, RUN_JOB, RUN_KEY, RUN_STATE, RUN_SUMMARY, RUNS
from tests.builders_door import DictIds, Reached, reached
from tests.builders_sandbox import BASE_ID, running_sandbox
from tests.builders_valkey import connected, running_valkey
from worker.airtable_cells import by_ids, outgoing
from worker.airtable_errors import FieldsGone, ViewGone
from worker.errors import Misconfigured, NotDone
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
    world, server = sandbox
    with reached(server.url, redis, ids=ids) as reach:
        init(reach.base, lambda _line: None)
        world.requests.clear()
        yield reach


@pytest.fixture
def again(sandbox: tuple[World, Server], redis: Redis, ids: DictIds, there: Reached):
    """The base as the next process reaches it, with the ids recorded before."""
    with reached(sandbox[1].url, redis, ids=ids) as reach:
        yield reach


def _people(store: Store, count: int) -> list[str]:
    return [
        store.create_record(BASE_ID, "Creators", {"Name": f"Creator {n}"}) for n in range(count)
    ]


def _rename(store: Store, table: str, before: str, after: str) -> None:
    column = store.table(BASE_ID, table).field(before)
    assert column is not None
    column.name = after


def test_rows_of_all_pages_come_by_declared_field(there: Reached, store: Store):
    made = _people(store, 120)

    rows = there.base.read(CREATORS, fields=[c.NAME])

    assert [row.id for row in rows] == made
    assert rows[7].cells == {c.NAME: "Creator 7"}
    assert rows[0].created_at.tzinfo is not None


class _Forgetful(dict[str, tuple[str, ...]]):
    """The places of listings, of which Airtable loses the first `losses`."""

    losses = 0

    def get(self, iterator: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:  # type: ignore[override]  # as the sandbox calls it
        self.losses -= 1
        return default if self.losses >= 0 else super().get(iterator, default)


@pytest.mark.parametrize(("losses", "outcome"), [(2, "read"), (3, "given up")])
def test_a_listing_airtable_lost_is_started_again_a_few_times(
    there: Reached, store: Store, losses: int, outcome: str
):
    made = _people(store, 120)
    store.base(BASE_ID).iterators = forgetful = _Forgetful()
    forgetful.losses = losses

    try:
        read = [row.id for row in there.base.read(CREATORS, fields=[c.NAME])]
    except NotDone:
        read = []

    assert read == (made if outcome == "read" else [])


def test_values_reach_airtable_in_its_own_forms(there: Reached, store: Store):
    row = _people(store, 1)[0]
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

    problems = there.base.update(
        CREATORS,
        {row: {c.TOUCHES: Decimal(3), c.LAST_TOUCH_AT: at, c.LAST_POST_ON: date(2026, 11, 1)}},
    )

    assert problems == ()
    fields = store.rows(BASE_ID, "Creators")[0]["fields"]
    assert fields == {
        "Name": "Creator 0",
        "Touches": 3,
        "Last touch at": "2026-11-23T09:30:00.000Z",
        "Last post on": "2026-11-01",
    }


def test_decimals_keep_their_cents_and_none_clears():
    assert outgoing(Decimal("10.25")) == 10.25
    assert outgoing(None) is None
    assert outgoing(("a", "b")) == ["a", "b"]


def test_nine_of_ten_rows_land_and_the_tenth_is_a_problem(there: Reached, store: Store):
    rows = _people(store, 10)
    changes: dict[str, dict[Field, object]] = {row: {c.STAGE: "Contacted"} for row in rows}
    changes[rows[3]] = {c.STAGE: "Nonsense"}

    problems = there.base.update(CREATORS, changes)

    stages = [row["fields"].get("Stage") for row in store.rows(BASE_ID, "Creators")]  # type: ignore[attr-defined]  # JSON
    assert stages.count("Contacted") == 9
    assert [(one.record_id, "'Nonsense'" in one.text) for one in problems] == [(rows[3], True)]


def test_a_row_deleted_meanwhile_is_a_problem_and_the_others_land(there: Reached, store: Store):
    gone, kept = _people(store, 2)
    store.delete_record(BASE_ID, "Creators", gone)

    problems = there.base.update(CREATORS, {gone: {c.TOUCHES: 1}, kept: {c.TOUCHES: 2}})

    assert [one.record_id for one in problems] == [gone]
    assert "deleted" in problems[0].text
    assert store.rows(BASE_ID, "Creators")[0]["fields"] == {"Name": "Creator 1", "Touches": 2}


def test_the_worker_never_writes_what_belongs_to_the_team(there: Reached, store: Store):
    row = _people(store, 1)[0]

    with pytest.raises(ValueError, match="belong to the team"):
        there.base.update(CREATORS, {row: {c.EMAIL: "jane@example.com"}})


def test_an_upsert_tells_created_from_updated(there: Reached, store: Store):
    first = there.base.upsert(RUNS, [{RUN_KEY: f"run:{n}", RUN_JOB: "a"} for n in range(12)])
    second = there.base.upsert(RUNS, [{RUN_KEY: f"run:{n}", RUN_JOB: "b"} for n in (11, 12)])

    assert len(store.rows(BASE_ID, "Runs")) == 13
    assert len(first.created) == 12
    assert second.created == {"run:12"}
    assert second.record_ids["run:11"] == first.record_ids["run:11"]


def test_equal_keys_in_one_upsert_are_one_row(there: Reached, store: Store):
    there.base.upsert(RUNS, [{RUN_KEY: "run:1", RUN_JOB: "a"}, {RUN_KEY: "run:1", RUN_JOB: "b"}])

    assert [row["fields"] for row in store.rows(BASE_ID, "Runs")] == [{"Key": "run:1", "Job": "b"}]


def test_twins_of_one_key_are_a_problem_on_both_and_the_others_land(there: Reached, store: Store):
    twins = {store.create_record(BASE_ID, "Runs", {"Key": "run:o'1"}) for _ in range(2)}

    done = there.base.upsert(RUNS, [{RUN_KEY: "run:o'1", RUN_JOB: "a"}, {RUN_KEY: "run:2"}])

    assert {one.record_id for one in done.problems} == twins
    assert all("run:o'1" in one.text for one in done.problems)
    assert list(done.record_ids) == ["run:2"]


def test_a_refused_upsert_names_its_key(there: Reached):
    done = there.base.upsert(RUNS, [{RUN_KEY: "run:1", RUN_STATE: "Nonsense"}, {RUN_KEY: "run:2"}])

    assert [one.text.startswith("run:1: ") for one in done.problems] == [True]
    assert set(done.record_ids) == {"run:2"}


def test_a_row_deleted_already_counts_as_deleted(there: Reached, store: Store):
    gone, kept = _people(store, 2)
    store.delete_record(BASE_ID, "Creators", gone)

    there.base.delete(CREATORS, [gone, kept])

    assert store.rows(BASE_ID, "Creators") == []


def test_a_renamed_field_and_table_change_nothing(again: Reached, store: Store):
    _people(store, 1)
    _rename(store, "Creators", "Name", "Creator's name")
    store.table(BASE_ID, "Creators").name = "Influencers"

    rows = again.base.read(CREATORS, formula="{Name}!=''")

    assert [row.cells for row in rows] == [{c.NAME: "Creator 0"}]


def test_ids_recorded_once_are_not_asked_for_again(again: Reached, sandbox: tuple[World, Server]):
    again.base.read(CREATORS)

    assert [call["method"] for call in sandbox[0].requests] == ["GET"]


@pytest.mark.parametrize("recorded", [True, False])
def test_a_deleted_field_stops_only_what_needs_it_and_is_named(
    again: Reached,
    store: Store,
    ids: DictIds,
    recorded: bool,  # noqa: FBT001  # a parameter
):
    if not recorded:
        ids.recorded.clear()
    table = store.table(BASE_ID, "Creators")
    lost = table.field("Handle")
    assert lost is not None
    del table.fields[lost.id]

    _people(store, 1)

    with pytest.raises(FieldsGone, match=r"Creators.*Handle.*affiliate-ops init"):
        again.base.read(CREATORS, fields=[c.NAME, c.HANDLE])

    assert [row.cells for row in again.base.read(CREATORS)] == [{c.NAME: "Creator 0"}]


def test_a_deleted_table_is_named(again: Reached, store: Store):
    base = store.base(BASE_ID)
    del base.tables[store.table(BASE_ID, "Runs").id]

    with pytest.raises(Misconfigured, match="no table Runs"):
        again.base.read(RUNS)


def test_a_view_not_made_yet_is_stood_in_for_by_its_formula(there: Reached, store: Store):
    sequence = store.rows(BASE_ID, "Sequences")[0]["id"]
    _people(store, 2)
    due = store.create_record(BASE_ID, "Creators", {"Name": "Jane", "Sequence": [sequence]})

    rows = there.base.read(CREATORS, view=QUEUE, formula="{Name}='Jane'")

    assert [row.id for row in rows] == [due]


def test_a_view_once_seen_is_used_by_id_and_missed_when_it_is_gone(
    again: Reached, store: Store, sandbox: tuple[World, Server], redis: Redis, ids: DictIds
):
    wanted = _people(store, 2)[1]
    view = store.add_view(BASE_ID, "Creators", QUEUE, "{Name}='Creator 1'")
    again.base.look()  # as init, doctor and the daily sweep do

    assert [row.id for row in again.base.read(CREATORS, view=QUEUE)] == [wanted]

    store.table(BASE_ID, "Creators").views[view].name = "Renamed"
    assert [row.id for row in again.base.read(CREATORS, view=QUEUE)] == [wanted]

    del store.table(BASE_ID, "Creators").views[view]
    with reached(sandbox[1].url, redis, ids=ids) as later, pytest.raises(ViewGone, match=QUEUE):
        later.base.read(CREATORS, view=QUEUE)


def test_braces_inside_quotes_name_no_field():
    formula = "AND({Name}='{Name}',{Other}=\"it's {Name}\")"

    known = by_ids(formula, {"Name": "fld1"}.get)

    assert known == "AND({fld1}='{Name}',{Other}=\"it's {Name}\")"


def test_unused_declared_fields_do_not_travel(there: Reached, store: Store):
    at = datetime(2026, 11, 23, tzinfo=UTC)
    there.base.upsert(RUNS, [{RUN_KEY: "run:1", RUN_AT: at, RUN_SUMMARY: "Sent 3."}])

    rows = there.base.read(RUNS, fields=[RUN_SUMMARY])

    assert rows[0].cells == {RUN_SUMMARY: "Sent 3."}
