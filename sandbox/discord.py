"""Discord in small: three channels, each with one webhook that executes, edits and deletes.

Keeps what was posted in `world.discord`; what a message may hold is discord_rules.py's.
"""

import itertools
import json
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox import discord_rules as rules
from sandbox.discord_rates import Rates
from sandbox.wire import FAULT
from sandbox.world import World

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
CHANNELS: Mapping[str, tuple[str, str]] = {
    name: (f"131000000000000000{number}", f"{name}-webhook-of-the-sandbox".ljust(68, "0"))
    for number, name in enumerate(("staff", "alerts", "community"), 1)
}
BROKEN = "<html><head><title>Discord</title></head><body><h1>Internal error</h1></body></html>"


def webhook_url(server_url: str, channel: str) -> str:
    """The webhook of a channel, as one would copy it from Discord."""
    webhook, token = CHANNELS[channel]
    return f"{server_url}/discord/api/v10/webhooks/{webhook}/{token}"


class NotTaken(HTTPException):
    """Discord's answer to a request it does not take."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        answer = jsonify(body)
        answer.status_code = status
        super().__init__(response=answer)


def _not_taken(status: int, code: int, message: str) -> NotTaken:
    return NotTaken(status, {"message": message, "code": code})


@dataclass
class Posts:
    """The messages of all channels: as Discord shows them, and as the log tells them."""

    world: World
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    _entries: dict[str, dict[str, object]] = field(default_factory=dict)

    def post(self, channel: str, body: Mapping[str, Any], files: Sequence[str]) -> dict[str, Any]:
        """Keep a new message; Discord's message object."""
        now = self.world.clock.now()
        with self._lock:
            snowflake = self._snowflake(now)
            message = _message(channel, snowflake, now, body, files)
            entry: dict[str, object] = {
                "channel": channel,
                "content": message["content"],
                "embeds": message["embeds"],
                "file_names": list(files),
                "at": now.isoformat(),
                "id": snowflake,
                "allowed_mentions": body.get("allowed_mentions"),
            }
            self._messages[snowflake], self._entries[snowflake] = message, entry
            self.world.discord.append(entry)
        return message

    def read(self, channel: str, snowflake: str) -> dict[str, Any]:
        """The message, or Discord's 404 if the webhook has none of this id."""
        message = self._messages.get(snowflake)
        if message is None or message["webhook_id"] != CHANNELS[channel][0]:
            raise _not_taken(404, 10008, "Unknown Message")
        return message

    def edit(self, channel: str, snowflake: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change what `body` names and leave the rest."""
        message = self.read(channel, snowflake)
        changes: dict[str, Any] = {}
        if "content" in body:
            changes["content"] = (body["content"] or "").strip()
        if "embeds" in body:
            changes["embeds"] = body["embeds"] or []
        if rules.is_empty(message | changes, len(message["attachments"])):
            raise _not_taken(400, 50006, "Cannot send an empty message")
        edited_at = self.world.clock.now().isoformat()
        with self._lock:
            message.update(changes, edited_timestamp=edited_at)
            self._entries[snowflake].update(changes, edited_at=edited_at)
        return message

    def delete(self, channel: str, snowflake: str) -> None:
        """Remove the message; the log keeps it, marked."""
        self.read(channel, snowflake)
        with self._lock:
            del self._messages[snowflake]
            self._entries[snowflake]["deleted_at"] = self.world.clock.now().isoformat()

    def _snowflake(self, now: datetime) -> str:
        milliseconds = int((now - EPOCH).total_seconds() * 1000)
        return str(milliseconds << 22 | next(self._numbers) & 0x3FFFFF)


def _message(
    channel: str, snowflake: str, now: datetime, body: Mapping[str, Any], files: Sequence[str]
) -> dict[str, Any]:
    webhook, _ = CHANNELS[channel]
    return {
        "id": snowflake,
        "type": 0,
        "channel_id": f"9{webhook[1:]}",
        "webhook_id": webhook,
        "author": {"id": webhook, "username": body.get("username") or "Glow", "bot": True},
        "content": (body.get("content") or "").strip(),
        "embeds": body.get("embeds") or [],
        "attachments": [{"id": str(n), "filename": name} for n, name in enumerate(files)],
        "components": [],
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
        "flags": body.get("flags") or 0,
        "timestamp": now.isoformat(),
        "edited_timestamp": None,
    }


def front(world: World) -> Blueprint:
    """The webhook routes, with and without the API's version in the path."""
    webhooks, posts = Blueprint("webhooks", __name__), Posts(world)
    _doors(webhooks, Rates(world))
    _routes(webhooks, posts)
    discord = Blueprint("discord", __name__, url_prefix="/discord/api")
    discord.register_blueprint(webhooks, url_prefix="/v10")
    discord.register_blueprint(webhooks, name="unversioned")
    return discord


def _doors(webhooks: Blueprint, rates: Rates) -> None:
    @webhooks.url_value_preprocessor
    def enter(_: str | None, values: dict[str, Any] | None) -> None:
        values = values or {}
        g.rate_headers = {}
        _suffer(request.environ.get(FAULT))
        channel = _channel(values.pop("webhook", ""), values.pop("token", ""))
        leave = rates.arrive(channel)
        g.rate_headers = leave.headers
        if leave.wait_s:
            raise _limited(leave.wait_s)
        values["channel"] = channel

    @webhooks.after_request
    def leave(answer: Response) -> Response:
        answer.headers.update(g.rate_headers)
        return answer


def _routes(webhooks: Blueprint, posts: Posts) -> None:
    message = "/webhooks/<webhook>/<token>/messages/<snowflake>"

    @webhooks.post("/webhooks/<webhook>/<token>")
    def execute(channel: str) -> Response:
        body, files = _body(), _file_names()
        if rules.is_empty(body, len(files)):
            raise _not_taken(400, 50006, "Cannot send an empty message")
        posted = posts.post(channel, body, files)
        wait = request.args.get("wait", "").lower() in ("true", "1")
        return jsonify(posted) if wait else Response(status=204)

    @webhooks.get(message)
    def show(channel: str, snowflake: str) -> Response:
        return jsonify(posts.read(channel, snowflake))

    @webhooks.patch(message)
    def edit(channel: str, snowflake: str) -> Response:
        return jsonify(posts.edit(channel, snowflake, _body()))

    @webhooks.delete(message)
    def delete(channel: str, snowflake: str) -> Response:
        posts.delete(channel, snowflake)
        return Response(status=204)


def _suffer(fault: str | None) -> None:
    """Answer as a fault says; those of the connection itself are the wire's."""
    match fault:
        case "404":
            raise _not_taken(404, 10015, "Unknown Webhook")
        case "429":
            raise _limited(1.0)
        case "500" | "503":
            raise HTTPException(response=Response(BROKEN, int(fault), mimetype="text/html"))


def _limited(wait_s: float) -> NotTaken:
    g.rate_headers = {"Retry-After": str(math.ceil(wait_s)), "Via": "1.1 sandbox"} | g.rate_headers
    wording = "You are being rate limited."
    return NotTaken(429, {"message": wording, "retry_after": round(wait_s, 3), "global": False})


def _channel(webhook: str, token: str) -> str:
    for name, (known, its_token) in CHANNELS.items():
        if webhook == known and token == its_token:
            return name
        if webhook == known:
            raise _not_taken(401, 50027, "Invalid Webhook Token")
    raise _not_taken(404, 10015, "Unknown Webhook")


def _body() -> dict[str, Any]:
    """The message of the request, JSON or multipart, as Discord would take it."""
    multipart = request.mimetype == "multipart/form-data"
    raw = request.form.get("payload_json", "{}") if multipart else request.get_data()
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise _not_taken(400, 50109, "The request body contains invalid JSON.") from error
    if not isinstance(body, dict):
        raise _not_taken(400, 50109, "The request body contains invalid JSON.")
    flaws = rules.flaws_in(body)
    if flaws:
        raise NotTaken(400, rules.form_error(flaws))
    return body


def _file_names() -> tuple[str, ...]:
    files = tuple(request.files.values())
    if len(files) > rules.FILES:
        raise _not_taken(400, 30015, "Maximum number of attachments in a message reached (10)")
    if any(len(kept.read()) > rules.FILE_BYTES for kept in files):
        raise _not_taken(413, 40005, "Request entity too large")
    return tuple(kept.filename or "file" for kept in files)
