"""The sandbox's change feed: one payload a transaction, as Airtable's webhooks report it."""

from typing import Any

import pytest
import requests

from sandbox.world import Limits
from tests.builders_feed import Watched, watched
from tests.builders_sandbox import BASE_ID

PREVIOUS = {"includePreviousCellValues": True}


@pytest.fixture
def base():
    with watched() as running:
        yield running


def refused(error: pytest.ExceptionInfo[requests.HTTPError]) -> tuple[int, str]:
    envelope = error.value.response.json()["error"]
    kind = envelope if isinstance(envelope, str) else envelope["type"]
    return error.value.response.status_code, kind


def control(base: Watched, path: str, body: dict[str, object]) -> None:
    requests.post(f"{base.server.url}/sandbox/{path}", json=body, timeout=5).raise_for_status()


def test_a_batch_is_one_payload_and_single_updates_are_one_each(base: Watched):
    hook = base.hook()

    made = base.creators.batch_create([{"Followers": n} for n in range(3)])
    for record in made:
        base.creators.update(record["id"], {"Followers": 9})
    base.creators.all()
    page = base.page(hook)

    numbers = [payload["baseTransactionNumber"] for payload in page["payloads"]]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    assert (page["cursor"], page["mightHaveMore"]) == (5, False)
    assert len(base.changes(hook)[0]["createdRecordsById"]) == 3


def test_a_payload_tells_who_did_what_from_what_to_what(base: Watched):
    mia = base.creators.create({"Handle": "mia", "Stage": "Prospect"})["id"]
    hook, stage = base.hook(includes=PREVIOUS), base.field("Stage")

    base.store.update_record(BASE_ID, "Creators", mia, {"Stage": None}, by="Hana Sato")
    (payload,) = base.page(hook)["payloads"]

    change = payload["changedTablesById"][base.creators.id]["changedRecordsById"][mia]
    assert change == {
        "current": {"cellValuesByFieldId": {stage: None}},
        "previous": {"cellValuesByFieldId": {stage: base.choice("Stage", "Prospect")}},
    }
    assert payload["actionMetadata"]["source"] == "client"
    assert payload["actionMetadata"]["sourceMetadata"]["user"]["name"] == "Hana Sato"


def test_our_own_calls_are_of_the_public_api_and_its_user(base: Watched):
    hook = base.hook()

    base.creators.create({"Handle": "mia"})
    (payload,) = base.page(hook)["payloads"]

    actor = payload["actionMetadata"]
    assert actor["source"] == "publicApi"
    assert actor["sourceMetadata"]["user"]["id"] == base.api.whoami()["id"]


def test_a_cursor_reads_on_where_it_stopped(base: Watched):
    hook = base.hook()
    for n in range(5):
        base.creators.create({"Followers": n})

    first = base.page(hook, 1, 3)
    second = base.page(hook, first["cursor"])

    assert (len(first["payloads"]), first["cursor"], first["mightHaveMore"]) == (3, 4, True)
    assert (len(second["payloads"]), second["cursor"], second["mightHaveMore"]) == (2, 6, False)
    assert base.page(hook, 6) == {"payloads": [], "cursor": 6, "mightHaveMore": False}


def test_a_deleted_hook_is_not_found(base: Watched):
    hook = base.hook()
    base.api.delete(f"{base.hooks}/{hook}")

    with pytest.raises(requests.HTTPError) as error:
        base.page(hook)

    assert refused(error) == (404, "NOT_FOUND")
    assert base.api.get(base.hooks) == {"webhooks": []}


def test_an_eleventh_hook_is_refused(base: Watched):
    for _ in range(10):
        base.hook()

    with pytest.raises(requests.HTTPError) as error:
        base.hook()

    assert refused(error) == (422, "TOO_MANY_WEBHOOKS_IN_BASE")


