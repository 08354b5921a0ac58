"""Which mailboxes each brand sends from and reads, and which of them brands share.

A mailbox is the same for every brand that names it, unless the brand gives it a server or sender
of its own: then it is `brand/mailbox`, with a cap and pauses of its own. Whoever reads the same
IMAP mailbox shares one cursor, so that nothing is taken in twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from worker.settings import Settings, for_one, of_brand


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox as one brand uses it."""

    brand: str
    name: str
    sender: str
    smtp_url: str = field(repr=False)
    imap_url: str = field(repr=False)


def every_box(settings: Settings) -> tuple[Box, ...]:
    """The mailboxes of every brand, each brand's in the order its MAILBOXES names them."""
    return tuple(
        _box(settings, own, brand, mailbox)
        for brand in settings.airtable_base_ids
        for own in (of_brand(settings, brand),)
        for mailbox in own.mailboxes
    )


def mailbox_names(settings: Settings) -> tuple[str, ...]:
    """Every mailbox of every brand once, as the ledger and the page call it."""
    return tuple(dict.fromkeys(box.name for box in every_box(settings)))


def inboxes_of(boxes: Sequence[Box]) -> Mapping[str, str]:
    """For every mailbox that is read, what the ledger calls the inbox behind it."""
    read = [box for box in boxes if box.imap_url]
    return {
        box.name: min(other.name for other in read if other.imap_url == box.imap_url)
        for box in read
    }


def readers_of(boxes: Sequence[Box], bases: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """For every inbox, the bases (by brand) of those whose creators write to it."""
    found: dict[str, dict[str, None]] = {}
    for box in boxes:
        if inbox := inboxes_of(boxes).get(box.name):
            found.setdefault(inbox, {})[bases[box.brand]] = None
    return {inbox: tuple(readers) for inbox, readers in found.items()}


def _box(settings: Settings, own: Settings, brand: str, mailbox: str) -> Box:
    everybodys, brands = _entry(settings, mailbox), _entry(own, mailbox)
    name = mailbox if brands == everybodys else f"{brand}/{mailbox}"
    return Box(brand, name, *brands)


def _entry(settings: Settings, mailbox: str) -> tuple[str, str, str]:
    """Sender, where to send and where to read: the mailbox's own before the brand's."""
    sender, smtp_url, imap_url = (
        for_one(settings, mailbox, variable) for variable in ("mail_from", "smtp_url", "imap_url")
    )
    return sender, smtp_url, imap_url
