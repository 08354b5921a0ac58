"""Shows in Airtable what is settled in the ledger: a step of its own, repeatable at any time.

A row that cannot be shown is a Problem, never a reason to send again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from schemas.base import table as declared
from schemas.fields import Field, Table
from schemas.outreach import DeliveryState
from schemas.problems import Problem
from schemas.tables import creators, operations, outreach
from worker.airtable import Base
from worker.ledger import brakes, consent, deliveries, history, mailbox
from worker.ledger.brakes import HoldState
from worker.ledger.deliveries import Delivery
from worker.ledger.engine import Ledger

MOST_ROWS = 500  # a pass; what is left is shown by the next
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


def show_all(base: Base, ledger: Ledger, now: datetime) -> tuple[Problem, ...]:
    """Bring Airtable up to the ledger: messages, replies, suppressions, holds."""
    changes: dict[str, dict[Field, object]] = defaultdict(dict)
    problems = (
        *_show_touches(base, ledger, changes, now),
        *_show_suppressions(base, ledger, now),
        *show_holds(base, ledger, now),
    )
    shown_replies = _gather_replies(base, ledger, changes)
    problems = (*problems, *base.update(creators.TABLE, _existing(changes)))
    mailbox.mark_replies_shown(ledger, shown_replies, now)
    return problems


def _existing(changes: Mapping[str, dict[Field, object]]) -> dict[str, dict[Field, object]]:
    return {record_id: values for record_id, values in changes.items() if record_id and values}


def _show_touches(
    base: Base, ledger: Ledger, changes: dict[str, dict[Field, object]], now: datetime
) -> tuple[Problem, ...]:
    settled = deliveries.unshown(ledger, base.base_id, MOST_ROWS)
    if not settled:
        return ()
    upserted = base.upsert(outreach.MESSAGES, [_message_row(touch) for touch in settled])
    counted = deliveries.touch_counts(ledger, base.base_id, {t.creator for t in settled})
    for touch in settled:
        if touch.creator in counted:
            number, last_at = counted[touch.creator]
            changes[touch.record_id][creators.TOUCHES] = number
            changes[touch.record_id][creators.LAST_TOUCH_AT] = last_at
    # Marked as shown also where the row was refused: the Problem tells, and a retry would not help.
    deliveries.mark_shown(ledger, [touch.key for touch in settled], now)
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
        outreach.MESSAGE_BECAUSE: touch.because,
        outreach.MESSAGE_OUTCOME: touch.outcome,
    }


def _gather_replies(
    base: Base, ledger: Ledger, changes: dict[str, dict[Field, object]]
) -> Sequence[str]:
    received = mailbox.unshown_replies(ledger, base.base_id, MOST_ROWS)
    for mail in received:
        if mail.kind == "opt-out":
            changes[mail.record_id][creators.OPTED_OUT] = True
        if mail.kind in {"human", "opt-out"}:
            changes[mail.record_id][creators.LAST_REPLY_AT] = mail.at
            changes[mail.record_id][creators.LAST_REPLY] = mail.text[:TEXT_LIMIT]
    return [mail.key for mail in received]


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
    upserted = base.upsert(outreach.SUPPRESSIONS, rows)
    consent.mark_shown(ledger, [row[0] for row in unshown], now)
    return upserted.problems


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


def show_problems(
    base: Base, ledger: Ledger, job: str, problems: Sequence[Problem], now: datetime
) -> None:
    """Write new problems to their rows' notes and clear the notes of those that are gone."""
    new, gone = history.replace_problems(ledger, base.base_id, job, problems, now)
    notes: dict[tuple[str, str], list[str]] = {
        (p.table, p.record_id): [] for p in (*new, *gone) if p.record_id
    }
    for _, problem in history.standing_problems(ledger, base.base_id):
        if (problem.table, problem.record_id) in notes:
            notes[problem.table, problem.record_id].append(problem.text)
    by_table: dict[Table, dict[str, dict[Field, object]]] = defaultdict(dict)
    for (table_name, record_id), texts in notes.items():
        table = declared(table_name)
        if table.note is not None:
            by_table[table][record_id] = {table.note: "\n".join(sorted(texts))}
    for table, changed in by_table.items():
        base.update(table, changed)
