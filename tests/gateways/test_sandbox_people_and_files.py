"""Attachments and collaborators in cells, and how cells look as text."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import requests
from pyairtable import Api

from sandbox.airtable.actors import person
from sandbox.server import Server
from sandbox.world import World
from tests.builders_sandbox import client, running_sandbox

BASE = "appPEOPLE00000000"
ANA = {"id": "usrANA00000000000", "email": "ana@example.com", "name": "Ana Ng"}
BEN = {"id": "usrBEN00000000000", "email": "ben@example.com", "name": "Ben Ito"}
TABLES = [
    {
        "name": "Creators",
        "fields": [
            {"name": "Handle", "type": "singleLineText"},
            {"id": "fldBRIEFS00000000", "name": "Briefs", "type": "multipleAttachments"},
            {"name": "Owner", "type": "singleCollaborator"},
            {"name": "Team", "type": "multipleCollaborators"},
        ],
        "records": [{"id": "recMIA00000000000", "fields": {"Handle": "mia", "Owner": ANA}}],
    }
]
PEOPLE = [BEN | {"permissionLevel": "edit"}]


@pytest.fixture
def reached():
    """The world, its server, and pyairtable on it with an owner's base."""
    with running_sandbox() as (world, _, server), client(server) as api:
        body = {"id": BASE, "name": "People", "tables": TABLES, "collaborators": PEOPLE}
        made = requests.post(f"{server.url}/sandbox/bases", json=body, timeout=5)
        assert made.status_code == 200, made.text
        world.clock.run_at(0)
        yield world, server, api


def upload(server: Server, api: Api, name: str, content: bytes, *, field: str = "Briefs"):
    url = f"{server.url}/v0/{BASE}/recMIA00000000000/{field}/uploadAttachment"
    file = base64.b64encode(content).decode()
    return api.post(url, json={"contentType": "text/plain", "filename": name, "file": file})


def test_an_upload_is_appended_and_can_be_downloaded(reached: tuple[World, Server, Api]):
    _, server, api = reached
    upload(server, api, "brief.txt", b"Post on Monday")
    answer = upload(server, api, "Mia's plan.txt", b"Post twice", field="fldBRIEFS00000000")

    assert set(answer) == {"id", "createdTime", "fields"}
    files = answer["fields"]["fldBRIEFS00000000"]
    assert [(f["filename"], f["size"], f["type"]) for f in files] == [
        ("brief.txt", 14, "text/plain"),
        ("Mia's plan.txt", 10, "text/plain"),
    ]
    got = requests.get(files[1]["url"], timeout=5)
    assert (got.content, got.headers["Content-Type"]) == (b"Post twice", "text/plain")


def test_a_stored_url_of_an_upload_is_dead_after_two_hours(reached: tuple[World, Server, Api]):
    world, server, api = reached
    upload(server, api, "brief.txt", b"Post on Monday")
    table = api.table(BASE, "Creators")
    stored = table.get("recMIA00000000000")["fields"]["Briefs"][0]["url"]

    world.clock.set(world.clock.now() + timedelta(hours=2, minutes=1))
    fresh = table.get("recMIA00000000000")["fields"]["Briefs"][0]["url"]

    assert requests.get(stored, timeout=5).status_code == 410
    assert requests.get(fresh, timeout=5).content == b"Post on Monday"


@pytest.mark.parametrize(
    ("field", "body", "status", "kind"),
    [
        ("Briefs", {"filename": "a"}, 422, "INVALID_REQUEST_UNKNOWN"),
        ("Briefs", {"contentType": "a/b", "filename": "a", "file": "%%%"}, 422, None),
        ("Handle", {"contentType": "a/b", "filename": "a", "file": ""}, 422, None),
        ("Nope", {"contentType": "a/b", "filename": "a", "file": ""}, 422, "UNKNOWN_FIELD_NAME"),
    ],
)
def test_an_upload_that_fits_nowhere_is_refused(reached, field, body, status, kind):
    _, server, api = reached
    with pytest.raises(requests.HTTPError) as error:
        api.post(f"{server.url}/v0/{BASE}/recMIA00000000000/{field}/uploadAttachment", json=body)

    assert error.value.response.status_code == status
    assert kind in (None, error.value.response.json()["error"]["type"])


