"""Outreach for one creator: a message that may leave now, or the reason there is none.

Knows nothing of other creators; room in the mailboxes and rendering come after.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from automations.due_step import (
    DueStep,
    day_of,
    finished,
    following,
    is_running,
    next_step,
)
from automations.enrolling import Chosen, History, choose_enrolment
from automations.lawful import lacks_basis
from automations.sending_window import Window, open_window, zones_of
from automations.sequence_book import SequenceBook, UsableSequence
from schemas.outreach import DeliveryState, Enrolment, EnrolmentState, Identified
from schemas.records import CreatorRow
from schemas.rules import Rules
from schemas.sequences import SequenceRow
from schemas.stages import Stage

SENDING_OFF = "Sending is off in Settings."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a creator may live and whether it is sending hours there; or what is unknown."""

    zones: tuple[ZoneInfo, ...]
    window: Window
    problem: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What is the same for every creator of a pass; decisions are by kind of what waits."""

    book: SequenceBook
    past: History
    suppressed: Collection[str]
    places: Mapping[tuple[str, str], Place]
    rules: Rules
    now: datetime
    released: Collection[str] = ()
    dropped: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may leave now, if its mailbox has room and its words can be written."""

    who: Identified
    enrolment: Enrolment
    sequence: SequenceRow
    due: DueStep
    not_after: datetime
    because: str
    standing_then: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What outreach makes of one creator; `standing` is the text for the Enrolment cell."""

    who: Identified
    not_now: str = ""
    problem: str = ""
    standing: str | None = None
    opens: Enrolment | None = None
    opens_because: str = ""
    candidate: Candidate | None = None
    late_in: str = ""
    is_due: bool = False
    stops: Enrolment | None = None
    stops_because: str = ""


def places_of(
    rows: Sequence[CreatorRow], rules: Rules, now: datetime
) -> Mapping[tuple[str, str], Place]:
    """The place of every country and time zone that occurs, judged once per pass."""
    found = {}
    for country, zone in {(row.country, row.time_zone) for row in rows}:
        zones = zones_of(country, zone)
        found[country, zone] = (
            Place((), Window(is_open=False, closes_at=now), zones)
            if isinstance(zones, str)
            else Place(zones, open_window(zones, rules, now, country), country=country)
        )
    return found


def consider(who: Identified, desk: Desk) -> Verdict:
    """The verdict on one creator at the desk's `now`."""
    barred = _barred(who, desk)
    if barred:
        return Verdict(who, not_now=barred)
    if not who.row.sequence_record:
        return _without_sequence(who, desk)
    sequence = desk.book.by_record.get(who.row.sequence_record)
    if sequence is None:
        return Verdict(who, not_now="its Sequence cannot be used: see Sequences.")
    if not sequence.row.active:
        return Verdict(who, not_now=f"{sequence.row.name} is not active.")
    unready = _unready(who.row, sequence, desk)
    if unready:
        return Verdict(who, not_now=unready, problem=unready)
    return _in_sequence(who, sequence, desk)


def _barred(who: Identified, desk: Desk) -> str:
    row = who.row
    if row.opted_out:
        return "opted out."
    if who.creator in desk.suppressed:
        return "is suppressed: see Suppressions."
    if row.stage is Stage.DO_NOT_CONTACT:
        return "is in stage Do not contact."
    if not desk.rules.sending:
        return SENDING_OFF
    return "the row has cells to correct: see Automation note." if row.doubts else ""


def _unready(row: CreatorRow, sequence: UsableSequence, desk: Desk) -> str:
    if not row.email and not any(step.by_hand for step in sequence.steps):
        return "Email is empty: fill in where messages should go."
    place = desk.places[row.country, row.time_zone]
    return place.problem or lacks_basis(row, desk.rules)


def _without_sequence(who: Identified, desk: Desk) -> Verdict:
    running = any(
        is_running(enrolment, desk.past.of(enrolment))
        for enrolment in desk.past.enrolments.get(who.creator, ())
    )
    if not running:
        return Verdict(who, not_now="no Sequence is chosen." if who.row.enrol_again else "")
    return Verdict(who, not_now="Sequence was cleared.", standing="paused: Sequence was cleared.")


def _in_sequence(who: Identified, sequence: UsableSequence, desk: Desk) -> Verdict:
    chosen = choose_enrolment(
        who.creator,
        sequence,
        desk.past,
        again=who.row.enrol_again,
        rules=desk.rules,
        now=desk.now,
    )
    if isinstance(chosen, str):
        return Verdict(who, not_now=chosen)
    ended = _ended(who.row, sequence, desk)
    if ended:
        return _stopped(who, sequence, chosen, ended)
    place = desk.places[who.row.country, who.row.time_zone]
    touches = desk.past.of(chosen.enrolment)
    due = next_step(chosen.enrolment, touches, place.zones[0], place.country)
    if not isinstance(due, str) and _is_dropped(sequence, due, desk):
        return _stopped(who, sequence, chosen, "its next step came too late and was dropped")
    if isinstance(due, str):
        standing = f"{sequence.row.name}: {due}"
        return Verdict(who, not_now=due, problem=chosen.problem, standing=standing)
    if not (who.row.email or due.step.by_hand):
        lacking = "Email is empty: the next step goes by e-mail, so fill it in."
        return Verdict(who, not_now=lacking, problem=lacking)
    return _with_step(who, sequence, chosen, due, desk)


