"""Every other export of TikTok."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from worker.ledger.metadata import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of metrics, settlements and orders as others report them."""
    op.create_table(
        "metrics",
        *_key("base", "shop", "export", "subject"),
        *_key("handle", "content_id", "product_id", "since", "until"),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("posted_on", sa.Text),
        *_numbers("gmv", "refunds", "est_commission", "flat_fee", "orders", "items"),
        *_numbers("items_refunded", "impressions", "clicks", "views", "likes", "comments"),
        *_numbers("shares", "videos", "lives", "samples"),
        *_came_with(),
    )
    op.create_index("ix_metrics_content", "metrics", ["base", "content_id"])
    op.create_index("ix_metrics_period", "metrics", ["base", "since", "until"])
    op.create_table(
        "settlement_lines",
        *_key("base", "shop", "source", "statement_id", "type", "entry_id"),
        *_key("related_order_id", "sku_id"),
        sa.Column("payment_id", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("is_ad_payment", sa.Boolean, nullable=False),
        sa.Column("statement_on", sa.Text),
        sa.Column("settled_on", sa.Text),
        *_numbers("settlement_amount", "revenue", "fees", "affiliate_commission"),
        *_numbers("affiliate_partner_commission", "affiliate_ads_commission"),
        *_numbers("affiliate_partner_ads_commission", "commission_deposit", "commission_refund"),
        *_came_with(),
    )
    op.create_index("ix_settlement_lines_entry", "settlement_lines", ["base", "entry_id"])
    _reported()


def _reported() -> None:
    op.create_table(
        "reported_orders",
        *_key("base", "shop", "export", "order_id", "sku_id", "product_id", "handle"),
        *_key("content_id", "invitation_id", "commission_type"),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("raw_status", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("ordered_on", sa.Text),
        sa.Column("delivered_on", sa.Text),
        sa.Column("settled_on", sa.Text),
        *_numbers("price", "gmv", "est_base", "est_commission", "est_shop_ads", "est_bonus"),
        *_numbers("est_partner", "est_partner_ads", "est_partner_bonus", "actual_base"),
        *_numbers("actual_commission", "actual_shop_ads", "actual_bonus", "actual_partner"),
        *_numbers("total_earned", "items", "items_refunded"),
        *_came_with(),
    )


def _key(*names: str) -> list["sa.Column[Any]"]:
    return [sa.Column(name, sa.Text, primary_key=True, nullable=False) for name in names]


def _numbers(*names: str) -> list["sa.Column[Any]"]:
    return [sa.Column(name, sa.BigInteger) for name in names]


def _came_with() -> list["sa.Column[Any]"]:
    return [
        sa.Column("rest", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("import_id", sa.Text, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    ]
