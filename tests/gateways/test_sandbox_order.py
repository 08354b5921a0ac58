"""Listings are sorted by every type of field, empty cells first, and cut at maxRecords."""

import pytest
from pyairtable import Table

from tests.builders_sandbox import client, running_sandbox

BASE = "appORDER000000000"
ANA = {"id": "usrANA00000000000", "email": "ana@example.com", "name": "Ana Ng"}
BEN = {"id": "usrBEN00000000000", "email": "ben@example.com", "name": "Ben Ito"}
CHOICES = {"choices": [{"name": "Won"}, {"name": "Lost"}, {"name": "Asked"}]}
LINK = {"linkedTableId": "tblORDER000000000"}
FILE = {"url": "https://files.example.com/a.txt"}
# A field, its options, and two cells of which the first comes first.
COLUMNS = [
    ("Text", "singleLineText", None, "apple", "Banana"),
    ("Note", "multilineText", None, "a\nb", "b"),
    ("Number", "number", {"precision": 1}, -2.5, 10),
    ("Fee", "currency", {"precision": 2, "symbol": "$"}, 9, 10),
    ("Rate", "percent", {"precision": 0}, 0.09, 0.1),
    ("Length", "duration", {"durationFormat": "h:mm"}, 90, 120),
    ("Stars", "rating", {"icon": "star", "max": 5, "color": "yellowBright"}, 2, 3),
    ("Stage", "singleSelect", CHOICES, "Won", "Asked"),
    ("Tags", "multipleSelects", CHOICES, ["Won", "Asked"], ["Lost"]),
    ("Day", "date", {"dateFormat": {"name": "iso"}}, "2026-02-01", "2026-10-01"),
    ("At", "dateTime", {"timeZone": "utc"}, "2026-02-01T09:00:00.000Z", "2026-02-01T10:00:00.000Z"),
    ("Owner", "singleCollaborator", None, ANA, BEN),
    ("Files", "multipleAttachments", None, [FILE], [{**FILE, "filename": "b.txt"}]),
    ("Code", "barcode", None, {"text": "1"}, {"text": "2"}),
    ("Friend", "multipleRecordLinks", LINK, ["recFIRST000000000"], ["recSECOND00000000"]),
    ("Double", "formula", {"formula": "IF({Number},{Number}*2)"}, None, None),
    ("Later", "formula", {"formula": "IF({Day},DATEADD({Day},1,'day'))"}, None, None),
]


@pytest.fixture(scope="module")
def table():
    with running_sandbox() as (_, store, server), client(server) as api:
        fields = [
            {"name": name, "type": kind} | ({"options": options} if options else {})
            for name, kind, options, _, _ in COLUMNS
        ]
        boxes = {"icon": "check", "color": "greenBright"}
        fields.append({"name": "Done", "type": "checkbox", "options": boxes})
        fields.append({"name": "Bad", "type": "formula", "options": {"formula": "1/LEN({Text})"}})
        first = {name: cell for name, _, _, cell, _ in COLUMNS if cell is not None}
        second = {name: cell for name, _, _, _, cell in COLUMNS if cell is not None}
        rows = [
            {"id": "recSECOND00000000", "fields": {**second, "Done": True}},
            {"id": "recEMPTY000000000", "fields": {}},
            {"id": "recFIRST000000000", "fields": first},
        ]
        spec = {"id": "tblORDER000000000", "name": "T", "fields": fields, "records": rows}
        store.add_base(BASE, "Order", [spec])
        yield api.table(BASE, "T")


def order(table: Table, *sort: str, **query: object) -> list[str]:
    return [row["id"][3:8].rstrip("0") for row in table.all(sort=list(sort), **query)]


@pytest.mark.parametrize("name", [name for name, *_ in COLUMNS])
def test_rows_come_in_the_order_of_a_field(table, name):
    assert order(table, name) == ["EMPTY", "FIRST", "SECON"]
    assert order(table, f"-{name}") == ["SECON", "FIRST", "EMPTY"]


def test_a_second_field_decides_between_equals(table):
    assert order(table, "Done", "-Text") == ["FIRST", "EMPTY", "SECON"]
    assert order(table, "-Done", "Text") == ["SECON", "EMPTY", "FIRST"]


def test_what_no_number_comes_of_has_its_place(table):
    assert order(table, "Bad") == ["SECON", "FIRST", "EMPTY"]


@pytest.mark.parametrize(("most", "size"), [(1, 1), (2, 1), (2, 100), (3, 2), (9, 2)])
def test_a_listing_ends_at_max_records_whatever_its_pages(table, most, size):
    found = order(table, "Text", max_records=most, page_size=size)

    assert found == ["EMPTY", "FIRST", "SECON"][:most]


def test_fields_may_be_keyed_by_id(table):
    by_id = table.all(fields=["Text"], use_field_ids=True, sort=["-Text"])[0]["fields"]
    field_id = table.schema().field("Text").id

    assert by_id == {field_id: "Banana"}
    one = table.get("recFIRST000000000", use_field_ids=True)["fields"]
    assert one[field_id] == "apple"
    url = f"{table.urls.records}/recFIRST000000000"
    assert "Text" in table.api.get(url, params={"returnFieldsByFieldId": "false"})["fields"]
