"""Shows in Airtable what is settled in the ledger: a step of its own, repeatable at any time.

A row that cannot be shown is a Problem, never a reason to send again. What was sent may wait a
while for a call of ten rows; whatever else happened does not.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from automations.waiting import full_calls
from schemas.base import table as declared
from schemas.fields import Field
from schemas.outreach import DeliveryState
from schemas.problems import Problem
from schemas.tables import creators, operations, outreach
from worker.airtable import Base
from worker.ledger import brakes, consent, deliveries, history, mailbox, people
from worker.ledger.brakes import HoldState
from worker.ledger.deliveries import Delivery
from worker.ledger.engine import Ledger
from worker.wiring import Worker

MOST_ROWS = 1_000  # at a time; what is left is shown by the next pass
PART = 100  # touches shown and marked together: a pass that is killed repeats no more
TEXT_LIMIT = 5_000

_STATES = {
    DeliveryState.SENT: "Sent",
    DeliveryState.REFUSED: "Refused",
    DeliveryState.IN_DOUBT: "In doubt",
    DeliveryState.GIVEN_UP: "Given up",
}
_HOLD_STATES = {
    HoldState.HELD: "Held",
    HoldState.RELEASED: "Released",
    HoldState.DROPPED: "Dropped",
}


def show_all(worker: Worker, now: datetime) -> tuple[Problem, ...]:
    """Bring Airtable up to the ledger: messages, replies, suppressions, holds.

    Cells of creators' rows are gathered in `worker.writes`, to be written with the run's others.
    """
    problems = (
        *_show_suppressions(worker.base, worker.ledger, now),
        *show_holds(worker.base, worker.ledger, now),
    )
    _gather_replies(worker, now)
    for number, touches in enumerate(_parts(_to_show(worker, now))):
        if worker.stopping.asked.is_set():
            break
        # The last part's cells stay gathered: the run may have more to write in these rows.
        written = worker.writes.flush() if number else ()
        problems = (*problems, *written, *_show_touches(worker, touches, now))
    return problems


def _to_show(worker: Worker, now: datetime) -> Sequence[Delivery]:
    """Settled touches that do not wait (any longer), and those that fill calls of ten."""
    settled = deliveries.unshown(worker.ledger, worker.base_id, MOST_ROWS)
    long_ago = now - worker.patience
    due = [touch for touch in settled if not _may_wait(touch, long_ago)]
    waiting = [touch for touch in settled if _may_wait(touch, long_ago)]
    return full_calls(due, waiting)


def _may_wait(touch: Delivery, long_ago: datetime) -> bool:
    if touch.state is not DeliveryState.SENT or touch.resolved_by:
        return False
    return touch.at is not None and touch.at > long_ago


def _parts(touches: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    for start in range(0, len(touches), PART):
        yield touches[start : start + PART]


def _show_touches(
    worker: Worker, touches: Sequence[Delivery], now: datetime
) -> tuple[Problem, ...]:
    upserted = worker.base.upsert(outreach.MESSAGES, [_message_row(touch) for touch in touches])
    counted = deliveries.touch_counts(worker.ledger, worker.base_id, {t.creator for t in touches})
    changes: dict[str, dict[Field, object]] = {}
    for touch in touches:
        if touch.record_id and touch.creator in counted:
            number, last_at = counted[touch.creator]
            cells: dict[Field, object] = {
                creators.TOUCHES: number, creators.LAST_TOUCH_AT: last_at,
            }  # fmt: skip
            if touch.state is DeliveryState.SENT and (standing := touch.payload.get("standing")):
                cells[creators.ENROLMENT] = standing
            changes[touch.record_id] = cells
    worker.writes.update(creators.TABLE, changes)
    # Marked as shown also where the row was refused: the Problem tells, and a retry would not help.
    worker.writes.afterwards(lambda: deliveries.mark_shown(worker.ledger, touches, now))
    return upserted.problems


def _message_row(touch: Delivery) -> Mapping[Field, object]:
    return {
        outreach.MESSAGE_KEY: touch.key,
        outreach.MESSAGE_CREATOR: [touch.record_id],
        outreach.MESSAGE_SEQUENCE: touch.sequence,
        outreach.MESSAGE_STEP: touch.step,
        outreach.MESSAGE_STATE: _STATES[touch.state],
        outreach.MESSAGE_SUBJECT: touch.payload.get("subject", ""),
        outreach.MESSAGE_BODY: touch.payload.get("text", "")[:TEXT_LIMIT],
        outreach.MESSAGE_AT: touch.at,
        outreach.MESSAGE_MAILBOX: touch.mailbox,
        outreach.MESSAGE_VARIANT: touch.variant,
        outreach.MESSAGE_BECAUSE: touch.because,
        outreach.MESSAGE_OUTCOME: touch.outcome,
    }


def _gather_replies(worker: Worker, now: datetime) -> None:
    received = mailbox.unshown_replies(worker.ledger, worker.base_id, MOST_ROWS)
    changes: dict[str, dict[Field, object]] = defaultdict(dict)
    for mail in received:
        if mail.kind in {"opt-out", "complaint"}:
            changes[mail.record_id][creators.OPTED_OUT] = True
        if mail.kind in {"human", "opt-out"}:
            changes[mail.record_id][creators.LAST_REPLY_AT] = mail.at
            changes[mail.record_id][creators.LAST_REPLY] = mail.text[:TEXT_LIMIT]
    worker.writes.update(creators.TABLE, {row: cells for row, cells in changes.items() if row})
    keys = [mail.key for mail in received]
    if keys:
        worker.writes.afterwards(lambda: mailbox.mark_replies_shown(worker.ledger, keys, now))


def _show_suppressions(base: Base, ledger: Ledger, now: datetime) -> tuple[Problem, ...]:
    unshown = consent.unshown(ledger, base.base_id, MOST_ROWS)
    if not unshown:
        return ()
    rows = [
        {
            outreach.SUPPRESSION_KEY: hashed,
            outreach.SUPPRESSION_REASON: reason,
            outreach.SUPPRESSION_SOURCE: source,
            outreach.SUPPRESSION_ON: at.date(),
        }
        for hashed, reason, source, at in unshown
    ]
    unticked = _untick_lifted(base, ledger)
    upserted = base.upsert(outreach.SUPPRESSIONS, rows)
    consent.mark_shown(ledger, base.base_id, [row[0] for row in unshown], now)
    return (*unticked, *upserted.problems)


def _untick_lifted(base: Base, ledger: Ledger) -> tuple[Problem, ...]:
    """Where a person lifted what barred a creator, the tick that was made before goes."""
    lifted = consent.lifted_of_late(ledger, base.base_id)
    records = people.records(ledger, base.base_id, lifted)
    return base.update(creators.TABLE, {one: {creators.OPTED_OUT: False} for one in records})


def show_holds(base: Base, ledger: Ledger, now: datetime) -> tuple[Problem, ...]:
    """Show in Runs what waits for a person, and what was decided."""
    unshown = brakes.unshown_holds(ledger, base.base_id)
    if not unshown:
        return ()
    rows = [
        {
            operations.RUN_KEY: hold.id,
            operations.RUN_JOB: hold.job,
            operations.RUN_AT: hold.opened_at,
            operations.RUN_STATE: _HOLD_STATES[hold.state],
            operations.RUN_SUMMARY: "\n".join((hold.because, *hold.preview))[:TEXT_LIMIT],
        }
        for hold in unshown
    ]
    upserted = base.upsert(operations.RUNS, rows)
    brakes.mark_holds_shown(ledger, [hold.id for hold in unshown], now)
    return upserted.problems


def note_problems(worker: Worker, job: str, problems: Sequence[Problem], now: datetime) -> None:
    """Gather new problems for their rows' notes, and the clearing of notes of those now gone."""
    ledger, base = worker.ledger, worker.base_id
    new, gone = history.replace_problems(ledger, base, job, problems, now)
    notes: dict[tuple[str, str], list[str]] = {
        (p.table, p.record_id): [] for p in (*new, *gone) if p.record_id
    }
    for _, problem in history.standing_problems(ledger, base):
        if (problem.table, problem.record_id) in notes:
            notes[problem.table, problem.record_id].append(problem.text)
    for (table_name, record_id), texts in notes.items():
        table = declared(table_name)
        if table.note is not None:
            worker.writes.update(table, {record_id: {table.note: "\n".join(sorted(texts))}})
