"""The SMTP front on aiosmtpd: takes every mail, logs it, and fails where a fault says so.

It relays nothing; what creators answer is put into the mailbox by whoever plays them.
"""

import asyncio
import logging
import socket
import struct

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from sandbox.letters import MailLog, Offered
from sandbox.world import World

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of itself at each login
SLOW_S = 2.0
REFUSALS = {
    ("MAIL", "450"): "450 4.7.1 Sender deferred, try again later",
    ("MAIL", "550"): "550 5.1.8 Sender address refused",
    ("RCPT", "450"): "450 4.7.1 Greylisted, try again later",
    ("RCPT", "550"): "550 5.1.1 No such user here",
    ("DATA", "450"): "450 4.3.0 Not taken now, try again later",
    ("DATA", "550"): "550 5.6.0 Message refused",
}
MAX_MAIL_BYTES = 32 * 1024 * 1024


class Conversation(SMTP):
    """One client's connection; knows the fault its present DATA suffers."""

    def __init__(self, world: World, log: MailLog) -> None:
        self.faults, self.bounces, self.log = world.faults, world.bounces, log
        self.fault: str | None = None
        super().__init__(
            Front(),
            hostname="mail.sandbox.example",
            data_size_limit=MAX_MAIL_BYTES,
            enable_SMTPUTF8=True,
            authenticator=_anyone,
            auth_require_tls=False,
            loop=asyncio.get_running_loop(),
        )

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """As aiosmtpd, unless the connection is to drop before the final dot."""
        envelope = self.envelope
        ready = envelope is not None and envelope.rcpt_tos
        self.fault = self.faults.take(f"SMTP DATA {_sender(envelope)}") if ready else None
        if self.fault not in ("drop_before_dot", "drop_request"):
            await super().smtp_DATA(arg)
            return
        self.log.record(_offered(envelope), "dropped before dot")
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        self.cut()

    def cut(self) -> None:
        """Reset the connection, so that whatever the client writes next fails."""
        transport = self.transport
        if not isinstance(transport, asyncio.WriteTransport):
            return
        sock = transport.get_extra_info("socket")
        # A plain close lets one more write of the client succeed; a reset does not.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


class Front:
    """aiosmtpd's hooks: what to answer to MAIL, RCPT and DATA."""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self,
        server: Conversation,
        session: Session,  # noqa: ARG002 - aiosmtpd passes it
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take the sender, or fail as a fault says."""
        do = server.faults.take(f"SMTP MAIL {address}")
        refusal = await _failed(server, "MAIL", do, Offered(address, ()))
        if refusal:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: Conversation,
        session: Session,  # noqa: ARG002 - aiosmtpd passes it
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take the recipient, or fail as a fault says."""
        do = "550" if address in server.bounces else server.faults.take(f"SMTP RCPT {address}")
        refusal = await _failed(server, "RCPT", do, Offered(_sender(envelope), (address,)))
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self,
        server: Conversation,
        session: Session,  # noqa: ARG002 - aiosmtpd passes it
        envelope: Envelope,
    ) -> str:
        """Log the mail and accept it, or fail as a fault says.

        The log is written before the first await: a client that dies after its final dot has
        still handed its mail over.
        """
        offered, do = _offered(envelope), server.fault
        if do in ("450", "550"):
            return await _failed(server, "DATA", do, offered)
        if do == "drop_after_dot":
            server.log.record(offered, "accepted, dropped after dot")
            server.cut()
            return "421 4.3.0 Dropped"
        server.log.record(offered, "accepted")
        if do == "slow":
            await asyncio.sleep(SLOW_S)
        return "250 2.0.0 OK"


async def _failed(server: Conversation, phase: str, do: str | None, offered: Offered) -> str:
    """The refusal `do` asks for, logged; "" when the phase goes on."""
    if do == "slow":
        await asyncio.sleep(SLOW_S)
        return ""
    if do is None:
        return ""
    refusal = REFUSALS.get((phase, do))
    if refusal is None:
        server.log.record(offered, f"dropped at {phase}")
        server.cut()
        return "421 4.3.0 Dropped"
    server.log.record(offered, f"refused {refusal}")
    return refusal


def _sender(envelope: Envelope | None) -> str:
    return (envelope.mail_from or "") if envelope else ""


def _offered(envelope: Envelope | None) -> Offered:
    if envelope is None:
        return Offered("", ())
    raw = envelope.original_content or b""
    return Offered(_sender(envelope), tuple(envelope.rcpt_tos), raw)


def _anyone(*_: object) -> AuthResult:
    """Every login is good here: a sandbox has nothing to guard."""
    return AuthResult(success=True)
