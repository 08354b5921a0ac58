"""What the ledger remembers of outreach, as facts planners read: creators, enrolments, touches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from schemas.records import CreatorRow


@dataclass(frozen=True, slots=True)
class Identified:
    """A row and the creator of the ledger it was found to be."""

    creator: str
    row: CreatorRow


@dataclass(frozen=True, slots=True)
class KnownCreator:
    """A creator of the ledger with everything it was ever found by, oldest first."""

    id: str
    record_ids: Sequence[str] = ()
    open_ids: Sequence[str] = ()
    handles: Sequence[str] = ()
    emails: Sequence[str] = ()
    former: Sequence[str] = ()  # of the handles: those the creator has left


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it was when its enrolment opened; the wait counts business days if `business`."""

    number: int
    wait_days: int
    template: str
    business: bool = False
    by_hand: bool = False


class EnrolmentState(Enum):
    """Whether an enrolment may still send."""

    OPEN = "open"
    STOPPED = "stopped"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One creator going through one sequence once; `sequence` is the slug of its name.

    Nothing is sent before `quiet_until`: the creator is away, or a teammate has just written.
    """

    id: str
    creator: str
    sequence: str
    round: int
    steps: tuple[Step, ...]
    state: EnrolmentState
    mailbox: str
    opened_at: datetime
    stop_because: str = ""
    quiet_until: datetime | None = None
    quiet_because: str = ""


class DeliveryState(Enum):
    """What became of a once-only action."""

    DUE = "due"
    CLAIMED = "claimed"
    SENT = "sent"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"
    GIVEN_UP = "given up"
    BY_HAND = "by hand"  # handed to a teammate, who has not sent it yet


@dataclass(frozen=True, slots=True)
class Touch:
    """One step of one enrolment and what became of it; `at` is when it was sent or last tried.

    In state DUE it is not tried again before `not_before`.
    """

    key: str
    enrolment: str
    step: int
    state: DeliveryState
    at: datetime
    message_id: str = ""
    not_before: datetime | None = None
    subject: str = ""


def enrolment_id(creator: str, sequence: str, round_: int) -> str:
    """The identity of an enrolment in keys and in the ledger."""
    return f"enr:{creator}:{sequence}:{round_}"


def touch_key(base: str, creator: str, sequence: str, round_: int, step: int) -> str:
    """The business identity of a touch."""
    return f"touch:{base}:{creator}:{sequence}:{round_}:{step}"
