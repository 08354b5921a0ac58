"""Stage rules, SOPs, samples, videos and stage moves as typed facts for the pipeline planner.

Samples and videos without a creator are left out in silence: the team has not finished typing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from schemas.parsing import BadCell, Row, checked, day, many, one_link, text, whole
from schemas.stages import LAPSED, Stage
from schemas.tables import content
from schemas.tables import pipeline as t

A_PERSON = "a person"
FIRST_SEEN = "first seen"
THE_WORKER = "the worker"


@dataclass(frozen=True, slots=True)
class StageRule:
    """Moves creators of a view (all, if "") from some stages to another, or only makes a task."""

    record_id: str
    name: str
    view: str
    from_stages: frozenset[Stage]
    to: Stage | None
    after_days: int
    because: str
    sop: str
    active: bool


@dataclass(frozen=True, slots=True)
class Sop:
    """What a task asks of a teammate, and within how many days."""

    record_id: str
    name: str
    instructions: str
    due_in_days: int


class SampleStatus(Enum):
    """Where a sample stands."""

    REQUESTED = "Requested"
    APPROVED = "Approved"
    SHIPPED = "Shipped"
    DELIVERED = "Delivered"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of one creator; `on` is the day its status was reached, if it was filled in."""

    record_id: str
    created_at: datetime
    creator_record: str
    product: str
    status: SampleStatus | None
    on: date | None


@dataclass(frozen=True, slots=True)
class ContentPost:
    """One video of one creator, with the day it was posted and the instant it was typed in."""

    record_id: str
    created_at: datetime
    creator_record: str
    posted_on: date | None
    removed_on: date | None


@dataclass(frozen=True, slots=True)
class StageMove:
    """A move as the ledger remembers it; `by` is the worker, a person, or "first seen"."""

    key: str
    creator: str
    record_id: str
    number: int
    from_stage: str
    to: str
    at: datetime
    by: str
    because: str


def parse_stage_rule(row: Row) -> StageRule:
    """The stage rule a row states; BadCell where it could not do what it says."""
    rule = StageRule(
        record_id=row.id,
        name=text(row, t.RULE_NAME),
        view=text(row, t.RULE_VIEW),
        from_stages=frozenset(_stage(name) for name in many(row, t.RULE_FROM)),
        to=_stage(text(row, t.RULE_TO)) if text(row, t.RULE_TO) else None,
        after_days=whole(row, t.RULE_AFTER) or 0,
        because=text(row, t.RULE_BECAUSE) or text(row, t.RULE_NAME),
        sop=one_link(row, t.RULE_SOP),
        active=checked(row, t.RULE_ACTIVE),
    )
    if rule.active:
        _check(rule)
    return rule


def _check(rule: StageRule) -> None:
    if not rule.from_stages:
        raise BadCell("From stages is empty: choose the stages this rule moves from.")
    if rule.to is None and not rule.sop:
        raise BadCell("Choose a To stage or a Task SOP: as it is, this rule does nothing.")
    if not rule.view and not rule.after_days:
        raise BadCell("Name a View or type After days: as it is, this rule moves everybody.")
    if rule.to in LAPSED and rule.after_days < 1:
        raise BadCell(f"A rule to {rule.to.value} needs After days of 1 or more.")
    if rule.after_days < 0:
        raise BadCell("After days cannot be negative.")


def _stage(name: str) -> Stage:
    try:
        return Stage(name)
    except ValueError as error:
        raise BadCell(f"{name!r} is no stage of the pipeline: choose one of the others.") from error


def parse_sop(row: Row) -> Sop:
    """The SOP a row describes; due on the same day if nothing is said."""
    due = whole(row, t.SOP_DUE) or 0
    if not 0 <= due <= 365:
        raise BadCell(f"Due in days should be from 0 to 365, not {due}.")
    return Sop(row.id, text(row, t.SOP_NAME), text(row, t.SOP_INSTRUCTIONS), due)


_STATUS_DAY = {
    SampleStatus.REQUESTED: t.SAMPLE_REQUESTED,
    SampleStatus.APPROVED: t.SAMPLE_APPROVED,
    SampleStatus.SHIPPED: t.SAMPLE_SHIPPED,
    SampleStatus.DELIVERED: t.SAMPLE_DELIVERED,
}


def parse_sample(row: Row) -> Sample:
    """The sample a row describes."""
    written = text(row, t.SAMPLE_STATUS)
    if written and written not in t.SAMPLE_STATES:
        raise BadCell(f"Status {written!r} is not one of {', '.join(t.SAMPLE_STATES)}.")
    status = SampleStatus(written) if written else None
    field = _STATUS_DAY.get(status) if status else None
    return Sample(
        record_id=row.id,
        created_at=row.created_at,
        creator_record=one_link(row, t.SAMPLE_CREATOR),
        product=text(row, t.SAMPLE_PRODUCT),
        status=status,
        on=day(row, field) if field else None,
    )


def parse_content_post(row: Row) -> ContentPost:
    """The video a row of Content describes, as far as the pipeline needs it."""
    return ContentPost(
        record_id=row.id,
        created_at=row.created_at,
        creator_record=one_link(row, content.CREATOR),
        posted_on=day(row, content.POSTED_ON),
        removed_on=day(row, content.REMOVED_ON),
    )
