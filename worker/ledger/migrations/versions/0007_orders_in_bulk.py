"""Order lines in bulk."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Stage outside the ledger; keep unknown columns, product names and the report of an import."""
    op.drop_table("staged_lines")
    op.drop_column("order_lines", "fingerprint")
    op.add_column("order_lines", sa.Column("extra", sa.Text))
    for column in (
        sa.Column("reader", sa.Text),
        sa.Column("exported_on", sa.Text),
        sa.Column("report", sa.Text),
    ):
        op.add_column("imports", column)
    # The first status of a line is kept under no import: it was the line's since it was first seen.
    op.execute(
        "UPDATE order_status_history SET import_id = '' WHERE at = ("
        "SELECT min(h.at) FROM order_status_history AS h WHERE h.base = order_status_history.base "
        "AND h.shop = order_status_history.shop AND h.order_id = order_status_history.order_id "
        "AND h.sku_id = order_status_history.sku_id)"
    )
    op.create_index("ix_imports_sha256", "imports", ["base", "shop", "sha256"])
    op.create_table(
        "shop_products",
        sa.Column("base", sa.Text, primary_key=True, nullable=False),
        sa.Column("shop", sa.Text, primary_key=True, nullable=False),
        sa.Column("product_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
    )
