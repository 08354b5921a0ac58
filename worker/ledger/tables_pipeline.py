"""The ledger's tables for stage moves and for which notice tells what."""

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from worker.ledger.metadata import METADATA, UtcDateTime

STAGE_MOVES = Table(
    "stage_moves",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("base", Text, nullable=False),
    Column("creator", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("number", Integer, nullable=False),  # counts a creator's moves; 1 is where first seen
    Column("from_stage", Text, nullable=False),
    Column("to_stage", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("written_at", UtcDateTime),  # null: intended, and perhaps not in Airtable yet
    Column("shown_at", UtcDateTime),  # when its Stage history row was written
    UniqueConstraint("base", "creator", "number", name="uq_stage_moves_base_creator_number"),
)
Index("ix_stage_moves_base_at", STAGE_MOVES.c.base, STAGE_MOVES.c.at)

NOTICE_LINES = Table(
    "notice_lines",
    METADATA,
    Column("fact", Text, primary_key=True),  # one fact is told by one notice
    Column("base", Text, nullable=False),
    Column("notice", Text, nullable=False, index=True),
)
