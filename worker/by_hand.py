"""Touches sent by hand: a task with the finished text; ticking it is the touch.

The claim is the same as for a mail, so caps, suppressions and stop rules hold alike. Whatever
ends the sequence meanwhile withdraws the task.
"""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from automations.plan import UpsertRow
from schemas.fields import Field
from schemas.outreach import DeliveryState
from schemas.parsing import BadCell, Row, checked, links, text
from schemas.problems import Problem
from schemas.rules import parse_rules
from schemas.tables import creators, operations
from schemas.tables import pipeline as t
from worker.ledger import by_hand, deliveries, mirror
from worker.ledger.deliveries import Delivery
from worker.rows import RowWriter
from worker.wiring import Worker

MOST_TASKS = 500  # at a time; what is left is shown by the next pass
TEXT_LIMIT = 20_000


def show_tasks(worker: Worker, zone: ZoneInfo) -> tuple[Problem, ...]:
    """Make a task for each touch that waits for a teammate and has none yet.

    It is due today, in `zone`.
    """
    now = worker.clock.now()
    waiting = deliveries.unshown_by_hand(worker.ledger, worker.base_id, MOST_TASKS)
    if not waiting:
        return ()
    writer = RowWriter(worker.base, worker.writes, worker.ledger, worker.clock.now)
    rows = mirror.rows(worker.ledger, worker.base_id, creators.TABLE)
    known = {row.id: row for row in rows}
    today = now.astimezone(zone).date()
    problems = writer.upsert([_task(one, known.get(one.record_id), today) for one in waiting])
    deliveries.mark_shown(worker.ledger, waiting, now)
    return problems


def _task(touch: Delivery, row: Row | None, due_on: date) -> UpsertRow:
    key = by_hand.task_key(touch.key)
    shown_as = touch.payload.get("shown_as", "") or "a creator"
    values: dict[Field, object] = {
        t.TASK_KEY: key,
        t.TASK_TITLE: f"Send by hand: step {touch.step} of {touch.sequence} to {shown_as}",
        t.TASK_CREATOR: [touch.record_id],
        t.TASK_STATUS: "Open",
        t.TASK_DUE: due_on,
        t.TASK_INSTRUCTIONS: _instructions(touch)[:TEXT_LIMIT],
        t.TASK_BECAUSE: touch.because,
    }
    if touch.payload.get("link"):
        values[t.TASK_LINK] = touch.payload["link"]
    owner = _owner(row)
    if owner:
        values[t.TASK_OWNER] = [owner]
    return UpsertRow(key, touch.because, t.TASKS, values, once=True)


def _instructions(touch: Delivery) -> str:
    said = "Send this text, then tick Sent. Dismiss the task if it should not be sent."
    return (
        f"{said}\n\nSubject: {touch.payload.get('subject', '')}\n\n{touch.payload.get('text', '')}"
    )


def _owner(row: Row | None) -> str:
    try:
        return next(iter(links(row, creators.OWNER)), "") if row else ""
    except BadCell:
        return ""


def take_in_ticks(worker: Worker) -> int:
    """Settle what teammates ticked, dismissed or deleted, if they changed any task; how many."""
    ledger, base = worker.ledger, worker.base_id
    if not mirror.is_touched(ledger, base, t.TASKS):
        return 0
    settled = 0
    waiting = by_hand.task_records(ledger, base)
    if waiting:
        rows = {row.id: row for row in worker.base.read(t.TASKS, ids=sorted(waiting))}
        settled = sum(_settle(worker, key, rows.get(record)) for record, key in waiting.items())
    mirror.untouch(ledger, base, t.TASKS)
    return settled


def _settle(worker: Worker, key: str, row: Row | None) -> bool:
    decided = _decided(row)
    if decided is None:
        return False
    state, outcome = decided
    owner = next(iter(links(row, t.TASK_OWNER)), "") if row else ""
    return by_hand.settle(
        worker.ledger, key, state, outcome=outcome, teammate=owner, at=worker.clock.now()
    )


def _decided(row: Row | None) -> tuple[DeliveryState, str] | None:
    """What a teammate decided; None while the task is open."""
    if row is None:
        return DeliveryState.GIVEN_UP, "The task was deleted: it is not sent."
    try:
        if checked(row, t.TASK_SENT) or text(row, t.TASK_STATUS) == "Done":
            return DeliveryState.SENT, "Sent by hand."
        if text(row, t.TASK_STATUS) == "Dismissed":
            return DeliveryState.GIVEN_UP, "The task was dismissed: it is not sent."
    except BadCell:
        return None
    return None


def withdraw(worker: Worker) -> None:
    """Withdraw what must not be sent any more: the task is dismissed, with the reason."""
    ledger, base = worker.ledger, worker.base_id
    if not by_hand.is_waiting(ledger, base):
        return
    rules, _ = parse_rules(mirror.rows(ledger, base, operations.SETTINGS))
    overtaken = set(by_hand.overtaken(ledger, base, separate=rules.separate_senders))
    records = {key: record for record, key in by_hand.task_records(ledger, base).items()}
    why = "Withdrawn: the creator answered, opted out or left the sequence. Do not send it."
    for key in overtaken:
        by_hand.settle(
            ledger, key, DeliveryState.GIVEN_UP, outcome=why, teammate="", at=worker.clock.now()
        )
    dismissed: Mapping[str, Mapping[Field, object]] = {
        records[key]: {t.TASK_STATUS: "Dismissed", t.TASK_BECAUSE: why}
        for key in overtaken
        if key in records
    }
    worker.writes.update(t.TASKS, dismissed)
