"""Settings, Team and Runs: how the programme is set, who works in it, and what the worker did."""

from schemas.conditions import AllOf, Filled, Is
from schemas.fields import Field, Kind, Owner, Table, View

SETTING_NAME = Field("Name", Kind.TEXT, Owner.BOTH, "Name of the setting.")
SETTING_VALUE = Field("Value", Kind.TEXT, Owner.BOTH, "Its value.")
SETTING_HELP = Field(
    "What it does", Kind.LONG_TEXT, Owner.BOTH, "What it does, and allowed values."
)
SETTING_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
SETTINGS = Table(
    "Settings",
    "How the programme is set. Rows marked 'worker' are the worker's own; do not edit them.",
    (SETTING_NAME, SETTING_VALUE, SETTING_HELP, SETTING_NOTE),
    key=SETTING_NAME,
)

TEAM_NAME = Field("Name", Kind.TEXT, Owner.TEAM, "Name of the teammate.")
TEAM_EMAIL = Field("Email", Kind.EMAIL, Owner.TEAM, "Their mail address.")
TEAM_ROLE = Field("Role", Kind.TEXT, Owner.TEAM, "Manager, recruiter, finance, …")
TEAM_TIME_ZONE = Field("Time zone", Kind.TEXT, Owner.TEAM, "IANA zone like Asia/Manila.")
TEAM_ACTIVE = Field("Active", Kind.CHECKBOX, Owner.TEAM, "Unticked: gets no tasks.")
TEAM = Table(
    "Team",
    "The people who run the programme.",
    (TEAM_NAME, TEAM_EMAIL, TEAM_ROLE, TEAM_TIME_ZONE, TEAM_ACTIVE),
)

RUN_STATES = ("Done", "Done with problems", "Failed", "Held", "Released", "Dropped")
DECISIONS = ("Release", "Drop")
RUN_KEY = Field("Key", Kind.TEXT, Owner.WORKER, "Identity of the run or hold.")
RUN_JOB = Field("Job", Kind.TEXT, Owner.WORKER, "Which job ran.")
RUN_AT = Field("At", Kind.DATE_TIME, Owner.WORKER, "When it ran.")
RUN_STATE = Field("State", Kind.SELECT, Owner.WORKER, "How it ended.", choices=RUN_STATES)
RUN_SUMMARY = Field("Summary", Kind.LONG_TEXT, Owner.WORKER, "What it did, or why it is held.")
RUN_DECISION = Field(
    "Decision", Kind.SELECT, Owner.TEAM, "Releases or drops a held plan.", choices=DECISIONS
)
RUN_DAY = Field("Day", Kind.DATE, Owner.WORKER, "The day it tells of, in the base's zone.")
RUN_RUNS = Field("Runs", Kind.NUMBER, Owner.WORKER, "Runs of the job that did something that day.")
RUN_SENT = Field("Sent", Kind.NUMBER, Owner.WORKER, "Messages sent.")
RUN_MOVED = Field("Moved", Kind.NUMBER, Owner.WORKER, "Creators moved to another stage.")
RUN_WRITTEN = Field("Rows written", Kind.NUMBER, Owner.WORKER, "Rows written because of plans.")
RUN_PROBLEMS = Field("Problems", Kind.NUMBER, Owner.WORKER, "To fix after the last of the runs.")
RUN_FAILURES = Field("Failures", Kind.NUMBER, Owner.WORKER, "Runs that failed as a whole.")
RUN_ERROR = Field("Last error", Kind.LONG_TEXT, Owner.WORKER, "Why the last of them failed.")
RUNS = Table(
    "Runs",
    "What the worker did, a row per job and day, and the plans it holds until a person decides.",
    (
        RUN_KEY, RUN_JOB, RUN_AT, RUN_STATE, RUN_SUMMARY, RUN_DECISION, RUN_DAY, RUN_RUNS,
        RUN_SENT, RUN_MOVED, RUN_WRITTEN, RUN_PROBLEMS, RUN_FAILURES, RUN_ERROR,
    ),
    key=RUN_KEY,
    views=(View("Holds to decide", AllOf((Is(RUN_STATE, "Held"), Filled(RUN_DECISION)))),),
    prunable=True,
)  # fmt: skip
