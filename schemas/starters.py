"""The sequences a fresh base starts with, so that a manager edits instead of inventing."""

from dataclasses import dataclass

from schemas.stages import Stage


@dataclass(frozen=True, slots=True)
class StarterStep:
    """One step of a starter sequence; `wait_days` counts from the previous touch."""

    number: int
    name: str
    wait_days: int
    template: str
    business: bool = False


@dataclass(frozen=True, slots=True)
class StarterSequence:
    """A sequence `init` adds to a base that has none."""

    name: str
    steps: tuple[StarterStep, ...]
    stops_at: tuple[Stage, ...] = ()


_POSTED = (Stage.POSTED, Stage.FIRST_SALE, Stage.ACTIVE)

STARTER_SEQUENCES = (
    StarterSequence(
        "Recruit",
        (
            StarterStep(1, "Invitation", 0, "recruit-1"),
            StarterStep(2, "First follow-up", 3, "recruit-2"),
            StarterStep(3, "Last follow-up", 4, "recruit-3"),
        ),
    ),
    # The sample's clock is TikTok's: 14 days from delivery, so these waits are calendar days.
    StarterSequence(
        "Sample follow-up",
        (
            StarterStep(1, "The sample arrived", 0, "sample-1"),
            StarterStep(2, "Tried it yet?", 4, "sample-2"),
            StarterStep(3, "The 14 days are nearly over", 5, "sample-3"),
        ),
        stops_at=_POSTED,
    ),
    StarterSequence(
        "First-post coaching",
        (
            StarterStep(1, "What sells", 0, "coach-1"),
            StarterStep(2, "The second video", 5, "coach-2", business=True),
        ),
        stops_at=(Stage.FIRST_SALE, Stage.ACTIVE),
    ),
    StarterSequence(
        "Win-back",
        (
            StarterStep(1, "Something new", 0, "win-back-1"),
            StarterStep(2, "Last note", 7, "win-back-2", business=True),
        ),
        stops_at=(Stage.RE_ENGAGED, Stage.POSTED, Stage.ACTIVE),
    ),
    StarterSequence("Tier-up", (StarterStep(1, "Moved up", 0, "tier-up-1"),)),
    StarterSequence("Payout notice", (StarterStep(1, "Statement ready", 0, "payout-1"),)),
)
