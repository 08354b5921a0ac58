"""Outreach: for every creator in a sequence the next message, or the reason there is none now.

Follow-ups go before first messages, then the oldest, as far as mailboxes have room. The
ledger's claim decides consent and room once more at the moment of sending.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from automations.canary import Canary, Decided
from automations.enrolling import REFUSED, history, sticky_mailbox
from automations.outreach_verdict import (
    SENDING_OFF,
    Candidate,
    Desk,
    Verdict,
    consider,
    late_kind,
    places_of,
)
from automations.plan import (
    Action,
    Broken,
    Message,
    NotNow,
    OpenEnrolment,
    Plan,
    SendTouch,
    StopEnrolment,
    Thread,
    UpdateRow,
    Waiting,
)
from automations.sequence_book import sequence_book
from schemas.campaigns import Campaign
from schemas.fields import Field
from schemas.outreach import Enrolment, Identified, Step, Touch, touch_key
from schemas.problems import Problem
from schemas.rules import Rules
from schemas.sequences import SequenceRow, StepRow
from schemas.tables import creators

Renderer = Callable[[Identified, SequenceRow, Step, Thread], Message | Broken | str]


@dataclass(frozen=True, slots=True)
class MailboxRoom:
    """How many messages a mailbox may still send today; `held_because` if it may send none.

    `gap` is the least time between two of its messages, `last_at` when the last one left.
    """

    name: str
    room_today: int
    held_because: str = ""
    gap: timedelta = timedelta(0)
    last_at: datetime | None = None

    def next_at(self, now: datetime) -> datetime:
        """When the next message may leave: the gap, and up to half as much, never the same."""
        if not self.gap or self.last_at is None:
            return now
        chance = zlib.crc32(f"{self.name} {self.last_at.isoformat()}".encode()) % 1000 / 1000
        return self.last_at + self.gap * (1 + chance / 2)

    def room_at(self, now: datetime) -> int:
        """How many may leave in one pass: with a gap, one at a time."""
        if not self.gap:
            return self.room_today
        return min(1, self.room_today) if self.next_at(now) <= now else 0


def plan_outreach(  # noqa: PLR0913 - a planner states all it leans on, by keyword
    *,
    base: str,
    identified: Sequence[Identified],
    sequences: Sequence[SequenceRow],
    steps: Sequence[StepRow],
    enrolments: Sequence[Enrolment],
    touches: Sequence[Touch],
    suppressed: Collection[str],
    render: Renderer,
    rules: Rules,
    mailboxes: Sequence[MailboxRoom],
    now: datetime,
    campaigns: Sequence[Campaign] = (),
    decided: Decided = Decided(),  # noqa: B008 - it is frozen
) -> Plan:
    """Who is enrolled and mailed at `now`, who is not and why, and what a person must fix.

    `suppressed` holds ids of creators. `render` gives the message, or what to fix in the words.
    """
    book = sequence_book(sequences, steps, campaigns)
    places = places_of([who.row for who in identified], rules, now)
    past = history(enrolments, touches)
    desk = Desk(book, past, suppressed, places, rules, now, decided.released, decided.dropped)
    worked, twins = _one_row_each(identified)
    verdicts = [consider(who, desk) for who in worked]
    canary = Canary(rules.canary, decided)
    outbox = _outbox(base, verdicts, mailboxes, render, canary, now)
    sent = {touch.record_id for touch in outbox.touches}
    return Plan(
        actions=(
            *_openings(verdicts, [box.name for box in mailboxes]),
            *_stops(verdicts),
            *outbox.touches,
            *(_row_updates(verdicts, sent) if rules.sending else ()),
        ),
        problems=tuple(sorted({
            *book.problems,
            *outbox.problems,
            *_problems(verdicts),
            *(_creator_problem(who, _TWIN) for who in identified if who.creator in twins),
        })),
        skipped=_skipped(identified, worked, verdicts, outbox),
        waiting=(*_late(verdicts, rules), *canary.waiting()),
    )  # fmt: skip


_TWIN = "Two rows are the same creator; only the older is worked: delete one."


@dataclass(frozen=True, slots=True)
class _Outbox:
    touches: tuple[SendTouch, ...]
    problems: tuple[Problem, ...]
    left: tuple[NotNow, ...]


def _one_row_each(identified: Sequence[Identified]) -> tuple[list[Identified], set[str]]:
    rows = sorted(identified, key=lambda who: (who.row.created_at, who.row.record_id))
    counted = Counter(who.creator for who in rows)
    oldest: dict[str, Identified] = {}
    for who in rows:
        oldest.setdefault(who.creator, who)
    return list(oldest.values()), {creator for creator, count in counted.items() if count > 1}


def _outbox(
    base: str,
    verdicts: Sequence[Verdict],
    mailboxes: Sequence[MailboxRoom],
    render: Renderer,
    canary: Canary,
    now: datetime,
) -> _Outbox:
    boxes = {box.name: box for box in mailboxes}
    room = {box.name: box.room_at(now) for box in mailboxes}
    touches, problems, left = [], [], []
    for candidate in sorted((v.candidate for v in verdicts if v.candidate), key=_first_come):
        who = candidate.who
        name = sticky_mailbox(who.creator, candidate.enrolment.mailbox, list(boxes))
        full = _no_room(boxes.get(name), room)
        words = full or render(who, candidate.sequence, candidate.due.step, _thread(candidate))
        if isinstance(words, Message):
            if stayed := canary.holds_back(words, who.row.shown_as):
                left.append(_not_now(who, stayed))
                continue
            room[name] -= 1
            touches.append(_touch(base, candidate, name, words))
            continue
        told = words.text if isinstance(words, Broken) else words
        left.append(_not_now(who, told, is_due=bool(full)))
        if not (full or isinstance(words, Broken)):
            problems.append(_creator_problem(who, told))
    return _Outbox(tuple(touches), tuple(problems), tuple(left))


def _thread(candidate: Candidate) -> Thread:
    enrolment, due = candidate.enrolment, candidate.due
    return Thread(
        seed=f"{enrolment.id}:{due.step.number}", subject=due.subject, is_first=due.follows is None
    )


def _first_come(candidate: Candidate) -> tuple[bool, datetime, datetime, str]:
    who, due = candidate.who, candidate.due
    return due.follows is None, due.due_at, who.row.created_at, who.row.record_id


def _no_room(box: MailboxRoom | None, room: dict[str, int]) -> str:
    if box is None:
        return "no mailbox is set up to send from."
    if box.held_because:
        return f"mailbox {box.name} is held: {box.held_because}"
    if room[box.name] > 0:
        return ""
    if box.gap and box.room_today > 0:
        return f"mailbox {box.name} waits for the gap between two messages."
    return f"mailbox {box.name} has no room left today."


def _touch(base: str, candidate: Candidate, mailbox: str, words: Message) -> SendTouch:
    who, enrolment, due = candidate.who, candidate.enrolment, candidate.due
    return SendTouch(
        key=touch_key(base, who.creator, enrolment.sequence, enrolment.round, due.step.number),
        because=candidate.because,
        not_after=candidate.not_after,
        creator=who.creator,
        record_id=who.row.record_id,
        enrolment=enrolment.id,
        sequence=enrolment.sequence,
        round=enrolment.round,
        step=due.step.number,
        address=who.row.email,
        mailbox=mailbox,
        message=words,
        in_reply_to=due.in_reply_to,
        name=who.row.name,
        standing=candidate.standing_then,
        references=due.references,
        teammate=who.row.owner,
        basis=who.row.legal_basis,
        source=who.row.source,
        by_hand=due.step.by_hand,
        link=_link(who) if due.step.by_hand else "",
    )


def _link(who: Identified) -> str:
    """Where a teammate sends a message by hand."""
    if who.row.handle:
        return f"https://www.tiktok.com/@{who.row.handle}"
    return f"mailto:{who.row.email}"


def _openings(verdicts: Sequence[Verdict], mailboxes: Sequence[str]) -> list[Action]:
    return [
        OpenEnrolment(
            key=verdict.opens.id,
            because=verdict.opens_because,
            creator=verdict.opens.creator,
            record_id=verdict.who.row.record_id,
            sequence=verdict.opens.sequence,
            round=verdict.opens.round,
            steps=verdict.opens.steps,
            mailbox=sticky_mailbox(verdict.opens.creator, "", mailboxes),
            source=verdict.who.row.source,
        )
        for verdict in verdicts
        if verdict.opens
    ]


def _stops(verdicts: Sequence[Verdict]) -> list[Action]:
    return [
        StopEnrolment(
            verdict.stops.id, verdict.stops_because, verdict.who.row.record_id,
            verdict.stops.sequence,
        )
        for verdict in verdicts
        if verdict.stops
    ]  # fmt: skip


def _row_updates(verdicts: Sequence[Verdict], sent: Collection[str]) -> list[Action]:
    updates: list[Action] = []
    for verdict in verdicts:
        row, values, because = verdict.who.row, dict[Field, object](), ""
        # The next pass says what comes after a message that leaves now: one write, not two.
        told = verdict.standing
        if told is not None and told != row.enrolment and row.record_id not in sent:
            values[creators.ENROLMENT], because = told, told
        if row.enrol_again:
            values[creators.ENROL_AGAIN], because = False, "Enrol again was ticked."
        if values:
            key = f"row:{row.record_id}:enrolment"
            updates.append(UpdateRow(key, because, creators.TABLE, row.record_id, values))
    return updates


def _problems(verdicts: Sequence[Verdict]) -> list[Problem]:
    found = [
        _creator_problem(verdict.who, text)
        for verdict in verdicts
        for text in (verdict.problem, *verdict.who.row.doubts)
        if text
    ]
    unheard = [
        _creator_problem(verdict.who, f"{REFUSED} {verdict.not_now}")
        for verdict in verdicts
        if verdict.who.row.enrol_again
        and not (verdict.opens or verdict.problem)
        # While Sending is off the tick stays and is answered later.
        and verdict.not_now != SENDING_OFF
    ]
    # The tick is gone, so the answer stays on the row until somebody clears it or ticks again.
    answered = [
        _creator_problem(verdict.who, line)
        for verdict in verdicts
        if not (verdict.opens or verdict.who.row.enrol_again)
        for line in verdict.who.row.note.splitlines()
        if line.startswith(REFUSED)
    ]
    return found + unheard + answered


def _late(verdicts: Sequence[Verdict], rules: Rules) -> list[Waiting]:
    """Late steps, by sequence: also those whose release or drop still has to be carried out."""
    late: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.late_in:
            late.setdefault(verdict.late_in, []).append(verdict)
    return [
        Waiting(
            late_kind(sequence),
            f"{len(found):,} creator{'' if len(found) == 1 else 's'} would get a step more than "
            f"{rules.late_after_days} days late. Release: it is sent. Drop: their sequence ends.",
            tuple(f"{one.who.row.shown_as}: {one.standing}" for one in found),
        )
        for sequence, found in sorted(late.items())
    ]


def _skipped(
    identified: Sequence[Identified],
    worked: Sequence[Identified],
    verdicts: Sequence[Verdict],
    outbox: _Outbox,
) -> tuple[NotNow, ...]:
    kept = {who.row.record_id for who in worked}
    everyone = [
        *(_not_now(who, _TWIN) for who in identified if who.row.record_id not in kept),
        *(_not_now(v.who, v.not_now, is_due=v.is_due) for v in verdicts if v.not_now),
        *outbox.left,
    ]
    return tuple(sorted(everyone, key=lambda left: (left.who, left.record_id)))


def _not_now(who: Identified, because: str, *, is_due: bool = False) -> NotNow:
    return NotNow(who.row.record_id, who.row.shown_as, because, is_due)


def _creator_problem(who: Identified, text: str) -> Problem:
    return Problem(creators.TABLE.name, who.row.record_id, text)
