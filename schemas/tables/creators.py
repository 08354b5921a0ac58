"""Creators: the CRM. The team types who they are; the worker writes what happened to them."""

from schemas.conditions import Above, AllOf, DaysSince, Filled, Is
from schemas.fields import Field, Kind, Owner, Table, View
from schemas.stages import STAGES

NAME = Field("Name", Kind.TEXT, Owner.TEAM, "How messages address the creator.")
HANDLE = Field(
    "Handle", Kind.TEXT, Owner.TEAM, "TikTok handle, with or without @, or a profile URL."
)
EMAIL = Field("Email", Kind.EMAIL, Owner.TEAM, "Where outreach goes.")
OPEN_ID = Field("TikTok open id", Kind.TEXT, Owner.TEAM, "TikTok's id of the creator, if known.")
COUNTRY = Field("Country", Kind.TEXT, Owner.TEAM, "Two letters, like US or BR.")
TIME_ZONE = Field(
    "Time zone", Kind.TEXT, Owner.TEAM, "IANA zone like America/Chicago; may be empty."
)
LANGUAGE = Field("Language", Kind.TEXT, Owner.TEAM, "Language of messages, like en or pt-BR.")
FOLLOWERS = Field("Followers", Kind.NUMBER, Owner.TEAM, "Followers on TikTok.")
SOURCE = Field("Source", Kind.TEXT, Owner.TEAM, "Where the creator was found; part of the cohort.")
OWNER = Field("Owner", Kind.LINK, Owner.TEAM, "Teammate who answers the creator.", links_to="Team")
SEQUENCE = Field(
    "Sequence", Kind.LINK, Owner.TEAM, "Sequence the creator goes through.", links_to="Sequences"
)
ENROL_AGAIN = Field(
    "Enrol again", Kind.CHECKBOX, Owner.BOTH, "Tick to open a new round of the sequence."
)
BASES = ("Consent", "Legitimate interest", "Existing business")
LEGAL_BASIS = Field(
    "Legal basis",
    Kind.SELECT,
    Owner.TEAM,
    "Why we may write, where the country asks for it; Source says where the address is from.",
    choices=BASES,
)
OPTED_OUT = Field(
    "Opted out",
    Kind.CHECKBOX,
    Owner.BOTH,
    "Ticked: never contacted again. Un-ticking lifts nothing.",
)
STAGE = Field("Stage", Kind.SELECT, Owner.BOTH, "Where the creator stands.", choices=STAGES)
STAGE_SINCE = Field("Stage since", Kind.DATE_TIME, Owner.WORKER, "When the stage was entered.")
ENROLMENT = Field("Enrolment", Kind.TEXT, Owner.WORKER, "What the sequence is waiting for.")
TOUCHES = Field("Touches", Kind.NUMBER, Owner.WORKER, "Messages sent so far.")
LAST_TOUCH_AT = Field("Last touch at", Kind.DATE_TIME, Owner.WORKER, "When the last message left.")
LAST_REPLY_AT = Field("Last reply at", Kind.DATE_TIME, Owner.WORKER, "When the creator last wrote.")
LAST_REPLY = Field("Last reply", Kind.LONG_TEXT, Owner.WORKER, "What the creator last wrote.")
SAMPLE_STATUS = Field(
    "Sample status", Kind.TEXT, Owner.WORKER, "Status of the creator's newest sample."
)
LAST_POST_ON = Field("Last post on", Kind.DATE, Owner.WORKER, "Day of the newest video posted.")
POSTS = Field("Posts", Kind.NUMBER, Owner.WORKER, "Videos posted so far.")
FIRST_SALE_ON = Field("First sale on", Kind.DATE, Owner.WORKER, "Day of the first order line.")
TIER = Field("Tier", Kind.TEXT, Owner.TEAM, "Tier of the programme, like Gold; rules may name it.")
PAYOUT_METHODS = ("PayPal", "Wise", "Bank transfer", "Other")
PAY_BY = Field(
    "Pay by", Kind.SELECT, Owner.TEAM, "How the creator is paid.", choices=PAYOUT_METHODS
)
PAYEE = Field("Payee", Kind.TEXT, Owner.TEAM, "Where the money goes: e-mail or recipient id.")
PAYEE_VERIFIED = Field(
    "Payee verified",
    Kind.CHECKBOX,
    Owner.TEAM,
    "Ticked: checked to be theirs.",
)
TAX_FORMS = ("W-9", "W-8BEN", "W-8BEN-E", "Not needed")
TAX_FORM = Field(
    "Tax form", Kind.SELECT, Owner.TEAM, "Tax form on file; empty: none yet.", choices=TAX_FORMS
)
PAYOUT_DISPUTE = Field(
    "Payout dispute", Kind.LONG_TEXT, Owner.TEAM, "What is disputed; empty: nothing."
)
NOTE = Field(
    "Automation note",
    Kind.LONG_TEXT,
    Owner.WORKER,
    "What the worker could not do, and what to fix.",
)

_POSTED_LATELY = DaysSince(LAST_POST_ON, 30, or_more=False)
# What the starter stage rules read.
PIPELINE_VIEWS = (
    View("Contacted creators", Filled(LAST_TOUCH_AT)),
    View("Creators who replied", Filled(LAST_REPLY_AT)),
    View("Sample requested", Is(SAMPLE_STATUS, "Requested")),
    View("Sample approved", Is(SAMPLE_STATUS, "Approved")),
    View("Sample shipped", Is(SAMPLE_STATUS, "Shipped")),
    View("Sample delivered", Is(SAMPLE_STATUS, "Delivered")),
    View("Creators who posted", Above(POSTS, 0)),
    View("Creators who sold", Filled(FIRST_SALE_ON)),
    View("Posted in the last 30 days", _POSTED_LATELY),
    View("Posting regularly", AllOf((Above(POSTS, 1), _POSTED_LATELY))),
    View("No post for 30 days", DaysSince(LAST_POST_ON, 30, or_more=True)),
    View("No post for 60 days", DaysSince(LAST_POST_ON, 60, or_more=True)),
)

TABLE = Table(
    "Creators",
    "One row per creator of the programme.",
    (
        NAME, HANDLE, EMAIL, OPEN_ID, COUNTRY, TIME_ZONE, LANGUAGE, FOLLOWERS, SOURCE, OWNER,
        LEGAL_BASIS, SEQUENCE, ENROL_AGAIN, OPTED_OUT, STAGE, STAGE_SINCE, ENROLMENT, TOUCHES,
        LAST_TOUCH_AT, LAST_REPLY_AT, LAST_REPLY, SAMPLE_STATUS, LAST_POST_ON, POSTS,
        FIRST_SALE_ON, TIER, PAY_BY, PAYEE, PAYEE_VERIFIED, TAX_FORM, PAYOUT_DISPUTE, NOTE,
    ),
    views=(View("Outreach queue", Filled(SEQUENCE)), *PIPELINE_VIEWS),
)  # fmt: skip
