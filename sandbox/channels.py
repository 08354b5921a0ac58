"""What was said outside Airtable, to read back: control routes and pages of mail and Discord."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from markupsafe import Markup

from sandbox.discord import CHANNELS
from sandbox.letters import Letter
from sandbox.mail import BRAND, Mail
from sandbox.pages import grid, layout, link
from sandbox.world import World

NEWEST = 500  # rows a page shows


def front(mail: Mail) -> Callable[[World], Blueprint]:
    """A part of the server that also lets creators write into `mail`'s mailboxes."""

    def part(world: World) -> Blueprint:
        channels = Blueprint("channels", __name__)
        _control(channels, world, mail)
        _mail_pages(channels, world)
        _discord_page(channels, world)
        return channels

    return part


def _control(channels: Blueprint, world: World, mail: Mail) -> None:
    @channels.get("/sandbox/mail")
    def offered() -> Response:
        return jsonify(list(world.mail))

    @channels.get("/sandbox/discord")
    def posted() -> Response:
        return jsonify(list(world.discord))

    @channels.post("/sandbox/inbox")
    def deliver() -> Response:
        asked = request.get_json(force=True)
        folder, mailbox = asked.get("folder", "INBOX"), asked.get("mailbox", "")
        if "raw" in asked:
            # With encoding latin-1, JSON can carry any byte: broken charsets are mail too.
            mail.deliver(asked["raw"].encode(asked.get("encoding", "utf-8")), folder, mailbox)
        else:
            mail.write(_letter(asked), folder, mailbox)
        return jsonify({})

    @channels.errorhandler(KeyError)
    def incomplete(missing: KeyError) -> tuple[Response, int]:
        return jsonify({"error": f"{missing} is missing: send raw, or from and text."}), 400


def _letter(asked: dict[str, Any]) -> Letter:
    return Letter(
        asked["from"],
        asked.get("to", BRAND),
        asked.get("subject", ""),
        asked.get("text", ""),
        asked.get("headers", {}),
    )


def _mail_pages(channels: Blueprint, world: World) -> None:
    @channels.get("/mail")
    def mails() -> str:
        numbered = list(enumerate(list(world.mail)))[-NEWEST:]
        rows = [
            (mail["at"], _to(mail), link(f"/mail/{n}", _subject(mail)), mail["outcome"])
            for n, mail in reversed(numbered)
        ]
        return layout("Mail offered", grid(["At", "To", "Subject", "Outcome"], rows))

    @channels.get("/mail/<int:number>")
    def one(number: int) -> str:
        if number >= len(world.mail):
            abort(404)
        mail = world.mail[number]
        facts = [(name, mail[name]) for name in ("at", "outcome", "envelope")]
        headers = mail["headers"] if isinstance(mail["headers"], list) else []
        return layout(
            _subject(mail),
            grid(["Text"], [(mail["text"],)]),
            grid(["Header", "Value"], [*facts, *headers]),
        )


def _discord_page(channels: Blueprint, world: World) -> None:
    @channels.get("/channels")
    def posts() -> str:
        sections = []
        for name in CHANNELS:
            kept = [post for post in list(world.discord) if post["channel"] == name][-NEWEST:]
            rows = [(post["at"], post["content"], _embeds(post)) for post in reversed(kept)]
            sections += [Markup("<h2>#{}</h2>").format(name), grid(["At", "Text", "Cards"], rows)]
        return layout("Channels", *sections)


def _to(mail: dict[str, object]) -> str:
    envelope = mail["envelope"]
    return ", ".join(envelope["to"]) if isinstance(envelope, dict) else ""


def _subject(mail: dict[str, object]) -> str:
    return str(mail["subject"]) or "(no text came)"


def _embeds(post: dict[str, object]) -> str:
    embeds = post["embeds"] if isinstance(post["embeds"], list) else []
    lines = [str(embed.get(key, "")) for embed in embeds for key in ("title", "description")]
    for embed in embeds:
        lines += [f"{shown['name']}: {shown['value']}" for shown in embed.get("fields") or ()]
    return "\n".join(line for line in [*lines, *_files(post)] if line)


def _files(post: dict[str, object]) -> list[str]:
    names = post["file_names"] if isinstance(post["file_names"], list) else []
    return [f"[{name}]" for name in names]