def test_values_have_the_feeds_own_forms(base: Watched):
    hook = base.hook()
    noa = base.creators.create({"Handle": "noa"})["id"]
    options = {"linkedTableId": base.creators.id}
    friend = base.creators.create_field("Friend", "multipleRecordLinks", options=options).id
    mia = base.creators.create({"Stage": "Prospect", "Tags": ["beauty"], "Friend": [noa]})["id"]

    cells = base.changes(hook)[-1]["createdRecordsById"][mia]["cellValuesByFieldId"]

    assert cells == {
        base.field("Stage"): base.choice("Stage", "Prospect"),
        base.field("Tags"): [base.choice("Tags", "beauty")],
        friend: [{"id": noa, "name": "noa"}],
    }


def test_a_link_is_told_for_both_tables(base: Watched):
    options = {"linkedTableId": base.creators.id}
    samples = base.api.base(BASE_ID).create_table(
        "Samples",
        [
            {"name": "Parcel", "type": "singleLineText"},
            {"name": "Creator", "type": "multipleRecordLinks", "options": options},
        ],
    )
    mia = base.creators.create({"Handle": "mia"})["id"]
    hook, back = base.hook(PREVIOUS), base.field("Samples")

    parcel = samples.create({"Parcel": "P1", "Creator": [mia]})["id"]
    base.creators.delete(mia)

    linked, unlinked = (payload["changedTablesById"] for payload in base.page(hook)["payloads"])
    forward = samples.schema().field("Creator").id
    assert linked[base.creators.id]["changedRecordsById"][mia]["current"] == {
        "cellValuesByFieldId": {back: [{"id": parcel, "name": "P1"}]}
    }
    assert unlinked[base.creators.id] == {"destroyedRecordIds": [mia]}
    assert unlinked[samples.id]["changedRecordsById"][parcel] == {
        "current": {"cellValuesByFieldId": {forward: None}},
        "previous": {"cellValuesByFieldId": {forward: [{"id": mia, "name": "mia"}]}},
    }


def test_a_choice_made_by_typecast_is_told_with_the_row_that_chose_it(base: Watched):
    hook, stage = base.hook(), base.field("Stage")

    mia = base.creators.create({"Stage": "Won"}, typecast=True)["id"]

    (change,) = base.changes(hook)
    assert stage in change["changedFieldsById"]
    cells = change["createdRecordsById"][mia]["cellValuesByFieldId"]
    assert cells == {stage: base.choice("Stage", "Won")}


def test_unchanged_values_come_only_if_asked_for(base: Watched):
    mia = base.creators.create({"Handle": "mia", "Followers": 5})["id"]
    handle, followers = base.field("Handle"), base.field("Followers")
    plain = base.hook()
    one = base.hook({"includeCellValuesInFieldIds": [handle]})
    every = base.hook({"includeCellValuesInFieldIds": "all"})

    base.creators.update(mia, {"Followers": 6})

    told = [base.changes(hook)[0]["changedRecordsById"][mia] for hook in (plain, one, every)]
    assert [set(change) for change in told] == [{"current"}, *[{"current", "unchanged"}] * 2]
    assert told[1]["unchanged"] == {"cellValuesByFieldId": {handle: "mia"}}
    assert followers not in told[2]["unchanged"]["cellValuesByFieldId"]


def test_a_write_of_the_same_value_is_no_change(base: Watched):
    mia = base.creators.create({"Handle": "mia"})["id"]
    hook = base.hook()

    base.creators.update(mia, {"Handle": "mia"})

    assert base.page(hook)["payloads"] == []


def test_tables_and_fields_are_told_as_they_are_made_and_renamed(base: Watched):
    hook = base.hook()

    made = base.api.base(BASE_ID).create_table("Samples", [{"name": "P", "type": "singleLineText"}])
    url = f"{base.api.base(BASE_ID).urls.tables}/{made.id}"
    base.api.patch(url, json={"name": "Parcels", "description": "What we sent"})
    base.creators.create_field("Email", "email")

    created, renamed, field = base.page(hook)["payloads"]
    table = created["createdTablesById"][made.id]
    assert table["metadata"] == {"name": "Samples", "description": None}
    assert list(table["fieldsById"].values()) == [{"name": "P", "type": "singleLineText"}]
    assert renamed["changedTablesById"][made.id]["changedMetadata"] == {
        "current": {"name": "Parcels", "description": "What we sent"},
        "previous": {"name": "Samples", "description": None},
    }
    assert field["changedTablesById"][base.creators.id]["createdFieldsById"] == {
        base.field("Email"): {"name": "Email", "type": "email"}
    }


