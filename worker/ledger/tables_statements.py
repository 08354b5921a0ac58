"""The ledger's tables for what follows a calculation: holds, statements, payments and files.

A payee is never kept in the clear: a hash recognises it, a masked form is shown.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from worker.ledger.metadata import METADATA, UtcDateTime

# What keeps a statement of a run out of posting; replaced with every calculation.
AMOUNT_HOLDS = Table(
    "amount_holds",
    METADATA,
    Column("statement", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("about", Text, primary_key=True),  # what exactly; a release is for this alone
    Column("base", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("creator", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("because", Text, nullable=False),
)
Index("ix_amount_holds_run", AMOUNT_HOLDS.c.run, AMOUNT_HOLDS.c.creator, AMOUNT_HOLDS.c.currency)

HOLD_RELEASES = Table(
    "hold_releases",
    METADATA,
    Column("statement", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("base", Text, nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# One row per statement that was posted; how far its money is.
POSTED_STATEMENTS = Table(
    "posted_statements",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("base", Text, nullable=False),
    Column("run", Text, nullable=False, index=True),
    Column("period", Text, nullable=False),
    Column("creator", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("carried_minor", BigInteger, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("state", Text, nullable=False),  # posted, exported, paid, failed, reversed
    Column("posted_at", UtcDateTime, nullable=False),
    Column("attempt", Integer, nullable=False),  # of the payment made last; 0 before the first
)
Index("ix_posted_statements_state", POSTED_STATEMENTS.c.base, POSTED_STATEMENTS.c.state)

# One row per attempt to pay a statement: the row of a file, by the reference it carries.
PAYMENTS = Table(
    "payments",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("reference", Text, primary_key=True),
    Column("statement", Text, nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("file", Text, nullable=False),
    Column("position", Integer, nullable=False),  # its row in the file, from 1
    Column("creator", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("method", Text, nullable=False),
    Column("payee_hash", Text, nullable=False),  # as written, but for case and space
    Column("mailbox_hash", Text, nullable=False),  # of the mailbox behind it, however spelt
    Column("payee_shown", Text, nullable=False),  # masked
    Column("state", Text, nullable=False),  # exported, paid, failed, reversed
    Column("paid_on", Text, nullable=False, default=""),  # the day the provider says
    Column("provider_reference", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("recorded_at", UtcDateTime),
)
Index("ix_payments_creator", PAYMENTS.c.base, PAYMENTS.c.creator)
Index("ix_payments_file", PAYMENTS.c.base, PAYMENTS.c.file)

PAYMENT_FILES = Table(
    "payment_files",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("period", Text, nullable=False),  # the month asked for; "" for all that was due
    Column("format", Text, nullable=False),
    Column("currency", Text, nullable=False),  # "" where a file may mix them
    Column("row_count", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("written_at", UtcDateTime),  # when it was last put on a disk
)

# What Airtable was last told of a run or a statement, so that it is told again only if it changed.
SHOWN_PAYOUTS = Table(
    "shown_payouts",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("said", Text, nullable=False),
)

# What the last calculation of a run changed against the one before, in words.
RECALCULATIONS = Table(
    "recalculations",
    METADATA,
    Column("run", Text, primary_key=True),
    Column("base", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("said", Text, nullable=False),  # one difference a line
)

# Who typed a run's State last, as Airtable's change feed named them.
RUN_EDITORS = Table(
    "run_editors",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("typed", Text, nullable=False),  # the State they chose
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
)
