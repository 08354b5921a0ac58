"""What several jobs cannot do without: fields whose loss would make them do the wrong thing.

A field the worker only shows something in is not needed: writing it becomes a Problem.
"""

from schemas.tables import creators, operations, outreach
from worker.airtable_names import Choices, Needs

SETTINGS: Needs = ((operations.SETTINGS, (operations.SETTING_NAME, operations.SETTING_VALUE)),)
# By these a row is found to be one creator, and never two.
IDENTITY = (creators.HANDLE, creators.EMAIL, creators.OPEN_ID)
# What was sent and who is suppressed: `deliveries rebuild` reads it back if the ledger is lost.
SCREEN: Needs = (
    (
        outreach.MESSAGES,
        (
            outreach.MESSAGE_KEY,
            outreach.MESSAGE_CREATOR,
            outreach.MESSAGE_STATE,
            outreach.MESSAGE_AT,
        ),
    ),
    (outreach.SUPPRESSIONS, (outreach.SUPPRESSION_KEY,)),
    (operations.RUNS, (operations.RUN_KEY, operations.RUN_STATE)),
)
SCREEN_CHOICES: Choices = (
    (outreach.MESSAGES, outreach.MESSAGE_STATE, outreach.MESSAGE_STATES),
    (operations.RUNS, operations.RUN_STATE, ("Held", "Released", "Dropped")),
)
