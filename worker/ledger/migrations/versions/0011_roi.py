"""The three-way check's exceptions."""

import sqlalchemy as sa
from alembic import op

from worker.ledger.metadata import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of exceptions."""
    op.create_table(
        "payout_exceptions",
        sa.Column("base", sa.Text, primary_key=True, nullable=False),
        sa.Column("key", sa.Text, primary_key=True, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in (
                "kind", "shop", "order_id", "creator", "currency", "because", "state", "note",
            )
        ),
        sa.Column("ours_minor", sa.BigInteger, nullable=False),
        sa.Column("theirs_minor", sa.BigInteger, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )  # fmt: skip
