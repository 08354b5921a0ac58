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
