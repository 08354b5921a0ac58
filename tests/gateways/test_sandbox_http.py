"""The sandbox on the wire: addresses, envelopes and refusals as Airtable's clients meet them."""

from collections.abc import Mapping
from typing import Any

import pytest
import requests

from sandbox.airtable.api import TOKEN
from tests.builders_feed import Watched, watched
from tests.builders_sandbox import BASE_ID

GENERIC = "Invalid request: parameter validation failed. Check your request data."
BATCH = (
    'You must provide an array of up to 10 record objects, each with an "id" ID field and a '
    '"fields" object for cell values.'
)
NOBODY = "recAAAAAAAAAAAAAA"


@pytest.fixture
def base():
    with watched() as running:
        yield running


def call(base: Watched, method: str, path: str, json: object = None) -> requests.Response:
    """One bare request, as a script would send it."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    url = f"{base.server.url}/v0/{path}"
    return requests.request(method, url, json=json, headers=headers, timeout=5)


def error(answer: requests.Response) -> tuple[int, object]:
    return answer.status_code, answer.json()["error"]


def control(base: Watched, path: str, body: Mapping[str, object]) -> None:
    requests.post(f"{base.server.url}/sandbox/{path}", json=body, timeout=5).raise_for_status()


@pytest.mark.parametrize("name", ["Creators", "creators", "CREATORS/", "Creators/?", "Creators?"])
def test_a_table_is_found_in_any_case_with_a_slash_and_an_empty_query(base: Watched, name: str):
    base.creators.create({"Handle": "mia"})

    answer = call(base, "GET", f"{BASE_ID}/{name}")

    assert [record["fields"] for record in answer.json()["records"]] == [{"Handle": "mia"}]


def test_a_record_is_changed_at_an_address_with_a_slash_and_an_empty_query(base: Watched):
    mia = base.creators.create({"Handle": "mia"})["id"]
    body = {"records": [{"id": mia, "fields": {"Followers": 3}}]}

    assert call(base, "PATCH", f"{BASE_ID}/Creators/?", body).ok

    assert base.creators.get(mia)["fields"]["Followers"] == 3


def test_both_envelopes_are_spoken(base: Watched):
    bare = call(base, "GET", f"{BASE_ID}/Creators/{NOBODY}")
    full = call(base, "DELETE", f"{BASE_ID}/Creators/{NOBODY}")

    assert error(bare) == (404, "NOT_FOUND")
    assert error(full) == (404, {"type": "MODEL_ID_NOT_FOUND", "message": "Record not found"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nowhere", 404),
        ("GET", f"bases/{BASE_ID}/hooks", 404),
        ("GET", f"{BASE_ID}/Nobody", 403),
        ("GET", "appAAAAAAAAAAAAAA/Creators", 403),
        ("GET", "bases/appAAAAAAAAAAAAAA/webhooks", 403),
        ("GET", "meta/bases/appAAAAAAAAAAAAAA/tables", 403),
        ("PATCH", f"{BASE_ID}/Creators/{NOBODY}", 404),
        ("DELETE", f"{BASE_ID}/Creators/mia", 404),
    ],
)
def test_wrong_addresses_are_told_apart(base: Watched, method: str, path: str, status: int):
    body: object = {"fields": {}} if method == "PATCH" else None

    assert call(base, method, path, body).status_code == status
    assert requests.request(method, f"{base.server.url}/v0/{path}", timeout=5).status_code == 401


def _rows(count: int, **row: object) -> dict[str, object]:
    return {"records": [{"fields": {}, **row} for _ in range(count)]}


@pytest.mark.parametrize(
    ("method", "body", "kind", "message"),
    [
        (
            "POST",
            _rows(11),
            "INVALID_RECORDS",
            "A maximum of 10 records can be created per request but you have provided 11.",
        ),
        ("PATCH", _rows(11, id=NOBODY), "INVALID_RECORDS", BATCH),
        ("PATCH", _rows(1), "INVALID_RECORDS", BATCH),
        ("PATCH", {"records": [{"id": NOBODY}]}, "INVALID_RECORDS", BATCH),
        ("PUT", {"records": {}}, "INVALID_RECORDS", BATCH),
        (
            "PATCH",
            _rows(1, id=NOBODY),
            "ROW_DOES_NOT_EXIST",
            f"Record ID {NOBODY} does not exist in this table",
        ),
        (
            "POST",
            {"Handle": "mia"},
            "INVALID_REQUEST_MISSING_FIELDS",
            'Could not find field "fields" in the request body',
        ),
        (
            "PATCH",
            {"Handle": "mia"},
            "INVALID_REQUEST_MISSING_FIELDS",
            'Could not find field "fields" in the request body',
        ),
        ("POST", [], "INVALID_REQUEST_UNKNOWN", GENERIC),
    ],
)
def test_a_badly_shaped_batch_is_refused_in_airtables_words(
    base: Watched, method: str, body: object, kind: str, message: str
):
    answer = call(base, method, f"{BASE_ID}/Creators", body)

    assert error(answer) == (422, {"type": kind, "message": message})
    assert base.creators.all() == []


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        (["mia"], "INVALID_RECORDS"),
        ([], "INVALID_RECORDS"),
        ([NOBODY] * 11, "INVALID_RECORDS"),
        ([NOBODY], "ROW_DOES_NOT_EXIST"),
    ],
)
def test_a_bad_batch_delete_deletes_nothing(base: Watched, ids: list[str], kind: str):
    mia = base.creators.create({"Handle": "mia"})["id"]
    query = "&".join(f"records[]={i}" for i in [*([mia] if ids else []), *ids])

    answer = call(base, "DELETE", f"{BASE_ID}/Creators?{query}")

    assert answer.status_code == 422
    assert answer.json()["error"]["type"] == kind
    assert len(base.creators.all()) == 1


def test_a_body_that_is_no_json_is_a_400(base: Watched):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"{base.server.url}/v0/{BASE_ID}/Creators"

    answer = requests.post(url, data="{fields", headers=headers, timeout=5)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("pageSize=101", "INVALID_REQUEST_UNKNOWN"),
        ("pageSize=0", "INVALID_REQUEST_UNKNOWN"),
        ("fields[]=Nickname", "UNKNOWN_FIELD_NAME"),
        ("sort[0][field]=Nickname", "UNKNOWN_FIELD_NAME"),
        ("view=Nobody", "VIEW_NAME_NOT_FOUND"),
        ("view=viwAAAAAAAAAAAAAA", "VIEW_ID_NOT_FOUND"),
        ("filterByFormula={Nickname}", "INVALID_FILTER_BY_FORMULA"),
        ("filterByFormula=AND(", "INVALID_FILTER_BY_FORMULA"),
        ("offset=page2", "INVALID_OFFSET_VALUE"),
        (f"offset=itrAAAAAAAAAAAAAA/{NOBODY}", "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"),
    ],
)
def test_a_listing_refuses_what_it_cannot_read(base: Watched, query: str, kind: str):
    answer = call(base, "GET", f"{BASE_ID}/Creators?{query}")

    assert answer.status_code == 422
    assert answer.json()["error"]["type"] == kind


def test_one_record_takes_no_field_list_and_no_empty_offset_matters(base: Watched):
    mia = base.creators.create({"Handle": "mia"})["id"]

    listed = call(base, "GET", f"{BASE_ID}/Creators?offset=&returnFieldsByFieldId=false")
    one = call(base, "GET", f"{BASE_ID}/Creators/{mia}?fields[]=Handle")
    orm = call(base, "GET", f"{BASE_ID}/Creators/{mia}?cellFormat=json&returnFieldsByFieldId=0")

    assert listed.json()["records"][0] == orm.json()
    assert error(one) == (422, {"type": "INVALID_REQUEST_UNKNOWN", "message": GENERIC})


def test_a_listing_left_alone_for_minutes_is_lost_and_one_read_on_is_not(base: Watched):
    base.creators.batch_create([{"Followers": n} for n in range(30)])
    first = call(base, "GET", f"{BASE_ID}/Creators?pageSize=10").json()

    base.later(minutes=4)
    second = call(base, "GET", f"{BASE_ID}/Creators?pageSize=10&offset={first['offset']}").json()
    base.later(minutes=4)
    third = call(base, "GET", f"{BASE_ID}/Creators?pageSize=10&offset={second['offset']}")
    base.later(minutes=6)
    late = call(base, "GET", f"{BASE_ID}/Creators?pageSize=10&offset={first['offset']}")

    assert len(third.json()["records"]) == 10
    assert error(late) == (422, {"type": "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"})


@pytest.mark.parametrize("how", ["switch", "fault", "short life"])
def test_listings_can_be_made_to_die(base: Watched, how: str):
    base.creators.batch_create([{"Followers": n} for n in range(12)])
    if how == "short life":
        control(base, "offsets", {"live_s": 10})
    first = call(base, "GET", f"{BASE_ID}/Creators?pageSize=10").json()

    if how == "switch":
        control(base, "offsets", {"expire": True})
    elif how == "fault":
        control(base, "faults", {"match": f"GET /v0/{BASE_ID}/", "do": "expire_offset"})
    base.later(seconds=11)
    second = call(base, "GET", f"{BASE_ID}/Creators?pageSize=10&offset={first['offset']}")

    assert error(second) == (422, {"type": "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"})


def test_any_refusal_can_be_asked_for_by_its_name(base: Watched):
    control(base, "faults", {"match": "GET /v0/", "do": "403 INVALID_PERMISSIONS"})
    control(base, "faults", {"match": "GET /v0/", "do": "503 after 2"})

    named = call(base, "GET", f"{BASE_ID}/Creators")
    busy = call(base, "GET", f"{BASE_ID}/Creators")

    assert error(named) == (403, {"type": "INVALID_PERMISSIONS"})
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "2")


def test_an_url_too_long_and_a_body_too_large_are_refused(base: Watched):
    long = call(base, "GET", f"{BASE_ID}/Creators?filterByFormula={'1' * 16_000}")
    large = call(base, "POST", f"{BASE_ID}/Creators", {"fields": {"Handle": "x" * 10_000_001}})

    assert (long.status_code, large.status_code) == (414, 413)


def test_typecast_off_refuses_what_typecast_on_makes(base: Watched):
    fields: dict[str, Any] = {"Tags": "beauty, skin", "Followers": "12"}

    refused = call(base, "POST", f"{BASE_ID}/Creators", {"fields": fields})
    made = call(base, "POST", f"{BASE_ID}/Creators", {"fields": fields, "typecast": True})

    assert refused.status_code == 422
    assert made.json()["fields"] == {"Tags": ["beauty", "skin"], "Followers": 12}


@pytest.mark.parametrize("name", ["Stage", "fld"])
def test_cells_are_written_by_field_name_or_id_and_choice_name_or_id(base: Watched, name: str):
    field = base.field("Stage") if name == "fld" else name
    choice = base.choice("Stage", "Prospect")["id"]

    made = call(base, "POST", f"{BASE_ID}/{base.creators.id}", {"fields": {field: choice}})

    assert made.json()["fields"] == {"Stage": "Prospect"}


def test_upserts_merge_on_ids_and_refuse_two_matches_and_wrong_fields(base: Watched):
    base.creators.batch_create([{"Handle": "noa"}, {"Handle": "noa"}, {"Handle": "mia"}])

    def upsert(handle: str, *keys: str) -> requests.Response:
        body = {"records": [{"fields": {"Handle": handle, "Followers": 1}}]}
        merge = {"performUpsert": {"fieldsToMergeOn": list(keys)}}
        return call(base, "PATCH", f"{BASE_ID}/Creators", body | merge)

    once = upsert("mia", base.field("Handle")).json()
    assert (len(once["updatedRecords"]), once["createdRecords"]) == (1, [])
    assert upsert("noa", "Handle").json()["error"]["type"] == "INVALID_REQUEST_UNKNOWN"
    assert upsert("mia", "Nickname").json()["error"]["type"] == "UNKNOWN_FIELD_NAME"
    assert upsert("mia").json()["error"]["type"] == "INVALID_REQUEST_UNKNOWN"
    assert upsert("mia", *["Handle"] * 4).json()["error"]["type"] == "INVALID_REQUEST_UNKNOWN"


@pytest.mark.parametrize("query", ["include=visibleFieldIds", "include[]=visibleFieldIds"])
def test_views_name_their_fields_when_asked_with_or_without_brackets(base: Watched, query: str):
    plain = call(base, "GET", f"meta/bases/{BASE_ID}/tables").json()["tables"][0]["views"]
    asked = call(base, "GET", f"meta/bases/{BASE_ID}/tables?{query}").json()["tables"][0]

    assert "visibleFieldIds" not in plain[0]
    assert asked["views"][0]["visibleFieldIds"] == [field["id"] for field in asked["fields"]]


def test_tables_and_fields_are_renamed_and_described_but_not_retyped(base: Watched):
    tables = f"meta/bases/{BASE_ID}/tables"
    fields = f"{tables}/{base.creators.id}/fields"

    named = call(base, "PATCH", f"{tables}/creators", {"name": "Talents", "description": "Who"})
    described = call(base, "PATCH", f"{fields}/{base.field('Handle')}", {"description": "@"})
    retyped = call(base, "PATCH", f"{fields}/Handle", {"type": "number"})
    nothing = call(base, "PATCH", f"{fields}/Handle", {})
    taken = call(base, "PATCH", f"{fields}/Handle", {"name": "followers"})

    assert (named.json()["name"], named.json()["description"]) == ("Talents", "Who")
    assert described.json()["description"] == "@"
    assert retyped.status_code == nothing.status_code == 422
    assert taken.json()["error"]["type"] == "DUPLICATE_OR_EMPTY_FIELD_NAME"


def test_a_base_is_made_with_its_tables(base: Watched):
    table = {"name": "Creators", "fields": [{"name": "Handle", "type": "singleLineText"}]}
    body = {"name": "Zen", "workspaceId": "wspAAAAAAAAAAAAAAA", "tables": [table]}

    made = call(base, "POST", "meta/bases", body).json()

    assert [t["name"] for t in made["tables"]] == ["Creators"]
    assert made["id"] in [b["id"] for b in call(base, "GET", "meta/bases").json()["bases"]]


def test_computed_fields_refuse_even_null_and_the_batch_with_it(base: Watched):
    table = {
        "id": "tblOWNED000000000",
        "name": "Owned",
        "fields": [
            {"name": "Handle", "type": "singleLineText"},
            {"name": "Made", "type": "createdTime"},
        ],
    }
    control(base, "bases", {"id": "appOWNED000000000", "name": "Owned", "tables": [table]})
    rows = [{"fields": {"Handle": "mia"}}, {"fields": {"Made": None}}]

    answer = call(base, "POST", "appOWNED000000000/Owned", {"records": rows})

    assert error(answer) == (
        422,
        {
            "type": "INVALID_VALUE_FOR_COLUMN",
            "message": 'Field "Made" cannot accept a value because the field is computed',
        },
    )
    assert call(base, "GET", "appOWNED000000000/Owned").json() == {"records": []}


def test_the_seventh_call_of_a_month_of_six_is_a_billing_refusal_but_metadata_goes_on(
    base: Watched,
):
    control(base, "limits", {"monthly_calls": 6})
    for _ in range(6):
        call(base, "GET", f"{BASE_ID}/Creators")

    over = call(base, "GET", f"{BASE_ID}/Creators")
    feed = call(base, "GET", f"bases/{BASE_ID}/webhooks")
    metadata = call(base, "GET", f"meta/bases/{BASE_ID}/tables")

    assert over.json()["error"]["type"] == "PUBLIC_API_BILLING_LIMIT_EXCEEDED"
    assert (over.status_code, feed.status_code, metadata.status_code) == (429, 429, 200)


def test_the_same_seed_gives_the_same_ids():
    with watched() as one, watched() as other:
        assert one.creators.id == other.creators.id
        assert one.creators.create({})["id"] == other.creators.create({})["id"]
