"""The sequences as they may be used: each with its steps in order, or known to be unusable.

A sequence with a step in doubt opens no enrolment; running ones keep their own copy.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.campaigns import Campaign
from schemas.outreach import Step
from schemas.problems import Problem
from schemas.sequences import SequenceRow, StepRow
from schemas.tables.outreach import SEQUENCES, STEPS


@dataclass(frozen=True, slots=True)
class UsableSequence:
    """A sequence and its steps; without steps nobody new can be enrolled."""

    row: SequenceRow
    steps: tuple[Step, ...]
    campaign: Campaign | None = None


@dataclass(frozen=True, slots=True)
class SequenceBook:
    """Sequences by record id, and what is wrong with the others."""

    by_record: Mapping[str, UsableSequence]
    problems: tuple[Problem, ...]


def sequence_book(
    sequences: Sequence[SequenceRow],
    steps: Sequence[StepRow],
    campaigns: Sequence[Campaign] = (),
) -> SequenceBook:
    """Put every step into its sequence; two sequences of one name are both left out."""
    named = Counter(row.slug for row in sequences)
    twins = [row for row in sequences if named[row.slug] > 1]
    problems = [
        Problem(SEQUENCES.name, row.record_id, f"Two sequences are named {row.name}: rename one.")
        for row in twins
    ]
    written: dict[str, list[StepRow]] = defaultdict(list)
    for step in sorted(steps, key=lambda step: (step.number, step.record_id)):
        for sequence in (step.sequence_record, *step.also_in):
            written[sequence].append(step)
    by_record = {campaign.record_id: campaign for campaign in campaigns}
    usable = {}
    for row in (row for row in sequences if named[row.slug] == 1):
        found = _step_problems(row, written[row.record_id])
        problems.extend(found)
        usable[row.record_id] = UsableSequence(
            row,
            () if found else tuple(_copy(step) for step in written[row.record_id]),
            by_record.get(row.campaign_record),
        )
    return SequenceBook(usable, tuple(problems))


def _copy(step: StepRow) -> Step:
    return Step(step.number, step.wait_days, step.template, step.business, step.by_hand)


def _step_problems(row: SequenceRow, steps: Sequence[StepRow]) -> list[Problem]:
    if not steps and row.active:
        return [Problem(SEQUENCES.name, row.record_id, "Active, but has no steps: add a step.")]
    numbered = Counter(step.number for step in steps if not step.doubts)
    doubts = [Problem(STEPS.name, s.record_id, doubt) for s in steps for doubt in s.doubts]
    twins = [
        Problem(STEPS.name, s.record_id, f"{row.name} has two steps {s.number}: number them apart.")
        for s in steps
        if numbered[s.number] > 1
    ]
    return doubts + twins
