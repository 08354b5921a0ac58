"""The stages of the pipeline, in the order creators pass them."""

from enum import Enum


class Stage(Enum):
    """Where a creator stands in the pipeline."""

    PROSPECT = "Prospect"
    QUEUED = "Queued"
    CONTACTED = "Contacted"
    REPLIED = "Replied"
    ONBOARDED = "Onboarded"
    SAMPLE_REQUESTED = "Sample requested"
    SAMPLE_APPROVED = "Sample approved"
    SAMPLE_SHIPPED = "Sample shipped"
    SAMPLE_DELIVERED = "Sample delivered"
    POSTED = "Posted"
    FIRST_SALE = "First sale"
    ACTIVE = "Active"
    AT_RISK = "At risk"
    DORMANT = "Dormant"
    RE_ENGAGED = "Re-engaged"
    CHURNED = "Churned"
    DO_NOT_CONTACT = "Do not contact"


STAGES = tuple(stage.value for stage in Stage)

LADDER = tuple(Stage)[: tuple(Stage).index(Stage.ACTIVE) + 1]
LAPSED = (Stage.AT_RISK, Stage.DORMANT, Stage.CHURNED)  # ever deeper


def is_allowed(before: Stage, after: Stage) -> bool:
    """Whether a rule may move a creator so: up the ladder, into a lapse, or out of one.

    Out of Do not contact only a person moves anyone.
    """
    if Stage.DO_NOT_CONTACT in (before, after):
        return before is not after and after is Stage.DO_NOT_CONTACT
    if after is Stage.RE_ENGAGED:
        return before in LAPSED
    if after in LAPSED:
        return _may_lapse(before, after)
    if before in LADDER:
        return LADDER.index(after) > LADDER.index(before)
    return LADDER.index(after) >= LADDER.index(Stage.REPLIED)


def _may_lapse(before: Stage, after: Stage) -> bool:
    if before in LAPSED:
        return LAPSED.index(after) > LAPSED.index(before)
    return before is Stage.RE_ENGAGED or LADDER.index(before) >= LADDER.index(Stage.CONTACTED)
