"""Mails as the sandbox keeps them: the log entry of one offered, and the bytes of one composed.

Leaves sending and receiving to smtp.py and imap.py.
"""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Offered:
    """A mail as a client offered it; `raw` is empty when it was refused before its text came."""

    sender: str
    recipients: Sequence[str]
    raw: bytes = b""


class MailLog:
    """Every mail offered, in `world.mail` and in an append-only file that survives any kill."""

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")

    def record(self, offered: Offered, outcome: str) -> None:
        """Keep one mail and what became of it; on disk when this returns."""
        entry = described(offered) | {"outcome": outcome, "at": self._world.clock.now().isoformat()}
        line = json.dumps(entry, ensure_ascii=False, default=str) + "\n"
        with self._lock:
            self._file.write(line.encode(errors="replace"))
            self._file.flush()
            os.fsync(self._file.fileno())
            self._world.mail.append(entry)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def described(offered: Offered) -> dict[str, object]:
    """The entry's parts that the mail itself says."""
    message = message_from_bytes(offered.raw, policy=policy.default)
    headers = [[name, _shown(value)] for name, value in message.raw_items()]
    first = {name.lower(): value for name, value in reversed(headers)}
    return {
        "message_id": first.get("message-id", ""),
        "envelope": {"from": offered.sender, "to": list(offered.recipients)},
        "from": first.get("from", ""),
        "to": first.get("to", ""),
        "subject": first.get("subject", ""),
        "headers": headers,
        "text": text_of(message),
    }


def _shown(value: object) -> str:
    """A header in readable words: unfolded and decoded; as it came if it cannot be decoded."""
    raw = "".join(str(value).splitlines())
    if "=?" not in raw:
        return raw
    try:
        return str(policy.default.header_factory("Subject", raw))
    except (LookupError, ValueError, IndexError):  # any charset or token may be in a header
        return raw


def text_of(message: EmailMessage) -> str:
    """The plain text a reader would see; "" when there is none or it cannot be decoded."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        return "\n".join(str(part.get_content()).splitlines())
    except (LookupError, ValueError):  # an invented charset is the sender's, not ours to fail on
        return ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to compose: what an invented creator writes to the brand."""

    sender: str
    to: str
    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def raw(self, world: World, number: int) -> bytes:
        """The mail as it would arrive, dated by the sandbox's clock; `number` makes its id."""
        message = EmailMessage(policy=policy.SMTP)
        message["From"], message["To"], message["Subject"] = self.sender, self.to, self.subject
        message["Date"] = format_datetime(world.clock.now())
        if "message-id" not in {name.lower() for name in self.headers}:
            message["Message-ID"] = f"<sandbox-{number}@mail.example.net>"
        for name, value in self.headers.items():
            message[name] = value
        message.set_content(self.text)
        return message.as_bytes()