def test_more_than_five_megabytes_are_refused(reached):
    _, server, api = reached
    upload(server, api, "big.bin", bytes(5 * 1024 * 1024))
    with pytest.raises(requests.HTTPError) as error:
        upload(server, api, "bigger.bin", bytes(5 * 1024 * 1024 + 1))

    assert error.value.response.status_code == 413


def test_files_are_added_by_url_and_kept_by_id(reached):
    _, _, api = reached
    table = api.table(BASE, "Creators")
    urls = [{"url": "https://files.example.com/a/brief%20one.pdf"}]
    urls.append({"url": "https://files.example.com/2", "filename": "two.png"})
    first, second = table.update("recMIA00000000000", {"Briefs": urls})["fields"]["Briefs"]

    kept = table.update(
        "recMIA00000000000",
        {"Briefs": [{"url": "https://files.example.com/3.txt"}, {"id": second["id"]}]},
    )["fields"]["Briefs"]

    assert (first["filename"], first["type"]) == ("brief one.pdf", "application/pdf")
    assert second.items() >= {"filename": "two.png", "type": "image/png", "size": 0}.items()
    assert kept[1] == second
    assert [f["filename"] for f in kept] == ["3.txt", "two.png"]


@pytest.mark.parametrize(
    "files", [[{"id": "attNOWHERE0000000"}], [{"url": "ftp://files.example.com/x"}], ["x"], "x"]
)
def test_what_is_no_file_is_refused(reached, files):
    _, _, api = reached
    with pytest.raises(requests.HTTPError) as error:
        api.table(BASE, "Creators").update("recMIA00000000000", {"Briefs": files})

    assert error.value.response.json()["error"]["type"] == "INVALID_VALUE_FOR_COLUMN"


@pytest.mark.parametrize(
    ("field", "value", "typecast", "shown"),
    [
        ("Owner", {"id": BEN["id"]}, False, BEN),
        ("Owner", {"email": "ben@example.com"}, False, BEN),
        ("Owner", "ben@example.com", True, BEN),
        ("Owner", None, False, None),
        ("Team", [BEN["id"], ANA["id"]], False, [BEN, ANA]),
        ("Team", [{"id": BEN["id"]}], False, [BEN]),
    ],
)
def test_a_collaborator_is_named_by_id_or_address(reached, field, value, typecast, shown):
    _, _, api = reached
    table = api.table(BASE, "Creators")
    row = table.update("recMIA00000000000", {field: value}, typecast=typecast)

    assert row["fields"].get(field) == shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Owner", {"id": "usrNOBODY00000000"}),
        ("Owner", {"email": "eve@example.org"}),
        ("Owner", "ben@example.com"),
        ("Team", ["usrNOBODY00000000"]),
        ("Team", BEN),
    ],
)
def test_nobody_outside_the_base_can_be_named(reached, field, value):
    _, _, api = reached
    with pytest.raises(requests.HTTPError) as error:
        api.table(BASE, "Creators").update("recMIA00000000000", {field: value})

    assert error.value.response.json()["error"]["type"] == "INVALID_VALUE_FOR_COLUMN"


def test_a_base_tells_who_collaborates_on_it(reached):
    world, _, api = reached
    rows = {"recMIA00000000000": {"Handle": "mia.b"}}
    world.airtable.edit_rows(BASE, "Creators", rows, by="Sofia Reyes")

    told = api.base(BASE).collaborators()

    people = {one.user_id: one.permission_level for one in told.individual_collaborators.via_base}
    assert people == {
        "usrSANDBOX0000000": "create",
        ANA["id"]: "edit",
        BEN["id"]: "edit",
        person("Sofia Reyes").user["id"]: "create",
    }
    assert (told.id, told.name) == (BASE, "People")


