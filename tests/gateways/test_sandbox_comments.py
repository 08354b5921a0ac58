"""Comments on records: pages, mentions, threads, and whose they are."""

import pytest
import requests
from pyairtable import Table

from sandbox.airtable import comments
from sandbox.airtable.actors import person
from tests.builders_sandbox import BASE_ID, client, running_sandbox


@pytest.fixture
def reached():
    """The store, a table reached through pyairtable, and the id of its one record."""
    with running_sandbox() as (_, store, server), client(server) as api:
        table = api.base(BASE_ID).create_table(
            "Creators", [{"name": "Handle", "type": "singleLineText"}]
        )
        yield store, table, store.create_record(BASE_ID, "Creators", {"Handle": "mia"}, by="Ana Ng")


def said(table: Table, record_id: str) -> list[str]:
    return [comment.text for comment in table.comments(record_id)]


def test_comments_are_listed_newest_first(reached):
    _, table, record_id = reached
    first = table.add_comment(record_id, "Sample sent")
    table.add_comment(record_id, "It arrived")

    assert said(table, record_id) == ["It arrived", "Sample sent"]
    assert (first.author.id, first.author.email) == (
        "usrSANDBOX0000000",
        "affiliate.ops@example.com",
    )
    assert first.last_updated_time is None


@pytest.mark.parametrize("size", ["1", "2", "100"])
def test_comments_come_in_pages(reached, size):
    _, table, record_id = reached
    for n in range(3):
        table.add_comment(record_id, f"note {n}")

    found: list[str] = []
    params, pages = {"pageSize": size}, 0
    while True:
        page = table.api.get(table.urls.record_comments(record_id), params=params)
        found += [comment["text"] for comment in page["comments"]]
        pages += 1
        if page["offset"] is None:
            break
        params["offset"] = page["offset"]

    assert found == ["note 2", "note 1", "note 0"]
    assert pages == -(-3 // int(size))


def test_a_mention_of_someone_in_the_base_is_told(reached):
    _, table, record_id = reached
    ana = str(person("Ana Ng").user["id"])

    comment = table.add_comment(record_id, f"@[{ana}] please call, also @[usrNOBODY00000000]")

    assert list(comment.mentioned) == [ana]
    told = comment.mentioned[ana]
    assert (told.display_name, told.email, told.type) == ("Ana Ng", "ana.ng@example.com", "user")


def test_a_comment_can_be_corrected_and_taken_back(reached):
    _, table, record_id = reached
    comment = table.add_comment(record_id, "Sent")
    table.add_comment(record_id, "Seen")

    comment.text = "Sent on Monday"
    comment.save()
    corrected = table.comments(record_id)[1]
    comment.delete()

    assert corrected.text == "Sent on Monday"
    assert corrected.last_updated_time is not None
    assert said(table, record_id) == ["Seen"]


def test_an_answer_names_the_comment_it_answers(reached):
    _, table, record_id = reached
    question = table.add_comment(record_id, "Which address?")
    url = table.urls.record_comments(record_id)

    answer = table.api.post(url, json={"text": "The old one", "parentCommentId": question.id})

    assert answer["parentCommentId"] == question.id
    with pytest.raises(requests.HTTPError):
        table.api.post(url, json={"text": "?", "parentCommentId": "comNOWHERE0000000"})


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_only_its_author_may_touch_a_comment(reached, method):
    store, table, record_id = reached
    base = store.base(BASE_ID)
    theirs = comments.write(store, base, record_id, {"text": "Mine"}, person("Ana Ng").user)

    with pytest.raises(requests.HTTPError) as error:
        table.api.request(
            method, f"{table.urls.record_comments(record_id)}/{theirs['id']}", json={"text": "x"}
        )

    assert error.value.response.status_code == 403
    assert error.value.response.json()["error"]["type"] == "INVALID_PERMISSIONS"
    assert said(table, record_id) == ["Mine"]


def test_a_listing_counts_comments_when_asked(reached):
    _, table, record_id = reached
    table.add_comment(record_id, "One")
    table.add_comment(record_id, "Two")

    assert [row["commentCount"] for row in table.all(count_comments=True)] == [2]
    assert "commentCount" not in table.all()[0]


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("recNOWHERE0000000/comments", {}, 404),
        ("{id}/comments", {"pageSize": "101"}, 422),
        ("{id}/comments", {"pageSize": "0"}, 422),
        ("{id}/comments", {"offset": "comNOWHERE0000000"}, 422),
    ],
)
def test_what_cannot_be_listed_is_refused(reached, path, params, status):
    _, table, record_id = reached
    with pytest.raises(requests.HTTPError) as error:
        table.api.get(f"{table.urls.records}/{path.format(id=record_id)}", params=params)

    assert error.value.response.status_code == status


def test_a_comment_without_words_is_refused(reached):
    _, table, record_id = reached
    with pytest.raises(requests.HTTPError) as error:
        table.add_comment(record_id, " ")

    assert error.value.response.status_code == 422
