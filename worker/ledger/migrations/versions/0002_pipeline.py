"""The ledger of the pipeline: stage moves, and which notice tells what."""

import sqlalchemy as sa
from alembic import op

revision = "0002"  # the name 0003_orders_payouts builds on
down_revision = "0001_outreach"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "stage_moves",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_stage", sa.Text(), nullable=False),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("written_at", TIME, nullable=True),
        sa.Column("shown_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stage_moves")),
        sa.UniqueConstraint("base", "creator", "number", name="uq_stage_moves_base_creator_number"),
    )
    op.create_index("ix_stage_moves_base_at", "stage_moves", ["base", "at"], unique=False)
    op.create_table(
        "notice_lines",
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fact", name=op.f("pk_notice_lines")),
    )
    op.create_index(op.f("ix_notice_lines_notice"), "notice_lines", ["notice"], unique=False)
