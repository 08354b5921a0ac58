"""The seller's "Affiliate orders" export: its columns, and whether a header is one of it.

Headers are matched by normalised name, never by position; reading a row is in `orders.py`.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from schemas.order_headers import BEGINNINGS, OTHER_NAMES, REFUNDED_ITEMS, RETURNED_ITEMS

ORDER_ID = "Order ID"
PRODUCT_ID = "Product ID"
SKU_ID = "SKU ID"
PRICE = "Price"
PAYMENT_AMOUNT = "Payment Amount"
CURRENCY = "Currency"
QUANTITY = "Quantity"
FULLY_RETURNED = "Fully returned or refunded"
STATUS = "Order Status"
CREATOR = "Creator Username"
CREATOR_REGION = "Creator Region"
PRODUCT_NAME = "Product Name"
CONTENT_TYPE = "Content Type"
CONTENT_ID = "Content ID"
STANDARD_RATE = "Standard commission rate"
EST_BASE = "Est. Commission Base"
EST_COMMISSION = "Est. standard commission payment"
ACTUAL_BASE = "Actual Commission Base"
ACTUAL_COMMISSION = "Actual Commission Payment"
SHOP_ADS_RATE = "Shop Ads commission rate"
EST_SHOP_ADS = "Est. Shop Ads commission payment"
ACTUAL_SHOP_ADS = "Actual Shop Ads commission payment"
EST_COFUNDED = "Est. co-funded creator bonus"
ACTUAL_COFUNDED = "Actual co-funded creator bonus"
CREATED = "Time Created"
PAID = "Payment time"
DELIVERED = "Order Delivery Time"
SETTLED = "Time Commission Paid"

COLUMNS: tuple[str, ...] = (
    ORDER_ID, PRODUCT_ID, PRODUCT_NAME, SKU_ID, PRICE, PAYMENT_AMOUNT, CURRENCY, QUANTITY,
    FULLY_RETURNED, "Payment method", STATUS, CREATOR, CONTENT_TYPE, CONTENT_ID,
    "commission model", STANDARD_RATE, EST_BASE, EST_COMMISSION, ACTUAL_BASE, ACTUAL_COMMISSION,
    SHOP_ADS_RATE, EST_SHOP_ADS, ACTUAL_SHOP_ADS, EST_COFUNDED, ACTUAL_COFUNDED, CREATED, PAID,
    DELIVERED, SETTLED, "Platform",
)  # fmt: skip
COLUMNS_WITH_REGION = (*COLUMNS[:12], CREATOR_REGION, *COLUMNS[12:])
REQUIRED = (
    ORDER_ID, PRODUCT_ID, SKU_ID, PAYMENT_AMOUNT, CURRENCY, QUANTITY, FULLY_RETURNED, STATUS,
    CREATOR, CONTENT_TYPE, CONTENT_ID, EST_BASE, EST_COMMISSION, ACTUAL_BASE, ACTUAL_COMMISSION,
    CREATED, SETTLED,
)  # fmt: skip

# Until early 2025 a file counted the items that came back, and named no line fully returned.
RETURN_COUNTS = (RETURNED_ITEMS, REFUNDED_ITEMS)

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_OTHER_EXPORTS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"total final earned amount"}), "a creator's own affiliate orders"),
    (frozenset({"shared with partner"}), "a creator's own affiliate orders"),
    (frozenset({"commission gmv", "shop code"}), "a partner agency's (TAP) orders"),
    (frozenset({"creator-attributed gmv"}), "a creator, video or product list"),
    (frozenset({"affiliate gmv"}), "a creator list"),
)
# Nearer than this, an unknown column is taken for a known one under a new name.
_LIKELY_RENAME = 0.75


@dataclass(frozen=True, slots=True)
class WrongHeader:
    """Why a header is not that of a seller's affiliate orders, and what to do."""

    why: str
    known: int = 0  # how many of its columns are known: the nearest row is told about


def clean(cell: str) -> str:
    """The cell without the tabs, odd spaces and invisible characters exports glue to it."""
    return " ".join(_INVISIBLE.sub("", cell).split())


def normalised(header: str) -> str:
    """The header as it is compared: cleaned, composed, caseless."""
    return unicodedata.normalize("NFC", clean(header)).casefold()


_KNOWN: Mapping[str, str] = {
    normalised(name): column
    for name, column in {
        **{column: column for column in (*COLUMNS_WITH_REGION, *RETURN_COUNTS)},
        **OTHER_NAMES,
    }.items()
}
_BEGINNINGS = {normalised(start): column for start, column in BEGINNINGS.items()}


def match_header(header: Sequence[str]) -> Mapping[str, int] | WrongHeader:
    """Where each known column stands; or why this is not a seller's affiliate orders file."""
    named = [_column(normalised(cell)) for cell in header]
    at = {column: place for place, column in enumerate(named) if column}
    names = {normalised(cell) for cell in header}
    for marks, export in _OTHER_EXPORTS:
        if marks <= names:
            return WrongHeader(
                f"looks like {export}, not the seller's Affiliate orders export", len(COLUMNS)
            )
    if len(at) < len(REQUIRED) // 2:
        return WrongHeader(
            "is not the seller's Affiliate orders export: its first row has only "
            f"{len(at)} of the {len(COLUMNS)} column names",
            len(at),
        )
    changes = [*_repeated(named), *_missing(header, at)]
    if changes:
        return WrongHeader("has changed columns: " + "; ".join(changes), len(at))
    return at


def unknown_columns(header: Sequence[str]) -> Mapping[str, int]:
    """Where each column stands that nobody knows, by its own name; a repeated one is numbered."""
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        if _column(normalised(cell)):
            continue
        name = clean(cell) or f"column {place + 1}"
        if name in found:
            name = f"{name} ({place + 1})"
        found[name] = place
    return found


def _column(name: str) -> str:
    """The column of that normalised name; "" if nobody knows it."""
    if name in _KNOWN:
        return _KNOWN[name]
    return next((column for start, column in _BEGINNINGS.items() if name.startswith(start)), "")


def _repeated(named: Sequence[str]) -> list[str]:
    twice = sorted({column for column in named if column and named.count(column) > 1})
    return [f"{column!r} is there {named.count(column)} times" for column in twice]


def _missing(header: Sequence[str], at: Mapping[str, int]) -> list[str]:
    unknown = [normalised(name) for name in unknown_columns(header)]
    changes = []
    for column in COLUMNS:
        if column in at or (column == FULLY_RETURNED and set(RETURN_COUNTS) <= at.keys()):
            continue
        near = get_close_matches(normalised(column), unknown, 1, _LIKELY_RENAME)
        if near:
            changes.append(f"{column!r} is missing, {near[0]!r} looks like its new name")
        elif column in REQUIRED:
            changes.append(f"{column!r} is missing")
    return changes