def _a_day(base: Watched) -> None:
    """An API create, a person's update and delete, a new field."""
    mia = base.creators.create({"Handle": "mia", "Followers": 1})["id"]
    base.store.update_record(BASE_ID, "Creators", mia, {"Followers": 9})
    base.store.delete_record(BASE_ID, "Creators", mia)
    base.creators.create_field("Email", "email")


@pytest.mark.parametrize(
    ("filters", "heard"),
    [
        ({}, ["created", "changed", "destroyed", "field"]),
        ({"data_types": ["tableData"]}, ["created", "changed", "destroyed"]),
        ({"data_types": ["tableFields"]}, ["field"]),
        ({"changeTypes": ["add"]}, ["created", "field"]),
        ({"changeTypes": ["update", "remove"]}, ["changed", "destroyed"]),
        ({"fromSources": ["client"]}, ["changed", "destroyed"]),
        ({"fromSources": ["publicApi"]}, ["created", "field"]),
        ({"recordChangeScope": "Creators"}, ["created", "changed", "destroyed", "field"]),
        ({"recordChangeScope": "Samples"}, []),
        ({"watchDataInFieldIds": ["Stage"], "data_types": ["tableData"]}, ["destroyed"]),
    ],
)
def test_filters_let_through_what_they_name(base: Watched, filters: dict[str, Any], heard):
    base.api.base(BASE_ID).create_table("Samples", [{"name": "P", "type": "singleLineText"}])
    scope = filters.get("recordChangeScope")
    asked = filters | ({"recordChangeScope": base.store.table(BASE_ID, scope).id} if scope else {})
    watch = "watchDataInFieldIds"
    asked |= {watch: [base.field(name) for name in filters[watch]]} if watch in filters else {}
    hook = base.hook(**asked)

    _a_day(base)

    words = {
        "createdRecordsById": "created",
        "changedRecordsById": "changed",
        "destroyedRecordIds": "destroyed",
        "createdFieldsById": "field",
    }
    assert [words[name] for change in base.changes(hook) for name in change] == heard


def test_a_view_tells_who_enters_changes_and_leaves(base: Watched):
    view = base.store.add_view(BASE_ID, "Creators", "Big", "{Followers}>2")
    hook = base.hook(recordChangeScope=view)
    mia = base.creators.create({"Followers": 1})["id"]

    for followers in (5, 6, 1):
        base.creators.update(mia, {"Followers": followers})

    entered, changed, left = (change["changedViewsById"][view] for change in base.changes(hook))
    assert set(entered["createdRecordsById"]) == {mia}
    assert set(changed["changedRecordsById"]) == {mia}
    assert left == {"destroyedRecordIds": [mia]}


def test_a_hook_that_watches_a_deleted_field_looks_well_and_says_nothing(base: Watched):
    hook = base.hook(watchDataInFieldIds=[base.field("Stage")])

    base.store.delete_field(BASE_ID, "Creators", "Stage")
    base.creators.create({"Handle": "mia"})

    (payload,) = base.page(hook)["payloads"]
    (listed,) = base.api.get(base.hooks)["webhooks"]
    assert (payload["error"], payload["code"]) == (True, "INVALID_HOOK")
    assert listed["isHookEnabled"]


