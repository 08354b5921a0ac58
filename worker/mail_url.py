"""Reads SMTP_URL and IMAP_URL: scheme, server, user and password, with nothing secret shown."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal
from urllib.parse import unquote, urlsplit

from worker.errors import Misconfigured

Tls = Literal["never", "always", "starttls"]
_SCHEMES: dict[str, tuple[Tls, int]] = {
    "smtp": ("never", 25),
    "smtps": ("always", 465),
    "smtp+starttls": ("starttls", 587),
    "imap": ("never", 143),
    "imaps": ("always", 993),
    "imap+starttls": ("starttls", 143),
}
_HERE = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where a mailbox's server is and how it is entered."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """Host and port, for messages to people."""
        return f"{self.host}:{self.port}"

    def local_name(self, sender: str) -> str:
        """The name we greet with; smtplib would ask DNS for it, which can hang."""
        return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def parse_mail_url(variable: str, url: str) -> MailServer:
    """The server named by `url`, the value of `variable`; Misconfigured says what is wrong."""
    kind = variable.partition("_")[0].lower()
    forms = f"{kind}s://user:password@host, {kind}+starttls://… or {kind}://…"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Misconfigured(f"{variable} is not a URL ({error}): use {forms}.") from error
    if parts.scheme not in _SCHEMES or not parts.scheme.startswith(kind) or not parts.hostname:
        raise Misconfigured(f"{variable} names no {kind.upper()} server: use {forms}.")
    tls, usual_port = _SCHEMES[parts.scheme]
    if parts.password and tls == "never" and parts.hostname not in _HERE:
        raise Misconfigured(
            f"{variable} would send the password of {parts.hostname} in the clear: use "
            f"{kind}s:// or {kind}+starttls://."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port or usual_port, tls, user, password)
