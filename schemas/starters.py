"""The rows a fresh base starts with, so that a manager edits instead of inventing. Data only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StarterStep:
    """One step of a starter sequence; `wait_days` counts from the previous touch."""

    number: int
    name: str
    wait_days: int
    template: str


@dataclass(frozen=True, slots=True)
class StarterSequence:
    """A sequence `init` adds to a base that has none."""

    name: str
    steps: tuple[StarterStep, ...]


STARTER_SEQUENCES = (
    StarterSequence(
        "Recruit",
        (
            StarterStep(1, "Invitation", 0, "recruit-1"),
            StarterStep(2, "First follow-up", 3, "recruit-2"),
            StarterStep(3, "Last follow-up", 4, "recruit-3"),
        ),
    ),
)