def test_a_hook_nobody_reads_expires_and_reading_keeps_it_alive(base: Watched):
    read, unread = base.hook(), base.hook()
    base.creators.create({"Handle": "mia"})

    base.later(days=6)
    base.page(read)
    base.later(days=2)
    base.creators.create({"Handle": "noa"})

    states = {h["id"]: h["isHookEnabled"] for h in base.api.get(base.hooks)["webhooks"]}
    assert states == {read: True, unread: False}
    assert [h["Handle"] for h in base.handles(read)] == ["noa"]
    with pytest.raises(requests.HTTPError) as error:
        base.api.post(f"{base.hooks}/{unread}/refresh")
    assert error.value.response.status_code == 422
    base.later(days=7)
    with pytest.raises(requests.HTTPError) as gone:
        base.page(unread)
    assert refused(gone) == (404, "NOT_FOUND")


def test_a_refresh_gives_a_hook_seven_more_days(base: Watched):
    hook = base.hook()

    base.later(days=6)
    refreshed = base.api.post(f"{base.hooks}/{hook}/refresh")["expirationTime"]
    base.later(days=6)

    (listed,) = base.api.get(base.hooks)["webhooks"]
    assert (listed["isHookEnabled"], listed["expirationTime"]) == (True, refreshed)


def test_payloads_too_old_are_skipped_and_the_cursor_shows_it(base: Watched):
    hook = base.hook()
    for n in range(3):
        base.creators.create({"Followers": n})
    control(base, "webhooks", {"base": BASE_ID, "do": "lose_payloads"})
    base.creators.create({"Handle": "mia"})

    page = base.page(hook, 2)

    assert (len(page["payloads"]), page["cursor"]) == (1, 5)


@pytest.mark.parametrize("do", ["expire", "delete"])
def test_hooks_can_be_lost_by_the_control_api(base: Watched, do: str):
    hook = base.hook()

    control(base, "webhooks", {"base": BASE_ID, "do": do})

    found = base.api.get(base.hooks)["webhooks"]
    expected = [(hook, False)] if do == "expire" else []
    assert [(h["id"], h["isHookEnabled"]) for h in found] == expected


def test_nothing_is_kept_while_nobody_listens(base: Watched):
    base.creators.create({"Handle": "mia"})
    hook = base.hook()
    base.creators.create({"Handle": "noa"})

    (payload,) = base.page(hook)["payloads"]

    assert payload["baseTransactionNumber"] == 3
    assert base.page(hook)["cursor"] == 2


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"dataTypes": []},
        {"dataTypes": ["rows"]},
        {"dataTypes": ["tableData"], "changeTypes": ["delete"]},
        {"dataTypes": ["tableData"], "recordChangeScope": "tblAAAAAAAAAAAAAA"},
        {"dataTypes": ["tableData"], "watchDataInFieldIds": ["Stage"]},
    ],
)
def test_a_specification_that_means_nothing_is_refused(base: Watched, filters: dict[str, object]):
    with pytest.raises(requests.HTTPError) as error:
        base.api.post(base.hooks, json={"specification": {"options": {"filters": filters}}})

    assert refused(error) == (422, "INVALID_REQUEST_UNKNOWN")


def test_webhook_calls_need_the_token_and_are_logged_and_limited(base: Watched):
    hook = base.hook()
    base.world.requests.clear()

    stranger = requests.get(f"{base.hooks}/{hook}/payloads", timeout=5)
    base.page(hook)

    assert stranger.status_code == 401
    assert [(c["base"], c["status"]) for c in base.world.requests] == [
        (BASE_ID, 401),
        (BASE_ID, 200),
    ]
    base.world.limits = Limits(per_second=1)
    base.page(hook)
    with pytest.raises(requests.HTTPError) as error:
        base.page(hook)
    assert refused(error) == (429, "RATE_LIMIT_REACHED")


def test_the_client_reads_hooks_and_payloads(base: Watched):
    hook = base.hook(PREVIOUS)
    base.creators.create({"Handle": "mia"})
    webhook = base.api.base(BASE_ID).webhook(hook)

    (payload,) = webhook.payloads()
    webhook.disable_notifications()

    change = payload.changed_tables_by_id[base.creators.id]
    assert len(change.created_records_by_id) == 1
    assert not base.api.base(BASE_ID).webhook(hook).are_notifications_enabled
