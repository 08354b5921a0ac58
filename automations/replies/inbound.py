"""What an inbound mail turned out to be: the value that reading one gives."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class ReplyKind(Enum):
    """What an inbound mail is, in the order in which it is asked."""

    BOUNCE = "bounce"  # the address does not work: suppress, if it refers to a mail of ours
    SOFT_BOUNCE = "soft bounce"  # full or out of order for now
    POLICY_BLOCK = "policy block"  # our standing: the mailbox pauses, the person is not to blame
    AUTO_REPLY = "auto-reply"  # a machine wrote; nobody has replied
    COMPLAINT = "complaint"  # pressed "spam": never write again, and look at the mailbox
    OPT_OUT = "opt-out"  # asked to hear nothing more
    HUMAN = "human"  # a person wrote
    UNREADABLE = "unreadable"  # for a person to look at


@dataclass(frozen=True, slots=True)
class Inbound:
    """One inbound mail as read. `refers_to` holds the Message-IDs it answers or returns, newest
    last; `failed_address` and `status` are a bounce's; `text` is what was written, quotes stripped.

    `is_away`: its writer is out of office; `has_left`: nobody reads mail there any more.
    """

    kind: ReplyKind
    message_id: str = ""
    refers_to: tuple[str, ...] = ()
    from_address: str = ""
    failed_address: str = ""
    status: str = ""
    return_on: date | None = None
    text: str = ""
    subject: str = ""
    delivery_key: str = ""
    is_away: bool = False
    has_left: bool = False
