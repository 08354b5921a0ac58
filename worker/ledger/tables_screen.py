"""The ledger's memory of the screen: what Airtable was last seen to hold, where its feed stands.

All of it may be lost: it is read from Airtable again. Rows that the worker itself made are kept
by key, so that they can be pruned.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Table, Text

from worker.ledger.metadata import METADATA, UtcDateTime

FEEDS = Table(
    "feeds",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("hook", Text, nullable=False, default=""),  # the webhook whose payloads we poll
    Column("mac_secret", Text, nullable=False, default=""),  # signs Airtable's pings
    Column("cursor", BigInteger, nullable=False, default=1),
    Column("read_at", UtcDateTime),  # when changes were last read to their end
    Column("swept_at", UtcDateTime),  # when whole tables were last read
    Column("people_at", UtcDateTime),  # when a person last changed something
    Column("gap", Text, nullable=False, default=""),  # why the next pass has to sweep
)

MIRROR_ROWS = Table(
    "mirror_rows",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("cells", JSON, nullable=False),  # by declared field name, as Airtable's JSON has them
)

# Whether a record is in a view; no row: not known since the record last changed.
MIRROR_MEMBERS = Table(
    "mirror_members",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("view", Text, primary_key=True),  # TABLE/VIEW
    Column("record_id", Text, primary_key=True),
    Column("is_member", Boolean, nullable=False),
)
Index("ix_mirror_members_record", MIRROR_MEMBERS.c.base, MIRROR_MEMBERS.c.record_id)

# Tables that are not mirrored and in which a person changed something.
TOUCHED_TABLES = Table(
    "touched_tables",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
)

SHOWN_ROWS = Table(
    "shown_rows",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("record_id", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),  # when it was first shown
)
Index("ix_shown_rows_at", SHOWN_ROWS.c.base, SHOWN_ROWS.c.table_name, SHOWN_ROWS.c.at)

PARKED = Table(
    "parked",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("because", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
