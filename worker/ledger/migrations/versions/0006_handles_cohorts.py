"""Whose a handle was and when, and each creator's cohort."""

import sqlalchemy as sa
from alembic import op

from worker.ledger.metadata import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; every handle known so far was always its creator's."""
    op.create_table(
        "creator_handles",
        sa.Column("base", sa.Text, primary_key=True, nullable=False),
        sa.Column("handle", sa.Text, primary_key=True, nullable=False),
        sa.Column("since", UtcDateTime, primary_key=True, nullable=False),
        sa.Column("until", UtcDateTime),
        sa.Column("creator", sa.Text, nullable=False),
        sa.Column("left_at", UtcDateTime),
    )
    op.create_index("ix_creator_handles_creator", "creator_handles", ["creator"])
    op.create_table(
        "creator_cohorts",
        sa.Column("base", sa.Text, primary_key=True, nullable=False),
        sa.Column("creator", sa.Text, primary_key=True, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
    )
    _handles()
    _cohorts()


def _handles() -> None:
    op.execute(
        "INSERT INTO creator_handles (base, handle, since, creator) "
        "SELECT base, value, '1970-01-01 00:00:00', creator FROM creator_identities "
        "WHERE kind = 'handle'"
    )


def _cohorts() -> None:
    """By the month (UTC) of the first enrolment; its source was not kept then."""
    month = "strftime('%Y-%m', min(opened_at))"
    if op.get_bind().dialect.name == "postgresql":
        month = "to_char(min(opened_at) AT TIME ZONE 'UTC', 'YYYY-MM')"
    copied = f"SELECT base, creator, {month}, '' FROM enrolments GROUP BY base, creator"  # noqa: S608 - our own words
    op.execute(f"INSERT INTO creator_cohorts (base, creator, month, source) {copied}")
