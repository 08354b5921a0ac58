"""Outreach as tests need it: invented people, a three-step sequence, and a Monday at noon."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from automations.outreach import MailboxRoom, plan_outreach
from automations.plan import (
    Message,
    OpenEnrolment,
    Plan,
    SendTouch,
    StopEnrolment,
    Thread,
    UpdateRow,
)
from schemas.fields import Field
from schemas.outreach import (
    DeliveryState,
    Enrolment,
    EnrolmentState,
    Identified,
    Step,
    Touch,
    enrolment_id,
    touch_key,
)
from schemas.parsing import Row
from schemas.records import CreatorRow
from schemas.rules import Rules
from schemas.sequences import SequenceRow, StepRow
from schemas.tables import creators

BASE = "appGlow"
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # Monday, noon in New York
DAY = timedelta(days=1)
RULES = Rules(sending=True, brand="Glow")
RECRUIT = SequenceRow("recSeqRecruit", "Recruit", "recruit", active=True)
WAKE_UP = SequenceRow("recSeqWakeUp", "Wake up", "wake-up", active=True)
STEP_ROWS = (
    StepRow("recStep1", RECRUIT.record_id, 1, 0, "intro"),
    StepRow("recStep2", RECRUIT.record_id, 2, 3, "follow-up"),
    StepRow("recStep3", RECRUIT.record_id, 3, 7, "last-word"),
    StepRow("recStepW", WAKE_UP.record_id, 1, 0, "wake-up"),
)
STEPS = tuple(
    Step(s.number, s.wait_days, s.template)
    for s in STEP_ROWS
    if s.sequence_record == RECRUIT.record_id
)
FIELDS: dict[str, Field] = dict(creators.TABLE.by_name)


def a_row(record_id: str = "recAna", **changes: Any) -> CreatorRow:
    """Ana Lima of New York, who was just put into Recruit."""
    usual = CreatorRow(
        record_id=record_id,
        created_at=NOON - 30 * DAY,
        name="Ana Lima",
        first_name="Ana",
        handle="ana.lima",
        email="ana.lima@example.com",
        country="US",
        time_zone="America/New_York",
        language="en",
        sequence_record=RECRUIT.record_id,
    )
    return replace(usual, **changes)


def a_creator(creator: str = "cr-ana", **changes: Any) -> Identified:
    """An identified creator with a row of her own."""
    return Identified(creator, a_row(**{"record_id": f"rec-{creator}", **changes}))


def an_enrolment(creator: str = "cr-ana", **changes: Any) -> Enrolment:
    """An open first round of Recruit, begun ten days ago."""
    usual = Enrolment(
        id="",
        creator=creator,
        sequence="recruit",
        round=1,
        steps=STEPS,
        state=EnrolmentState.OPEN,
        mailbox="jane",
        opened_at=NOON - 10 * DAY,
    )
    made = replace(usual, **changes)
    return replace(made, id=enrolment_id(made.creator, made.sequence, made.round))


def a_touch(enrolment: Enrolment, step: int = 1, **changes: Any) -> Touch:
    """A touch of the enrolment, sent five days ago."""
    key = touch_key(BASE, enrolment.creator, enrolment.sequence, enrolment.round, step)
    usual = Touch(
        key, enrolment.id, step, DeliveryState.SENT, NOON - 5 * DAY, f"<{step}@glow.example.com>"
    )
    return replace(usual, **changes)


def a_message(who: Identified, sequence: SequenceRow, step: Step, thread: Thread) -> Message | str:
    """Words that show who they are for."""
    del thread
    line = f"{sequence.name} {step.number} for {who.row.first_name}"
    return Message(line, line, f"<p>{line}</p>")


def plan(*identified: Identified, **changes: Any) -> Plan:
    """The plan for these creators, everything else as usual."""
    usual: dict[str, Any] = {
        "base": BASE,
        "identified": identified,
        "sequences": (RECRUIT, WAKE_UP),
        "steps": STEP_ROWS,
        "enrolments": (),
        "touches": (),
        "suppressed": frozenset(),
        "render": a_message,
        "rules": RULES,
        "mailboxes": (MailboxRoom("jane", 50),),
        "now": NOON,
    }
    return plan_outreach(**(usual | changes))


def touches_of(made: Plan) -> list[SendTouch]:
    """The messages a plan would send."""
    return [action for action in made.actions if isinstance(action, SendTouch)]


def openings_of(made: Plan) -> list[OpenEnrolment]:
    """The enrolments a plan would open."""
    return [action for action in made.actions if isinstance(action, OpenEnrolment)]


def stops_of(made: Plan) -> list[StopEnrolment]:
    """The enrolments a plan would stop."""
    return [action for action in made.actions if isinstance(action, StopEnrolment)]


def values_of(made: Plan) -> dict[Field, object]:
    """What a plan would write to the only row it updates; empty if it updates none."""
    updates = [action for action in made.actions if isinstance(action, UpdateRow)]
    assert len(updates) <= 1
    return dict(updates[0].values) if updates else {}


def why_not(made: Plan) -> list[str]:
    """Why those left alone are left alone."""
    return [left.because for left in made.skipped]


def airtable_row(cells: dict[Field, object], record_id: str = "recAna") -> Row:
    """A row as Airtable gives it."""
    return Row(record_id, NOON, cells)


@dataclass
class World:
    """A world in which every plan is carried out at once: what the ledger and the base become."""

    identified: list[Identified]
    rules: Rules = RULES
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    touches: dict[str, Touch] = field(default_factory=dict)
    suppressed: set[str] = field(default_factory=set)
    sent_at: list[tuple[SendTouch, datetime]] = field(default_factory=list)

    def room(self, now: datetime, names: Sequence[str] = ("jane", "sam")) -> list[MailboxRoom]:
        """What the daily cap leaves each mailbox on the day of `now`."""
        today = now.astimezone(self.rules.time_zone).date()
        used = [
            touch.mailbox
            for touch, at in self.sent_at
            if at.astimezone(self.rules.time_zone).date() == today
        ]
        return [MailboxRoom(name, self.rules.daily_cap - used.count(name)) for name in names]

    def plan(self, now: datetime) -> Plan:
        """The plan at `now`, from the facts as they stand."""
        return plan(
            *self.identified,
            enrolments=tuple(self.enrolments.values()),
            touches=tuple(self.touches.values()),
            suppressed=self.suppressed,
            rules=self.rules,
            mailboxes=self.room(now),
            now=now,
        )

    def carry_out(self, made: Plan, now: datetime) -> None:
        """Pretend that everything planned happened at `now`."""
        for action in made.actions:
            match action:
                case OpenEnrolment():
                    self.enrolments.setdefault(action.key, _opened(action, now))
                case SendTouch():
                    before = self.touches.get(action.key)
                    assert before is None or before.state is DeliveryState.DUE
                    self.sent_at.append((action, now))
                    self.touches[action.key] = Touch(
                        action.key, action.enrolment, action.step, DeliveryState.SENT, now, "<m>"
                    )
                case UpdateRow():
                    self._write(action)

    def _write(self, update: UpdateRow) -> None:
        changes: dict[str, Any] = {}
        if creators.ENROLMENT in update.values:
            changes["enrolment"] = update.values[creators.ENROLMENT]
        if creators.ENROL_AGAIN in update.values:
            changes["enrol_again"] = update.values[creators.ENROL_AGAIN]
        self.identified = [
            replace(who, row=replace(who.row, **changes))
            if who.row.record_id == update.record_id
            else who
            for who in self.identified
        ]


def _opened(action: OpenEnrolment, now: datetime) -> Enrolment:
    return Enrolment(
        action.key,
        action.creator,
        action.sequence,
        action.round,
        action.steps,
        EnrolmentState.OPEN,
        action.mailbox,
        now,
    )


ALL_DAY = replace(RULES, window_start=time(0), window_end=time(0), window_days=frozenset(range(7)))
