"""The gateway to one mailbox's IMAP server: reads what is new and marks nothing as read.

What a mail means is automations/replies' to say; the cursor is stored by whoever stored the facts.
"""

import imaplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from imap_tools import (
    BaseMailBox,
    FolderInfo,
    ImapToolsError,
    MailBox,
    MailboxLoginError,
    MailBoxStartTls,
    MailBoxUnencrypted,
)

from worker.errors import Misconfigured, NotDone, ServiceDown
from worker.mail_url import MailServer, parse_mail_url

T = TypeVar("T")
MAILS_A_CALL = 200
BYTES_A_MAIL = 400_000  # more of a mail is attachments; what it says comes first
TIMEOUT_S = 60.0
_AGAIN_S = 300.0
_LOST = (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError)
_SPAM, _SENT = ("\\Junk", {"spam", "junk", "junk email", "junk e-mail"}), (
    "\\Sent", {"sent", "sent items", "sent mail", "sent messages"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder was read; worth nothing when its UIDVALIDITY has changed."""

    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as the server holds it (its first 400,000 bytes)."""

    uid: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """New mails, oldest first, and the cursor behind them; `complete` if none is left."""

    mails: tuple[Fetched, ...]
    cursor: Cursor
    complete: bool


@dataclass(slots=True)
class Inbox:
    """One mailbox as read by IMAP. Not shared between threads, not used before a fork."""

    name: str
    url: str = field(repr=False)
    timeout_s: float = TIMEOUT_S
    _box: BaseMailBox | None = field(default=None, init=False, repr=False)

    def folders(self) -> tuple[str, ...]:
        """The folders in which replies and bounces arrive: INBOX, and the spam folder."""
        return ("INBOX", *self._asked(lambda box: _named(box.folder.list(), _SPAM)))

    def read_new(
        self, cursor: Cursor | None, folder: str = "INBOX", *, since: date | None = None
    ) -> Batch:
        """At most 200 mails after `cursor`; without one (or a renumbered folder) all `since`.

        Raises NotDone when the server cannot be read; then nothing is known about the inbox.
        """
        return self._asked(lambda box: _read_new(box, folder, cursor, since))

    def sent_folders(self) -> tuple[str, ...]:
        """The folders that hold what was sent; none where the server keeps none."""
        return self._asked(lambda box: _named(box.folder.list(), _SENT))

    def has_sent(self, message_id: str) -> bool | None:
        """Whether the Sent folder holds that Message-ID; None if there is no such folder."""
        return self._asked(lambda box: _has_sent(box, message_id))

    def check(self) -> None:
        """Log in; Misconfigured if turned away, ServiceDown if out of reach."""
        self.close()
        self._box = _logged_in(parse_mail_url("IMAP_URL", self.url), self.timeout_s)

    def close(self) -> None:
        """End the connection, whatever the server thinks of it."""
        box, self._box = self._box, None
        if box is not None:
            _leave(box)

    def _asked(self, question: Callable[[BaseMailBox], T]) -> T:
        kept = self._box is not None
        try:
            return self._answered(question)
        except (Misconfigured, ServiceDown) as error:
            raise self._unread(str(error)) from error
        except _LOST as error:
            if kept:  # it hung up while idle: ask once more, on a new connection
                return self._asked(question)
            raise self._unread(f"the inbox could not be read ({error})") from error

    def _answered(self, question: Callable[[BaseMailBox], T]) -> T:
        try:
            if self._box is None:
                self._box = _logged_in(parse_mail_url("IMAP_URL", self.url), self.timeout_s)
            return question(self._box)
        except BaseException:
            self.close()  # an answer may be half read
            raise

    def _unread(self, why: str) -> NotDone:
        return NotDone(f"{self.name}: {why}", wait_s=_AGAIN_S, scope="mailbox")


def _logged_in(server: MailServer, timeout_s: float) -> BaseMailBox:
    kinds = {"never": MailBoxUnencrypted, "always": MailBox, "starttls": MailBoxStartTls}
    box: BaseMailBox | None = None
    try:
        box = kinds[server.tls](server.host, server.port, timeout=timeout_s)
        box.login(server.user, server.password, initial_folder=None)
    except MailboxLoginError as error:
        _leave(box)
        raise Misconfigured(
            f"IMAP_URL: {server.shown} refused the user or password: correct it."
        ) from error
    except _LOST as error:
        _leave(box)
        raise ServiceDown(
            f"The mail server {server.shown} cannot be reached ({error}): check IMAP_URL and the "
            f"network."
        ) from error
    return box


def _leave(box: BaseMailBox | None) -> None:
    if box is None:
        return
    try:
        box.client.logout()
    except _LOST:
        box.client.shutdown()


def _read_new(box: BaseMailBox, folder: str, cursor: Cursor | None, since: date | None) -> Batch:
    box.folder.set(folder, readonly=True)
    uidvalidity = _told(box, "UIDVALIDITY")
    after = cursor.uid if cursor and cursor.uidvalidity == uidvalidity else 0
    found = _new_uids(box, after, since)
    uids = found[:MAILS_A_CALL]
    mails = tuple(mail for uid in uids if (mail := _fetched(box, uid)))
    newest = max(uids, default=after or _told(box, "UIDNEXT") - 1)
    return Batch(mails, Cursor(uidvalidity, newest), complete=len(uids) == len(found))


def _new_uids(box: BaseMailBox, after: int, since: date | None) -> Sequence[int]:
    if after or since is None:
        found = box.uids(f"UID {after + 1}:*", charset=None)
    else:
        found = box.uids(f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}", charset=None)
    # "n:*" always names the last mail, also one that was read long ago
    return sorted(uid for uid in map(int, found) if uid > after)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _fetched(box: BaseMailBox, uid: int) -> Fetched | None:
    """The mail; None if it was deleted meanwhile. Raw: imap-tools would parse it, and can raise."""
    state, answer = box.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{BYTES_A_MAIL}>)")
    if state != "OK":
        raise ImapToolsError(f"FETCH was answered {state}")
    parts = [part[1] for part in answer if isinstance(part, tuple)]
    return Fetched(uid, bytes(parts[0])) if parts else None


def _told(box: BaseMailBox, what: str) -> int:
    """A number the server told when the folder was opened."""
    _, values = box.client.response(what)
    if not values or values[-1] is None:
        raise ImapToolsError(f"the server told no {what}")
    return int(values[-1])


def _has_sent(box: BaseMailBox, message_id: str) -> bool | None:
    names = _named(box.folder.list(), _SENT)
    if not names:
        return None
    quoted = message_id.replace("\\", "").replace('"', "")
    for name in names:
        box.folder.set(name, readonly=True)
        if box.uids(f'HEADER Message-ID "{quoted}"', charset=None):
            return True
    return False


def _named(folders: Sequence[FolderInfo], wanted: tuple[str, set[str]]) -> tuple[str, ...]:
    flag, names = wanted
    flagged = tuple(folder.name for folder in folders if flag in folder.flags)
    return flagged or tuple(
        folder.name
        for folder in folders
        if folder.name.rpartition(folder.delim or "/")[2].lower() in names
    )
