"""The Discord gateway on the sandbox's Discord: what is posted, and what each failure allows."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests

from automations.plan import PostNotice
from sandbox.discord import front, webhook_url
from sandbox.server import Server
from sandbox.world import Fault, World
from worker.discord import Discord
from worker.errors import GatewayError, NotDone, OutcomeUnknown, Refused

NOTICE = PostNotice(
    key="notice:stages:appGLOW:stage:1",
    because="1 new: stages",
    not_after=datetime(2026, 11, 24, tzinfo=UTC),
    channel="staff",
    content="**Luana** moved, @everyone",
)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def hook(world: World) -> Iterator[str]:
    server = Server(world, parts=[front])
    server.start()
    yield webhook_url(server.url, "staff")
    server.stop()


@contextmanager
def discord(hook: str) -> Iterator[Discord]:
    with requests.Session() as session:
        yield Discord({"staff": hook}, session)


def failure(hook: str, notice: PostNotice = NOTICE) -> GatewayError:
    with discord(hook) as gateway, pytest.raises(GatewayError) as caught:
        gateway.post(notice)
    token = hook.rpartition("/")[2]
    assert token not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def test_a_notice_is_posted_and_nobody_is_pinged(world, hook):
    with discord(hook) as gateway:
        message = gateway.post(NOTICE)

    (entry,) = world.discord
    assert (entry["id"], entry["content"]) == (message, NOTICE.content)
    assert entry["allowed_mentions"] == {"parse": []}


def test_an_address_as_copied_from_discord_is_posted_to_in_version_10(world, hook):
    with discord(hook.replace("/v10", "")) as gateway:
        gateway.post(NOTICE)

    assert len(world.discord) == 1


def test_embeds_arrive_as_they_are(world, hook):
    board = {"title": "Board", "fields": [{"name": "Luana", "value": "3 videos"}]}

    with discord(hook) as gateway:
        gateway.post(replace(NOTICE, embeds=(board,)))

    assert world.discord[0]["embeds"] == [board]


@pytest.mark.parametrize(
    ("do", "expected", "stored"),
    [
        ("429", NotDone, 0),
        ("404", NotDone, 0),
        ("500", OutcomeUnknown, 0),
        ("503", OutcomeUnknown, 0),
        ("drop_reply", OutcomeUnknown, 1),
        ("drop_request", OutcomeUnknown, 0),
    ],
)
def test_a_failure_says_what_may_be_done_next(world, hook, do, expected, stored):
    world.faults.add(Fault("POST /discord/", do))

    assert type(failure(hook)) is expected
    assert len(world.discord) == stored


def test_too_many_posts_are_told_to_wait(world, hook):
    world.faults.add(Fault("POST /discord/", "429"))

    assert failure(hook).wait_s >= 1.0


def test_a_webhook_that_is_gone_stops_its_channel_and_loses_nothing(world, hook):
    error = failure(hook.replace("staff-webhook", "other-webhook"))

    assert (type(error), error.scope) == (NotDone, "channel")
    assert "DISCORD_WEBHOOK_STAFF" in str(error)


@pytest.mark.parametrize(
    "notice",
    [
        replace(NOTICE, content="x" * 2001),
        replace(NOTICE, content="  "),
        replace(NOTICE, embeds=({"description": "x" * 4000}, {"description": "x" * 2001})),
    ],
    ids=["too long", "empty", "embeds too long"],
)
def test_what_discord_would_not_take_is_refused_before_it_is_sent(world, hook, notice):
    assert type(failure(hook, notice)) is Refused
    assert not world.discord


def test_what_discord_refuses_is_refused(world, hook):
    wrong = replace(NOTICE, embeds=({"title": "x" * 257},))

    assert type(failure(hook, wrong)) is Refused


def test_a_channel_without_webhook_has_its_variable_named(hook):
    error = failure(hook, replace(NOTICE, channel="alerts"))

    assert (type(error), "DISCORD_WEBHOOK_ALERTS" in str(error)) == (NotDone, True)


def test_nobody_listening_is_certainly_not_posted():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert type(failure(f"http://127.0.0.1:{port}/api/webhooks/1/secret-token")) is NotDone


def test_cloudflares_block_keeps_the_channel_quiet_for_minutes():
    page = b"<html>You are being blocked</html>"
    answer = b"HTTP/1.1 429 Too Many\r\nContent-Length: %d\r\n\r\n%b" % (len(page), page)

    with answering(answer) as port:
        error = failure(f"http://127.0.0.1:{port}/api/webhooks/1/secret-token")

    assert (type(error), error.wait_s >= 600) == (NotDone, True)


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that answers one request with these bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                received = b""
                while b'"parse"' not in received:  # what is left unread would reset the connection
                    received += connection.recv(65_536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()
