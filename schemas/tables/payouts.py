"""The tables of payouts: what the brand owes and why, who approved it, and what was posted."""

from schemas.conditions import AnyOf, Is
from schemas.fields import Field, Kind, Owner, Table, View

RULE_KINDS = ("Retainer", "Top-up")
MISSED = ("Forfeit", "Pro rata")
RULE_NAME = Field("Rule", Kind.TEXT, Owner.TEAM, "Name of the rule; posted money refers to it.")
RULE_VERSION = Field(
    "Version", Kind.NUMBER, Owner.TEAM, "1, 2, …: terms once paid by never change."
)
RULE_KIND = Field("Kind", Kind.SELECT, Owner.TEAM, "What it pays for.", choices=RULE_KINDS)
RULE_CREATORS = Field(
    "Creators", Kind.LINK, Owner.TEAM, "Whom it pays; empty: everyone.", links_to="Creators"
)
RULE_CURRENCY = Field("Currency", Kind.TEXT, Owner.TEAM, "Like USD.")
RULE_AMOUNT = Field("Amount", Kind.NUMBER, Owner.TEAM, "Retainer: for a month.", precision=2)
RULE_POSTS = Field("Posts", Kind.NUMBER, Owner.TEAM, "Retainer: approved posts it asks for.")
RULE_MISSED = Field(
    "If missed", Kind.SELECT, Owner.TEAM, "Below that: nothing, or its share.", choices=MISSED
)
RULE_RATE = Field(
    "Rate %", Kind.NUMBER, Owner.TEAM, "Top-up: percent of settled net, like 5.", precision=2
)
RULE_HOLD_BACK = Field(
    "Hold-back days", Kind.NUMBER, Owner.TEAM, "Top-up: empty takes the Setting of that name."
)
RULE_FROM = Field("From", Kind.DATE, Owner.TEAM, "First day it holds for.")
RULE_UNTIL = Field("Until", Kind.DATE, Owner.TEAM, "Last day it holds for; empty: no end.")
RULE_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
RULES = Table(
    "Payout rules",
    "What the brand owes beside TikTok's own commission.",
    (
        RULE_NAME, RULE_VERSION, RULE_KIND, RULE_CREATORS, RULE_CURRENCY, RULE_AMOUNT, RULE_POSTS,
        RULE_MISSED, RULE_RATE, RULE_HOLD_BACK, RULE_FROM, RULE_UNTIL, RULE_NOTE,
    ),
)  # fmt: skip

RUN_STATES = ("Calculate", "Calculated", "Approve", "Approved", "Post", "Posted")
RUN_PERIOD = Field("Period", Kind.TEXT, Owner.BOTH, "Month it closes, like 2026-10.")
RUN_KEY = Field("Key", Kind.TEXT, Owner.WORKER, "Identity of the run.")
RUN_STATE = Field(
    "State",
    Kind.SELECT,
    Owner.BOTH,
    "Choose Calculate, then Approve, then Post; the worker answers with the past tense.",
    choices=RUN_STATES,
)
RUN_PREPARED_BY = Field("Prepared by", Kind.LINK, Owner.BOTH, "Who prepares it.", links_to="Team")
RUN_APPROVED_BY = Field(
    "Approved by", Kind.LINK, Owner.BOTH, "Who approves it: somebody else.", links_to="Team"
)
# Cells by which a person asks for something, and the State it belongs to ("": the one chosen).
RUN_DEEDS = {RUN_STATE: "", RUN_APPROVED_BY: "Approve", RUN_PREPARED_BY: "Calculate"}
RUN_CALCULATED_AT = Field("Calculated at", Kind.DATE_TIME, Owner.WORKER, "Facts as known then.")
RUN_POSTED_AT = Field("Posted at", Kind.DATE_TIME, Owner.WORKER, "When it became permanent.")
RUN_STATEMENTS = Field("Statements", Kind.NUMBER, Owner.WORKER, "How many.")
RUN_TOTALS = Field("Totals", Kind.TEXT, Owner.WORKER, "To pay, by currency.")
RUN_HELD = Field("Held", Kind.TEXT, Owner.WORKER, "Left out until somebody decides, by currency.")
RUN_CARRIED = Field("Carried over", Kind.TEXT, Owner.WORKER, "Not paid in this run, by currency.")
RUN_SUMMARY = Field("Summary", Kind.LONG_TEXT, Owner.WORKER, "What was left out, and why.")
RUN_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
RUNS = Table(
    "Payout runs",
    "One row per month that is closed: calculated, approved by another person, posted.",
    (
        RUN_PERIOD, RUN_KEY, RUN_STATE, RUN_PREPARED_BY, RUN_APPROVED_BY, RUN_CALCULATED_AT,
        RUN_POSTED_AT, RUN_STATEMENTS, RUN_TOTALS, RUN_HELD, RUN_CARRIED, RUN_SUMMARY, RUN_NOTE,
    ),
    key=RUN_KEY,
    views=(
        View(
            "Payout runs to do",
            AnyOf(tuple(Is(RUN_STATE, asked) for asked in ("Calculate", "Approve", "Post"))),
        ),
    ),
)  # fmt: skip

