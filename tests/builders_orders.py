"""Files in the exact layout of the seller's Affiliate orders export, for tests."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from schemas import order_columns as columns
from schemas.shops import Shop

GLOW_US = Shop("Glow US", "America/Los_Angeles", "USD")
GLOW_UK = Shop("Glow UK", "Europe/London", "GBP")

USUAL: Mapping[str, str] = {
    "Order ID": "576460752303423501",
    "Product ID": "1729382256910270001",
    "Product Name": "Glow Serum, 30 ml",
    "SKU ID": "1729382256910280001",
    "Price": "$25.00",
    "Payment Amount": "$25.00",
    "Currency": "USD",
    "Quantity": "1",
    "Fully returned or refunded": "No",
    "Payment method": "Credit card",
    "Order Status": "Settled",
    "Creator Username": "maria.santos",
    "Creator Region": "GB",
    "Content Type": "Video",
    "Content ID": "7301234567890123456",
    "commission model": "Fixed commission",
    "Standard commission rate": "15%",
    "Est. Commission Base": "$25.00",
    "Est. standard commission payment": "$3.75",
    "Actual Commission Base": "$25.00",
    "Actual Commission Payment": "$3.75",
    "Shop Ads commission rate": "--",
    "Est. Shop Ads commission payment": "--",
    "Actual Shop Ads commission payment": "--",
    "Est. co-funded creator bonus": "--",
    "Actual co-funded creator bonus": "--",
    "Time Created": "14/10/2026 09:30:00",
    "Payment time": "14/10/2026 09:31:00",
    "Order Delivery Time": "18/10/2026 12:00:00",
    "Time Commission Paid": "25/10/2026 03:00:00",
    "Platform": "TikTok",
}


def an_order(number: int = 1, **changes: str) -> dict[str, str]:
    """A settled order; `changes` by column name with underscores for spaces and dots left out."""
    named = {_key(column): column for column in USUAL}
    row = dict(USUAL) | {"Order ID": str(576460752303423500 + number)}
    return row | {named[_key(name)]: value for name, value in changes.items()}


def pending(number: int, **changes: str) -> dict[str, str]:
    """An order whose commission is not settled: its actual amounts are unknown."""
    unknown = {
        "Order_Status": "Pending",
        "Actual_Commission_Base": "--",
        "Actual_Commission_Payment": "--",
        "Time_Commission_Paid": "",
    }
    return an_order(number, **(unknown | changes))


def csv_text(orders: Sequence[Mapping[str, str]], header: Sequence[str] = columns.COLUMNS) -> str:
    """The file's text; `header` may repeat, rename or leave out columns."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([[order.get(column, "x") for column in header] for order in orders])
    return out.getvalue()


def write_orders(
    path: Path, orders: Sequence[Mapping[str, str]], header: Sequence[str] = columns.COLUMNS
) -> Path:
    """Write the file as Seller Center does (with a byte order mark) and give back its path."""
    path.write_text(csv_text(orders, header), encoding="utf-8-sig", newline="")
    return path


def _key(name: str) -> str:
    return name.lower().replace(" ", "_").replace(".", "").replace("-", "_")
