"""The ledger's tables for people, sending and running. Money has its own module.

Every row names its base; ids and keys are text; times are aware UTC.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text

from worker.ledger.metadata import METADATA, UtcDateTime

BASES = Table(
    "bases",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("ledger", Text, nullable=False),
    Column("generation", Integer, nullable=False, default=0),
    Column("adopted_at", UtcDateTime, nullable=False),
)

CREATORS = Table(
    "creators",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("base", Text, nullable=False, index=True),
    Column("record_id", Text, nullable=False),
    Column("stage", Text, nullable=False, default=""),
    Column("stopped_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

CREATOR_IDENTITIES = Table(
    "creator_identities",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # record, open_id, handle, email
    Column("value", Text, primary_key=True),
    Column("creator", Text, nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False),
)

# Whose a handle was, and when: order files know creators by handle alone. The spans of one
# handle never overlap; in those of creator "" two creators could claim what was sold.
CREATOR_HANDLES = Table(
    "creator_handles",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("handle", Text, primary_key=True),
    Column("since", UtcDateTime, primary_key=True),
    Column("until", UtcDateTime),
    Column("creator", Text, nullable=False, index=True),
    Column("left_at", UtcDateTime),  # when the creator was first seen under another handle
)

# The cohort of a creator never changes: month of the first enrolment and the source then.
CREATOR_COHORTS = Table(
    "creator_cohorts",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("creator", Text, primary_key=True),
    Column("month", Text, nullable=False),
    Column("source", Text, nullable=False),
)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("base", Text, nullable=False, index=True),
    Column("creator", Text, nullable=False, index=True),
    Column("sequence", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("steps", JSON, nullable=False),  # the sequence as it was: number, wait, template
    Column("state", Text, nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),
    Column("stop_because", Text, nullable=False, default=""),
    Column("quiet_until", UtcDateTime),  # away, or a teammate wrote: nothing is sent before
    Column("quiet_because", Text, nullable=False, default="", server_default=""),
)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("base", Text, nullable=False),
    Column("kind", Text, nullable=False),  # touch, notice, community
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("owner", Text),  # host, boot, pid and start of the process that claimed it
    Column("claimed_at", UtcDateTime),  # real time, for the reconciler
    Column("not_before", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("outcome", Text, nullable=False, default=""),
    Column("because", Text, nullable=False, default=""),
    Column("creator", Text),
    Column("record_id", Text),
    Column("enrolment", Text),
    Column("address_hash", Text),
    Column("sequence", Text),
    Column("round", Integer),
    Column("step", Integer),
    Column("mailbox", Text),
    Column("mailbox_day", Text),
    Column("message_id", Text),
    Column("payload", JSON, nullable=False),  # what was to be said, to show it in Airtable
    Column("shown_at", UtcDateTime),
    Column("resolved_by", Text, nullable=False, default=""),
    *(
        Column(name, Text, nullable=False, default="", server_default="")
        for name in (
            "template",
            "template_version",
            "variant",
            "language",
            "teammate",
            "subject",
        )
    ),
)
# The second unique key of the promise: one address never gets one step twice,
# whichever creator row it was typed on. NULLs (notices) never collide.
Index(
    "uq_deliveries_step_per_address",
    DELIVERIES.c.base,
    DELIVERIES.c.address_hash,
    DELIVERIES.c.sequence,
    DELIVERIES.c.round,
    DELIVERIES.c.step,
    unique=True,
)
Index("ix_deliveries_unshown", DELIVERIES.c.base, DELIVERIES.c.kind, DELIVERIES.c.shown_at)
Index("ix_deliveries_state", DELIVERIES.c.state)
Index("ix_deliveries_message_id", DELIVERIES.c.message_id)
Index(
    "ix_deliveries_template",
    DELIVERIES.c.base,
    DELIVERIES.c.template,
    DELIVERIES.c.template_version,
)
Index("ix_deliveries_creator", DELIVERIES.c.base, DELIVERIES.c.creator)

SUPPRESSIONS = Table(
    "suppressions",
    METADATA,
    Column("hash", Text, primary_key=True),  # of the normalised address, or of "@handle"
    Column("base", Text, primary_key=True),  # where it was learnt
    Column("reason", Text, primary_key=True),  # a bounce never hides an opt-out of the same hash
    Column("creator", Text),
    Column("source", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("shown_at", UtcDateTime),
    Column("lifted_at", UtcDateTime),
    Column("lifted_because", Text, nullable=False, default=""),
)

CAPS = Table(
    "caps",
    METADATA,
    Column("mailbox", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("sent", Integer, nullable=False),
)

LEASES = Table(
    "leases",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("job", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

PAUSES = Table(
    "pauses",
    METADATA,
    Column(
        "scope", Text, primary_key=True
    ),  # "all", "base:<id>", "mailbox:<name>", "channel:<base>:<name>"
    Column("because", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

MAILBOXES_RESUMED = Table(
    "mailboxes_resumed",
    METADATA,
    Column("mailbox", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

HOLDS = Table(
    "holds",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("base", Text, nullable=False, index=True),
    Column("job", Text, nullable=False),
    Column("kind", Text, nullable=False, default="", server_default=""),
    Column("because", Text, nullable=False),
    Column("size", Integer, nullable=False, default=0, server_default="0"),  # rows it would touch
    Column("state", Text, nullable=False),  # held, released, dropped
    Column("preview", JSON, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("decided_by", Text, nullable=False, default=""),
    Column("decided_at", UtcDateTime),
    Column("shown_at", UtcDateTime),
)

RUNS = Table(
    "runs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("base", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("outcome", Text, nullable=False, default=""),  # done, problems, failed, held
    Column("summary", JSON, nullable=False),
    Column("shown_at", UtcDateTime),
)
Index("ix_runs_base_job", RUNS.c.base, RUNS.c.job, RUNS.c.started_at)

PROBLEMS = Table(
    "problems",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("job", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

INBOXES = Table(
    "inboxes",
    METADATA,
    Column("mailbox", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("uid_validity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),  # when it was last read to its end
)

INBOUND = Table(
    "inbound",
    METADATA,
    Column("key", Text, primary_key=True),  # mailbox:uidvalidity:uid
    Column("message_id", Text, nullable=False, index=True),
    Column("base", Text),
    Column("creator", Text, index=True),
    Column("record_id", Text),
    Column("delivery", Text),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False, default=""),
    Column("subject", Text, nullable=False, default="", server_default=""),
    Column("mailbox", Text, nullable=False, default="", server_default=""),
    Column("at", UtcDateTime, nullable=False),
    Column("shown_at", UtcDateTime),
    Column("noticed_at", UtcDateTime),
)

Index("ix_inbound_mailbox", INBOUND.c.mailbox, INBOUND.c.kind, INBOUND.c.at)

AIRTABLE_IDS = Table(
    "airtable_ids",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("id", Text, nullable=False),
)

CREATED_ROWS = Table(
    "created_rows",
    METADATA,
    Column("base", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("table_name", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
