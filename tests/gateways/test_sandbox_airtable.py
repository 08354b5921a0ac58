"""The sandbox's Airtable, driven by the real client over loopback, answers as Airtable does."""

from collections.abc import Mapping

import pytest
import requests
from pyairtable import Api, Table

from sandbox.airtable.declared import add_declared_base
from sandbox.airtable.store import Store
from sandbox.server import Server
from sandbox.world import World
from schemas.base import TABLES
from tests.builders_sandbox import BASE_ID, client, running_sandbox

FIELDS: list[dict[str, object]] = [
    {"name": "Handle", "type": "singleLineText"},
    {"name": "Followers", "type": "number", "options": {"precision": 0}},
    {"name": "Stage", "type": "singleSelect", "options": {"choices": [{"name": "Prospect"}]}},
    {"name": "Tags", "type": "multipleSelects", "options": {"choices": [{"name": "beauty"}]}},
    {
        "name": "Opted out",
        "type": "checkbox",
        "options": {"icon": "check", "color": "greenBright"},
    },
    {"name": "Born", "type": "date", "options": {"dateFormat": {"name": "iso"}}},
]


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox() as running:
        yield running


@pytest.fixture
def world(sandbox) -> World:
    world: World = sandbox[0]
    world.faults.clear()
    world.requests.clear()
    world.airtable.add_base(BASE_ID, "Glow")
    return world


@pytest.fixture
def store(world) -> Store:
    bases: Store = world.airtable
    return bases


@pytest.fixture
def server(sandbox, world) -> Server:
    running: Server = sandbox[2]
    return running


@pytest.fixture
def api(server):
    with client(server) as connected:
        yield connected


@pytest.fixture
def creators(api) -> Table:
    created: Table = api.base(BASE_ID).create_table("Creators", FIELDS)
    return created


def refused(error: pytest.ExceptionInfo[requests.HTTPError]) -> tuple[int, str]:
    envelope = error.value.response.json()["error"]
    kind = envelope if isinstance(envelope, str) else envelope["type"]
    return error.value.response.status_code, kind


def test_empty_cells_are_left_out_and_zero_is_not(creators):
    made = creators.create(
        {"Handle": "lan.skin", "Followers": 0, "Opted out": False, "Tags": [], "Stage": None}
    )

    assert creators.get(made["id"])["fields"] == {"Handle": "lan.skin", "Followers": 0}


def test_every_answer_carries_the_sandbox_clock(world, server):
    requests.post(
        f"{server.url}/sandbox/clock", json={"now": "2030-01-02T03:04:05Z"}, timeout=5
    ).raise_for_status()

    answer = requests.get(f"{server.url}/v0/nowhere", timeout=5)

    assert answer.headers["Date"].startswith("Wed, 02 Jan 2030 03:04:0")


def test_pages_of_a_hundred_hold_every_row_once(creators):
    creators.batch_create([{"Followers": n} for n in range(230)])

    pages = list(creators.iterate())

    assert [len(page) for page in pages] == [100, 100, 30]
    assert len({record["id"] for page in pages for record in page}) == 230


def test_a_long_formula_goes_by_post_and_pages_too(creators):
    ids = [record["id"] for record in creators.batch_create([{"Followers": n} for n in range(120)])]
    wanted = " ".join(f"RECORD_ID()='{record_id}'," for record_id in ids * 5)

    found = creators.all(formula=f"OR({wanted[:-1]})")

    assert {record["id"] for record in found} == set(ids)


def test_fields_sort_and_field_ids_are_honoured(creators):
    creators.batch_create(
        [{"Handle": h, "Followers": n} for h, n in (("a", 2), ("b", 10), ("c", 1))]
    )

    by_size = creators.all(sort=["-Followers"], fields=["Handle"])
    by_id = creators.first(use_field_ids=True, sort=["Followers"])

    assert [record["fields"] for record in by_size] == [
        {"Handle": "b"},
        {"Handle": "a"},
        {"Handle": "c"},
    ]
    assert by_id["fields"][creators.schema().field("Handle").id] == "c"


