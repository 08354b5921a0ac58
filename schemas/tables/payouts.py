"""The tables of payouts: what the brand owes and why, who approved it, and what was posted."""

from schemas.conditions import AnyOf, Is
from schemas.fields import Field, Kind, Owner, Table, View

RULE_KINDS = (
    "Retainer", "Per video", "Flat fee", "Milestone", "Contest", "Top-up", "Views bonus", "One-off",
)  # fmt: skip
RULE_STATES = ("Active", "Trial")
MISSED = ("Forfeit", "Pro rata")
BASES = ("GMV", "Settled net")
WINDOWS = ("Month", "Campaign")
REACHED = ("Highest reached", "Each reached")
FIRSTS = ("Post", "Sale")
BUDGETS_PER = ("Total", "Month")
RULE_NAME = Field("Rule", Kind.TEXT, Owner.TEAM, "Name of the rule; posted money refers to it.")
RULE_VERSION = Field(
    "Version", Kind.NUMBER, Owner.TEAM, "1, 2, …: terms once paid by never change."
)
RULE_STATUS = Field(
    "Status", Kind.SELECT, Owner.TEAM, "Trial: only simulated, never paid.", choices=RULE_STATES
)
RULE_KIND = Field("Kind", Kind.SELECT, Owner.TEAM, "What it pays for.", choices=RULE_KINDS)
RULE_CREATORS = Field(
    "Creators", Kind.LINK, Owner.TEAM, "Whom it pays; empty: everyone.", links_to="Creators"
)
RULE_TIER = Field(
    "Tier", Kind.TEXT, Owner.TEAM, "Whom it pays: Tiers of Creators, like Gold, Silver."
)
RULE_COHORT = Field(
    "Cohort", Kind.TEXT, Owner.TEAM, "Whom it pays: 2026-10, or with a source: 2026-10 Marketplace."
)
RULE_CAMPAIGN = Field(
    "Campaign", Kind.LINK, Owner.TEAM, "Only what belongs to it counts.", links_to="Campaigns"
)
RULE_DISCLOSED = Field(
    "Disclosed only", Kind.CHECKBOX, Owner.TEAM, "Ticked: only videos marked Disclosed count."
)
RULE_CURRENCY = Field("Currency", Kind.TEXT, Owner.TEAM, "Like USD.")
RULE_BASIS = Field(
    "Basis", Kind.SELECT, Owner.TEAM, "Sales counted; empty: Settled net.", choices=BASES
)
RULE_WINDOW = Field(
    "Window", Kind.SELECT, Owner.TEAM, "Counted by month (or empty) or campaign.", choices=WINDOWS
)
RULE_AMOUNT = Field(
    "Amount",
    Kind.NUMBER,
    Owner.TEAM,
    "Retainer, Flat fee, One-off: for all. Per video: for each. Views bonus: per 1,000 views.",
    precision=2,
)
RULE_POSTS = Field(
    "Posts", Kind.NUMBER, Owner.TEAM, "Retainer, Flat fee: approved posts it asks for."
)
RULE_MISSED = Field(
    "If missed", Kind.SELECT, Owner.TEAM, "Retainer: nothing, or its share.", choices=MISSED
)
RULE_RATE = Field("Rate %", Kind.NUMBER, Owner.TEAM, "Top-up: percent, like 5.", precision=2)
RULE_LEVELS = Field(
    "Levels",
    Kind.TEXT,
    Owner.TEAM,
    "Milestone: sales and amount, 500: 50; 1000: 150. Contest: place and prize, 1: 500; 2: 250.",
)
RULE_REACHED = Field(
    "Pays", Kind.SELECT, Owner.TEAM, "Milestone: the highest level, or each.", choices=REACHED
)
RULE_FIRST = Field(
    "First", Kind.SELECT, Owner.TEAM, "One-off: for the first post or sale.", choices=FIRSTS
)
RULE_DAYS_LIVE = Field(
    "Days live", Kind.NUMBER, Owner.TEAM, "Videos count after so many days of 24 h; empty: 0."
)
RULE_MOST_VIDEOS = Field(
    "Most videos", Kind.NUMBER, Owner.TEAM, "Per video: the earliest of each window are paid."
)
RULE_CAP = Field("Cap", Kind.NUMBER, Owner.TEAM, "Most for one creator and window.", precision=2)
RULE_VIDEO_CAP = Field(
    "Cap per video", Kind.NUMBER, Owner.TEAM, "Views bonus: most for one video.", precision=2
)
RULE_HOLD_BACK = Field(
    "Hold-back days",
    Kind.NUMBER,
    Owner.TEAM,
    "Days sales wait; empty: the Setting for Settled net, 0 for GMV.",
)
RULE_EXCLUDES = Field(
    "Excludes", Kind.TEXT, Owner.TEAM, "Names of rules that are not paid where this one pays."
)
RULE_BUDGET = Field(
    "Budget", Kind.NUMBER, Owner.TEAM, "Above it a person decides; empty: none.", precision=2
)
RULE_BUDGET_PER = Field(
    "Budget per", Kind.SELECT, Owner.TEAM, "Total (or empty), or each month.", choices=BUDGETS_PER
)
RULE_FROM = Field("From", Kind.DATE, Owner.TEAM, "First day it holds for.")
RULE_UNTIL = Field("Until", Kind.DATE, Owner.TEAM, "Last day it holds for; empty: no end.")
RULE_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
RULES = Table(
    "Payout rules",
    "What the brand owes beside TikTok's own commission.",
    (
        RULE_NAME, RULE_VERSION, RULE_STATUS, RULE_KIND, RULE_CREATORS, RULE_TIER, RULE_COHORT,
        RULE_CAMPAIGN, RULE_DISCLOSED, RULE_CURRENCY, RULE_BASIS, RULE_WINDOW, RULE_AMOUNT,
        RULE_POSTS, RULE_MISSED, RULE_RATE, RULE_LEVELS, RULE_REACHED, RULE_FIRST, RULE_DAYS_LIVE,
        RULE_MOST_VIDEOS, RULE_CAP, RULE_VIDEO_CAP, RULE_HOLD_BACK, RULE_EXCLUDES, RULE_BUDGET,
        RULE_BUDGET_PER, RULE_FROM, RULE_UNTIL, RULE_NOTE,
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

LINE_KINDS = (*RULE_KINDS, "Adjustment", "Clawback", "Carry-over", "Withdrawn")
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
