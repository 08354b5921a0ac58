"""To whom a teammate wrote from a mailbox, as its Sent folder holds it."""

from email.utils import getaddresses

from automations.replies.bounces import KEY_HEADER
from automations.replies.intent import is_automatic
from automations.replies.letter import header, opened

MOST = 50


def addressees(raw: bytes) -> tuple[str, ...]:
    """The addresses a person wrote to; none for our own mails and a vacation responder's."""
    try:
        message = opened(raw)
        if message.get(KEY_HEADER) or is_automatic(message):
            return ()
        found = getaddresses([header(message, name) for name in ("To", "Cc")])
    except Exception:  # noqa: BLE001 - the stdlib raises nearly anything on a broken mail
        return ()
    return tuple(address.lower() for _, address in found[:MOST] if "@" in address)
