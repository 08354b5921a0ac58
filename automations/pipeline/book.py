"""What the pipeline is planned from: the rules with their views, the facts, and where each creator
stands. Nothing is decided here but whether a rule can work at all.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.problems import Problem
from schemas.records_pipeline import ContentPost, Sample, Sop, StageRule
from schemas.stages import Stage
from schemas.tables.pipeline import STAGE_RULES


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules, the creators (record ids) in each view they name, the base's zone, SOPs, team."""

    rules: Sequence[StageRule]
    members: Mapping[str, Container[str]]
    zone: ZoneInfo
    sops: Mapping[str, Sop] = field(default_factory=dict)
    team: frozenset[str] = frozenset()

    def applies(self, rule: StageRule, record_id: str) -> bool:
        """Whether the rule is active and its view shows this row; no view means every row."""
        if not rule.active:
            return False
        return not rule.view or record_id in self.members.get(rule.view, frozenset())


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened: samples, videos, first sales and suppressions by creator, tasks made so far.

    `tasks` holds the keys of all tasks ever made, also of those a person deleted since.
    """

    samples: Sequence[Sample] = ()
    content: Sequence[ContentPost] = ()
    first_sales: Mapping[str, date] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LastMove:
    """A creator's last move in the ledger; `person_at`: when a person last moved them, if ever."""

    number: int
    to: str
    at: datetime
    by: str
    because: str = ""
    person_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a creator stands, since when, by which move of whom; `recorded` if the ledger knows."""

    stage: Stage
    since: datetime
    number: int
    by: str
    because: str
    person_at: datetime | None
    recorded: bool = True


def has_waited(rule: StageRule, since: datetime, now: datetime) -> bool:
    """Whether the rule's days have passed since the stage was entered."""
    return now - since >= timedelta(days=rule.after_days)


def broken_rules(book: Rulebook) -> tuple[Problem, ...]:
    """Rules that name a view or an SOP that is not there."""
    problems = []
    for rule in book.rules:
        if not rule.active:
            continue
        if rule.view and rule.view not in book.members:
            text = f"Creators has no view named {rule.view!r}: create it, or correct View."
            problems.append(Problem(STAGE_RULES.name, rule.record_id, text))
        if rule.sop and rule.sop not in book.sops:
            text = "The Task SOP cannot be used: see its Automation note, or choose another."
            problems.append(Problem(STAGE_RULES.name, rule.record_id, text))
    return tuple(problems)
