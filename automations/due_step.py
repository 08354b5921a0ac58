"""Which step of an enrolment comes next, and when; or why none does.

Waits count calendar or business days on the creator's clock from when the previous touch left.
Sending hours and caps are decided elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from automations.business_days import business_days_later
from schemas.outreach import DeliveryState, Enrolment, EnrolmentState, Step, Touch

PASSED = (DeliveryState.SENT, DeliveryState.GIVEN_UP)


@dataclass(frozen=True, slots=True)
class DueStep:
    """The next step, when it is due, and the touch it follows (None for the first).

    `references` are the Message-IDs of the thread, `subject` is the one it began with.
    """

    step: Step
    due_at: datetime
    follows: Touch | None
    references: tuple[str, ...] = ()
    subject: str = ""

    @property
    def in_reply_to(self) -> str:
        """The Message-ID it answers; "" for the first."""
        return self.references[-1] if self.references else ""


def next_step(
    enrolment: Enrolment, touches: Sequence[Touch], zone: ZoneInfo, country: str = ""
) -> DueStep | str:
    """The step that comes next; a text says why no step may follow.

    `country` has the public holidays that business days leave out.
    """
    blocked = _blocked(enrolment, touches)
    if blocked:
        return blocked
    passed = sorted((t for t in touches if t.state in PASSED), key=lambda touch: touch.step)
    last = passed[-1] if passed else None
    step = _after(enrolment.steps, last.step if last else 0)
    if step is None:
        return finished(enrolment)
    sent = [t for t in passed if t.state is DeliveryState.SENT and t.message_id]
    return DueStep(
        step=step,
        due_at=_due_at(last.at, step, zone, country) if last else enrolment.opened_at,
        follows=last,
        references=tuple(touch.message_id for touch in sent),
        subject=next((touch.subject for touch in sent if touch.subject), ""),
    )


def following(
    enrolment: Enrolment, step: Step, sent_at: datetime, zone: ZoneInfo, country: str = ""
) -> DueStep | None:
    """The step after `step`, once that was sent; None after the last."""
    then = _after(enrolment.steps, step.number)
    if then is None:
        return None
    return DueStep(then, _due_at(sent_at, then, zone, country), follows=None)


def is_running(enrolment: Enrolment, touches: Sequence[Touch]) -> bool:
    """Whether the enrolment still has something to send or to settle."""
    if enrolment.state is not EnrolmentState.OPEN:
        return False
    states = {touch.state for touch in touches}
    if states & {DeliveryState.CLAIMED, DeliveryState.IN_DOUBT, DeliveryState.BY_HAND}:
        return True
    if DeliveryState.REFUSED in states:
        return False
    passed = [touch.step for touch in touches if touch.state in PASSED]
    return _after(enrolment.steps, max(passed, default=0)) is not None


def finished(enrolment: Enrolment) -> str:
    """The sentence for an enrolment with no step left."""
    count = len(enrolment.steps)
    return f"finished, {count} step{'' if count == 1 else 's'} done."


def _after(steps: Sequence[Step], number: int) -> Step | None:
    later = (step for step in steps if step.number > number)
    return min(later, key=lambda step: step.number, default=None)


def _blocked(enrolment: Enrolment, touches: Sequence[Touch]) -> str:
    if enrolment.state is EnrolmentState.STOPPED:
        return f"stopped: {enrolment.stop_because or 'no reason was noted'}"
    if enrolment.state is EnrolmentState.FINISHED:
        return finished(enrolment)
    waiting = sorted((t for t in touches if t.state in _WAITING), key=lambda touch: touch.step)
    return next((f"step {t.step} {_WAITING[t.state]}" for t in waiting), "")


_WAITING: Mapping[DeliveryState, str] = {
    DeliveryState.IN_DOUBT: "may or may not have left: choose a Resolution in Messages.",
    DeliveryState.CLAIMED: "is being sent right now.",
    DeliveryState.BY_HAND: "waits for a teammate to send it by hand: see Tasks.",
    DeliveryState.REFUSED: "was refused by the mail server: correct Email, then tick Enrol again.",
}


def _due_at(at: datetime, step: Step, zone: ZoneInfo, country: str) -> datetime:
    if not step.business:
        return _wall_days_later(at, step.wait_days, zone)
    local = at.astimezone(zone).date()
    days = (business_days_later(local, step.wait_days, country) - local).days
    return _wall_days_later(at, days, zone)


def _wall_days_later(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    # Adding days to an aware local time keeps the wall clock; UTC resolves an hour that
    # does not exist that day.
    return (at.astimezone(zone) + timedelta(days=days)).astimezone(UTC)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The day an instant falls on, as the base counts days."""
    return at.astimezone(zone).date()
