"""Lifting what bars a creator: a person's decision with a reason, on the command line or page."""

from datetime import datetime

from worker.ledger import consent
from worker.ledger.engine import Ledger
from worker.ledger.forgetting import Held


def lift(ledger: Ledger, held: Held, *, because: str, by: str, at: datetime) -> str:
    """Lift a creator's suppressions in the name of `by`; what came of it, in words."""
    with ledger.writing() as connection:
        lifted = consent.lift(
            connection, held.base, held.creator,
            because=f"{' '.join(because.split())} ({' '.join(by.split())})", at=at,
        )  # fmt: skip
        stands = consent.is_forgotten(connection, held.base, held.creator)
    if stands:
        return "Not lifted: they asked to be forgotten, and nobody writes to them again."
    if not lifted:
        return "Nothing bars this creator: nothing was lifted."
    return (
        f"Lifted: {lifted}. The worker unticks Opted out. Nothing is sent before somebody ticks "
        "Enrol again, and moves them out of stage Do not contact if they stand there."
    )
