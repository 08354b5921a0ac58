"""Says what an inbound mail is and what was written in it. Pure, and never raises on any bytes.

Whose enrolment it answers is decided where the ledger is; `refers_to` is what to look for.
"""

import re
from datetime import datetime
from email.message import Message

from automations.replies.bounces import read_report
from automations.replies.inbound import Inbound, ReplyKind
from automations.replies.intent import is_automatic, returns_on, says_away, says_left
from automations.replies.letter import address_in, header, message_ids, opened, text_of
from automations.replies.opt_out import asks_to_stop, folded
from automations.replies.own_words import own_words

__all__ = ["Inbound", "ReplyKind", "read_reply"]


def read_reply(raw: bytes, received_at: datetime) -> Inbound:
    """What this mail is; UNREADABLE, with the ids that could be saved, if nobody can tell."""
    try:
        return _read(opened(raw), received_at)
    except Exception:  # noqa: BLE001 - the stdlib raises nearly anything on a broken mail
        return _salvaged(raw)


def _read(message: Message, received_at: datetime) -> Inbound:
    subject = header(message, "Subject")
    threads = message_ids((str(message.get("References") or ""), header(message, "In-Reply-To")))
    written = own_words(text_of(message))
    report = read_report(message)
    if _is_noise(message):
        return Inbound(kind=ReplyKind.UNREADABLE)
    if report:
        kind = report.kind
    elif folded(header(message, "Subject")) == "unsubscribe":  # a mail program wrote it for them
        kind = ReplyKind.OPT_OUT
    elif is_automatic(message):
        kind = ReplyKind.AUTO_REPLY
    else:
        kind = ReplyKind.OPT_OUT if asks_to_stop(written, subject) else ReplyKind.HUMAN
    is_away = kind is ReplyKind.AUTO_REPLY and report is None
    return Inbound(
        kind=kind,
        message_id=next(iter(message_ids((header(message, "Message-ID"),))), ""),
        refers_to=message_ids((*threads, *(report.refers_to if report else ()))),
        from_address=address_in(header(message, "From")),
        failed_address=report.failed_address if report else "",
        status=report.status if report else "",
        return_on=returns_on(written, received_at.date()) if is_away else None,
        text=written,
        subject=subject[:200],
        delivery_key=report.delivery_key if report else "",
        is_away=is_away and says_away(header(message, "Subject"), written),
        has_left=is_away and says_left(written),
    )


def _is_noise(message: Message) -> bool:
    """Whether there is neither a header that says anything nor a text that reads like one."""
    if any(message.get(name) for name in ("From", "Subject", "Message-ID", "Date", "To")):
        return False
    payload = message.get_payload(decode=True)
    octets = payload[:2_000] if isinstance(payload, bytes) else b""
    plain = sum(32 <= octet < 127 or octet in (9, 10, 13) for octet in octets)
    return not octets or plain < 0.7 * len(octets)


def _salvaged(raw: bytes) -> Inbound:
    """What the top of an unreadable mail gives away, so that its sequence can still be paused."""
    top = raw[:20_000].decode("utf-8", "replace")
    threads = re.findall(r"(?im)^(?:In-Reply-To|References):([^\n]*)", top)
    sender = re.search(r"(?im)^From:[^\n]{0,500}?([^\s<>\",;:()]{1,64}@[\w.-]{1,190})", top)
    own = re.search(r"(?im)^Message-ID:\s*(<[^<>\s]{1,250}>)", top)
    return Inbound(
        kind=ReplyKind.UNREADABLE,
        message_id=own.group(1) if own else "",
        refers_to=message_ids(threads),
        from_address=sender.group(1).lower() if sender else "",
    )
