"""The tables outreach needs beside Creators: what to say, in which order, and what was said."""

from schemas.conditions import AllOf, Filled, Is
from schemas.fields import Field, Kind, Owner, Table, View
from schemas.stages import STAGES

SEQUENCE_NAME = Field("Name", Kind.TEXT, Owner.TEAM, "Name of the sequence.")
SEQUENCE_ACTIVE = Field("Active", Kind.CHECKBOX, Owner.TEAM, "Unticked: nobody is sent anything.")
SEQUENCE_CAMPAIGN = Field(
    "Campaign",
    Kind.LINK,
    Owner.TEAM,
    "Its campaign: names product and end; nothing is sent after its last day.",
    links_to="Campaigns",
)
SEQUENCE_STOPS_AT = Field(
    "Stops at stages",
    Kind.MULTI_SELECT,
    Owner.TEAM,
    "A creator who reaches one of these stages is sent nothing more of it.",
    choices=STAGES,
)
SEQUENCE_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
SEQUENCES = Table(
    "Sequences",
    "An ordered series of messages.",
    (SEQUENCE_NAME, SEQUENCE_ACTIVE, SEQUENCE_CAMPAIGN, SEQUENCE_STOPS_AT, SEQUENCE_NOTE),
)

STEP_NAME = Field("Name", Kind.TEXT, Owner.TEAM, "What the step is for.")
STEP_SEQUENCE = Field(
    "Sequence", Kind.LINK, Owner.TEAM, "The sequence it belongs to.", links_to="Sequences"
)
STEP_NUMBER = Field("Step", Kind.NUMBER, Owner.TEAM, "Its place: 1, 2, 3. Identifies the step.")
STEP_WAIT = Field("Wait days", Kind.NUMBER, Owner.TEAM, "Days after the previous touch.")
WAIT_UNITS = ("Calendar days", "Business days")
STEP_WAIT_UNIT = Field(
    "Wait counts",
    Kind.SELECT,
    Owner.TEAM,
    "Which days the wait counts; empty: calendar days. Weekends and holidays are no business days.",
    choices=WAIT_UNITS,
)
SENT_BY = ("E-mail", "By hand")
STEP_SENT_BY = Field(
    "Sent by",
    Kind.SELECT,
    Owner.TEAM,
    "Empty: by e-mail. By hand: the creator's owner gets a task with the finished text.",
    choices=SENT_BY,
)
STEP_TEMPLATE = Field("Template", Kind.TEXT, Owner.TEAM, "Name of the template it sends.")
STEP_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
STEPS = Table(
    "Steps",
    "One message of a sequence, with its wait.",
    (
        STEP_NAME, STEP_SEQUENCE, STEP_NUMBER, STEP_WAIT, STEP_WAIT_UNIT, STEP_SENT_BY,
        STEP_TEMPLATE, STEP_NOTE,
    ),
)  # fmt: skip

TEMPLATE_NAME = Field("Name", Kind.TEXT, Owner.TEAM, "Overrides the file of that name.")
TEMPLATE_LANGUAGE = Field("Language", Kind.TEXT, Owner.TEAM, "Like en, es, pt-BR.")
TEMPLATE_SUBJECT = Field(
    "Subject", Kind.TEXT, Owner.TEAM, "Subject line; empty in a follow-up: the thread's own."
)
TEMPLATE_BODY = Field("Body", Kind.LONG_TEXT, Owner.TEAM, "Text; a blank line starts a paragraph.")
TEMPLATE_VARIANT = Field(
    "Variant", Kind.TEXT, Owner.TEAM, "Empty, or a letter: each creator gets one of the variants."
)
TEMPLATE_WEIGHT = Field(
    "Weight", Kind.NUMBER, Owner.TEAM, "How often it is chosen beside others; empty is 1, 0 never."
)
TEMPLATE_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
TEMPLATES = Table(
    "Templates",
    "The words, where the team overrides the ones that came with the product.",
    (
        TEMPLATE_NAME, TEMPLATE_LANGUAGE, TEMPLATE_VARIANT, TEMPLATE_WEIGHT, TEMPLATE_SUBJECT,
        TEMPLATE_BODY, TEMPLATE_NOTE,
    ),
)  # fmt: skip

