"""Plans the pipeline: what Creators should show, stage moves by rule, and tasks from SOPs.

The job shows the facts first (`plan_facts`), reads the rules' views on them, then plans the rest
for the creators `as_shown`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from automations.pipeline.book import Facts, LastMove, Rulebook, Standing, broken_rules
from automations.pipeline.facts import Evidence, as_shown, gather, plan_facts
from automations.pipeline.moves import plan_moves, standing_of
from automations.pipeline.tasks import plan_tasks
from automations.plan import Action, Plan
from schemas.outreach import Identified
from schemas.stages import Stage

__all__ = [
    "Evidence", "Facts", "LastMove", "Rulebook", "Standing", "as_shown", "broken_rules", "gather",
    "plan_facts", "plan_pipeline",
]  # fmt: skip


def plan_pipeline(
    *,
    base: str,
    identified: Sequence[Identified],
    book: Rulebook,
    facts: Facts,
    history: Mapping[str, LastMove],
    now: datetime,
) -> Plan:
    """Show facts, record what people moved, move each creator at most once, make the tasks due.

    Carried out and planned again at the same instant, nothing is left to do.
    """
    evidence = gather(identified, facts, book.zone)
    actions: list[Action] = list(plan_facts(base=base, evidence=evidence).actions)
    for known in identified:
        if known.row.stage is None and known.row.doubts:
            continue  # the Stage cell may be what could not be read
        standing = standing_of(known, history.get(known.creator), now)
        moves, after = plan_moves(
            base=base,
            known=known,
            standing=standing,
            book=book,
            seen=evidence[known.creator],
            now=now,
        )
        actions += moves
        if after.stage is not Stage.DO_NOT_CONTACT:
            actions += plan_tasks(
                base=base, known=known, standing=after, book=book, told=facts.tasks, now=now
            )
    return Plan(tuple(actions), broken_rules(book))
