"""Sequences and their steps as the team wrote them, read into typed records.

A step with a bad cell stays a record with doubts, so that no enrolment opens without it.
"""

import re
from dataclasses import dataclass

from schemas.fields import Field
from schemas.parsing import BadCell, Row, checked, links, many, one_link, text, whole
from schemas.tables import outreach

MOST_WAIT_DAYS = 365


@dataclass(frozen=True, slots=True)
class SequenceRow:
    """One row of Sequences; `slug` is its identity in keys and in the ledger.

    Who stands in a stage of `stops_at` is sent nothing more of it.
    """

    record_id: str
    name: str
    slug: str
    active: bool
    note: str = ""
    campaign_record: str = ""
    stops_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepRow:
    """One row of Steps: message `number` of its sequence, `wait_days` after the one before.

    `also_in` holds further sequences it wrongly names: they lack a step until that is put right.
    """

    record_id: str
    sequence_record: str
    number: int
    wait_days: int
    template: str
    note: str = ""
    doubts: tuple[str, ...] = ()
    also_in: tuple[str, ...] = ()
    business: bool = False
    by_hand: bool = False


def sequence_slug(name: str) -> str:
    """The identity of a sequence: its name in lower case, anything but letters and digits a -."""
    return re.sub(r"[^\w]+|_+", "-", name.casefold()).strip("-")


def parse_sequence(row: Row) -> SequenceRow:
    """The sequence this row describes; raises BadCell for one without a usable name."""
    name = text(row, outreach.SEQUENCE_NAME)
    slug = sequence_slug(name)
    if not slug:
        raise BadCell("Give the sequence a Name with letters or digits.")
    return SequenceRow(
        row.id,
        name,
        slug,
        checked(row, outreach.SEQUENCE_ACTIVE),
        text(row, outreach.SEQUENCE_NOTE),
        one_link(row, outreach.SEQUENCE_CAMPAIGN),
        many(row, outreach.SEQUENCE_STOPS_AT),
    )


def parse_step(row: Row) -> StepRow:
    """The step this row describes, with doubts; raises BadCell only if it names no sequence."""
    sequences = links(row, outreach.STEP_SEQUENCE)
    if not sequences:
        raise BadCell("Sequence is empty: choose the sequence this step belongs to.")
    doubts: list[str] = []
    if len(sequences) > 1:
        doubts.append("Sequence names several: keep one, and add a step row for each other.")
    number = _whole(row, 1, 99, doubts)
    wait = _wait(row, doubts)
    template = _template(row, doubts)
    return StepRow(
        record_id=row.id,
        sequence_record=sequences[0],
        number=number,
        wait_days=wait,
        template=template,
        note=_note(row),
        doubts=tuple(doubts),
        also_in=sequences[1:],
        business=_chosen(row, outreach.STEP_WAIT_UNIT, doubts) == outreach.WAIT_UNITS[1],
        by_hand=_chosen(row, outreach.STEP_SENT_BY, doubts) == outreach.SENT_BY[1],
    )


def _whole(row: Row, low: int, high: int, doubts: list[str]) -> int:
    try:
        number = whole(row, outreach.STEP_NUMBER)
    except BadCell as bad:
        doubts.append(str(bad))
        return 0
    if number is None or not low <= number <= high:
        doubts.append(f"Step should be its place in the sequence, from {low} to {high}.")
        return 0
    return number


def _wait(row: Row, doubts: list[str]) -> int:
    try:
        wait = whole(row, outreach.STEP_WAIT) or 0
    except BadCell as bad:
        doubts.append(str(bad))
        return 0
    if not 0 <= wait <= MOST_WAIT_DAYS:
        doubts.append(f"Wait days should be from 0 to {MOST_WAIT_DAYS}, but is {wait}.")
        return 0
    return wait


def _template(row: Row, doubts: list[str]) -> str:
    try:
        template = text(row, outreach.STEP_TEMPLATE)
    except BadCell as bad:
        doubts.append(str(bad))
        return ""
    if not template:
        doubts.append("Template is empty: name the template this step sends.")
    return template


def _chosen(row: Row, field: Field, doubts: list[str]) -> str:
    try:
        chosen = text(row, field)
    except BadCell as bad:
        doubts.append(str(bad))
        return ""
    if chosen and chosen not in field.choices:
        doubts.append(f"{field.name} should be one of {', '.join(field.choices)}.")
    return chosen


def _note(row: Row) -> str:
    try:
        return text(row, outreach.STEP_NOTE)
    except BadCell:
        return ""
