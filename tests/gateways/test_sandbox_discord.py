"""The sandbox's Discord: what Discord takes is kept, what it refuses is refused in its words."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from sandbox.discord import front, webhook_url
from sandbox.server import Server
from sandbox.world import Fault, Limits, World

NOBODY: dict[str, list[str]] = {"parse": []}


@pytest.fixture
def world() -> World:
    world = World()
    world.clock.run_at(0)
    world.clock.set(datetime(2026, 11, 23, 9, tzinfo=UTC))
    return world


@pytest.fixture
def hook(world: World) -> Iterator[str]:
    server = Server(world, parts=[front])
    server.start()
    yield webhook_url(server.url, "staff")
    server.stop()


def post(hook: str, **body: object) -> requests.Response:
    return requests.post(f"{hook}?wait=true", json=body, timeout=5)


def test_a_post_is_kept_and_answered_with_its_id(world, hook):
    answer = post(hook, content=" Luana posted a video ", allowed_mentions=NOBODY)

    message = answer.json()
    born_ms = (int(message["id"]) >> 22) + 1420070400000
    assert (answer.status_code, message["content"]) == (200, "Luana posted a video")
    assert datetime.fromtimestamp(born_ms / 1000, UTC) == world.clock.now()
    (entry,) = world.discord
    assert (entry["channel"], entry["content"]) == ("staff", "Luana posted a video")
    assert (entry["id"], entry["at"]) == (message["id"], "2026-11-23T09:00:00+00:00")


def test_who_does_not_wait_gets_an_empty_204(world, hook):
    answer = requests.post(hook, json={"content": "hello"}, timeout=5)

    assert (answer.status_code, answer.content, len(world.discord)) == (204, b"", 1)


def test_a_url_as_copied_from_discord_has_no_version_and_works(world, hook):
    assert post(hook.replace("/v10", ""), content="hello").status_code == 200


def test_files_come_beside_the_message(world, hook):
    requests.post(
        hook,
        data={"payload_json": '{"content": "Statements"}'},
        files={"files[0]": ("october.csv", b"creator,amount\n")},
        timeout=5,
    )

    assert [(e["content"], e["file_names"]) for e in world.discord] == [
        ("Statements", ["october.csv"])
    ]


def test_a_message_can_be_read_edited_and_deleted_once(world, hook):
    message = f"{hook}/messages/{post(hook, content='3 open').json()['id']}"

    edited = requests.patch(message, json={"embeds": [{"title": "Board"}]}, timeout=5).json()
    shown = requests.get(message, timeout=5).json()
    gone = [requests.delete(message, timeout=5) for _ in range(2)]

    assert (edited["content"], edited["embeds"]) == ("3 open", [{"title": "Board"}])
    assert shown == edited
    assert [answer.status_code for answer in gone] == [204, 404]
    assert gone[1].json()["code"] == 10008


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"content": "x" * 2001}, ("content",)),
        ({"username": "x" * 81, "content": "x"}, ("username",)),
        ({"embeds": [{"title": "x"}] * 11}, ("embeds",)),
        ({"embeds": [{"title": "x" * 257}]}, ("embeds", "0", "title")),
        ({"embeds": [{"description": "x" * 4097}]}, ("embeds", "0", "description")),
        ({"embeds": [{"footer": {"text": "x" * 2049}}]}, ("embeds", "0", "footer", "text")),
        ({"embeds": [{"author": {"name": "x" * 257}}]}, ("embeds", "0", "author", "name")),
        ({"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, ("embeds", "0", "fields")),
        (
            {"embeds": [{"fields": [{"name": "a", "value": "x" * 1025}]}]},
            ("embeds", "0", "fields", "0", "value"),
        ),
        (
            {"embeds": [{"fields": [{"name": " ", "value": "b"}]}]},
            ("embeds", "0", "fields", "0", "name"),
        ),
        ({"embeds": [{"description": "x" * 3001}] * 2}, ("embeds",)),
        ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, ("allowed_mentions", "parse")),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            ("allowed_mentions",),
        ),
        (
            {"content": "x", "allowed_mentions": {"roles": ["1"] * 101}},
            ("allowed_mentions", "roles"),
        ),
    ],
)
def test_a_message_over_a_limit_is_refused_where_it_is_over(world, hook, body, where):
    answer = post(hook, **body)

    error = answer.json()["errors"]
    for key in where:
        error = error[key]
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert error["_errors"][0]["message"]
    assert world.discord == []


def test_limits_are_inclusive_and_trim_first(world, hook):
    full = {"fields": [{"name": "a" * 256, "value": "b" * 1024}] * 4, "title": "c" * 256}
    embeds = [full, {"description": "d" * (6000 - 256 - 4 * 1280)}]

    assert post(hook, content=f" {'x' * 2000}\n", embeds=embeds).status_code == 200


@pytest.mark.parametrize("body", [{}, {"content": " \n"}, {"content": None, "embeds": []}])
def test_an_empty_message_is_refused(world, hook, body):
    answer = post(hook, **body)

    assert (answer.status_code, answer.json()["code"]) == (400, 50006)


def test_what_is_not_json_is_refused(hook):
    answer = requests.post(hook, data="{", timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (400, 50109)


def test_an_unknown_webhook_and_a_wrong_token_are_told_apart(hook):
    root = hook.rpartition("/")[0].rpartition("/")[0]

    unknown, wrong = post(f"{root}/1/x", content="x"), post(f"{hook}x", content="x")

    assert (unknown.status_code, unknown.json()["code"]) == (404, 10015)
    assert (wrong.status_code, wrong.json()["code"]) == (401, 50027)


def test_the_sixth_post_in_two_seconds_waits(world, hook):
    answers = [post(hook, content=f"{number}") for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    limited = answers[-1]
    assert 0 < limited.json()["retry_after"] <= 2
    assert limited.json()["global"] is False
    assert int(limited.headers["Retry-After"]) >= limited.json()["retry_after"]
    assert limited.headers["X-RateLimit-Scope"] == "user"
    assert answers[3].headers["X-RateLimit-Remaining"] == "1"
    assert len(world.discord) == 5


def test_the_thirty_first_post_in_a_minute_waits_although_headers_showed_room(world, hook):
    world.limits = Limits(discord_per_2s=100, discord_per_minute=30)

    answers = [post(hook, content=f"{number}") for number in range(31)]

    assert answers[-2].headers["X-RateLimit-Remaining"] == "70"
    assert answers[-1].status_code == 429
    assert answers[-1].json()["retry_after"] > 30


@pytest.mark.parametrize(("do", "status"), [("404", 404), ("429", 429), ("500", 500)])
def test_a_fault_is_answered_and_nothing_is_posted(world, hook, do, status):
    world.faults.add(Fault("POST /discord/", do))

    answers = [post(hook, content="hello") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [status, 200]
    assert answers[0].headers["Content-Type"].startswith("text/html") is (do == "500")
    assert len(world.discord) == 1


def test_a_dropped_reply_leaves_the_post_in_the_channel(world, hook):
    world.faults.add(Fault("POST /discord/", "drop_reply"))

    with pytest.raises(requests.ConnectionError):
        post(hook, content="hello")

    assert [entry["content"] for entry in world.discord] == ["hello"]
