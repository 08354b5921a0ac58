"""Opens the connection to an SMTP server: connect, greet, encrypt, log in; sends nothing."""

import smtplib
import socket
import ssl
from dataclasses import dataclass

from worker.errors import Misconfigured, ServiceDown
from worker.mail_replies import Reply
from worker.mail_url import MailServer

LOST = (smtplib.SMTPException, OSError)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each phase may take. RFC 5321 asks for ten minutes after the final dot."""

    connect_s: float = 10.0
    command_s: float = 60.0
    reply_s: float = 600.0
    idle_s: float = 30.0
    connection_s: float = 300.0
    connection_mails: int = 50

    @property
    def longest_send_s(self) -> float:
        """The sum of a send's timeouts, a second connection included, plus a minute."""
        # greeting, 2 x ehlo, starttls, handshake, 3 x auth: twice; noop, mail x 2, rcpt, data, body
        return 2 * (self.connect_s + 8 * self.command_s) + 6 * self.command_s + self.reply_s + 60


def connected(server: MailServer, sender: str, patience: Patience) -> smtplib.SMTP:
    """A connection ready for MAIL; ServiceDown if out of reach, Misconfigured if turned away."""
    smtp = smtplib.SMTP(local_hostname=server.local_name(sender))
    try:
        _enter(smtp, server, patience)
    except smtplib.SMTPAuthenticationError as error:
        smtp.close()
        reply = Reply.of((error.smtp_code, error.smtp_error))
        raise _turned_away(server, "the login", reply) from error
    except smtplib.SMTPNotSupportedError as error:
        smtp.close()
        raise Misconfigured(
            f"SMTP_URL: {server.shown} offers no login: leave out user and password, or encrypt."
        ) from error
    except LOST as error:
        smtp.close()
        raise ServiceDown(
            f"The mail server {server.shown} cannot be reached ({error}): check SMTP_URL and the "
            f"network."
        ) from error
    except (Misconfigured, ServiceDown):
        smtp.close()
        raise
    return smtp


def _enter(smtp: smtplib.SMTP, server: MailServer, patience: Patience) -> None:
    plain = socket.create_connection((server.host, server.port), patience.connect_s)
    plain.settimeout(patience.command_s)
    # The final dot is its own small write; without this it waits 40 ms for the body's ACK.
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    smtp.sock = plain
    if server.tls == "always":
        _encrypt(smtp, plain, server)
    _expect(server, "the connection", smtp.getreply(), 220)
    _expect(server, "EHLO", smtp.ehlo(), 250)
    if server.tls == "starttls":
        _expect(server, "STARTTLS", smtp.docmd("STARTTLS"), 220)
        _encrypt(smtp, plain, server)
        _expect(server, "EHLO", smtp.ehlo(), 250)
    if server.user:
        smtp.login(server.user, server.password)


def _encrypt(smtp: smtplib.SMTP, plain: socket.socket, server: MailServer) -> None:
    smtp.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=server.host)
    smtp.file = None  # smtplib reads from the encrypted socket from here on


def _expect(server: MailServer, what: str, answer: tuple[int, bytes], code: int) -> None:
    if answer[0] != code:
        raise _turned_away(server, what, Reply.of(answer))


def _turned_away(server: MailServer, what: str, reply: Reply) -> Misconfigured | ServiceDown:
    if reply.code // 100 == 5:
        return Misconfigured(f"SMTP_URL: {server.shown} refused {what} ({reply}): correct it.")
    return ServiceDown(f"The mail server {server.shown} refused {what} for now ({reply}).")
