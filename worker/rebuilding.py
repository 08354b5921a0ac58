"""After the ledger was lost or restored from an older copy: read back what the screen knows.

Touches, suppressions and who was who come back from Airtable. What the screen cannot know is left
to a person: sending stays off for the base until it was looked at and resumed, and the first plan
after that is held with its preview.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from schemas.base import TABLES
from schemas.fields import Field, Table
from schemas.outreach import DeliveryState, EnrolmentState, enrolment_id
from schemas.parsing import BadCell, Row, day, moment, one_link, text
from schemas.records import CreatorRow, parse_creator
from schemas.tables import creators, operations, outreach
from worker import holding, needs
from worker.airtable_ids import table_key
from worker.airtable_names import raise_gone
from worker.ledger import adoption, brakes, cohorts, consent, people, shown_rows
from worker.ledger.cohorts import Cohort
from worker.ledger.engine import insert_new
from worker.ledger.people import hash_of
from worker.ledger.tables import DELIVERIES, ENROLMENTS, SUPPRESSIONS
from worker.reading import claimed_by, write_claim
from worker.wiring import Worker

STATES = {
    "Sent": DeliveryState.SENT,
    "Refused": DeliveryState.REFUSED,
    "In doubt": DeliveryState.IN_DOUBT,
    "Given up": DeliveryState.GIVEN_UP,
}

# Read back without one of these, a creator would be mailed again or an opt-out be lost.
NEEDS = (*needs.SETTINGS, *needs.SCREEN, (creators.TABLE, needs.IDENTITY))


def rebuild(worker: Worker) -> Mapping[str, int]:
    """Read touches and suppressions back, adopt the base, and pause it until a person resumes.

    Adds what is missing and changes nothing that the ledger already knows.
    """
    counts: Counter[str] = Counter()
    now = worker.clock.now()
    raise_gone(worker.base.lacking(NEEDS))
    worker.base.need(NEEDS)
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
    read = {outreach.MESSAGES: messages, outreach.SUPPRESSIONS: suppressions}
    counts["rows"] = _rows(worker, read)
    seen = worker.generations.seen(adopted.ledger)
    generation = max(adopted.generation, settings.generation, seen) + 1
    adoption.set_generation(worker.ledger, worker.base_id, generation)
    write_claim(worker, adopted.ledger, generation)
    holding.forget_first_pass(worker, f"the ledger was rebuilt on {now.date()}")
    return counts


def _rows(worker: Worker, read: Mapping[Table, Sequence[Row]]) -> int:
    """Which rows the worker made, so that they can be counted and pruned; how many there are."""
    found = 0
    for table in (*read, *(one for one in TABLES if one.prunable and one not in read)):
        key = table.key
        if key is None or table_key(table) not in worker.base.known_ids():
            continue
        rows = read[table] if table in read else worker.base.read(table, fields=[key])
        with worker.ledger.writing() as connection:
            for at, made in _by_instant(rows, key).items():
                shown_rows.remember(connection, worker.base_id, table, made, at)
                found += len(made)
    return found


def _by_instant(rows: Sequence[Row], key: Field) -> Mapping[datetime, Mapping[str, str]]:
    found: dict[datetime, dict[str, str]] = {}
    for row in rows:
        if value := str(row.cells.get(key) or ""):
            found.setdefault(row.created_at, {})[value] = row.id
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """A touch as Messages shows it."""

    key: str
    creator: str
    sequence: str
    round: int
    step: int
    record_id: str
    state: DeliveryState
    mailbox: str
    subject: str
    at: datetime


def _shown(row: Row, now: datetime) -> Shown | None:
    try:
        key = text(row, outreach.MESSAGE_KEY)
        _touch_word, _base, creator, sequence, round_, step = key.split(":")
        return Shown(
            key=key,
            creator=creator,
            sequence=sequence,
            round=int(round_),
            step=int(step),
            record_id=one_link(row, outreach.MESSAGE_CREATOR),
            state=STATES[text(row, outreach.MESSAGE_STATE)],
            mailbox=text(row, outreach.MESSAGE_MAILBOX),
            subject=text(row, outreach.MESSAGE_SUBJECT),
            at=moment(row, outreach.MESSAGE_AT) or now,
        )
    except (KeyError, ValueError):  # BadCell is a ValueError: a row that shows no touch
        return None


def _touch(
    connection: Connection, base: str, row: Row, rows: Mapping[str, CreatorRow], now: datetime
) -> bool:
    shown = _shown(row, now)
    if shown is None:
        return False
    known = rows.get(shown.record_id)
    people.remember_id(connection, base, shown.creator, shown.record_id, shown.at)
    if known is not None:
        people.remember_creator(connection, base, shown.creator, known, shown.at)
        cohorts.freeze(connection, base, shown.creator, Cohort(f"{shown.at:%Y-%m}", known.source))
    enrolment = enrolment_id(shown.creator, shown.sequence, shown.round)
    # Which steps the sequence had then, the screen cannot know: the enrolment goes no further.
    insert_new(
        connection,
        ENROLMENTS,
        {
            "id": enrolment, "base": base, "creator": shown.creator, "sequence": shown.sequence,
            "round": shown.round, "steps": [], "state": EnrolmentState.STOPPED.value,
            "mailbox": shown.mailbox, "opened_at": shown.at,
            "stop_because": "rebuilt from Airtable",
        },
    )  # fmt: skip
    return insert_new(
        connection,
        DELIVERIES,
        {
            "key": shown.key, "base": base, "kind": "touch", "state": shown.state.value,
            "attempt": 1, "settled_at": shown.at, "claimed_at": shown.at,
            "creator": shown.creator, "record_id": shown.record_id, "enrolment": enrolment,
            "sequence": shown.sequence, "round": shown.round, "step": shown.step,
            "address_hash": hash_of(known.email) if known and known.email else None,
            "mailbox": shown.mailbox, "shown_at": now, "outcome": "rebuilt from Airtable",
            "payload": {"subject": shown.subject},
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
        "hash": hashed,
        "base": base,
        "source": "rebuilt from Airtable",
        "at": at,
        "shown_at": now,
    }
    if reason.startswith(consent.LIFTED):
        return False
    known = [{**new, "reason": one} for one in reason.split(", ")]
    return sum(insert_new(connection, SUPPRESSIONS, one) for one in known) > 0
