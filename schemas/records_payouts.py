"""Typed records of the payout tables: runs, adjustments, and the videos that rules count.

Rules have a module of their own.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from schemas.money import Money
from schemas.parsing import BadCell, Row, checked, day, number, one_link, text, whole
from schemas.payout_cells import currency, day_of, filled, parse_period
from schemas.tables import content, payouts


class RunState(Enum):
    """The cell State of a payout run: what the team asks for, and what the worker answers."""

    CALCULATE = "Calculate"
    CALCULATED = "Calculated"
    APPROVE = "Approve"
    APPROVED = "Approved"
    POST = "Post"
    POSTED = "Posted"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A one-off amount for one creator (a record id), in the month of `on`."""

    record_id: str
    creator: str
    amount: Money
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Post:
    """A video of the programme; `creator` and `campaign` are record ids, "" where not linked."""

    record_id: str
    creator: str
    video_id: str
    posted_on: date
    approved: bool
    removed_on: date | None
    campaign: str = ""
    views: int = 0
    disclosed: bool = False
    paid_by_tiktok: bool = False

    @property
    def video(self) -> str:
        """What tells it from other videos: TikTok's id, or else its row."""
        return self.video_id or self.record_id


@dataclass(frozen=True, slots=True)
class RunRow:
    """A row of Payout runs; people by the record id of their Team row."""

    record_id: str
    period: str
    key: str
    state: RunState | None
    prepared_by: str
    approved_by: str


def parse_adjustment(row: Row) -> Adjustment:
    """The adjustment a row states; BadCell says what is missing."""
    amount = number(row, payouts.ADJUSTMENT_AMOUNT)
    if amount is None:
        raise BadCell("Amount is empty; write 0 to take an adjustment back.")
    money = Money(amount, currency(row, payouts.ADJUSTMENT_CURRENCY))
    if money.rounded() != money:
        raise BadCell(f"Amount {amount} cannot be paid in {money.currency}: too many decimals.")
    creator = one_link(row, payouts.ADJUSTMENT_CREATOR)
    if not creator:
        raise BadCell("Creator is empty.")
    reason = filled(row, payouts.ADJUSTMENT_REASON)
    return Adjustment(row.id, creator, money, day_of(row, payouts.ADJUSTMENT_ON), reason)


def parse_post(row: Row) -> Post:
    """The video a row of Content states; BadCell says what is missing.

    Without a creator it is still a record: whom it was paid to may be remembered.
    """
    views = whole(row, content.VIEWS) or 0
    if views < 0:
        raise BadCell(f"Views should not be below 0, but is {views}.")
    return Post(
        record_id=row.id,
        creator=one_link(row, content.CREATOR),
        video_id=_video_id(row),
        posted_on=day_of(row, content.POSTED_ON),
        approved=checked(row, content.APPROVED),
        removed_on=day(row, content.REMOVED_ON),
        campaign=one_link(row, content.CAMPAIGN),
        views=views,
        disclosed=checked(row, content.DISCLOSED),
        paid_by_tiktok=checked(row, content.PAID_BY_TIKTOK),
    )


def _video_id(row: Row) -> str:
    """TikTok's id of the video; where nobody typed it, out of the address."""
    found = re.search(r"/video/([0-9]+)", text(row, content.URL))
    return text(row, content.VIDEO_ID) or (found[1] if found else "")


def parse_run(row: Row) -> RunRow:
    """The payout run a row states; BadCell when the month or a name cannot be understood."""
    state = text(row, payouts.RUN_STATE)
    if state and state not in payouts.RUN_STATES:
        raise BadCell(f"State {state!r} is not one of {', '.join(payouts.RUN_STATES)}.")
    return RunRow(
        record_id=row.id,
        period=parse_period(filled(row, payouts.RUN_PERIOD)),
        key=text(row, payouts.RUN_KEY),
        state=RunState(state) if state else None,
        prepared_by=one_link(row, payouts.RUN_PREPARED_BY),
        approved_by=one_link(row, payouts.RUN_APPROVED_BY),
    )