def test_an_upsert_creates_updates_and_keeps_other_cells(creators):
    known = creators.create({"Handle": "mia", "Followers": 5})

    result = creators.batch_upsert(
        [{"fields": {"Handle": "mia", "Stage": "Prospect"}}, {"fields": {"Handle": "noa"}}],
        key_fields=["Handle"],
    )

    assert result["updatedRecords"] == [known["id"]]
    assert len(result["createdRecords"]) == 1
    assert creators.get(known["id"])["fields"]["Followers"] == 5


def test_an_upsert_matching_two_rows_fails_whole(creators):
    creators.batch_create([{"Handle": "mia"}, {"Handle": "mia"}])

    with pytest.raises(requests.HTTPError) as error:
        creators.batch_upsert(
            [{"fields": {"Handle": "new"}}, {"fields": {"Handle": "mia"}}], key_fields=["Handle"]
        )

    assert refused(error) == (422, "INVALID_REQUEST_UNKNOWN")
    assert len(creators.all()) == 2


@pytest.mark.parametrize(
    ("cells", "kind", "message"),
    [
        ({"Nickname": "x"}, "UNKNOWN_FIELD_NAME", 'Unknown field name: "Nickname"'),
        (
            {"Followers": "many"},
            "INVALID_VALUE_FOR_COLUMN",
            'Field "Followers" cannot accept the provided value',
        ),
        (
            {"Born": "2026-02-30"},
            "INVALID_VALUE_FOR_COLUMN",
            'Cannot parse value "2026-02-30" for field Born',
        ),
        (
            {"Stage": "Lost"},
            "INVALID_MULTIPLE_CHOICE_OPTIONS",
            'Insufficient permissions to create new select option ""Lost""',
        ),
    ],
)
def test_one_bad_cell_refuses_the_whole_batch(
    creators, cells: Mapping[str, object], kind: str, message: str
):
    with pytest.raises(requests.HTTPError) as error:
        creators.batch_create([{"Handle": "fine"}, dict(cells)])

    assert error.value.response.json() == {"error": {"type": kind, "message": message}}
    assert error.value.response.status_code == 422
    assert creators.all() == []


def test_typecast_makes_the_option_and_reads_numbers(creators):
    made = creators.create({"Stage": "Lost", "Followers": "1,200"}, typecast=True)

    assert made["fields"] == {"Stage": "Lost", "Followers": 1200}
    assert "Lost" in [c.name for c in creators.schema(force=True).field("Stage").options.choices]


def test_a_put_clears_what_it_does_not_name(creators):
    made = creators.create({"Handle": "mia", "Followers": 5})

    kept = creators.update(made["id"], {"Handle": "mia"}, replace=True)

    assert kept["fields"] == {"Handle": "mia"}


def test_unknown_rows_have_their_own_answers(creators):
    gone = creators.create({})["id"]
    assert creators.delete(gone) == {"id": gone, "deleted": True}

    with pytest.raises(requests.HTTPError) as got:
        creators.get(gone)
    with pytest.raises(requests.HTTPError) as deleted:
        creators.delete(gone)
    with pytest.raises(requests.HTTPError) as batch:
        creators.batch_update([{"id": gone, "fields": {}}])

    assert refused(got) == (404, "NOT_FOUND")
    assert refused(deleted) == (404, "MODEL_ID_NOT_FOUND")
    assert refused(batch) == (422, "ROW_DOES_NOT_EXIST")


def test_eleven_records_or_one_twice_are_refused(api, creators):
    record_id = creators.create({})["id"]
    twice = {"records": [{"id": record_id, "fields": {}}] * 2}

    with pytest.raises(requests.HTTPError) as eleven:
        api.post(creators.urls.records, json={"records": [{"fields": {}}] * 11})
    with pytest.raises(requests.HTTPError) as double:
        api.patch(creators.urls.records, json=twice)

    assert eleven.value.response.json()["error"]["message"] == (
        "A maximum of 10 records can be created per request but you have provided 11."
    )
    assert refused(double) == (422, "INVALID_RECORDS")


