"""The gateway to one mailbox's SMTP server, driven phase by phase.

Before the final dot nothing can have happened; after it, only the server's reply tells. The
letter itself is worker/mail_build.py's, whether it may go is the executor's.
"""

import contextlib
import re
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from worker.errors import Misconfigured, NotDone, OutcomeUnknown, Refused, ServiceDown
from worker.mail_build import Letter, Outgoing, build_letter, message_id
from worker.mail_connection import LOST, Patience, connected
from worker.mail_replies import (
    ADDRESS,
    BUSY_S,
    MAILBOX,
    UNTIL_CORRECTED_S,
    Reply,
    not_done,
    rejected,
)
from worker.mail_url import parse_mail_url

__all__ = ["Mailbox", "Outgoing", "Patience", "message_id", "on_the_wire"]


@dataclass(slots=True)
class _Connection:
    smtp: smtplib.SMTP
    opened: float
    used: float
    mails: int = 0


@dataclass(slots=True)
class Mailbox:
    """One sender's mailbox. Not shared between threads, not used before a fork."""

    name: str
    sender: str
    url: str = field(repr=False)
    redirect_to: str = ""
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.monotonic
    _kept: _Connection | None = field(default=None, init=False, repr=False)

    def send(self, mail: Outgoing) -> str:
        """The server's final reply to `mail`; or NotDone, Refused or OutcomeUnknown."""
        letter = build_letter(mail, self.sender, self.redirect_to)
        try:
            connection = self._envelope(letter)
            return self._body(connection, letter)
        except (NotDone, Refused):
            self._reset()
            raise
        except BaseException:
            self._drop()  # nobody knows what the server still expects on this connection
            raise

    def longest_send(self) -> float:
        """Seconds after which no send of this mailbox can still be under way."""
        return self.patience.longest_send_s

    def check(self) -> None:
        """Connect and log in; Misconfigured if turned away, ServiceDown if out of reach."""
        self.close()
        self._open()

    def close(self) -> None:
        """End the connection politely; what was sent stays sent whatever QUIT answers."""
        if self._kept:
            with contextlib.suppress(*LOST):
                self._kept.smtp.quit()
        self._drop()

    def _envelope(self, letter: Letter) -> _Connection:
        connection = self._from(letter.sender)
        reply = _ask(connection, f"RCPT TO:<{letter.recipient}>")
        if reply.code not in {250, 251, 252}:
            raise rejected(reply, "The server refused the address", ADDRESS)
        reply = _ask(connection, "DATA")
        if reply.code != 354:
            raise not_done(reply, "The server refused DATA")
        return connection

    def _from(self, sender: str) -> _Connection:
        self._retire()
        reused = self._kept is not None
        connection = self._kept or self._connect()
        try:
            reply = _ask(connection, f"MAIL FROM:<{sender}>")
        except NotDone:
            if not reused:
                raise
            self._drop()  # it hung up while idle: begin once more
            connection = self._connect()
            reply = _ask(connection, f"MAIL FROM:<{sender}>")
        if reply.code != 250:
            raise not_done(reply, f"{self.name}: the server refused the sender", MAILBOX)
        return connection

    def _body(self, connection: _Connection, letter: Letter) -> str:
        smtp = connection.smtp
        try:
            smtp.send(on_the_wire(letter.octets))
        except LOST as error:
            raise NotDone(
                f"{self.name}: the connection broke within the message ({error}).", wait_s=BUSY_S
            ) from error
        try:
            _wait_up_to(self.patience.reply_s, smtp)
            smtp.send(b".\r\n")
            reply = Reply.of(smtp.getreply())
            _wait_up_to(self.patience.command_s, smtp)
        except LOST as error:
            raise OutcomeUnknown(
                f"{self.name}: no answer to the whole message ({error}); look in Sent."
            ) from error
        connection.mails, connection.used = connection.mails + 1, self.clock()
        return self._concluded(reply)

    def _concluded(self, reply: Reply) -> str:
        match reply.code // 100:
            case 2:
                return str(reply)
            case 4 | 5:
                raise rejected(reply, "The server refused the message")
            case _:
                raise OutcomeUnknown(f"{self.name}: the whole message was answered with {reply}.")

    def _retire(self) -> None:
        """Close a connection that is used up, and drop one that died while idle."""
        kept, wait, now = self._kept, self.patience, self.clock()
        if not kept:
            return
        if kept.mails >= wait.connection_mails or now - kept.opened >= wait.connection_s:
            self.close()
        elif now - kept.used > wait.idle_s and not _agrees(kept, "NOOP"):
            self._drop()

    def _connect(self) -> _Connection:
        try:
            return self._open()
        except (Misconfigured, ServiceDown) as error:
            wait_s = BUSY_S if isinstance(error, ServiceDown) else UNTIL_CORRECTED_S
            raise NotDone(f"{self.name}: {error}", wait_s=wait_s, scope=MAILBOX) from error

    def _open(self) -> _Connection:
        server = parse_mail_url("SMTP_URL", self.url)
        smtp = connected(server, self.sender, self.patience)
        self._kept = _Connection(smtp, self.clock(), self.clock())
        return self._kept

    def _reset(self) -> None:
        if self._kept and not _agrees(self._kept, "RSET"):
            self._drop()

    def _drop(self) -> None:
        if self._kept:
            self._kept.smtp.close()
        self._kept = None


def on_the_wire(octets: bytes) -> bytes:
    """The body as DATA carries it: CRLF line ends, leading dots doubled, no final dot yet."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", octets)
    stuffed = re.sub(rb"(?m)^\.", b"..", lines)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _ask(connection: _Connection, command: str) -> Reply:
    try:
        return Reply.of(connection.smtp.docmd(command))
    except LOST as error:
        verb = command.partition(" ")[0]
        raise NotDone(
            f"The connection broke at {verb} ({error}).", wait_s=BUSY_S, scope=MAILBOX
        ) from error


def _agrees(connection: _Connection, command: str) -> bool:
    try:
        return connection.smtp.docmd(command)[0] == 250
    except LOST:
        return False


def _wait_up_to(seconds: float, smtp: smtplib.SMTP) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)
