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


def _texts(table: str, *names: str) -> None:
    for name in names:
        op.add_column(table, sa.Column(name, sa.Text, nullable=False, server_default=""))
