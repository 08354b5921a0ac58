"""What people do at Airtable's own pages: each act one transaction, and the base as it then is."""

from typing import Any

import pytest
import requests

from sandbox.airtable.errors import ApiError
from tests.builders_feed import Watched, watched
from tests.builders_sandbox import BASE_ID

PREVIOUS = {"includePreviousCellValues": True, "includePreviousFieldDefinitions": True}


@pytest.fixture
def base():
    with watched() as running:
        yield running


def ui(base: Watched, do: str, **what: object) -> Any:
    body = {"do": do, "base": BASE_ID, "table": "Creators", **what}
    answer = requests.post(f"{base.server.url}/sandbox/ui", json=body, timeout=5)
    answer.raise_for_status()
    return answer.json()["done"]


def linked(base: Watched) -> tuple[str, str]:
    """Mia and her parcel, in a table that links to the creators'."""
    options = {"linkedTableId": base.creators.id}
    samples = base.api.base(BASE_ID).create_table(
        "Samples",
        [
            {"name": "Parcel", "type": "singleLineText"},
            {"name": "Creator", "type": "multipleRecordLinks", "options": options},
        ],
    )
    mia = base.creators.create({"Handle": "mia"})["id"]
    return mia, samples.create({"Parcel": "P1", "Creator": [mia]})["id"]


def test_a_renamed_field_keeps_its_id_and_is_told_in_the_feed(base: Watched):
    base.creators.create({"Followers": 5})
    followers, hook = base.field("Followers"), base.hook(PREVIOUS)

    ui(base, "rename_field", field="Followers", name="Fans", by="Hana Sato")

    (change,) = base.changes(hook)
    assert change == {
        "changedFieldsById": {
            followers: {"current": {"name": "Fans"}, "previous": {"name": "Followers"}}
        }
    }
    assert base.creators.all()[0]["fields"] == {"Fans": 5}


def test_a_deleted_field_is_gone_and_its_undoing_changes_every_row(base: Watched):
    rows = base.creators.batch_create([{"Handle": h, "Stage": "Prospect"} for h in ("mia", "noa")])
    stage, hook = base.field("Stage"), base.hook()

    ui(base, "delete_field", field="Stage")
    without = base.creators.all()
    ui(base, "undo_field_deletion", field="Stage")

    gone, back = base.changes(hook)
    assert [row["fields"] for row in without] == [{"Handle": "mia"}, {"Handle": "noa"}]
    assert gone == {"destroyedFieldIds": [stage]}
    assert set(back["createdFieldsById"]) == {stage}
    assert set(back["changedRecordsById"]) == {row["id"] for row in rows}
    assert base.creators.all() == rows


def test_a_view_loses_the_filter_on_a_deleted_field(base: Watched):
    base.creators.batch_create([{"Followers": 1}, {"Followers": 9}])
    base.store.add_view(BASE_ID, "Creators", "Big", "{Followers}>2")

    ui(base, "delete_field", field="Followers")
    unfiltered = len(base.creators.all(view="Big"))
    ui(base, "undo_field_deletion", field="Followers")

    assert (unfiltered, len(base.creators.all(view="Big"))) == (2, 1)


def test_links_to_a_deleted_field_become_text_and_come_back(base: Watched):
    mia, parcel = linked(base)
    samples = base.api.table(BASE_ID, "Samples")

    ui(base, "delete_field", field="Samples")
    as_text = samples.get(parcel)["fields"]["Creator"]
    ui(base, "undo_field_deletion", field="Samples")

    assert as_text == "mia"
    assert samples.get(parcel)["fields"]["Creator"] == [mia]
    assert base.creators.get(mia)["fields"]["Samples"] == [parcel]


@pytest.mark.parametrize(
    ("field", "kind", "before", "after"),
    [
        ("Stage", {"type": "singleLineText"}, "Prospect", "Prospect"),
        ("Followers", {"type": "singleLineText"}, 1200, "1200"),
        ("Handle", {"type": "number", "options": {"precision": 0}}, "12", 12),
        ("Handle", {"type": "number", "options": {"precision": 0}}, "twelve", None),
        ("Tags", {"type": "singleSelect", "options": {"choices": []}}, ["beauty"], "beauty"),
    ],
)
def test_a_retyped_field_reads_its_cells_anew(
    base: Watched, field: str, kind: dict[str, object], before: Any, after: object
):
    row = base.creators.create({field: before})["id"]
    hook = base.hook()

    ui(base, "retype_field", field=field, spec=kind)

    assert base.creators.get(row)["fields"].get(field) == after
    changed = base.changes(hook)[0]["changedFieldsById"][base.field(field)]["current"]
    assert changed["type"] == kind["type"]


