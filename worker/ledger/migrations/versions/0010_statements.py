"""Statements and what became of them: holds, releases, payments, files, and who edited a run.

Statements of runs posted before this are taken over as posted; each is held until a person says
whether it was paid, for nobody recorded it then.
"""

import sqlalchemy as sa
from alembic import op

from worker.ledger.metadata import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and take over what was posted."""
    _holds()
    _statements()
    _payments()
    _screen()
    _take_over()


def _texts(*names: str, key: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, primary_key=key, nullable=False) for name in names]


def _holds() -> None:
    identity = ("statement", "kind", "about")
    op.create_table(
        "amount_holds",
        *_texts(*identity, key=True),
        *_texts("base", "run", "creator", "currency", "because"),
    )
    op.create_index("ix_amount_holds_run", "amount_holds", ["run", "creator", "currency"])
    op.create_table(
        "hold_releases",
        *_texts(*identity, key=True),
        *_texts("base", "by", "because"),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_hold_releases_base", "hold_releases", ["base"])


def _statements() -> None:
    op.create_table(
        "posted_statements",
        *_texts("key", key=True),
        *_texts("base", "run", "period", "creator", "currency"),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("carried_minor", sa.BigInteger, nullable=False),
        sa.Column("line_count", sa.Integer, nullable=False),
        *_texts("state"),
        sa.Column("posted_at", UtcDateTime, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
    )
    op.create_index("ix_posted_statements_run", "posted_statements", ["run"])
    op.create_index("ix_posted_statements_state", "posted_statements", ["base", "state"])


def _payments() -> None:
    op.create_table(
        "payments",
        *_texts("base", "reference", key=True),
        *_texts("statement"),
        sa.Column("attempt", sa.Integer, nullable=False),
        *_texts("file"),
        sa.Column("position", sa.Integer, nullable=False),
        *_texts("creator", "currency"),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        *_texts("method", "payee_hash", "mailbox_hash", "payee_shown", "state"),
        *_texts("paid_on", "provider_reference", "reason"),
        sa.Column("recorded_at", UtcDateTime),
    )
    op.create_index("ix_payments_statement", "payments", ["statement"])
    op.create_index("ix_payments_creator", "payments", ["base", "creator"])
    op.create_index("ix_payments_file", "payments", ["base", "file"])
    op.create_table(
        "payment_files",
        *_texts("base", "name", key=True),
        sa.Column("batch", sa.Integer, nullable=False),
        *_texts("period", "format", "currency"),
        sa.Column("row_count", sa.Integer, nullable=False),
        *_texts("sha256"),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("written_at", UtcDateTime),
    )


def _screen() -> None:
    op.create_table("shown_payouts", *_texts("base", "key", key=True), *_texts("said"))
    op.create_table(
        "recalculations",
        *_texts("run", key=True),
        *_texts("base"),
        sa.Column("at", UtcDateTime, nullable=False),
        *_texts("said"),
    )
    op.create_table(
        "run_editors",
        *_texts("base", "record_id", key=True),
        *_texts("typed", "email", "name"),
    )


def _take_over() -> None:
    op.execute(
        "INSERT INTO posted_statements (key, base, run, period, creator, currency, amount_minor, "
        "carried_minor, line_count, state, posted_at, attempt) "
        "SELECT 'statement:' || l.run || ':' || l.creator || ':' || l.currency, l.base, l.run, "
        "r.period, l.creator, l.currency, SUM(l.amount_minor), "
        "SUM(CASE WHEN l.rule = 'carry-over out ' || l.currency THEN -l.amount_minor ELSE 0 END), "
        "COUNT(*), 'unrecorded', MAX(l.posted_at), 0 "
        "FROM posted_lines l JOIN payout_runs r ON r.key = l.run "
        "GROUP BY l.run, l.creator, l.currency, l.base, r.period"
    )
