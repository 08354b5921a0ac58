"""Reads delivery reports: RFC 3464, and the older kinds that only say it in words.

A report alone proves nothing (anyone can forge one): whoever suppresses must find one of our
Message-IDs in `refers_to`.
"""

import re
from dataclasses import dataclass, replace
from email.message import Message

from automations.replies.inbound import ReplyKind
from automations.replies.letter import address_in, header, message_ids, parts_of, text_of

KEY_HEADER = "X-Affiliate-Ops-Key"
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_POSTMASTER = re.compile(r"^(mailer-daemon|postmaster|mail\.?delivery)[^@]*@", re.IGNORECASE)
_BROUGHT_BACK = re.compile(r"(?im)^[> \t]*Message-ID:\s*(<[^<>\s]{1,250}>)")
_KEY = re.compile(rf"(?im)^[> \t]*{KEY_HEADER}:[ \t]*(\S{{1,250}})")
_ADDRESS = re.compile(r"<?([^\s<>\"(),:;]{1,64}@[\w.-]{1,190}\w)>?")
_SPAM_WORDS = re.compile(
    r"spam|blocked|block ?list|blacklist|polic(y|ies)|reputation|dmarc|\bspf\b|dkim|"
    r"unauthenticated",
    re.IGNORECASE,
)
_FULL_WORDS = re.compile(
    r"mailbox (is )?full|over ?quota|quota exceeded|insufficient storage", re.IGNORECASE
)
_NOBODY_THERE = re.compile(
    r"mailbox (is )?(unavailable|not found|disabled)|(user|recipient|address|account|mailbox) "
    r"(is )?(unknown|not found|does not exist|doesn.t exist|rejected|disabled|inactive)|"
    r"(unknown|no such|invalid) (user|recipient|mailbox|address|account)|no mailbox here",
    re.IGNORECASE,
)
_TELLS_OF_FAILURE = re.compile(
    r"undeliver|failure notice|delivery (has )?(failed|status|failure)|mail delivery|returned mail|"
    r"returning message to sender|could not be delivered|couldn't be delivered|"
    r"no se (pudo|ha podido) entregar|n[aã]o (foi|p[oô]de ser) entregue|unzustellbar",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says about the mail it returns."""

    kind: ReplyKind
    failed_address: str = ""
    status: str = ""
    refers_to: tuple[str, ...] = ()
    delivery_key: str = ""


def read_report(message: Message) -> Report | None:
    """The report that `message` is; None when it is no report."""
    if message.get_content_type() == "multipart/report":
        return _with_original(_by_type(message), message)
    if header(message, "X-Failed-Recipients") or _speaks_of_failure(message):
        return _with_original(_in_words(message), message)
    return None


def _by_type(message: Message) -> Report:
    match str(message.get_param("report-type", "")).lower():
        case "feedback-report":  # RFC 5965: the reader pressed "spam"
            return Report(ReplyKind.COMPLAINT)
        case "disposition-notification":  # a read receipt
            return Report(ReplyKind.AUTO_REPLY)
        case _:
            return _by_recipient(message)


def _by_recipient(message: Message) -> Report:
    for part in parts_of(message, "message/delivery-status"):
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, Message) and block.get("Action"):
                return _recipient(block)
    return _in_words(message)


def _recipient(block: Message) -> Report:
    told = header(block, "Final-Recipient") or header(block, "Original-Recipient")
    failed = address_in(told.rpartition(";")[2].strip())
    diagnostic = header(block, "Diagnostic-Code")
    status = _exact_status(header(block, "Status"), diagnostic)
    if header(block, "Action").lower() != "failed":
        return Report(ReplyKind.AUTO_REPLY, failed, status)  # delayed or delivered: no news
    return Report(_kind(status, diagnostic), failed, status)


def _in_words(message: Message) -> Report:
    text = text_of(message)[:20_000]
    found = _STATUS.search(text)
    named = address_in(header(message, "X-Failed-Recipients").split(",")[0])
    address = _ADDRESS.search(text)
    failed = named or (address.group(1).lower() if address else "")
    status = found.group(1) if found else ""
    return Report(_kind(status, text), failed, status)


def _exact_status(status: str, diagnostic: str) -> str:
    """The status, or the diagnostic's where the status only says "failed" (5.0.0)."""
    stated = _STATUS.search(status)
    told = _STATUS.search(diagnostic)
    if told and (stated is None or stated.group(1).endswith(".0.0")):
        return told.group(1)
    return stated.group(1) if stated else ""


def _kind(status: str, words: str) -> ReplyKind:
    if status.startswith("4.") or status == "5.2.2":
        return ReplyKind.SOFT_BOUNCE
    if status.startswith("5.7.") or status in ("5.1.7", "5.1.8", "5.1.90", "5.4.5"):
        return ReplyKind.POLICY_BLOCK
    if status.startswith("5.") and not status.endswith(".0.0"):
        is_gone = status[:4] in ("5.1.", "5.4.") or status == "5.2.1" or _NOBODY_THERE.search(words)
        return ReplyKind.BOUNCE if is_gone else _soft()
    if _SPAM_WORDS.search(words):
        return ReplyKind.POLICY_BLOCK
    return ReplyKind.SOFT_BOUNCE if _FULL_WORDS.search(words) else ReplyKind.BOUNCE


def _soft() -> ReplyKind:
    """A failure that does not say the address is wrong: three of them do."""
    return ReplyKind.SOFT_BOUNCE


def _speaks_of_failure(message: Message) -> bool:
    sender = address_in(header(message, "From"))
    return bool(_POSTMASTER.match(sender) and _TELLS_OF_FAILURE.search(header(message, "Subject")))


def _with_original(report: Report, message: Message) -> Report:
    """The report with the ids of the mail it returns, attached whole, as headers, or as text."""
    ids: list[str] = []
    keys: list[str] = []
    for part in parts_of(message, "message/rfc822"):
        inner = part.get_payload()
        originals = [one for one in inner if isinstance(one, Message)] if inner else []
        ids += [header(one, "Message-ID") for one in originals]
        keys += [header(one, KEY_HEADER) for one in originals]
    for part in message.walk():
        if part.get_content_type() in ("text/rfc822-headers", "text/plain"):
            payload = part.get_payload(decode=True)
            words = (
                payload[:50_000].decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            )
            ids += _BROUGHT_BACK.findall(words)
            keys += _KEY.findall(words)
    key = next((key for key in keys if key), "")
    return replace(report, refers_to=message_ids(ids), delivery_key=key)
