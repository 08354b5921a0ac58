"""An owner's base computes its formulas, rollups, lookups, counts and a row's own facts."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from pyairtable import Api

from sandbox.airtable.errors import ApiError
from sandbox.world import World
from tests.builders_sandbox import client, running_sandbox

BASE = "appCOMPUTED000000"
ORDERS = {
    "id": "tblORDERS00000000",
    "name": "Orders",
    "primaryFieldId": "fldSKU00000000000",
    "fields": [
        {"id": "fldSKU00000000000", "name": "SKU", "type": "singleLineText"},
        {"id": "fldPRICE000000000", "name": "Price", "type": "number", "options": {"precision": 2}},
        {
            "id": "fldPAIDON00000000",
            "name": "Paid on",
            "type": "date",
            "options": {"dateFormat": {"name": "iso"}},
        },
        {
            "id": "fldBUYER000000000",
            "name": "Creator",
            "type": "multipleRecordLinks",
            "options": {
                "linkedTableId": "tblCREATORS000000",
                "inverseLinkFieldId": "fldORDERS00000000",
            },
        },
        {
            "id": "fldLABEL000000000",
            "name": "Label",
            "type": "formula",
            "options": {"formula": "{SKU} & ' for ' & {Creator}"},
        },
        {
            "id": "fldFIRST000000000",
            "name": "Last paid of creator",
            "type": "multipleLookupValues",
            "options": {
                "recordLinkFieldId": "fldBUYER000000000",
                "fieldIdInLinkedTable": "fldLAST0000000000",
            },
        },
    ],
    "records": [
        {
            "id": "recORDER000000001",
            "fields": {"SKU": "Serum", "Price": 12.5, "Paid on": "2026-11-02"},
        },
        {
            "id": "recORDER000000002",
            "fields": {"SKU": "Balm", "Price": 7.5, "Paid on": "2026-11-09"},
        },
        {"id": "recORDER000000003", "fields": {"SKU": "Gift"}},
    ],
}


def _computed(name: str, kind: str, **options: object) -> dict[str, object]:
    field_id = f"fld{name.upper().replace(' ', ''):0<14}"
    return {"id": field_id, "name": name, "type": kind} | ({"options": options} if options else {})


def _through(name: str, kind: str, target: str, **options: object) -> dict[str, object]:
    link = {"recordLinkFieldId": "fldORDERS00000000", "fieldIdInLinkedTable": target}
    return _computed(name, kind, **link, **options)


CREATORS = {
    "id": "tblCREATORS000000",
    "name": "Creators",
    "primaryFieldId": "fldHANDLE00000000",
    "fields": [
        {"id": "fldHANDLE00000000", "name": "Handle", "type": "singleLineText"},
        {"id": "fldDONE0000000000", "name": "Done", "type": "checkbox"},
        {
            "id": "fldORDERS00000000",
            "name": "Orders",
            "type": "multipleRecordLinks",
            "options": {
                "linkedTableId": "tblORDERS00000000",
                "inverseLinkFieldId": "fldBUYER000000000",
            },
        },
        _computed("Shout", "formula", formula="UPPER({Handle})&IF({Done},'!')"),
        _computed("Louder", "formula", formula="{Shout}&{Shout}"),
        _computed("Wrong", "formula", formula="{Handle}*2"),
        _computed("Nothing", "formula", formula="BLANK()"),
        _computed("Zero", "formula", formula="LEN({Handle})-LEN({Handle})"),
        _computed("Ratio", "formula", formula="0/{Zero}"),
        _computed("Many", "formula", formula="1/{Zero}"),
        _computed("Circle", "formula", formula="{Square}+1"),
        _computed("Square", "formula", formula="{Circle}+1"),
        _computed("Spotted", "formula", formula="FIND('Balm', {SKUs})", isValid=False),
        _through("Revenue", "rollup", "fldPRICE000000000", formula="SUM(values)"),
        _through("Last", "rollup", "fldPAIDON00000000", formula="MAX(values)"),
        _through("SKUs", "rollup", "fldSKU00000000000", formula="ARRAYJOIN(values, ' + ')"),
        _through("Lines", "rollup", "fldSKU00000000000", formula="COUNTALL(values)"),
        _through("Prices", "multipleLookupValues", "fldPRICE000000000"),
        _through("Labels", "multipleLookupValues", "fldLABEL000000000"),
        _through("Buyers", "multipleLookupValues", "fldBUYER000000000"),
        _computed("Order count", "count", recordLinkFieldId="fldORDERS00000000"),
        _computed("No", "autoNumber"),
        _computed("Made", "createdTime", result={"type": "dateTime"}),
        _computed("Made on", "createdTime", result={"type": "date"}),
        _computed("Changed", "lastModifiedTime"),
        _computed("Done at", "lastModifiedTime", referencedFieldIds=["fldDONE0000000000"]),
        _computed("Maker", "createdBy"),
        _computed("Changer", "lastModifiedBy"),
        _computed(
            "Open", "button", label="Profile", formula="'https://tiktok.example.com/@'&{Handle}"
        ),
    ],
    "views": [
        {
            "name": "Earning",
            "formula": "{Revenue}>0",
            "sort": [{"field": "Revenue", "direction": "desc"}],
        }
    ],
    "records": [
        {
            "id": "recMIA00000000000",
            "createdTime": "2026-11-01T08:00:00.000Z",
            "fields": {
                "Handle": "mia",
                "Done": True,
                "Orders": ["recORDER000000001", "recORDER000000002", "recORDER000000003"],
            },
        },
        {
            "id": "recTOM00000000000",
            "createdTime": "2026-11-02T08:00:00.000Z",
            "fields": {"Handle": "tom"},
        },
    ],
}
# `Last` is fldLAST followed by zeros, as the lookup in Orders names it.
USER = {"id": "usrSANDBOX0000000", "email": "affiliate.ops@example.com", "name": "Affiliate Ops"}


@pytest.fixture
def world_and_api():
    with running_sandbox() as (world, _, server), client(server) as api:
        body = {"id": BASE, "name": "Owned", "tables": [ORDERS, CREATORS]}
        made = requests.post(f"{server.url}/sandbox/bases", json=body, timeout=5)
        assert made.status_code == 200, made.text
        yield world, api


@pytest.fixture
def api(world_and_api: tuple[World, Api]) -> Api:
    return world_and_api[1]


@pytest.mark.parametrize(
    ("field", "of_mia", "of_tom"),
    [
        ("Shout", "MIA!", "TOM"),
        ("Louder", "MIA!MIA!", "TOMTOM"),
        ("Wrong", {"error": "#ERROR!"}, {"error": "#ERROR!"}),
        ("Nothing", None, None),
        ("Zero", 0, 0),
        ("Ratio", {"specialValue": "NaN"}, {"specialValue": "NaN"}),
        ("Many", {"specialValue": "Infinity"}, {"specialValue": "Infinity"}),
        ("Circle", {"error": "#ERROR!"}, {"error": "#ERROR!"}),
        ("Spotted", {"error": "#ERROR!"}, {"error": "#ERROR!"}),
        ("Revenue", 20, 0),
        ("Last", "2026-11-09", 0),
        ("SKUs", "Serum + Balm + Gift", None),
        ("Lines", 3, 0),
        ("Prices", [12.5, 7.5], None),
        ("Labels", ["Serum for mia", "Balm for mia", "Gift for mia"], None),
        ("Buyers", ["recMIA00000000000"] * 3, None),
        ("Order count", 3, 0),
        ("No", 1, 2),
        ("Made", "2026-11-01T08:00:00.000Z", "2026-11-02T08:00:00.000Z"),
        ("Made on", "2026-11-01", "2026-11-02"),
        ("Changed", "2026-11-01T08:00:00.000Z", "2026-11-02T08:00:00.000Z"),
        ("Done at", "2026-11-01T08:00:00.000Z", None),
        ("Maker", USER, USER),
        (
            "Open",
            {"label": "Profile", "url": "https://tiktok.example.com/@mia"},
            {"label": "Profile", "url": "https://tiktok.example.com/@tom"},
        ),
    ],
)
def test_a_computed_cell_reads_as_airtable_shows_it(api, field, of_mia, of_tom):
    rows = api.table(BASE, "Creators").all(fields=[field])

    assert [row["fields"].get(field) for row in rows] == [of_mia, of_tom]


@pytest.mark.parametrize(
    "formula",
    [
        "{Revenue}=20",
        "{Order count}=3",
        "{Prices}='12.5, 7.5'",
        "FIND('Balm', ARRAYJOIN({Labels}))",
        "IS_SAME({Last}, '2026-11-09', 'day')",
        "{No}=1",
        "IS_BEFORE({Made}, '2026-11-02')",
        "ISERROR({Wrong})*{Done}",
        "{Maker}&{Done}='Affiliate Ops1'",
    ],
)
def test_a_filter_may_ask_for_computed_cells(api, formula):
    rows = api.table(BASE, "Creators").all(formula=formula)

    assert [row["id"] for row in rows] == ["recMIA00000000000"]


def test_a_lookup_of_a_rollup_and_a_view_over_one_follow_a_change(api):
    orders, creators = api.table(BASE, "Orders"), api.table(BASE, "Creators")

    orders.update("recORDER000000003", {"Price": 80, "Paid on": "2026-11-30"})
    orders.create({"SKU": "Mask", "Price": 900, "Creator": ["recTOM00000000000"]})

    assert orders.get("recORDER000000001")["fields"]["Last paid of creator"] == ["2026-11-30"]
    revenue = [row["fields"]["Revenue"] for row in creators.all(view="Earning")]
    assert revenue == [900, 100]
    assert [row["fields"]["Revenue"] for row in creators.all(sort=["Revenue"])] == [100, 900]


def test_a_number_is_never_given_twice(api):
    creators = api.table(BASE, "Creators")

    creators.delete(creators.create({"Handle": "gone"})["id"])
    rows = creators.batch_create([{"Handle": "ana"}, {"Handle": "ben"}])

    assert [row["fields"]["No"] for row in rows] == [4, 5]


def test_a_change_moves_the_times_that_watch_it(world_and_api):
    world, api = world_and_api
    creators = api.table(BASE, "Creators")
    world.clock.run_at(0)
    world.clock.set(datetime(2026, 12, 1, 9, tzinfo=UTC))
    renamed = creators.update("recMIA00000000000", {"Handle": "mia.b"})["fields"]
    world.clock.set(world.clock.now() + timedelta(hours=1))
    undone = creators.update("recMIA00000000000", {"Done": False})["fields"]

    assert (renamed["Changed"], renamed["Done at"]) == (
        "2026-12-01T09:00:00.000Z",
        "2026-11-01T08:00:00.000Z",
    )
    assert (undone["Changed"], undone["Done at"]) == ("2026-12-01T10:00:00.000Z",) * 2
    recent = "IS_AFTER(LAST_MODIFIED_TIME({Done}), '2026-12-01T09:30:00Z')"
    assert len(creators.all(formula=recent)) == 1


def test_a_put_clears_what_can_be_written_only(api):
    creators = api.table(BASE, "Creators")

    row = creators.update("recMIA00000000000", {"Handle": "mia"}, replace=True)

    assert set(row["fields"]) & {"Done", "Orders", "Prices"} == set()
    assert row["fields"]["No"] == 1
    assert row["fields"]["Revenue"] == 0


@pytest.mark.parametrize("field", ["Shout", "Revenue", "Prices", "Order count", "No", "Maker"])
@pytest.mark.parametrize("value", ["x", None])
def test_a_computed_cell_cannot_be_written(api, field, value):
    with pytest.raises(requests.HTTPError) as error:
        api.table(BASE, "Creators").batch_create([{"Handle": "x"}, {field: value}])

    assert error.value.response.status_code == 422
    assert error.value.response.json()["error"] == {
        "type": "INVALID_VALUE_FOR_COLUMN",
        "message": f'Field "{field}" cannot accept a value because the field is computed',
    }
    assert len(api.table(BASE, "Creators").all()) == 2


def test_the_metadata_tell_what_a_field_is_computed_from(api):
    fields = {f.name: f for f in api.base(BASE).schema().table("Creators").fields}

    assert fields["Shout"].options.formula == (
        "UPPER({fldHANDLE00000000})&IF({fldDONE0000000000},'!')"
    )
    assert fields["Shout"].options.referenced_field_ids == [
        "fldHANDLE00000000",
        "fldDONE0000000000",
    ]
    assert fields["Revenue"].options.is_valid
    assert fields["Prices"].options.result.type == "number"


def test_a_formula_survives_the_renaming_of_its_fields(api):
    handle = api.base(BASE).schema().table("Creators").field("Handle")
    handle.name = "Name"
    handle.save()

    rows = api.table(BASE, "Creators").all(fields=["Shout"])

    assert [row["fields"]["Shout"] for row in rows] == ["MIA!", "TOM"]


def test_a_formula_nobody_can_read_is_refused_with_its_base():
    world = World()
    field = _computed("Oops", "formula", formula="{Nick}&")
    table = {"name": "T", "fields": [{"name": "Name", "type": "singleLineText"}, field]}

    with pytest.raises(ApiError, match="Invalid formula"):
        world.airtable.add_base(BASE, "Owned", [table])


def test_a_person_adds_the_column_that_the_api_cannot(world_and_api):
    world, api = world_and_api
    spec = {"name": "Net", "type": "formula", "options": {"formula": "{Revenue}*0.9"}}
    with pytest.raises(requests.HTTPError) as error:
        api.table(BASE, "Creators").create_field("Net", "formula", options=spec["options"])
    refusal = error.value.response.json()["error"]

    world.airtable.add_field(BASE, "Creators", spec, by="Ana Ng")

    assert refusal == {
        "type": "UNSUPPORTED_FIELD_TYPE_FOR_CREATE",
        "message": "Creating formula fields is not supported at this time",
    }
    assert [r["fields"]["Net"] for r in api.table(BASE, "Creators").all()] == [18, 0]


def test_who_made_and_who_changed_a_row_is_told(world_and_api):
    world, api = world_and_api
    made = world.airtable.create_record(BASE, "Creators", {"Handle": "ana"}, by="Ana Ng")
    api.table(BASE, "Creators").update(made, {"Done": True})

    cells = api.table(BASE, "Creators").get(made)["fields"]

    assert (cells["Maker"]["name"], cells["Changer"]["name"]) == ("Ana Ng", "Affiliate Ops")


def test_what_needs_a_deleted_field_is_an_error_until_it_is_back(world_and_api):
    world, api = world_and_api
    creators = api.table(BASE, "Creators")

    world.airtable.delete_field(BASE, "Creators", "Done")
    without = creators.get("recMIA00000000000")["fields"]
    world.airtable.undo_field_deletion(BASE, "Creators", "Done")
    back = creators.get("recMIA00000000000")["fields"]

    assert without["Shout"] == without["Louder"] == {"error": "#ERROR!"}
    assert (without["Revenue"], back["Shout"]) == (20, "MIA!")


def test_a_formula_turned_into_text_keeps_what_it_showed(world_and_api):
    world, api = world_and_api

    world.airtable.retype_field(BASE, "Creators", "Shout", {"type": "singleLineText"})
    api.table(BASE, "Creators").update("recTOM00000000000", {"Shout": "hello"})

    shouts = [row["fields"]["Shout"] for row in api.table(BASE, "Creators").all()]
    assert shouts == ["MIA!", "hello"]
