"""The tables that move creators along: stage rules, stage history, SOPs, tasks and samples."""

from schemas.fields import Field, Kind, Owner, Table
from schemas.stages import STAGES

SOP_NAME = Field("Name", Kind.TEXT, Owner.TEAM, "What is to be done; the title of its tasks.")
SOP_INSTRUCTIONS = Field("Instructions", Kind.LONG_TEXT, Owner.TEAM, "How it is done, in steps.")
SOP_DUE = Field("Due in days", Kind.NUMBER, Owner.TEAM, "Days until a task of it is due.")
SOP_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
SOPS = Table(
    "SOPs",
    "Standard operating procedures: what a task asks of a teammate.",
    (SOP_NAME, SOP_INSTRUCTIONS, SOP_DUE, SOP_NOTE),
)

RULE_NAME = Field("Name", Kind.TEXT, Owner.TEAM, "Name of the rule.")
RULE_VIEW = Field(
    "View",
    Kind.TEXT,
    Owner.TEAM,
    "Name of the Creators view whose creators it moves; empty: all creators in the from-stages.",
)
RULE_FROM = Field(
    "From stages", Kind.MULTI_SELECT, Owner.TEAM, "Stages it moves from.", choices=STAGES
)
RULE_TO = Field(
    "To stage",
    Kind.SELECT,
    Owner.TEAM,
    "Stage it moves to; empty: it only makes a task.",
    choices=STAGES,
)
RULE_AFTER = Field(
    "After days", Kind.NUMBER, Owner.TEAM, "Days the creator must have stood in the from-stage."
)
RULE_BECAUSE = Field("Because", Kind.TEXT, Owner.TEAM, "The reason shown with each move.")
RULE_SOP = Field("Task SOP", Kind.LINK, Owner.TEAM, "Makes a task from this SOP.", links_to="SOPs")
RULE_ACTIVE = Field("Active", Kind.CHECKBOX, Owner.TEAM, "Unticked: the rule does nothing.")
RULE_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
STAGE_RULES = Table(
    "Stage rules",
    "When the worker moves a creator to another stage, and which task that makes.",
    (
        RULE_NAME, RULE_VIEW, RULE_FROM, RULE_TO, RULE_AFTER, RULE_BECAUSE, RULE_SOP, RULE_ACTIVE,
        RULE_NOTE,
    ),
)  # fmt: skip

MOVE_KEY = Field("Key", Kind.TEXT, Owner.WORKER, "Identity of the move.")
MOVE_CREATOR = Field("Creator", Kind.LINK, Owner.WORKER, "Who moved.", links_to="Creators")
MOVE_FROM = Field("From", Kind.TEXT, Owner.WORKER, "Stage before.")
MOVE_TO = Field("To", Kind.TEXT, Owner.WORKER, "Stage after.")
MOVE_AT = Field("At", Kind.DATE_TIME, Owner.WORKER, "When it moved, or was seen to have moved.")
MOVE_BY = Field("By", Kind.TEXT, Owner.WORKER, "A rule of the worker, or a person.")
MOVE_BECAUSE = Field("Because", Kind.TEXT, Owner.WORKER, "Why it moved.")
STAGE_HISTORY = Table(
    "Stage history",
    "Every move of every creator, who made it and why.",
    (MOVE_KEY, MOVE_CREATOR, MOVE_FROM, MOVE_TO, MOVE_AT, MOVE_BY, MOVE_BECAUSE),
    key=MOVE_KEY,
    prunable=True,
)

TASK_STATES = ("Open", "Done", "Dismissed")
TASK_KEY = Field("Key", Kind.TEXT, Owner.WORKER, "Identity of the task.")
TASK_TITLE = Field("Title", Kind.TEXT, Owner.WORKER, "What is to be done, and for whom.")
TASK_CREATOR = Field("Creator", Kind.LINK, Owner.WORKER, "For whom.", links_to="Creators")
TASK_OWNER = Field("Owner", Kind.LINK, Owner.BOTH, "Who does it.", links_to="Team")
TASK_DUE = Field("Due on", Kind.DATE, Owner.BOTH, "Day it is due.")
TASK_STATUS = Field("Status", Kind.SELECT, Owner.BOTH, "Where it stands.", choices=TASK_STATES)
TASK_SOP = Field("SOP", Kind.LINK, Owner.WORKER, "The procedure it follows.", links_to="SOPs")
TASK_INSTRUCTIONS = Field(
    "Instructions", Kind.LONG_TEXT, Owner.WORKER, "The procedure as it was when the task was made."
)
TASK_LINK = Field("Link", Kind.URL, Owner.WORKER, "Where to send or answer it.")
TASK_SENT = Field(
    "Sent",
    Kind.CHECKBOX,
    Owner.TEAM,
    "Tick when you have sent the text by hand: it counts as the message.",
)
TASK_BECAUSE = Field("Because", Kind.TEXT, Owner.WORKER, "Why it is to be done.")
TASKS = Table(
    "Tasks",
    "Work for a person. A deleted task counts as dismissed and does not come back.",
    (
        TASK_KEY, TASK_TITLE, TASK_CREATOR, TASK_OWNER, TASK_DUE, TASK_STATUS, TASK_SOP,
        TASK_INSTRUCTIONS, TASK_LINK, TASK_SENT, TASK_BECAUSE,
    ),
    key=TASK_KEY,
)  # fmt: skip

SAMPLE_STATES = ("Requested", "Approved", "Shipped", "Delivered", "Cancelled")
SAMPLE_PRODUCT = Field("Product", Kind.TEXT, Owner.TEAM, "What is sent.")
SAMPLE_CREATOR = Field("Creator", Kind.LINK, Owner.TEAM, "To whom.", links_to="Creators")
SAMPLE_STATUS = Field("Status", Kind.SELECT, Owner.TEAM, "Where it stands.", choices=SAMPLE_STATES)
SAMPLE_REQUESTED = Field("Requested on", Kind.DATE, Owner.TEAM, "Day it was asked for.")
SAMPLE_APPROVED = Field("Approved on", Kind.DATE, Owner.TEAM, "Day we agreed to send it.")
SAMPLE_SHIPPED = Field("Shipped on", Kind.DATE, Owner.TEAM, "Day it left.")
SAMPLE_DELIVERED = Field("Delivered on", Kind.DATE, Owner.TEAM, "Day it arrived.")
SAMPLE_TRACKING = Field("Tracking", Kind.TEXT, Owner.TEAM, "Tracking number or link.")
SAMPLE_COST = Field(
    "Cost", Kind.NUMBER, Owner.TEAM, "Goods, packing and postage; empty: the Setting.", precision=2
)
SAMPLE_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
SAMPLES = Table(
    "Samples",
    "Products sent to creators to show.",
    (
        SAMPLE_PRODUCT, SAMPLE_CREATOR, SAMPLE_STATUS, SAMPLE_REQUESTED, SAMPLE_APPROVED,
        SAMPLE_SHIPPED, SAMPLE_DELIVERED, SAMPLE_TRACKING, SAMPLE_COST, SAMPLE_NOTE,
    ),
)  # fmt: skip
