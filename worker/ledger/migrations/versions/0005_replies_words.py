"""Quiet enrolments, which words a delivery carried, and where an answer arrived."""

import sqlalchemy as sa
from alembic import op

from worker.ledger.metadata import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns; what was sent before has no template, variant or language."""
    op.add_column("enrolments", sa.Column("quiet_until", UtcDateTime))
    _texts("enrolments", "quiet_because")
    _texts("deliveries", "template", "template_version", "variant", "language", "teammate")
    _texts("deliveries", "subject")
    op.create_index(
        "ix_deliveries_template", "deliveries", ["base", "template", "template_version"]
    )
    _texts("inbound", "subject", "mailbox")
    op.create_index("ix_inbound_mailbox", "inbound", ["mailbox", "kind", "at"])
    op.create_table(
        "mailboxes_resumed",
        sa.Column("mailbox", sa.Text, primary_key=True, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )

    _suppressions_by_reason()


def _suppressions_by_reason() -> None:
    """Each base and each reason is a fact of its own; SQLite cannot change a primary key."""
    op.create_table(
        "suppressions_by_reason",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("creator", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("shown_at", UtcDateTime),
        sa.Column("lifted_at", UtcDateTime),
        sa.Column("lifted_because", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("hash", "base", "reason", name="pk_suppressions_by_reason"),
    )
    columns = "hash, base, reason, creator, source, at, shown_at, lifted_at, lifted_because"
    copied = f"INSERT INTO suppressions_by_reason ({columns}) SELECT {columns} FROM suppressions"  # noqa: S608 - our own names
    op.execute(copied)
    op.drop_table("suppressions")
    op.rename_table("suppressions_by_reason", "suppressions")


def _texts(table: str, *names: str) -> None:
    for name in names:
        op.add_column(table, sa.Column(name, sa.Text, nullable=False, server_default=""))