def _with_step(
    who: Identified, sequence: UsableSequence, chosen: Chosen, due: DueStep, desk: Desk
) -> Verdict:
    place = desk.places[who.row.country, who.row.time_zone]
    not_now = (
        _not_begun(sequence, desk)
        or _too_late(sequence, due, desk)
        or _too_early(chosen.enrolment, due, place, desk)
    )
    name, steps = sequence.row.name, len(chosen.enrolment.steps)
    day = day_of(due.due_at, desk.rules.time_zone)
    return Verdict(
        who,
        not_now=not_now,
        problem=chosen.problem,
        standing=f"{name}: step {due.step.number} of {steps} is due on {day}.",
        opens=chosen.enrolment if chosen.opens_because else None,
        opens_because=chosen.opens_because,
        late_in=sequence.row.record_id if _is_late(due, desk) else "",
        is_due=due.due_at <= desk.now and not _is_late(due, desk),
        candidate=None if not_now else Candidate(
            who, chosen.enrolment, sequence.row, due, place.window.closes_at,
            _because(name, due, desk),
            _standing_then(name, chosen.enrolment, due, place, desk),
        ),
    )  # fmt: skip


def _standing_then(name: str, enrolment: Enrolment, due: DueStep, place: Place, desk: Desk) -> str:
    """What the Enrolment cell says once the step was sent at the desk's `now`."""
    then = following(enrolment, due.step, desk.now, place.zones[0], place.country)
    if then is None:
        return f"{name}: {finished(enrolment)}"
    day = day_of(then.due_at, desk.rules.time_zone)
    return f"{name}: step {then.step.number} of {len(enrolment.steps)} is due on {day}."


def _ended(row: CreatorRow, sequence: UsableSequence, desk: Desk) -> str:
    """Why the sequence is over for this creator, whatever step is next; "" if it is not."""
    if row.stage is not None and row.stage.value in sequence.row.stops_at:
        return f"reached {row.stage.value}"
    campaign = sequence.campaign
    if campaign and campaign.ends_on and day_of(desk.now, desk.rules.time_zone) > campaign.ends_on:
        return f"campaign {campaign.name} ended on {campaign.ends_on}"
    return ""


def _stopped(who: Identified, sequence: UsableSequence, chosen: Chosen, because: str) -> Verdict:
    """Nothing more of the sequence; an enrolment that was open is stopped for good."""
    enrolment = chosen.enrolment
    is_open = enrolment.state is EnrolmentState.OPEN and not chosen.opens_because
    told = because if is_open or chosen.opens_because else enrolment.stop_because or because
    return Verdict(
        who,
        not_now=f"stopped: {told}.",
        problem=chosen.problem,
        standing=f"{sequence.row.name}: stopped: {told}.",
        stops=enrolment if is_open else None,
        stops_because=because,
    )


def _not_begun(sequence: UsableSequence, desk: Desk) -> str:
    campaign = sequence.campaign
    today = day_of(desk.now, desk.rules.time_zone)
    if campaign is None or campaign.starts_on is None or today >= campaign.starts_on:
        return ""
    return f"campaign {campaign.name} starts on {campaign.starts_on}."


def late_kind(sequence_record: str) -> str:
    """What a decision about a sequence's late steps is kept under."""
    return f"late:{sequence_record}"


def _is_late(due: DueStep, desk: Desk) -> bool:
    # A first message has nothing to be late after: a long queue under a cap is no accident.
    allowed = timedelta(days=desk.rules.late_after_days)
    return due.follows is not None and desk.now - due.due_at > allowed


def _is_dropped(sequence: UsableSequence, due: DueStep, desk: Desk) -> bool:
    return _is_late(due, desk) and late_kind(sequence.row.record_id) in desk.dropped


def _too_late(sequence: UsableSequence, due: DueStep, desk: Desk) -> str:
    if not _is_late(due, desk) or late_kind(sequence.row.record_id) in desk.released:
        return ""
    days = (desk.now - due.due_at).days
    return f"step {due.step.number} is {days} days late: release or drop it in Runs."


def _too_early(enrolment: Enrolment, due: DueStep, place: Place, desk: Desk) -> str:
    number, zone = due.step.number, desk.rules.time_zone
    if desk.now < due.due_at:
        return f"step {number} is due on {day_of(due.due_at, zone)}."
    if enrolment.quiet_until and desk.now < enrolment.quiet_until:
        until = day_of(enrolment.quiet_until, zone)
        return f"paused until {until}: {enrolment.quiet_because or 'the creator is away'}."
    waits = [
        touch.not_before
        for touch in desk.past.of(enrolment)
        if touch.step == number and touch.state is DeliveryState.DUE and touch.not_before
    ]
    if waits and desk.now < max(waits):
        return f"step {number} could not be sent and is tried again at {max(waits):%H:%M} UTC."
    return "" if place.window.is_open else "it is outside sending hours where the creator lives."


def _because(name: str, due: DueStep, desk: Desk) -> str:
    number = due.step.number
    if due.follows is None:
        return f"Step {number} of {name}: the sequence was chosen and nothing was sent yet."
    days, kind = due.step.wait_days, "business day" if due.step.business else "day"
    return (
        f"Step {number} of {name}: {days} {kind}{'' if days == 1 else 's'} after step "
        f"{due.follows.step} on {day_of(due.follows.at, desk.rules.time_zone)}."
    )