def test_a_renamed_choice_stays_chosen_and_a_deleted_one_clears_its_cells(base: Watched):
    row = base.creators.create({"Stage": "Prospect", "Tags": ["beauty"]})["id"]
    stage = base.field("Stage")
    hook = base.hook(PREVIOUS)

    ui(base, "rename_choice", field="Stage", choice="Prospect", name="Lead")
    renamed = base.creators.get(row)["fields"]["Stage"]
    choice = base.choice("Stage", "Lead")
    ui(base, "delete_choice", field="Stage", choice="Lead")
    ui(base, "delete_choice", field="Tags", choice="beauty")

    first, second, _ = base.changes(hook)
    assert renamed == "Lead"
    assert first["changedFieldsById"][stage]["current"]["options"]["choices"] == [choice]
    assert "changedRecordsById" not in first
    assert second["changedRecordsById"][row] == {
        "current": {"cellValuesByFieldId": {stage: None}},
        "previous": {"cellValuesByFieldId": {stage: choice}},
    }
    assert base.creators.get(row)["fields"] == {}


def test_an_added_choice_can_be_written_by_name_and_by_id(base: Watched):
    choice = ui(base, "add_choice", field="Stage", name="Won")

    by_name = base.creators.create({"Stage": "Won"})["fields"]
    by_id = base.creators.create({"Stage": choice})["fields"]

    assert by_name == by_id == {"Stage": "Won"}


def test_a_table_can_be_renamed_and_deleted(base: Watched):
    _, parcel = linked(base)
    hook = base.hook()

    ui(base, "rename_table", name="Talents")
    ui(base, "delete_table", table="Talents")

    renamed, deleted = base.page(hook)["payloads"]
    metadata = renamed["changedTablesById"][base.creators.id]["changedMetadata"]
    assert metadata["current"] == {"name": "Talents", "description": None}
    assert metadata["previous"]["name"] == "Creators"
    assert deleted["destroyedTableIds"] == [base.creators.id]
    samples = base.api.table(BASE_ID, "Samples")
    assert samples.get(parcel)["fields"] == {"Parcel": "P1", "Creator": "mia"}
    with pytest.raises(requests.HTTPError, match="MODEL_NOT_FOUND"):
        base.creators.all()


def test_many_rows_are_one_act(base: Watched):
    hook = base.hook()

    rows = ui(base, "create_rows", rows=[{"Handle": f"creator {n}"} for n in range(30)])
    ui(base, "edit_rows", rows={row: {"Followers": 1} for row in rows})
    ui(base, "delete_rows", rows=rows[:25])
    ui(base, "delete_rows")

    created, edited, some, rest = base.changes(hook)
    assert len(created["createdRecordsById"]) == len(edited["changedRecordsById"]) == 30
    assert set(some["destroyedRecordIds"]) == set(rows[:25])
    assert set(rest["destroyedRecordIds"]) == set(rows[25:])
    assert base.creators.all() == []


def test_a_duplicated_row_is_its_twin(base: Watched):
    mia, parcel = linked(base)

    twin = ui(base, "duplicate_row", row=mia)

    assert base.creators.get(twin)["fields"] == base.creators.get(mia)["fields"]
    assert base.api.table(BASE_ID, "Samples").get(parcel)["fields"]["Creator"] == [mia, twin]


def test_a_renamed_view_keeps_its_id(base: Watched):
    view = base.store.add_view(BASE_ID, "Creators", "Big", "{Followers}>2")

    ui(base, "rename_view", view="Big", name="Huge")
    found = base.creators.all(view=view)
    ui(base, "delete_view", view="Huge")

    assert found == []
    with pytest.raises(requests.HTTPError, match="VIEW_ID_NOT_FOUND"):
        base.creators.all(view=view)


@pytest.mark.parametrize(
    ("do", "what"),
    [
        ("rename_field", {"field": "Handle", "name": "followers"}),
        ("rename_field", {"field": "Nobody", "name": "x"}),
        ("delete_field", {"field": "Handle"}),
        ("undo_field_deletion", {"field": "Handle"}),
        ("delete_choice", {"field": "Stage", "choice": "Nobody"}),
        ("rename_table", {"name": ""}),
        ("delete_rows", {"rows": ["recAAAAAAAAAAAAAA"]}),
    ],
)
def test_what_nobody_could_do_is_refused_and_changes_nothing(
    base: Watched, do: str, what: dict[str, Any]
):
    hook = base.hook()

    with pytest.raises(ApiError):
        getattr(base.store, do)(BASE_ID, "Creators", **what)

    assert base.page(hook)["payloads"] == []


def test_an_unknown_act_is_answered_with_those_there_are(base: Watched):
    answer = requests.post(f"{base.server.url}/sandbox/ui", json={"do": "dance"}, timeout=5)

    assert answer.status_code == 400
    assert "rename_field" in answer.json()["error"]
