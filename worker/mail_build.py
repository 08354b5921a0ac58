"""Builds the one letter of a delivery, so that nothing in it can break out of its header.

Sending it, and what became of it, is worker/mail.py's.
"""

import base64
import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from automations.plan import Message
from worker.errors import Refused

KEY_HEADER = "X-Affiliate-Ops-Key"
REDIRECT_HEADER = "X-Affiliate-Ops-Would-Go-To"

# Folded, the stdlib encodes an id or link longer than a line ("=?utf-8?…"): threads and one-click
# unsubscribe break. Unfolded, it makes encoded words longer than the 75 characters readers accept.
_SPECIAL = frozenset('<>@:;,"\\()[]=?')
_UNFOLDED = {"message-id", "in-reply-to", "references", "list-unsubscribe", KEY_HEADER.lower()}


_AS_IT_IS = policy.SMTP.clone(max_line_length=998, cte_type="7bit")
_FOLDED = policy.SMTP.clone(max_line_length=76, cte_type="7bit")


class _LetterPolicy(policy.EmailPolicy):
    def fold_binary(self, name: str, value: str) -> bytes:
        wire = _AS_IT_IS if name.lower() in _UNFOLDED else _FOLDED
        return wire.fold_binary(name, value)


_LETTER = _LetterPolicy(linesep="\r\n", max_line_length=998, cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one recipient; `key` is its delivery's key and decides its Message-ID."""

    key: str
    to: str
    to_name: str
    message: Message
    unsubscribe_url: str
    at: datetime
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """What is handed to the server: envelope and bytes with CRLF line ends."""

    sender: str
    recipient: str
    message_id: str
    octets: bytes


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a delivery: the same for every attempt, at most 60 characters."""
    digest = base64.b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()
    room = max(16, min(26, 60 - len(f"<@{domain}>")))
    return f"<{digest[:room]}@{domain}>"


def build_letter(mail: Outgoing, sender: str, redirect_to: str = "") -> Letter:
    """The letter for `mail` from `sender` ("Jane <jane@example.com>"); Refused if unsafe.

    With `redirect_to` it goes to that address only, and says for whom it was meant.
    """
    sender_name, sender_address = parseaddr(sender)
    from_address = address(sender_address)
    to_address = address(redirect_to or mail.to)
    own_id = message_id(mail.key, from_address.partition("@")[2])
    letter = EmailMessage(policy=_LETTER)
    try:
        letter["From"] = Address(_one_line(sender_name), addr_spec=from_address)
        letter["To"] = Address(_one_line(mail.to_name), addr_spec=to_address)
        letter["Subject"] = _never_decoded(_checked(mail.message.subject, "subject"))
        letter["Date"] = format_datetime(mail.at)
        letter["Message-ID"] = own_id
        letter[KEY_HEADER] = _checked(mail.key, "key")
        if redirect_to:
            letter[REDIRECT_HEADER] = address(mail.to)
        _thread(letter, mail)
        _offer_unsubscribe(letter, mail.unsubscribe_url, from_address)
        letter.set_content(mail.message.text)
        letter.add_alternative(mail.message.html, subtype="html")
        octets = letter.as_bytes()
    except (ValueError, IndexError, LookupError) as error:
        raise Refused(f"The message cannot be built: {error}.") from error
    return Letter(from_address, to_address, own_id, octets)


def address(text: str) -> str:
    """An address as it goes into the envelope (domain in ASCII); Refused when it is none."""
    local, at, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Refused(f"The domain of the address {text!r} is not one: correct Email.") from error
    if not (at and local and ascii_domain) or set(local + ascii_domain) & set(' <>()[],;:"\\@'):
        raise Refused(f"{text!r} is not one e-mail address: correct Email.")
    if not local.isascii() or not (local + ascii_domain).isprintable():
        raise Refused(f"The address {text!r} holds letters that mail servers refuse.")
    return f"{local}@{ascii_domain}"


def _thread(letter: EmailMessage, mail: Outgoing) -> None:
    if not mail.in_reply_to:
        return
    known = mail.references or (mail.in_reply_to,)
    kept = known if len(known) <= 11 else (known[0], *known[-10:])
    if "=?" in " ".join((mail.in_reply_to, *kept)):  # written by a stranger: without a thread then
        return
    letter["In-Reply-To"] = _checked(mail.in_reply_to, "In-Reply-To")
    letter["References"] = _checked(" ".join(kept), "References")


def _offer_unsubscribe(letter: EmailMessage, url: str, from_address: str) -> None:
    by_mail = f"<mailto:{from_address}?subject=unsubscribe>"
    if not url:  # no PUBLIC_URL: a reply is the only way out, so the header says that
        letter["List-Unsubscribe"] = by_mail
        return
    if not url.startswith(("https://", "http://")) or not url.isascii() or set(url) & set(" <>,"):
        raise Refused(f"The unsubscribe link {url!r} is not a link: correct PUBLIC_URL.")
    letter["List-Unsubscribe"] = f"<{_checked(url, 'List-Unsubscribe')}>, {by_mail}"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _checked(value: str, what: str) -> str:
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in value):
        raise Refused(f"The {what} holds a line break or control character: {value!r}.")
    return value


def _one_line(name: str) -> str:
    """The name as a header may show it: folded, the stdlib forgets the quotes around a long one,
    and decodes what looks encoded, line breaks included; so what would need either goes.
    """
    plain = "".join(" " if unicodedata.category(c)[0] == "C" or c in _SPECIAL else c for c in name)
    return " ".join(plain.split())[:100]


def _never_decoded(text: str) -> str:
    """The text without what the stdlib would decode as an encoded word (RFC 2047)."""
    return text.replace("=?", "= ?")
