"""Campaigns and their products as the team wrote them, read into typed records."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.parsing import BadCell, Row, day, number, one_link, text
from schemas.tables import campaigns as t


@dataclass(frozen=True, slots=True)
class Product:
    """One row of Products; `commission_percent` is 15 for 15 %."""

    record_id: str
    name: str
    link: str = ""
    commission_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """One row of Campaigns: both days are days of the base's zone, and count whole."""

    record_id: str
    name: str
    product_record: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


def parse_product(row: Row) -> Product:
    """The product this row describes; raises BadCell."""
    name = text(row, t.PRODUCT_NAME)
    if not name:
        raise BadCell("Name is empty: messages name the product by it.")
    link = text(row, t.PRODUCT_LINK)
    if link and not re.fullmatch(r"https?://[^\s<>\"]+", link):
        raise BadCell(f"Link {link[:60]!r} is no link: copy the whole address with https://.")
    percent = number(row, t.PRODUCT_RATE)
    if percent is not None and not 0 <= percent <= 100:
        raise BadCell(f"Commission percent should be from 0 to 100, but is {percent}.")
    return Product(row.id, name, link, percent)


def parse_campaign(row: Row) -> Campaign:
    """The campaign this row describes; raises BadCell."""
    name = text(row, t.CAMPAIGN_NAME)
    if not name:
        raise BadCell("Name is empty: messages name the campaign by it.")
    starts, ends = day(row, t.CAMPAIGN_STARTS), day(row, t.CAMPAIGN_ENDS)
    if starts and ends and ends < starts:
        raise BadCell("Ends on lies before Starts on: correct one of them.")
    return Campaign(row.id, name, one_link(row, t.CAMPAIGN_PRODUCT), starts, ends)
