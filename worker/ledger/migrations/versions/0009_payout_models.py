"""Videos that payouts counted, and one index from which a run sums all order lines."""

import sqlalchemy as sa
from alembic import op

from worker.ledger.metadata import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; the new index begins like the old one and takes its place."""
    op.create_table(
        "payout_videos",
        sa.Column("base", sa.Text, primary_key=True, nullable=False),
        sa.Column("record_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("run", sa.Text, primary_key=True, nullable=False),
        sa.Column("creator", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "payout_lists",
        sa.Column("base", sa.Text, primary_key=True, nullable=False),
        sa.Column("record_id", sa.Text, primary_key=True, nullable=False),
    )
    op.create_index("ix_payout_videos_creator", "payout_videos", ["creator"])
    op.drop_index("ix_order_lines_creator", "order_lines")
    op.create_index(
        "ix_order_lines_sums",
        "order_lines",
        [
            "base",
            "creator_handle",
            sa.text("substr(created_on, 1, 7)"),
            "shop",
            "currency",
            "status",
            "fully_returned",
            "created_on",
            "payment_amount",
            "actual_commission_base",
            "settled_at",
        ],
    )
    waiting = sa.text("status IN ('needs review', 'hold')")
    op.create_index(
        "ix_order_lines_waiting",
        "order_lines",
        ["base", "status", "shop", "currency", "payment_amount"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
