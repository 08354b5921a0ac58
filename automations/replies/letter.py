"""Reads headers and text of an inbound mail, in bounded time whatever it holds."""

import html
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

MAX_BYTES = 400_000
MAX_BOUNDARIES = 150  # more multiparts than that make the stdlib's parser crawl
MAX_HEADER, MAX_IDS = 2_000, 40_000
MOST_PARTS, MOST_WALKED = 5, 500
MAX_TEXT = 50_000
MAX_HTML = 200_000
_ID = re.compile(r"<[^<>\s]{1,250}>")
_ALSO_CALLED = {"windows-874": "cp874", "x-mac-roman": "mac-roman", "cp-850": "cp850"}
_SILENT_TAGS = ("style", "script", "head", "title", "blockquote")
_BREAKING_TAGS = ("br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "ul", "ol")
_QUOTE_MARKS = ("gmail_quote", "divrplyfwdmsg", "appendonsend", "yahoo_quoted", "moz-cite-prefix")


class TooTangled(ValueError):
    """The mail is built to be slow to read."""


def opened(raw: bytes) -> Message:
    """The mail's parts; TooTangled, or whatever the stdlib raises on a broken one."""
    cut = raw[:MAX_BYTES]
    if len(re.findall(rb"(?i)boundary", cut)) > MAX_BOUNDARIES:
        raise TooTangled
    return message_from_bytes(cut)


def header(part: Message, name: str) -> str:
    """The header in readable words on one line, "" if absent."""
    raw = " ".join(str(part.get(name) or "")[:MAX_HEADER].split())
    return "".join(_decoded(chunk, charset) for chunk, charset in decode_header(raw)).strip()


def message_ids(values: Iterable[str]) -> tuple[str, ...]:
    """The Message-IDs named, each once, in order."""
    # The newest stand last: of an endless list beginning and end are what an answer refers to.
    read = (part for value in values for part in (value[:MAX_IDS], value[MAX_IDS:][-MAX_IDS:]))
    return tuple(dict.fromkeys(found for part in read for found in _ID.findall(part)))


def address_in(value: str) -> str:
    """The address in a header, in lower case; "" if there is none."""
    found = parseaddr(value[:MAX_HEADER])[1].lower()
    return found if "@" in found else ""


def text_of(message: Message) -> str:
    """The text a reader sees: the plain parts, else the first HTML part without tags."""
    parts = [part for part in _own_parts(message) if _is_shown(part)]
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    if plain:  # a phone writes one before and one behind each picture
        return "\n".join(_content(part) for part in plain[:MOST_PARTS])[:MAX_TEXT]
    for part in parts:
        if part.get_content_type() == "text/html":
            return without_tags(_content(part)[:MAX_HTML])[:MAX_TEXT]
    return ""


def _own_parts(message: Message) -> Iterator[Message]:
    """The mail's parts, without those of mails that it only forwards or returns."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_WALKED:
        part, seen = waiting.pop(0), seen + 1
        yield part
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting = [one for one in inner if isinstance(one, Message)] + waiting


def without_tags(markup: str) -> str:
    """HTML as text, quotes left out. Linear: the stdlib's HTMLParser takes minutes on `<a <a …`."""
    shown, silent = [], ""
    for piece in markup.split("<"):
        tag, closed, text = piece.partition(">")
        name = re.match(r"/?\w*", tag.lower()[:20])
        word = name.group() if name and closed else ""
        if any(mark in tag[:500].lower() for mark in _QUOTE_MARKS):
            break
        if silent:
            silent = "" if word == f"/{silent}" else silent
        elif word in _SILENT_TAGS:
            silent = word
        if word.lstrip("/") in _BREAKING_TAGS:
            shown.append("\n")
        if not silent:
            shown.append(" ".join(text.split()) if closed else piece)
    return html.unescape(" ".join(shown)).replace(" \n ", "\n").strip()


def parts_of(message: Message, content_type: str) -> Iterator[Message]:
    """The parts of that type, outermost first."""
    return (part for part in message.walk() if part.get_content_type() == content_type)


def _is_shown(part: Message) -> bool:
    return not part.is_multipart() and part.get_content_disposition() != "attachment"


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    return _decoded(octets, part.get_content_charset())


def _decoded(octets: bytes | str, charset: str | None) -> str:
    if isinstance(octets, str):
        return octets
    named = _ALSO_CALLED.get((charset or "utf-8").lower(), charset or "utf-8")
    try:
        return octets.decode(named, "replace")
    except LookupError:  # any invented charset may be named
        return octets.decode("utf-8", "replace")
