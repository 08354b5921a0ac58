"""What payouts remember beside their lines: whose each video was, and which rules named people."""

from sqlalchemy import Column, Table, Text

from worker.ledger.metadata import METADATA, UtcDateTime

# A row of Content that is deleted, or loses its creator, takes back nothing that was paid.
PAYOUT_VIDEOS = Table(
    "payout_videos",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("run", Text, primary_key=True),
    Column("creator", Text, nullable=False, index=True),
    Column("facts", Text, nullable=False),  # the video as JSON
    Column("seen_at", UtcDateTime, nullable=False),
)

# Rows of Payout rules that once listed their creators: when those are deleted, the cell is empty.
PAYOUT_LISTS = Table(
    "payout_lists",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
)
