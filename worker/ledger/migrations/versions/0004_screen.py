"""The screen: change feed, mirror, shown rows, parked bases; holds by kind and size."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from worker.ledger.metadata import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the screen, and let a hold say what kind it is."""
    op.create_table(
        "feeds",
        *_keys("base"),
        *_texts("hook", "mac_secret"),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        *(sa.Column(name, UtcDateTime) for name in ("read_at", "swept_at", "people_at")),
        *_texts("gap"),
    )
    op.create_table(
        "mirror_rows",
        *_keys("base", "table_name", "record_id"),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("cells", sa.JSON, nullable=False),
    )
    op.create_table(
        "mirror_members",
        *_keys("base", "view", "record_id"),
        sa.Column("is_member", sa.Boolean, nullable=False),
    )
    op.create_index("ix_mirror_members_record", "mirror_members", ["base", "record_id"])
    op.create_table("touched_tables", *_keys("base", "table_name"))
    op.create_table(
        "shown_rows",
        *_keys("base", "table_name", "key"),
        *_texts("record_id"),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_shown_rows_at", "shown_rows", ["base", "table_name", "at"])
    op.create_table(
        "parked",
        *_keys("base"),
        *_texts("because"),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
    )
    op.add_column("holds", sa.Column("kind", sa.Text, nullable=False, server_default=""))
    op.add_column("holds", sa.Column("size", sa.Integer, nullable=False, server_default="0"))


def _keys(*names: str) -> list["sa.Column[Any]"]:
    return [sa.Column(name, sa.Text, primary_key=True, nullable=False) for name in names]


def _texts(*names: str) -> list["sa.Column[Any]"]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
