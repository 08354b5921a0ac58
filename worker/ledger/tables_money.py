"""The ledger's tables for order lines, imports and payouts.

Amounts are BIGINT minor units of the row's currency, so that SQL sums are exact; NULL is unknown.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from worker.ledger.metadata import METADATA, UtcDateTime

AMOUNTS = (
    "price", "payment_amount", "est_commission_base", "est_commission",
    "actual_commission_base", "actual_commission", "est_shop_ads", "actual_shop_ads",
    "est_cofunded", "actual_cofunded",
)  # fmt: skip
TEXTS = (
    "product_id", "creator_handle", "content_id", "content_type", "currency", "status",
    "raw_status", "standard_rate", "shop_ads_rate",
)  # fmt: skip


INSTANTS = ("paid_at", "delivered_at", "settled_at")
ORDER_LINES = Table(
    "order_lines",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("shop", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("sku_id", Text, primary_key=True),
    *[Column(name, Text, nullable=False) for name in TEXTS],
    *[Column(name, BigInteger) for name in AMOUNTS],
    *[Column(name, UtcDateTime) for name in INSTANTS],
    Column("fully_returned", Boolean, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("created_on", Text, nullable=False),  # the day on the shop's clock
    Column("created_at", UtcDateTime, nullable=False),
    Column("rank", Integer, nullable=False),  # how far in its life; never goes down
    Column("import_id", Text, nullable=False),  # the file that said all this last
    Column("first_seen", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("extra", Text),  # JSON of the columns nobody knows; NULL when there are none
)
# A payout run reads all it sums from this index alone, in the order in which it groups.
Index(
    "ix_order_lines_sums",
    ORDER_LINES.c.base,
    ORDER_LINES.c.creator_handle,
    text("substr(created_on, 1, 7)"),
    ORDER_LINES.c.shop,
    ORDER_LINES.c.currency,
    ORDER_LINES.c.status,
    ORDER_LINES.c.fully_returned,
    ORDER_LINES.c.created_on,
    ORDER_LINES.c.payment_amount,
    ORDER_LINES.c.actual_commission_base,
    ORDER_LINES.c.settled_at,
)
_WAITING = text("status IN ('needs review', 'hold')")
Index(
    "ix_order_lines_waiting",
    ORDER_LINES.c.base,
    ORDER_LINES.c.status,
    ORDER_LINES.c.shop,
    ORDER_LINES.c.currency,
    ORDER_LINES.c.payment_amount,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)

# A line's first status has a row (of import "") only once there is a second; until then it is
# the line's, since `first_seen`.
ORDER_STATUS_HISTORY = Table(
    "order_status_history",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("shop", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("sku_id", Text, primary_key=True),
    Column("import_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("raw_status", Text, nullable=False),
    Column("fully_returned", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

IMPORTS = Table(
    "imports",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("base", Text, nullable=False, index=True),
    Column("shop", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("reader", Text),  # which reader and shop made of these bytes what they did
    Column("exported_on", Text),  # the day (ISO) that the file's name says
    Column("report", Text),  # JSON, with the first 10,000 rejected rows
)
Index("ix_imports_sha256", IMPORTS.c.base, IMPORTS.c.shop, IMPORTS.c.sha256)

SHOP_PRODUCTS = Table(
    "shop_products",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("shop", Text, primary_key=True),
    Column("product_id", Text, primary_key=True),
    Column("name", Text, nullable=False),  # as the newest import calls it
)

PAYOUT_RUNS = Table(
    "payout_runs",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("base", Text, nullable=False, index=True),
    Column("period", Text, nullable=False),  # 2026-10
    Column("state", Text, nullable=False),  # calculated, approved, posted
    Column("prepared_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False, default=""),
    Column("cut_off", UtcDateTime, nullable=False),
    Column("calculated_at", UtcDateTime, nullable=False),
    Column("posted_at", UtcDateTime),
    Column("facts_hash", Text, nullable=False),  # of the draft lines as calculated
    Column("approved_hash", Text, nullable=False, default=""),  # what the approver saw
    Column("based_on", Text, nullable=False),  # the last posted run when it was calculated
)


def _line() -> list[Column[Any]]:
    """What a payout line says, as a draft and once posted."""
    names = ("base", "run", "creator", "rule", "window", "currency", "kind", "paid_by", "because")
    return [
        Column("key", Text, primary_key=True),
        *[Column(name, Text, nullable=False) for name in names],
        Column("rule_version", Integer, nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("count", Integer, nullable=False),
        Column("basis_minor", BigInteger),
        Column("rate", Text, nullable=False),
        Column("terms", Text, nullable=False),  # the rule as it was, as JSON
    ]


DRAFT_LINES = Table("draft_lines", METADATA, *_line())
Index("ix_draft_lines_run", DRAFT_LINES.c.run)

POSTED_LINES = Table(
    "posted_lines", METADATA, *_line(), Column("posted_at", UtcDateTime, nullable=False)
)
Index("ix_posted_lines_owed", POSTED_LINES.c.base, POSTED_LINES.c.creator, POSTED_LINES.c.rule)
