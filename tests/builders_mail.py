"""Mails to send, and a server that says exactly what a test tells it to."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO

from automations.plan import Message
from worker.mail import Outgoing

LINK = "https://ops.example.com/u/appQ7wZ3kP9xN1vB5.cr-0019f2.abcdefghijklmnop"
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = "touch:glow:cr7:seq1:1:1"
BODY = "body"  # HANG_UP there: after the first line of the message
DOT = "."  # the reply to the final dot
HANG_UP = ""


def outgoing(**changes: Any) -> Outgoing:
    """A first message to Ana, with an accent in each part."""
    usual: dict[str, Any] = {
        "key": KEY,
        "to": "ana@example.net",
        "to_name": "Ana Núñez",
        "message": Message("Olá da Glow", "Olá Ana,\n\nquer testar?\n", "<p>Olá Ana</p>"),
        "unsubscribe_url": LINK,
        "at": AT,
    }
    return Outgoing(**{**usual, **changes})


@contextmanager
def smtp_saying(replies: Mapping[str, str]) -> Iterator[tuple[str, list[bytes]]]:
    """The URL of a server, and the lines it was sent. `replies` gives the reply to a verb ("" at
    the start, "." for the final dot) where it is not the usual one; HANG_UP closes instead.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []
    thread = threading.Thread(target=_serve, args=(listening, replies, heard), daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}", heard
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def _serve(listening: socket.socket, replies: Mapping[str, str], heard: list[bytes]) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        with client, client.makefile("rb") as lines:
            _converse(client, lines, replies, heard)


def _converse(
    client: socket.socket, lines: BinaryIO, replies: Mapping[str, str], heard: list[bytes]
) -> None:
    usual = {"greeting": "220 hello", "DATA": "354 go on", "QUIT": "221 bye"}
    verb, in_body = "greeting", False
    while True:
        if not in_body:
            reply = replies.get(verb, usual.get(verb, "250 2.0.0 OK"))
            if reply == HANG_UP:
                return
            client.sendall(f"{reply}\r\n".encode())
            in_body = verb == "DATA" and reply.startswith("354")
        line = lines.readline()
        if not line:
            return
        heard.append(line)
        if in_body and replies.get(BODY) == HANG_UP:
            return
        if in_body and line == b".\r\n":
            verb, in_body = DOT, False
        elif not in_body:
            verb = line.split()[0].decode("ascii", "replace").upper()
