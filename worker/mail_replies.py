"""What an SMTP reply means for what may be done next; the conversation is worker/mail.py's."""

import re
from dataclasses import dataclass

from worker.errors import NotDone, Refused

MAILBOX = "mailbox"
ADDRESS = "address"  # the refusal is about the address: it takes no mail at all
BUSY_S = 300.0  # the mailbox is out of reach for a moment; longer waits are for a person
UNTIL_CORRECTED_S = 86_400.0
_GREYLIST_S, _FULL_S, _DAY_S = 900.0, 4 * 3600.0, 86_400.0
_LOGIN_WANTED = {530, 534, 535, 538}


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply: its code and its text on one line."""

    code: int
    text: str

    @classmethod
    def of(cls, answer: tuple[int, bytes | str]) -> "Reply":
        """The reply in smtplib's form."""
        code, text = answer
        shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return cls(code, " ".join(shown.split())[:300])

    @property
    def enhanced(self) -> str:
        """The enhanced status code without its class (".7.26"), or ""."""
        found = re.match(r"[245](\.\d{1,3}\.\d{1,3})\b", self.text)
        return found.group(1) if found else ""

    @property
    def blames_the_mailbox(self) -> bool:
        """Whether it is about our login, standing (5.7.x) or quota (5.4.5), not the person."""
        about_us = self.enhanced.startswith(".7.") and self.code // 100 == 5
        return about_us or self.enhanced == ".4.5" or self.code in _LOGIN_WANTED

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


def rejected(reply: Reply, what: str, scope: str = "") -> NotDone | Refused:
    """Refused only when the no is about this address or message, and final."""
    final = reply.code // 100 == 5 and reply.code != 503
    if final and not reply.blames_the_mailbox:
        return Refused(f"{what}: {reply}", scope=scope)
    return not_done(reply, what)


def not_done(reply: Reply, what: str, scope: str = "") -> NotDone:
    """NotDone with the wait that this reply asks for, and whether the mailbox must stop."""
    if reply.code == 421 or reply.blames_the_mailbox:
        scope = MAILBOX
    return NotDone(f"{what}: {reply}", wait_s=_wait_after(reply), scope=scope)


def _wait_after(reply: Reply) -> float:
    match reply.enhanced:
        case ".4.5":
            return _DAY_S
        case ".2.2":
            return _FULL_S
        case _:
            return BUSY_S if reply.code == 421 else _GREYLIST_S
