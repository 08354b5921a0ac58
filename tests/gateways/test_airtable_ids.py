"""A base read page by page and by record ids, and what people rename, retype and delete in it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis

from sandbox.airtable.store import Store
from sandbox.server import Server
from sandbox.world import World
from schemas.records import parse_creator
from schemas.tables import creators as c
from schemas.tables.creators import TABLE as CREATORS
from schemas.tables.operations import RUN_KEY, RUN_STATE, RUNS
from schemas.tables.pipeline import RULE_FROM, RULE_NAME, STAGE_RULES
from tests.builders_door import DictIds, Reached, reached
from tests.builders_sandbox import BASE_ID, running_sandbox
from tests.builders_valkey import connected, running_valkey
from worker.airtable import twins
from worker.airtable_errors import FieldsGone, ViewGone, ViewUnknown
from worker.doctor import check_base
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


def _looks(sandbox: tuple[World, Server]) -> int:
    return sum(str(call["path"]).startswith("/v0/meta/") for call in sandbox[0].requests)


def _cells(store: Store, table: str) -> list[dict[str, object]]:
    return [cells for row in store.rows(BASE_ID, table) if isinstance(cells := row["fields"], dict)]


def test_a_renamed_choice_comes_in_by_its_declared_name(there: Reached, store: Store):
    store.create_record(BASE_ID, "Creators", {"Name": "Jane Rivera", "Stage": "Contacted"})
    store.rename_choice(BASE_ID, "Creators", "Stage", "Contacted", "We wrote")

    rows = there.base.read(CREATORS, fields=[c.STAGE])

    assert [row.cells for row in rows] == [{c.STAGE: "Contacted"}]


def test_choices_that_swapped_their_names_are_told_apart(there: Reached, store: Store):
    store.create_record(BASE_ID, "Creators", {"Name": "Jane Rivera", "Stage": "Active"})
    for before, after in (("Active", "x"), ("Dormant", "Active"), ("x", "Dormant")):
        store.rename_choice(BASE_ID, "Creators", "Stage", before, after)
    there.base.look()

    rows = there.base.read(CREATORS, fields=[c.STAGE])

    assert [row.cells for row in rows] == [{c.STAGE: "Active"}]
    assert [one["Stage"] for one in _cells(store, "Creators")] == ["Dormant"]


@pytest.mark.parametrize("noticed", [True, False])
def test_a_renamed_choice_is_written_by_its_id(
    there: Reached,
    store: Store,
    sandbox: tuple[World, Server],
    noticed: bool,  # noqa: FBT001  # a parameter
):
    row = _people(store, 1)[0]
    store.rename_choice(BASE_ID, "Creators", "Stage", "Contacted", "We wrote")
    if noticed:
        there.base.look()
    sandbox[0].requests.clear()

    problems = there.base.update(CREATORS, {row: {c.STAGE: "Contacted"}})

    assert problems == ()
    assert [one["Stage"] for one in _cells(store, "Creators")] == ["We wrote"]
    assert _calls(sandbox) == 1


def test_many_choices_are_written_by_their_ids(there: Reached, store: Store):
    store.rename_choice(BASE_ID, "Stage rules", "From stages", "Contacted", "We wrote")
    there.base.create(STAGE_RULES, [{RULE_NAME: "Both", RULE_FROM: ["Contacted", "Replied"]}])

    rows = there.base.read(STAGE_RULES, formula="{Name}='Both'", fields=[RULE_FROM])

    assert [row.cells for row in rows] == [{RULE_FROM: ["Contacted", "Replied"]}]
    assert _cells(store, "Stage rules")[-1]["From stages"] == ["We wrote", "Replied"]


def test_a_view_nobody_made_compares_with_what_a_choice_is_called_now(there: Reached, store: Store):
    held = {"Key": "hold:1", "State": "Held", "Decision": "Release"}
    row = store.create_record(BASE_ID, "Runs", held)
    store.rename_choice(BASE_ID, "Runs", "State", "Held", "It's on hold")
    there.base.look()

    rows = there.base.read(RUNS, view="Holds to decide", fields=[RUN_KEY, RUN_STATE])

    assert [(one.id, one.cells[RUN_STATE]) for one in rows] == [(row, "Held")]


@pytest.mark.parametrize("noticed", [True, False])
def test_a_deleted_choice_is_named_and_the_rows_other_values_are_written(
    there: Reached,
    store: Store,
    noticed: bool,  # noqa: FBT001  # a parameter
):
    rows = _people(store, 12)
    store.delete_choice(BASE_ID, "Creators", "Stage", "Contacted")
    if noticed:
        there.base.look()

    problems = there.base.update(
        CREATORS, {row: {c.STAGE: "Contacted", c.TOUCHES: 1} for row in rows}
    )

    assert len(problems) == 1
    assert "Stage of table Creators has no choice 'Contacted'" in problems[0].text
    assert "add it to the field again" in problems[0].text
    assert [one["Touches"] for one in _cells(store, "Creators")] == [1] * 12


def test_a_choice_added_again_by_hand_is_written_again(there: Reached, store: Store):
    row = _people(store, 1)[0]
    store.delete_choice(BASE_ID, "Creators", "Stage", "Contacted")
    there.base.look()
    store.add_choice(BASE_ID, "Creators", "Stage", "Contacted")
    there.base.look()

    assert there.base.update(CREATORS, {row: {c.STAGE: "Contacted"}}) == ()


def test_a_choice_the_team_added_stays_as_typed_and_costs_one_look_ever(
    there: Reached, store: Store, sandbox: tuple[World, Server], redis: Redis, ids: DictIds
):
    store.add_choice(BASE_ID, "Creators", "Stage", "VIP")
    store.create_record(BASE_ID, "Creators", {"Name": "Jane Rivera", "Stage": "VIP"})

    rows = [*there.base.read(CREATORS), *there.base.read(CREATORS)]
    with reached(sandbox[1].url, redis, ids=ids) as later:
        rows += later.base.read(CREATORS)

    assert [row.cells[c.STAGE] for row in rows] == ["VIP"] * 3
    assert _looks(sandbox) == 1
    assert ["'VIP' is no stage" in doubt for doubt in parse_creator(rows[0]).doubts] == [True]


def test_a_field_of_another_type_is_noticed_by_what_it_holds(
    there: Reached, store: Store, sandbox: tuple[World, Server]
):
    row = store.create_record(BASE_ID, "Creators", {"Name": "Jane Rivera", "Opted out": True})
    store.retype_field(BASE_ID, "Creators", "Opted out", {"type": "singleLineText"})
    there.base.need(((CREATORS, (c.OPTED_OUT,)),))

    with pytest.raises(FieldsGone, match=r"Opted out of table Creators is a singleLineText field"):
        there.base.read(CREATORS, ids=[row])
    assert _looks(sandbox) == 1


def test_a_table_and_a_field_that_swapped_names_with_others_are_told_apart(
    there: Reached, store: Store
):
    store.create_record(BASE_ID, "Creators", {"Name": "Jane Rivera", "Source": "Fair"})
    for before, after in (("Source", "x"), ("Language", "Source"), ("x", "Language")):
        store.rename_field(BASE_ID, "Creators", before, after)
    store.rename_table(BASE_ID, "Creators", "Influencers")
    there.base.look()

    rows = there.base.read(CREATORS, fields=[c.SOURCE, c.LANGUAGE])

    assert [row.cells for row in rows] == [{c.SOURCE: "Fair"}]


def test_a_field_made_anew_under_its_name_takes_the_place_of_the_deleted_one(
    there: Reached, store: Store
):
    store.delete_field(BASE_ID, "Creators", "Source")
    there.base.look()
    store.add_field(BASE_ID, "Creators", {"name": "Source", "type": "singleLineText"})
    there.base.look()

    assert there.base.read(CREATORS, fields=[c.SOURCE]) == ()
    assert there.base.names.restored


def test_a_managers_own_view_is_known_by_id_once_a_rule_named_it(
    there: Reached, store: Store, sandbox: tuple[World, Server], redis: Redis, ids: DictIds
):
    wanted = _people(store, 2)[1]
    store.add_view(BASE_ID, "Creators", "Big in Texas", "{Name}='Creator 1'")
    first = there.base.read(CREATORS, view="Big in Texas", fields=[c.NAME])
    store.rename_view(BASE_ID, "Creators", "Big in Texas", "Big in the South")

    with reached(sandbox[1].url, redis, ids=ids) as later:
        second = later.base.read(CREATORS, view="Big in Texas", fields=[c.NAME])
        store.delete_view(BASE_ID, "Creators", "Big in the South")
        with pytest.raises(ViewGone, match="Big in Texas"):
            later.base.read(CREATORS, view="Big in Texas")

    assert [row.id for row in (*first, *second)] == [wanted] * 2
    assert _looks(sandbox) == 1


def test_a_view_nobody_made_is_looked_for_once_a_day(
    there: Reached, store: Store, sandbox: tuple[World, Server], redis: Redis, ids: DictIds
):
    for _ in range(3):
        with reached(sandbox[1].url, redis, ids=ids) as later:
            later.base.read(RUNS, fields=[RUN_KEY])
            with pytest.raises(ViewUnknown, match="create it"):
                later.base.read(CREATORS, view="Big in Texas")
    same_day = _looks(sandbox)

    world = sandbox[0]
    world.clock.set(world.clock.now() + timedelta(hours=25))
    store.add_view(BASE_ID, "Creators", "Big in Texas", "{Name}!=''")
    there.base.read(RUNS, fields=[RUN_KEY])

    assert there.base.read(CREATORS, view="Big in Texas", fields=[c.NAME]) == ()
    assert (same_day, _looks(sandbox)) == (1, 2)


def test_a_declared_view_nobody_made_is_not_looked_for(
    there: Reached, sandbox: tuple[World, Server]
):
    there.base.read(CREATORS, view=QUEUE, fields=[c.NAME])

    assert _looks(sandbox) == 0


def test_a_row_somebody_duplicated_is_a_problem_on_both(there: Reached, store: Store):
    done = there.base.upsert(RUNS, [{RUN_KEY: "run:1", RUN_STATE: "Done"}])
    copy = store.duplicate_row(BASE_ID, "Runs", done.record_ids["run:1"])

    again = there.base.upsert(RUNS, [{RUN_KEY: "run:1", RUN_STATE: "Failed"}, {RUN_KEY: "run:2"}])

    assert {one.record_id for one in again.problems} == {copy, done.record_ids["run:1"]}
    assert list(again.record_ids) == ["run:2"]
    assert twins(RUNS, there.base.read(RUNS)) == list(again.problems)
    assert [one["State"] for one in _cells(store, "Runs") if one["Key"] == "run:1"] == ["Done"] * 2


def test_doctor_names_what_was_renamed_retyped_and_deleted(there: Reached, store: Store):
    store.rename_table(BASE_ID, "Creators", "Influencers")
    store.rename_field(BASE_ID, "Influencers", "Source", "Found at")
    store.rename_choice(BASE_ID, "Runs", "State", "Held", "On hold")
    store.retype_field(BASE_ID, "Influencers", "Opted out", {"type": "singleLineText"})
    store.delete_field(BASE_ID, "Influencers", "Posts")
    store.delete_choice(BASE_ID, "Runs", "State", "Dropped")

    found = check_base(there.base)

    told = {finding.what for finding in found if "as declared" not in finding.what}
    assert {
        "table Creators is called Influencers now; that changes nothing",
        "field Creators / Source is called Found at now; that changes nothing",
        "choice Held of field Runs / State is called On hold now; that changes nothing",
        "field Creators / Opted out is a singleLineText field",
        "field Creators / Posts is missing",
        "field Runs / State lacks the options Dropped",
    } <= told
    assert {finding.what for finding in found if not finding.ok} <= {
        what for what in told if "changes nothing" not in what
    }


def test_init_says_what_a_person_has_to_do_by_hand(there: Reached, store: Store):
    store.retype_field(BASE_ID, "Creators", "Opted out", {"type": "singleLineText"})
    store.delete_choice(BASE_ID, "Runs", "State", "Dropped")
    store.delete_field(BASE_ID, "Creators", "Posts")
    told: list[str] = []

    init(there.base, told.append)

    assert "field Creators / Posts" in told
    retyped, lost = (line for line in told if line.startswith("BY HAND"))
    assert "Opted out" in retyped
    assert "'Dropped' to field Runs / State" in lost


def test_what_is_missing_is_looked_for_every_few_minutes_only(
    there: Reached, store: Store, sandbox: tuple[World, Server], redis: Redis, ids: DictIds
):
    needs = ((CREATORS, (c.SOURCE,)),)
    store.delete_field(BASE_ID, "Creators", "Source")
    there.base.look()
    store.undo_field_deletion(BASE_ID, "Creators", "Source")
    sandbox[0].requests.clear()

    found = []
    for minutes in (0, 1, 6):
        with reached(sandbox[1].url, redis, ids=ids) as later:
            sandbox[0].clock.set(sandbox[0].clock.now() + timedelta(minutes=minutes))
            later.base.read(RUNS, fields=[RUN_KEY])
            found.append(bool(later.base.lacking(needs)))

    assert found == [True, True, False]
    assert _looks(sandbox) == 1
