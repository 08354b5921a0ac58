"""The ledger's tables for what exports beside the seller's order files say.

Amounts are BIGINT minor units of the row's currency with the file's sign; NULL is unknown, never 0.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from worker.ledger.metadata import METADATA, UtcDateTime

METRIC_KEY = ("handle", "content_id", "product_id", "since", "until")
METRIC_COUNTS = (
    "gmv", "refunds", "est_commission", "flat_fee", "orders", "items", "items_refunded",
    "impressions", "clicks", "views", "likes", "comments", "shares", "videos", "lives", "samples",
)  # fmt: skip
SETTLEMENT_KEY = ("source", "statement_id", "type", "entry_id", "related_order_id", "sku_id")
SETTLEMENT_AMOUNTS = (
    "settlement_amount", "revenue", "fees", "affiliate_commission", "affiliate_partner_commission",
    "affiliate_ads_commission", "affiliate_partner_ads_commission", "commission_deposit",
    "commission_refund",
)  # fmt: skip
REPORTED_KEY = (
    "order_id", "sku_id", "product_id", "handle", "content_id", "invitation_id", "commission_type",
)  # fmt: skip
REPORTED_AMOUNTS = (
    "price", "gmv", "est_base", "est_commission", "est_shop_ads", "est_bonus", "est_partner",
    "est_partner_ads", "est_partner_bonus", "actual_base", "actual_commission", "actual_shop_ads",
    "actual_bonus", "actual_partner", "total_earned", "items", "items_refunded",
)  # fmt: skip


def _key(*names: str) -> list[Column[Any]]:
    """Columns of a primary key: text, "" where the file has no such part."""
    return [Column(name, Text, primary_key=True) for name in names]


def _came_with() -> list[Column[Any]]:
    """What else the row said, and the import that brought it last."""
    return [
        Column("rest", Text, nullable=False),  # JSON object: every column that has none here
        Column("fingerprint", Text, nullable=False),  # of everything the file says of the row
        Column("import_id", Text, nullable=False),
        Column("changed_at", UtcDateTime, nullable=False),
    ]


METRICS = Table(
    "metrics",
    METADATA,
    *_key("base", "shop", "export", "subject", *METRIC_KEY),
    Column("currency", Text, nullable=False),
    Column("posted_on", Text),  # day of a video or LIVE, as ISO text
    *[Column(name, BigInteger) for name in METRIC_COUNTS],
    *_came_with(),
)
Index("ix_metrics_content", METRICS.c.base, METRICS.c.content_id)
Index("ix_metrics_period", METRICS.c.base, METRICS.c.since, METRICS.c.until)

SETTLEMENT_LINES = Table(
    "settlement_lines",
    METADATA,
    *_key("base", "shop", *SETTLEMENT_KEY),
    Column("payment_id", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("is_ad_payment", Boolean, nullable=False),  # GMV spent on ads: no commission
    Column("statement_on", Text),  # days as ISO text
    Column("settled_on", Text),
    *[Column(name, BigInteger) for name in SETTLEMENT_AMOUNTS],
    *_came_with(),
)
Index("ix_settlement_lines_entry", SETTLEMENT_LINES.c.base, SETTLEMENT_LINES.c.entry_id)

REPORTED_ORDERS = Table(
    "reported_orders",
    METADATA,
    *_key("base", "shop", "export", *REPORTED_KEY),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("raw_status", Text, nullable=False),
    Column("rank", Integer, nullable=False),  # how far in its life; never goes down
    Column("ordered_on", Text),  # days as ISO text, on the clock of the file
    Column("delivered_on", Text),
    Column("settled_on", Text),
    *[Column(name, BigInteger) for name in REPORTED_AMOUNTS],
    *_came_with(),
)
