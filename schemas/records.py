"""A creator's row as typed facts, and how handles and addresses are written once and for all.

One bad cell never hides the rest: it is left empty and told as a doubt, which planners turn
into a Problem on the row. Outreach leaves a row with doubts alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email

from schemas.fields import Field
from schemas.parsing import BadCell, Row, checked, day, links, moment, one_link, text, whole
from schemas.stages import Stage
from schemas.tables import creators

T = TypeVar("T")

_PROFILE = re.compile(r"(?:https?://)?(?:[a-z]+\.)?tiktok\.com/@([^/?#\s]*).*", re.DOTALL)
_HANDLE = re.compile(r"[a-z0-9_.]{1,30}")


@dataclass(frozen=True, slots=True)
class CreatorRow:
    """One row of Creators; `doubts` are sentences about cells that could not be understood."""

    record_id: str
    created_at: datetime
    name: str = ""
    first_name: str = ""
    handle: str = ""
    email: str = ""
    open_id: str = ""
    country: str = ""
    time_zone: str = ""
    language: str = ""
    followers: int | None = None
    source: str = ""
    legal_basis: str = ""
    owner: str = ""
    sequence_record: str = ""
    enrol_again: bool = False
    opted_out: bool = False
    stage: Stage | None = None
    stage_since: datetime | None = None
    enrolment: str = ""
    touches: int = 0
    last_touch_at: datetime | None = None
    last_reply_at: datetime | None = None
    sample_status: str = ""
    last_post_on: date | None = None
    posts: int = 0
    first_sale_on: date | None = None
    note: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def shown_as(self) -> str:
        """What people call this creator: the name, else the handle, else the record."""
        return self.name or (f"@{self.handle}" if self.handle else self.record_id)


def canonical_handle(written: str) -> str:
    """A TikTok handle in lower case without @, also out of a profile URL; "" if it is none."""
    lowered = written.strip().casefold()
    profile = _PROFILE.fullmatch(lowered)
    handle = profile[1] if profile else lowered.removeprefix("@")
    return handle if _HANDLE.fullmatch(handle) else ""


@lru_cache(maxsize=65_536)  # every pass asks about every creator
def normal_email(written: str) -> str:
    """An address trimmed and in lower case; "" if no mail can be addressed to it."""
    try:
        checked_address = validate_email(
            written.strip(), check_deliverability=False, allow_smtputf8=False
        )
    except EmailNotValidError:
        return ""
    return (checked_address.ascii_email or "").lower()


# Read by payouts alone, but whoever typed what cannot be read is told here.
_OF_PAYOUTS = (
    creators.TIER, creators.PAY_BY, creators.PAYEE, creators.TAX_FORM, creators.PAYOUT_DISPUTE,
)  # fmt: skip


def parse_creator(row: Row) -> CreatorRow:
    """The creator this row describes; never raises, tells doubts instead."""
    doubts: list[str] = []
    name = _or_doubt(text, row, creators.NAME, "", doubts)
    for field in _OF_PAYOUTS:
        _or_doubt(text, row, field, "", doubts)
    _or_doubt(checked, row, creators.PAYEE_VERIFIED, False, doubts)
    return CreatorRow(
        record_id=row.id,
        created_at=row.created_at,
        name=name,
        first_name=next(iter(name.split()), ""),
        handle=_or_doubt(_handle, row, creators.HANDLE, "", doubts),
        email=_or_doubt(_email, row, creators.EMAIL, "", doubts),
        open_id=_or_doubt(text, row, creators.OPEN_ID, "", doubts),
        country=_or_doubt(_country, row, creators.COUNTRY, "", doubts),
        time_zone=_or_doubt(text, row, creators.TIME_ZONE, "", doubts),
        language=_or_doubt(text, row, creators.LANGUAGE, "", doubts),
        followers=_or(whole, row, creators.FOLLOWERS, None),
        source=_or(text, row, creators.SOURCE, ""),
        legal_basis=_or_doubt(_basis, row, creators.LEGAL_BASIS, "", doubts),
        owner=_or(_first_link, row, creators.OWNER, ""),
        sequence_record=_or_doubt(one_link, row, creators.SEQUENCE, "", doubts),
        enrol_again=_or_doubt(checked, row, creators.ENROL_AGAIN, False, doubts),
        opted_out=_or_doubt(checked, row, creators.OPTED_OUT, False, doubts),
        stage=_or_doubt(_stage, row, creators.STAGE, None, doubts),
        stage_since=_or(moment, row, creators.STAGE_SINCE, None),
        enrolment=_or(text, row, creators.ENROLMENT, ""),
        touches=_or(whole, row, creators.TOUCHES, None) or 0,
        last_touch_at=_or(moment, row, creators.LAST_TOUCH_AT, None),
        last_reply_at=_or(moment, row, creators.LAST_REPLY_AT, None),
        sample_status=_or(text, row, creators.SAMPLE_STATUS, ""),
        last_post_on=_or(day, row, creators.LAST_POST_ON, None),
        posts=_or(whole, row, creators.POSTS, None) or 0,
        first_sale_on=_or(day, row, creators.FIRST_SALE_ON, None),
        note=_or(text, row, creators.NOTE, ""),
        doubts=tuple(doubts),
    )


def _or_doubt(
    read: Callable[[Row, Field], T], row: Row, field: Field, empty: T, doubts: list[str]
) -> T:
    try:
        return read(row, field)
    except BadCell as bad:
        doubts.append(str(bad))
        return empty


def _or(read: Callable[[Row, Field], T], row: Row, field: Field, empty: T) -> T:
    # A shown fact: if it cannot be read, the worker writes it anew and nobody must act.
    return _or_doubt(read, row, field, empty, [])


def _first_link(row: Row, field: Field) -> str:
    return next(iter(links(row, field)), "")


def _handle(row: Row, field: Field) -> str:
    written = text(row, field)
    handle = canonical_handle(written)
    if written and not handle:
        raise BadCell(f"{field.name} {written[:60]!r} is no TikTok handle: type it like @ana.lima.")
    return handle


def _email(row: Row, field: Field) -> str:
    written = text(row, field)
    address = normal_email(written) if written else ""
    if written and not address:
        raise BadCell(f"{field.name} {written[:60]!r} is no mail address: correct it.")
    return address


def _country(row: Row, field: Field) -> str:
    written = text(row, field).upper()
    if written and not re.fullmatch(r"[A-Z]{2}", written):
        raise BadCell(f"{field.name} {written[:60]!r} should be two letters, like US or BR.")
    return written


def _basis(row: Row, field: Field) -> str:
    written = text(row, field)
    if written and written not in creators.BASES:
        raise BadCell(f"{field.name} {written[:60]!r} is none of {', '.join(creators.BASES)}.")
    return written


def _stage(row: Row, field: Field) -> Stage | None:
    written = text(row, field)
    try:
        return Stage(written) if written else None
    except ValueError as error:
        raise BadCell(f"{field.name} {written[:60]!r} is no stage of the pipeline.") from error
