"""Reading the log of mails offered: to whom, which step, and whether it was taken."""

from collections.abc import Mapping, Sequence
from datetime import datetime

KEY_HEADER = "X-Affiliate-Ops-Key"
Mail = Mapping[str, object]


def was_accepted(mail: Mail) -> bool:
    """Whether the server took the mail."""
    return str(mail["outcome"]).startswith("accepted")


def recipient(mail: Mail) -> str:
    """The address in the envelope."""
    envelope = mail["envelope"]
    to = envelope.get("to") if isinstance(envelope, Mapping) else None
    return str(to[0]).lower() if isinstance(to, Sequence) and to else ""


def sent_at(mail: Mail) -> datetime:
    """When it was offered, by the sandbox's clock."""
    return datetime.fromisoformat(str(mail["at"]))


def key_of(mail: Mail) -> str:
    """The identity of the touch, as the mail states it; "" if it states none."""
    headers = mail["headers"]
    pairs = headers if isinstance(headers, list) else []
    return next((str(value) for name, value in pairs if name == KEY_HEADER), "")


def key_parts(mail: Mail) -> Sequence[str]:
    """touch, base, creator, sequence, round, step."""
    return key_of(mail).split(":")