LOOKS = "appLOOKS000000000"
ISO, US = {"name": "iso", "format": "YYYY-MM-DD"}, {"name": "us", "format": "M/D/YYYY"}
SHOWN = [
    ("Name", "singleLineText", None, "Mia", "Mia"),
    ("Count", "number", {"precision": 2}, 1234.5, "1234.50"),
    ("Zero", "number", {"precision": 0}, 0, "0"),
    ("Fee", "currency", {"precision": 2, "symbol": "€"}, -1234.5, "-€1,234.50"),
    ("Rate", "percent", {"precision": 1}, 0.125, "12.5%"),
    ("Length", "duration", {"durationFormat": "h:mm:ss"}, 3725, "1:02:05"),
    ("Stars", "rating", {"icon": "star", "max": 5, "color": "yellowBright"}, 4, "4"),
    ("Done", "checkbox", {"icon": "check", "color": "greenBright"}, True, "checked"),
    ("Stage", "singleSelect", {"choices": [{"name": "New"}]}, "New", "New"),
    ("Tags", "multipleSelects", {"choices": [{"name": "a"}, {"name": "b"}]}, ["b", "a"], "b, a"),
    ("Day", "date", {"dateFormat": US}, "2026-11-03", "11/3/2026"),
    ("Long", "date", {"dateFormat": {"name": "friendly"}}, "2026-11-03", "3 noviembre 2026"),
    (
        "At",
        "dateTime",
        {"dateFormat": ISO, "timeFormat": {"name": "24hour"}, "timeZone": "utc"},
        "2026-11-03T20:00:00.000Z",
        "2026-11-04 03:00",
    ),
    ("Owner", "singleCollaborator", None, ANA, "Ana Ng"),
    (
        "Files",
        "multipleAttachments",
        None,
        [{"url": "https://files.example.com/a.txt"}],
        "a.txt (https://files.example.com/a.txt)",
    ),
    ("Code", "barcode", None, {"text": "0123"}, "0123"),
    ("Double", "formula", {"formula": "{Count}*2"}, None, "2469"),
    ("Wrong", "formula", {"formula": "{Name}*2"}, None, "#ERROR!"),
    ("Empty", "singleLineText", None, None, None),
]


@pytest.fixture(scope="module")
def looks():
    with running_sandbox() as (world, store, server), client(server) as api:
        world.clock.set(datetime(2026, 11, 23, tzinfo=UTC))
        fields = [
            {"name": name, "type": kind} | ({"options": options} if options else {})
            for name, kind, options, _, _ in SHOWN
        ]
        cells = {name: value for name, _, _, value, _ in SHOWN if value is not None}
        linked = {"linkedTableId": "tblLOOKS000000000"}
        fields.append({"name": "Friend", "type": "multipleRecordLinks", "options": linked})
        rows = [
            {"id": "recMIA00000000000", "fields": {**cells, "Friend": ["recTOM00000000000"]}},
            {"id": "recTOM00000000000", "fields": {"Name": "Tom"}},
        ]
        table = {"id": "tblLOOKS000000000", "name": "T", "fields": fields, "records": rows}
        store.add_base(LOOKS, "Looks", [table])
        yield api.table(LOOKS, "T")


STRING = {"cell_format": "string", "time_zone": "Asia/Ho_Chi_Minh", "user_locale": "es"}


@pytest.mark.parametrize(
    ("name", "text"), [*((name, text) for name, *_, text in SHOWN), ("Friend", "Tom")]
)
def test_a_cell_is_shown_as_text_when_asked(looks, name, text):
    listed = looks.all(**STRING)[0]["fields"]
    one = looks.get("recMIA00000000000", **STRING)["fields"]

    assert listed.get(name) == one.get(name) == text


def test_a_long_listing_may_ask_for_text_in_its_query_string(looks):
    formula = f"OR({{Name}}='Mia', {{Name}}='{'x' * 16_000}')"

    assert [r["fields"]["Day"] for r in looks.all(formula=formula, **STRING)] == ["11/3/2026"]


@pytest.mark.parametrize(
    "params",
    [
        {"cellFormat": "string"},
        {"cellFormat": "string", "timeZone": "Asia/Tokyo"},
        {"cellFormat": "string", "userLocale": "en"},
        {"cellFormat": "string", "timeZone": "Mars/Olympus", "userLocale": "en"},
        {"cellFormat": "html"},
        {"pageSize": "101"},
        {"maxRecords": "0"},
    ],
)
def test_a_listing_that_asks_wrongly_is_refused(looks, params):
    with pytest.raises(requests.HTTPError) as error:
        looks.api.get(looks.urls.records, params=params)

    assert error.value.response.status_code == 422
    assert error.value.response.json()["error"]["type"] == "INVALID_REQUEST_UNKNOWN"