MESSAGE_STATES = ("Sent", "Refused", "In doubt", "Given up")
RESOLUTIONS = ("It was sent", "Send it again", "Drop it")
MESSAGE_KEY = Field("Key", Kind.TEXT, Owner.WORKER, "Business identity of the touch.")
MESSAGE_CREATOR = Field("Creator", Kind.LINK, Owner.WORKER, "To whom.", links_to="Creators")
MESSAGE_SEQUENCE = Field("Sequence", Kind.TEXT, Owner.WORKER, "Sequence it belongs to.")
MESSAGE_STEP = Field("Step", Kind.NUMBER, Owner.WORKER, "Step of the sequence.")
MESSAGE_STATE = Field(
    "State", Kind.SELECT, Owner.WORKER, "What became of it.", choices=MESSAGE_STATES
)
MESSAGE_SUBJECT = Field("Subject", Kind.TEXT, Owner.WORKER, "Subject as sent.")
MESSAGE_BODY = Field("Body", Kind.LONG_TEXT, Owner.WORKER, "Text as sent.")
MESSAGE_AT = Field("At", Kind.DATE_TIME, Owner.WORKER, "When it was sent, or was tried.")
MESSAGE_VARIANT = Field("Variant", Kind.TEXT, Owner.WORKER, "Variant of the template.")
MESSAGE_MAILBOX = Field("Mailbox", Kind.TEXT, Owner.WORKER, "Mailbox it left from.")
MESSAGE_BECAUSE = Field("Because", Kind.TEXT, Owner.WORKER, "Why it was due.")
MESSAGE_OUTCOME = Field("Outcome", Kind.TEXT, Owner.WORKER, "What the mail server answered.")
MESSAGE_RESOLUTION = Field(
    "Resolution", Kind.SELECT, Owner.TEAM, "Decides a message in doubt.", choices=RESOLUTIONS
)
MESSAGES = Table(
    "Messages",
    "One row per touch: what was said to whom, when, and what became of it.",
    (
        MESSAGE_KEY, MESSAGE_CREATOR, MESSAGE_SEQUENCE, MESSAGE_STEP, MESSAGE_STATE,
        MESSAGE_SUBJECT, MESSAGE_BODY, MESSAGE_AT, MESSAGE_MAILBOX, MESSAGE_VARIANT,
        MESSAGE_BECAUSE, MESSAGE_OUTCOME, MESSAGE_RESOLUTION,
    ),
    key=MESSAGE_KEY,
    views=(View(
            "Doubts to resolve", AllOf((Is(MESSAGE_STATE, "In doubt"), Filled(MESSAGE_RESOLUTION)))
        ),),
    prunable=True,
)  # fmt: skip

SUPPRESSION_KEY = Field("Key", Kind.TEXT, Owner.WORKER, "Hash of the address or handle.")
SUPPRESSION_REASON = Field("Reason", Kind.TEXT, Owner.WORKER, "Opt-out, bounce or complaint.")
SUPPRESSION_SOURCE = Field("Source", Kind.TEXT, Owner.WORKER, "Where it was learnt.")
SUPPRESSION_ON = Field("On", Kind.DATE, Owner.WORKER, "Day it took effect.")
SUPPRESSIONS = Table(
    "Suppressions",
    "Addresses and handles that are never contacted again. Deleting a row lifts nothing.",
    (SUPPRESSION_KEY, SUPPRESSION_REASON, SUPPRESSION_SOURCE, SUPPRESSION_ON),
    key=SUPPRESSION_KEY,
)
