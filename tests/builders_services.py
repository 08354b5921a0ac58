"""Real services for tests, on loopback and quick to start: SMTP and IMAP, Valkey."""

import smtplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from sandbox.mail import BRAND, Mail
from sandbox.services import Valkey
from sandbox.world import World


@contextmanager
def smtp_imap(world: World, directory: Path, addresses: Sequence[str] = (BRAND,)) -> Iterator[Mail]:
    """The SMTP front and the brand's mailboxes of `world`."""
    mail = Mail(world, directory, addresses)
    try:
        yield mail
    finally:
        mail.stop()


@contextmanager
def valkey(directory: Path) -> Iterator[Valkey]:
    """A real Valkey of its own: `url` to reach it, `pid` to hurt it."""
    server = Valkey(directory / "valkey")
    try:
        yield server
    finally:
        server.stop()


def a_mail(to: str = "luana@example.com", message_id: str = "<first@glow.example.com>") -> bytes:
    """What the brand sends: a first message with an accent in its subject."""
    message = EmailMessage()
    message["From"], message["To"] = f"Jane Rivera <{BRAND}>", to
    message["Subject"], message["Message-ID"] = "Você no Glow?", message_id
    message.set_content("Hi Luana,\n\nwould you try our serum?\n")
    return message.as_bytes().replace(b"\n", b"\r\n")


def offer(client: smtplib.SMTP, to: str = "luana@example.com") -> None:
    """Send `a_mail` from the brand to `to`; raises what smtplib raises."""
    client.sendmail(BRAND, [to], a_mail(to))