STATEMENT_STATES = (
    "Calculated", "Held", "Approved", "Posted", "Exported", "Paid", "Failed", "Reversed",
    "Withdrawn",
)  # fmt: skip
STATEMENT_KEY = Field("Key", Kind.TEXT, Owner.WORKER, "Identity of the statement.")
STATEMENT_RUN = Field("Run", Kind.LINK, Owner.WORKER, "Its run.", links_to="Payout runs")
STATEMENT_CREATOR = Field("Creator", Kind.LINK, Owner.WORKER, "For whom.", links_to="Creators")
STATEMENT_PERIOD = Field("Period", Kind.TEXT, Owner.WORKER, "Month it closes.")
STATEMENT_CURRENCY = Field("Currency", Kind.TEXT, Owner.WORKER, "Of all its lines.")
STATEMENT_TOTAL = Field(
    "Total", Kind.NUMBER, Owner.WORKER, "To pay: the sum of its lines.", precision=3
)
STATEMENT_CARRIED = Field(
    "Carried over", Kind.NUMBER, Owner.WORKER, "Left for the next run.", precision=3
)
STATEMENT_LINES = Field("Lines", Kind.NUMBER, Owner.WORKER, "How many lines it has.")
STATEMENT_STATE = Field(
    "State", Kind.SELECT, Owner.WORKER, "How far its money is.", choices=STATEMENT_STATES
)
STATEMENT_HOLDS = Field(
    "Hold reasons", Kind.LONG_TEXT, Owner.WORKER, "Why it is not posted, or not paid yet."
)
STATEMENT_REFERENCE = Field(
    "Reference", Kind.TEXT, Owner.WORKER, "What its payment is called in the files of finance."
)
STATEMENT_PAID_ON = Field("Paid on", Kind.DATE, Owner.WORKER, "Day the money arrived.")
STATEMENTS = Table(
    "Statements",
    "What one creator gets in one run in one currency.",
    (
        STATEMENT_KEY, STATEMENT_RUN, STATEMENT_CREATOR, STATEMENT_PERIOD, STATEMENT_CURRENCY,
        STATEMENT_TOTAL, STATEMENT_CARRIED, STATEMENT_LINES, STATEMENT_STATE, STATEMENT_HOLDS,
        STATEMENT_REFERENCE, STATEMENT_PAID_ON,
    ),
    key=STATEMENT_KEY,
    prunable=True,
)  # fmt: skip

LINE_KINDS = ("Retainer", "Top-up", "Adjustment", "Clawback", "Carry-over", "Withdrawn")
PAID_BY = ("Brand", "TikTok")
LINE_KEY = Field("Key", Kind.TEXT, Owner.WORKER, "Identity of the line.")
LINE_STATEMENT = Field(
    "Statement", Kind.LINK, Owner.WORKER, "Its statement.", links_to="Statements"
)
LINE_CREATOR = Field("Creator", Kind.LINK, Owner.WORKER, "For whom.", links_to="Creators")
LINE_RULE = Field("Rule", Kind.TEXT, Owner.WORKER, "The rule as it was, with its version.")
LINE_WINDOW = Field("Window", Kind.TEXT, Owner.WORKER, "Month in which its cause happened.")
LINE_KIND = Field("Kind", Kind.SELECT, Owner.WORKER, "What it is.", choices=LINE_KINDS)
LINE_AMOUNT = Field("Amount", Kind.NUMBER, Owner.WORKER, "Rounded once.", precision=3)
LINE_CURRENCY = Field("Currency", Kind.TEXT, Owner.WORKER, "Like USD.")
LINE_PAID_BY = Field("Paid by", Kind.SELECT, Owner.WORKER, "Who pays it.", choices=PAID_BY)
LINE_COUNT = Field("Count", Kind.NUMBER, Owner.WORKER, "Order lines or posts it rests on.")
LINE_BASIS = Field("Basis", Kind.NUMBER, Owner.WORKER, "The sum it is made of.", precision=3)
LINE_RATE = Field("Rate", Kind.TEXT, Owner.WORKER, "Percent of the basis.")
LINE_BECAUSE = Field("Because", Kind.LONG_TEXT, Owner.WORKER, "Why, in a sentence.")
LINES = Table(
    "Statement lines",
    "The smallest amounts with one cause each.",
    (
        LINE_KEY, LINE_STATEMENT, LINE_CREATOR, LINE_RULE, LINE_WINDOW, LINE_KIND, LINE_AMOUNT,
        LINE_CURRENCY, LINE_PAID_BY, LINE_COUNT, LINE_BASIS, LINE_RATE, LINE_BECAUSE,
    ),
    key=LINE_KEY,
    prunable=True,
)  # fmt: skip

ADJUSTMENT_REASON = Field("Reason", Kind.TEXT, Owner.TEAM, "Why; the creator sees it.")
ADJUSTMENT_CREATOR = Field("Creator", Kind.LINK, Owner.TEAM, "For whom.", links_to="Creators")
ADJUSTMENT_AMOUNT = Field(
    "Amount", Kind.NUMBER, Owner.TEAM, "More, or with a minus less.", precision=2
)
ADJUSTMENT_CURRENCY = Field("Currency", Kind.TEXT, Owner.TEAM, "Like USD.")
ADJUSTMENT_ON = Field("On", Kind.DATE, Owner.TEAM, "Day it belongs to.")
ADJUSTMENT_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
ADJUSTMENTS = Table(
    "Adjustments",
    "One-off amounts: paid once, in the run of their month or the next one.",
    (
        ADJUSTMENT_REASON, ADJUSTMENT_CREATOR, ADJUSTMENT_AMOUNT, ADJUSTMENT_CURRENCY,
        ADJUSTMENT_ON, ADJUSTMENT_NOTE,
    ),
)  # fmt: skip
