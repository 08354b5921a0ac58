"""Seller Center's "Affiliate orders" export: 30 columns, one row per order and SKU, raw texts.

Rows change from export to export: `row_of` tells what Seller Center shows of a sale at a moment.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHOP_ZONE = ZoneInfo("America/Los_Angeles")
HEADER = (
    "Order ID", "Product ID", "Product Name", "SKU ID", "Price", "Payment Amount", "Currency",
    "Quantity", "Fully returned or refunded", "Payment method", "Order Status", "Creator Username",
    "Content Type", "Content ID", "commission model", "Standard commission rate",
    "Est. Commission Base", "Est. standard commission payment", "Actual Commission Base",
    "Actual Commission Payment", "Shop Ads commission rate", "Est. Shop Ads commission payment",
    "Actual Shop Ads commission payment", "Est. co-funded creator bonus",
    "Actual co-funded creator bonus", "Time Created", "Payment time", "Order Delivery Time",
    "Time Commission Paid", "Platform",
)  # fmt: skip
SETTLED, INELIGIBLE, CANCELED, UNDER_REVIEW = "Settled", "Ineligible", "Canceled", "Under review"
_RATE_PERCENT = 15


@dataclass(frozen=True, slots=True)
class Product:
    """One SKU of the shop."""

    product_id: str
    sku_id: str
    name: str
    cents: int


@dataclass(frozen=True, slots=True)
class Sale:
    """One order line with its whole life: the statuses it passes, each from its moment on.

    `actual_cents` is the commission base it settles at; `returned_at` may come after that.
    """

    order_id: str
    product: Product
    quantity: int
    paid_cents: int
    handle: str
    video_id: str
    statuses: Sequence[tuple[datetime, str]]
    actual_cents: int
    delivered_at: datetime | None = None
    returned_at: datetime | None = None

    @property
    def created_at(self) -> datetime:
        """When it was ordered."""
        return self.statuses[0][0]

    @property
    def settled_at(self) -> datetime | None:
        """When TikTok pays its commission; None if it never does."""
        return next((at for at, status in self.statuses if status == SETTLED), None)

    def status_at(self, at: datetime) -> str:
        """What Seller Center calls it at that moment."""
        return [status for since, status in self.statuses if since <= at][-1]

    def is_returned_at(self, at: datetime) -> bool:
        """Whether all of it had been sent back by then."""
        return self.returned_at is not None and self.returned_at <= at


def row_of(sale: Sale, at: datetime) -> Sequence[str]:
    """The sale's row in an export of that moment."""
    status, settled = sale.status_at(at), sale.settled_at
    is_settled = settled is not None and settled <= at
    commission = sale.paid_cents * _RATE_PERCENT // 100
    unpaid = status == "Unpaid by customer"
    return (
        sale.order_id, sale.product.product_id, sale.product.name, sale.product.sku_id,
        money(sale.product.cents), money(sale.paid_cents), "USD", str(sale.quantity),
        "Yes" if sale.is_returned_at(at) else "No", "--" if unpaid else "Credit card", status,
        sale.handle, "Video", sale.video_id, "Fixed commission", f"{_RATE_PERCENT}%",
        money(sale.paid_cents), money(commission),
        money(sale.actual_cents) if is_settled else "--",
        money(sale.actual_cents * _RATE_PERCENT // 100) if is_settled else "--",
        "0%", money(0), money(0) if is_settled else "--", money(0),
        money(0) if is_settled else "--",
        local(sale.created_at), "" if unpaid else local(sale.created_at + timedelta(minutes=1)),
        local(sale.delivered_at if sale.delivered_at and sale.delivered_at <= at else None),
        local(settled if is_settled else None), "TikTok",
    )  # fmt: skip


def money(cents: int) -> str:
    """An amount as Seller Center writes it: $1,234.56."""
    return f"${cents // 100:,}.{cents % 100:02}"


def local(at: datetime | None) -> str:
    """A time on the shop's clock, day first; "" for what has not happened."""
    return at.astimezone(SHOP_ZONE).strftime("%d/%m/%Y %H:%M:%S") if at else ""


def export(sales: Iterable[Sale], at: datetime, path: Path) -> int:
    """Write the export of that moment; how many rows it has."""
    known = sorted(
        (sale for sale in sales if sale.created_at <= at),
        key=lambda sale: (sale.created_at, sale.order_id, sale.product.sku_id),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(row_of(sale, at) for sale in known)
    return len(known)
