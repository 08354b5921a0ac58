"""What a person may decide about a doubt or a hold, in the same words on every screen."""

from schemas.outreach import DeliveryState
from worker.ledger.brakes import HoldState

RESOLUTIONS = {
    "It was sent": DeliveryState.SENT,
    "Send it again": DeliveryState.DUE,
    "Drop it": DeliveryState.REFUSED,
}
DECISIONS = {"Release": HoldState.RELEASED, "Drop": HoldState.DROPPED}