def test_a_wrong_token_a_wrong_base_and_a_wrong_table_are_told_apart(server, api, creators):
    with client(server, "patUNKNOWN.1") as stranger, pytest.raises(requests.HTTPError) as token:
        stranger.table(BASE_ID, "Creators").all()
    with pytest.raises(requests.HTTPError) as base:
        api.table("appMISSING0000000", "Creators").all()
    with pytest.raises(requests.HTTPError) as table:
        api.table(BASE_ID, "Nobody").all()

    assert refused(token) == (401, "AUTHENTICATION_REQUIRED")
    assert refused(base) == refused(table) == (403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND")


def test_links_are_the_same_on_both_sides_and_forget_deleted_rows(api, creators):
    options = {"linkedTableId": creators.schema().id}
    samples = api.base(BASE_ID).create_table(
        "Samples",
        [
            {"name": "Parcel", "type": "singleLineText"},
            {"name": "Creator", "type": "multipleRecordLinks", "options": options},
        ],
    )
    mia, noa = (creators.create({"Handle": handle})["id"] for handle in ("mia", "noa"))

    parcel = samples.create({"Parcel": "P1", "Creator": [mia]})["id"]
    assert creators.get(mia)["fields"]["Samples"] == [parcel]
    assert samples.all(formula="{Creator}='mia'")[0]["id"] == parcel

    creators.update(noa, {"Samples": [parcel]})
    assert samples.get(parcel)["fields"]["Creator"] == [mia, noa]

    creators.delete(mia)
    assert samples.get(parcel)["fields"]["Creator"] == [noa]
    with pytest.raises(requests.HTTPError) as error:
        samples.update(parcel, {"Creator": [mia]})
    assert refused(error) == (422, "ROW_DOES_NOT_EXIST")


def test_a_view_filters_sorts_survives_a_rename_and_can_vanish(server, creators):
    creators.batch_create(
        [{"Handle": h, "Followers": n} for h, n in (("a", 1), ("b", 9), ("c", 5))]
    )
    view = {
        "base": BASE_ID,
        "table": "Creators",
        "name": "Big",
        "formula": "{Followers}>2",
        "sort": [{"field": "Followers", "direction": "desc"}],
    }
    requests.post(f"{server.url}/sandbox/views", json=view, timeout=5).raise_for_status()
    followers = creators.schema().field("Followers")
    followers.name = "Fans"
    followers.save()

    big = creators.all(view="Big", formula="{Handle}!='x'")
    requests.delete(f"{server.url}/sandbox/views", json=view, timeout=5).raise_for_status()
    with pytest.raises(requests.HTTPError) as error:
        creators.all(view="Big")

    assert [record["fields"]["Handle"] for record in big] == ["b", "c"]
    assert refused(error) == (422, "VIEW_NAME_NOT_FOUND")


def test_a_dead_offset_is_refused_without_a_message(api, creators):
    with pytest.raises(requests.HTTPError) as error:
        api.get(creators.urls.records, params={"offset": "itrAAAAAAAAAAAAAA/recAAAAAAAAAAAAAA"})

    assert error.value.response.json() == {"error": {"type": "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"}}


@pytest.mark.parametrize("kind", ["formula", "autoNumber", "lastModifiedTime"])
def test_computed_fields_cannot_be_created_but_an_owner_may_have_them(server, api, creators, kind):
    with pytest.raises(requests.HTTPError) as error:
        creators.create_field("Computed", kind)
    assert refused(error) == (422, "UNSUPPORTED_FIELD_TYPE_FOR_CREATE")

    field = {"id": "fldCOMPUTED000000", "name": "Computed", "type": kind}
    handle = {"id": "fldHANDLE00000000", "name": "Handle", "type": "singleLineText"}
    row = {
        "id": "recOWNED000000000",
        "createdTime": "2026-01-02T03:04:05.000Z",
        "fields": {"Handle": "mia", "Computed": "7"},
    }
    table = {
        "id": "tblOWNED000000000",
        "name": "Owned",
        "primaryFieldId": "fldHANDLE00000000",
        "fields": [handle, field],
        "views": [{"id": "viwOWNED000000000", "name": "Mia", "formula": "{Handle}='mia'"}],
        "records": [row],
    }
    body = {"id": "appOWNED000000000", "name": "Owned", "tables": [table]}
    requests.post(f"{server.url}/sandbox/bases", json=body, timeout=5).raise_for_status()

    owned = api.table("appOWNED000000000", "owned")
    assert owned.all(view="viwOWNED000000000") == [row]
    with pytest.raises(requests.HTTPError) as written:
        owned.update("recOWNED000000000", {"Computed": None})
    assert "because the field is computed" in str(written.value)


def test_the_declared_base_can_be_created(api, store):
    add_declared_base(store, BASE_ID, "Glow", TABLES, with_views=True)

    tables = {table.name: table for table in api.base(BASE_ID).schema().tables}

    for declared in TABLES:
        found = {field.name for field in tables[declared.name].fields}
        assert {field.name for field in declared.fields} <= found
        assert {view.name for view in declared.views} < {
            v.name for v in tables[declared.name].views
        }


def test_a_dropped_reply_leaves_the_row_behind(server, world, creators):
    fault = {"match": f"POST /v0/{BASE_ID}/", "nth": 2, "times": 1, "do": "drop_reply"}
    requests.post(f"{server.url}/sandbox/faults", json=fault, timeout=5).raise_for_status()
    creators.create({"Handle": "first"})

    with pytest.raises(requests.ConnectionError):
        creators.create({"Handle": "second"})

    assert [r["fields"]["Handle"] for r in creators.all()] == ["first", "second"]


def test_a_dropped_request_leaves_nothing_behind(server, creators):
    fault = {"match": "POST /v0/", "do": "drop_request"}
    requests.post(f"{server.url}/sandbox/faults", json=fault, timeout=5).raise_for_status()

    with pytest.raises(requests.ConnectionError):
        creators.create({"Handle": "first"})

    assert creators.all() == []


@pytest.mark.parametrize(
    ("do", "status", "kind"),
    [
        ("429", 429, "RATE_LIMIT_REACHED"),
        ("500", 500, "SERVER_ERROR"),
        ("503", 503, "RETRIABLE_ERROR"),
        ("billing_limit", 429, "PUBLIC_API_BILLING_LIMIT_EXCEEDED"),
    ],
)
def test_faults_speak_airtables_words(server, creators, do: str, status: int, kind: str):
    requests.post(
        f"{server.url}/sandbox/faults", json={"match": "GET /v0/", "do": do}, timeout=5
    ).raise_for_status()

    with pytest.raises(requests.HTTPError) as error:
        creators.all()

    assert refused(error) == (status, kind)
    assert creators.all() == []


def test_the_request_log_holds_airtable_calls_only(server, world, creators):
    requests.delete(f"{server.url}/sandbox/requests", timeout=5).raise_for_status()
    requests.get(f"{server.url}/bases/{BASE_ID}/Creators", timeout=5).raise_for_status()
    creators.all()

    (call,) = requests.get(f"{server.url}/sandbox/requests", timeout=5).json()

    assert (call["method"], call["path"]) == ("GET", f"/v0/{BASE_ID}/{creators.id}")
    assert (call["base"], call["status"]) == (BASE_ID, 200)


def test_pages_escape_what_people_typed(server, creators):
    creators.create({"Handle": "<script>alert(1)</script>"})

    page = requests.get(f"{server.url}/bases/{BASE_ID}/Creators", timeout=5).text

    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_a_stopped_sandbox_hangs_up():
    with running_sandbox() as (_, _, server), client(server) as api:
        assert isinstance(api, Api)
        assert api.whoami()["id"].startswith("usr")

    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=1)
