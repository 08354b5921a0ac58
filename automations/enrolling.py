"""Which enrolment a creator is worked in: the one that exists, a first one, or a new round.

Clearing or re-typing the Sequence cell never opens another; only a ticked Enrol again does.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from automations.due_step import day_of, is_running
from automations.sequence_book import UsableSequence
from schemas.outreach import (
    DeliveryState,
    Enrolment,
    EnrolmentState,
    Touch,
    enrolment_id,
)
from schemas.rules import Rules

REFUSED = "Enrol again was not done:"


@dataclass(frozen=True, slots=True)
class History:
    """Enrolments and touches, found by creator."""

    enrolments: Mapping[str, Sequence[Enrolment]]
    touches: Mapping[str, Sequence[Touch]]

    def latest(self, creator: str, sequence: str) -> Enrolment | None:
        """The creator's last round of that sequence."""
        rounds = (e for e in self.enrolments.get(creator, ()) if e.sequence == sequence)
        return max(rounds, key=lambda enrolment: enrolment.round, default=None)

    def of(self, enrolment: Enrolment) -> Sequence[Touch]:
        """The touches of that enrolment."""
        return self.touches.get(enrolment.id, ())

    def last_touch_at(self, creator: str) -> datetime | None:
        """When a message last left, or may have left, for the creator in any enrolment."""
        return max(
            (
                touch.at
                for enrolment in self.enrolments.get(creator, ())
                for touch in self.of(enrolment)
                if touch.state in _LEFT
            ),
            default=None,
        )


_LEFT = (DeliveryState.SENT, DeliveryState.CLAIMED, DeliveryState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The enrolment to work; `opens_because` is set if it must be opened first.

    `problem` says why a ticked Enrol again was not followed.
    """

    enrolment: Enrolment
    opens_because: str = ""
    problem: str = ""


def history(enrolments: Sequence[Enrolment], touches: Sequence[Touch]) -> History:
    """Sort what the ledger remembers by creator and by enrolment."""
    by_creator: dict[str, list[Enrolment]] = defaultdict(list)
    for enrolment in enrolments:
        by_creator[enrolment.creator].append(enrolment)
    by_enrolment: dict[str, list[Touch]] = defaultdict(list)
    for touch in touches:
        by_enrolment[touch.enrolment].append(touch)
    return History(by_creator, by_enrolment)


def choose_enrolment(
    creator: str, sequence: UsableSequence, past: History, *, again: bool, rules: Rules,
    now: datetime,
) -> Chosen | str:  # fmt: skip
    """The enrolment this creator is in or the one to open; a text says why none can open."""
    latest = past.latest(creator, sequence.row.slug)
    if latest is None:
        return _opened(creator, sequence, 1, now)
    if not again:
        return Chosen(latest)
    refusal = _refusal(latest, sequence, past, rules, now)
    if refusal:
        return Chosen(latest, problem=f"{REFUSED} {refusal}")
    return _opened(creator, sequence, latest.round + 1, now)


def _refusal(
    latest: Enrolment, sequence: UsableSequence, past: History, rules: Rules, now: datetime
) -> str:
    if is_running(latest, past.of(latest)):
        return f"the creator is still going through {sequence.row.name}."
    last = past.last_touch_at(latest.creator)
    least = timedelta(days=rules.enrol_again_after_days)
    if last is not None and now < last + least:
        return (
            f"the last message was on {day_of(last, rules.time_zone)}; tick it again on or after "
            f"{day_of(last + least, rules.time_zone) + timedelta(days=1)}."
        )
    return ""


def _opened(creator: str, sequence: UsableSequence, round_: int, now: datetime) -> Chosen | str:
    name = sequence.row.name
    if not sequence.steps:
        return f"the steps of {name} cannot be used yet: see Steps."
    enrolment = Enrolment(
        id=enrolment_id(creator, sequence.row.slug, round_),
        creator=creator,
        sequence=sequence.row.slug,
        round=round_,
        steps=sequence.steps,
        state=EnrolmentState.OPEN,
        mailbox="",
        opened_at=now,
    )
    why = f"{name} was chosen." if round_ == 1 else f"Enrol again was ticked: round {round_}."
    return Chosen(enrolment, opens_because=why)


def sticky_mailbox(creator: str, kept: str, names: Sequence[str]) -> str:
    """The mailbox all messages to this creator leave from; another only if it is gone."""
    if kept in names or not names:
        return kept
    ordered = sorted(names)
    digest = hashlib.sha256(creator.encode()).digest()
    return ordered[int.from_bytes(digest[:8]) % len(ordered)]
