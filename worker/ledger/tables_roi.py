"""The ledger's memory of the three-way check: every exception there was, and what became of it."""

from sqlalchemy import BigInteger, Column, Table, Text

from worker.ledger.metadata import METADATA, UtcDateTime

PAYOUT_EXCEPTIONS = Table(
    "payout_exceptions",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("kind", "shop", "order_id", "creator", "currency", "because", "state", "note")
    ),
    Column("ours_minor", BigInteger, nullable=False),
    Column("theirs_minor", BigInteger, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
