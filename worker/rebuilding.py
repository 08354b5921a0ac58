"""After the ledger was lost or restored from an older copy: read back what the screen knows.

Touches, suppressions and who was who come back from Airtable. What the screen cannot know is left
to a person: sending stays off for the base until it was looked at and resumed.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from schemas.outreach import DeliveryState, EnrolmentState, enrolment_id
from schemas.parsing import BadCell, Row, day, moment, one_link, text, whole
from schemas.records import CreatorRow, parse_creator
from schemas.tables import creators, operations, outreach
from worker.ledger import adoption, brakes, people
from worker.ledger.engine import insert_new
from worker.ledger.people import hash_of
from worker.ledger.tables import CREATORS, DELIVERIES, ENROLMENTS, SUPPRESSIONS
from worker.reading import claimed_by, write_claim
from worker.wiring import Worker

STATES = {
    "Sent": DeliveryState.SENT,
    "Refused": DeliveryState.REFUSED,
    "In doubt": DeliveryState.IN_DOUBT,
    "Given up": DeliveryState.GIVEN_UP,
}


def rebuild(worker: Worker) -> Mapping[str, int]:
    """Read touches and suppressions back, adopt the base, and pause it until a person resumes.

    Adds what is missing and changes nothing that the ledger already knows.
    """
    counts: Counter[str] = Counter()
    now = worker.clock.now()
    settings = claimed_by(worker.base.read(operations.SETTINGS))
    rows = {row.id: parse_creator(row) for row in worker.base.read(creators.TABLE)}
    messages = worker.base.read(outreach.MESSAGES)
    suppressions = worker.base.read(outreach.SUPPRESSIONS)
    brakes.pause(
        worker.ledger,
        brakes.base_scope(worker.base_id),
        because="the ledger was rebuilt: look at Messages of the last days, then resume",
        at=now,
    )
    adopted = adoption.adopt(worker.ledger, worker.base_id, now)
    with worker.ledger.writing() as connection:
        for row in messages:
            counts["touches"] += _touch(connection, worker.base_id, row, rows, now)
        for row in suppressions:
            counts["suppressions"] += _suppression(connection, worker.base_id, row, now)
    generation = max(adopted.generation, settings.generation) + 1
    adoption.set_generation(worker.ledger, worker.base_id, generation)
    write_claim(worker, adopted.ledger, generation)
    return counts


def _touch(
    connection: Connection, base: str, row: Row, rows: Mapping[str, CreatorRow], now: datetime
) -> bool:
    try:
        key = text(row, outreach.MESSAGE_KEY)
        record_id = one_link(row, outreach.MESSAGE_CREATOR)
        state = STATES[text(row, outreach.MESSAGE_STATE)]
        mailbox = text(row, outreach.MESSAGE_MAILBOX)
        at = moment(row, outreach.MESSAGE_AT) or now
        step = whole(row, outreach.MESSAGE_STEP) or 0
    except (BadCell, KeyError):
        return False
    parts = key.split(":")
    if len(parts) != 6 or parts[0] != "touch":
        return False
    _, _, creator, sequence, round_, _ = parts
    known = rows.get(record_id)
    insert_new(
        connection,
        CREATORS,
        {"id": creator, "base": base, "record_id": record_id, "stage": "", "created_at": at},
    )
    if known is not None:
        people.remember_creator(connection, base, creator, known, at)
    enrolment = enrolment_id(creator, sequence, int(round_))
    # Which steps the sequence had then, the screen cannot know: the enrolment goes no further.
    insert_new(
        connection,
        ENROLMENTS,
        {
            "id": enrolment, "base": base, "creator": creator, "sequence": sequence,
            "round": int(round_), "steps": [], "state": EnrolmentState.STOPPED.value,
            "mailbox": mailbox, "opened_at": at, "stop_because": "rebuilt from Airtable",
        },
    )  # fmt: skip
    return insert_new(
        connection,
        DELIVERIES,
        {
            "key": key, "base": base, "kind": "touch", "state": state.value, "attempt": 1,
            "settled_at": at, "claimed_at": at, "creator": creator, "record_id": record_id,
            "enrolment": enrolment, "sequence": sequence, "round": int(round_), "step": step,
            "address_hash": hash_of(known.email) if known and known.email else None,
            "mailbox": mailbox, "shown_at": now, "outcome": "rebuilt from Airtable",
            "payload": {"subject": text(row, outreach.MESSAGE_SUBJECT)},
        },
    )  # fmt: skip


def _suppression(connection: Connection, base: str, row: Row, now: datetime) -> bool:
    try:
        hashed = text(row, outreach.SUPPRESSION_KEY)
        reason = text(row, outreach.SUPPRESSION_REASON) or "rebuilt from Airtable"
        on = day(row, outreach.SUPPRESSION_ON)
    except BadCell:
        return False
    if not hashed:
        return False
    at = now if on is None else now.replace(year=on.year, month=on.month, day=on.day)
    new = {
        "hash": hashed, "base": base, "reason": reason,
        "source": "rebuilt from Airtable", "at": at, "shown_at": now,
    }  # fmt: skip
    return insert_new(connection, SUPPRESSIONS, new)
