"""Order lines, imports and payouts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from worker.ledger.metadata import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of orders and money."""
    op.create_table(
        "order_lines",
        *_texts("base", "shop", "order_id", "sku_id", primary_key=True),
        *_order_facts(),
        *_texts("import_id"),
        sa.Column("first_seen", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_order_lines_creator", "order_lines", ["base", "creator_handle"])
    op.create_table(
        "staged_lines",
        *_texts("import_id", primary_key=True),
        sa.Column("row_number", sa.Integer, primary_key=True),
        *_texts("order_id", "sku_id"),
        *_order_facts(),
    )
    op.create_index("ix_staged_lines_key", "staged_lines", ["import_id", "order_id", "sku_id"])
    op.create_table(
        "order_status_history",
        *_texts("base", "shop", "order_id", "sku_id", "import_id", primary_key=True),
        *_texts("status", "raw_status"),
        sa.Column("fully_returned", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "imports",
        *_texts("id", primary_key=True),
        *_texts("base", "shop", "file_name", "sha256"),
        sa.Column("at", UtcDateTime, nullable=False),
        *_counts("new", "changed", "unchanged", "kept", "rejected"),
    )
    op.create_index("ix_imports_base", "imports", ["base"])
    _payouts()


def _payouts() -> None:
    op.create_table(
        "payout_runs",
        *_texts("key", primary_key=True),
        *_texts("base", "period", "state", "prepared_by", "approved_by"),
        sa.Column("cut_off", UtcDateTime, nullable=False),
        sa.Column("calculated_at", UtcDateTime, nullable=False),
        sa.Column("posted_at", UtcDateTime),
        *_texts("facts_hash", "approved_hash", "based_on"),
    )
    op.create_index("ix_payout_runs_base", "payout_runs", ["base"])
    op.create_table("draft_lines", *_line())
    op.create_index("ix_draft_lines_run", "draft_lines", ["run"])
    op.create_table("posted_lines", *_line(), sa.Column("posted_at", UtcDateTime, nullable=False))
    op.create_index("ix_posted_lines_owed", "posted_lines", ["base", "creator", "rule"])


def _texts(*names: str, primary_key: bool = False) -> list["sa.Column[Any]"]:
    return [sa.Column(name, sa.Text, primary_key=primary_key, nullable=False) for name in names]


def _counts(*names: str) -> list["sa.Column[Any]"]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _order_facts() -> list["sa.Column[Any]"]:
    texts = (
        "product_id", "creator_handle", "content_id", "content_type", "currency", "status",
        "raw_status", "standard_rate", "shop_ads_rate",
    )  # fmt: skip
    amounts = (
        "price", "payment_amount", "est_commission_base", "est_commission",
        "actual_commission_base", "actual_commission", "est_shop_ads", "actual_shop_ads",
        "est_cofunded", "actual_cofunded",
    )  # fmt: skip
    return [
        *_texts(*texts),
        *(sa.Column(name, sa.BigInteger) for name in amounts),
        *(sa.Column(name, UtcDateTime) for name in ("paid_at", "delivered_at", "settled_at")),
        sa.Column("fully_returned", sa.Boolean, nullable=False),
        *_counts("quantity"),
        *_texts("created_on"),
        sa.Column("created_at", UtcDateTime, nullable=False),
        *_counts("rank"),
        *_texts("fingerprint"),
    ]


def _line() -> list["sa.Column[Any]"]:
    return [
        *_texts("key", primary_key=True),
        *_texts("base", "run", "creator", "rule", "window", "currency", "kind", "paid_by"),
        *_texts("because"),
        *_counts("rule_version"),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        *_counts("count"),
        sa.Column("basis_minor", sa.BigInteger),
        *_texts("rate", "terms"),
    ]
