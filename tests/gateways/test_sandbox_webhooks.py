"""The sandbox's change feed: one payload a transaction, as Airtable's webhooks report it."""

import pytest
import requests

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
