"""Tasks from SOPs: one per creator, SOP and stay in a stage, however often it is planned."""

from datetime import datetime, timedelta

from automations.pipeline.book import Rulebook, Standing, has_waited
from automations.plan import UpsertRow
from schemas.fields import Field
from schemas.outreach import Identified
from schemas.records_pipeline import THE_WORKER, StageRule
from schemas.tables import pipeline as t


def plan_tasks(
    *,
    base: str,
    known: Identified,
    standing: Standing,
    book: Rulebook,
    told: frozenset[str],
    now: datetime,
) -> tuple[UpsertRow, ...]:
    """The tasks this stay in a stage asks for, without those ever made (keys in `told`)."""
    tasks = []
    for rule in book.rules:
        key = f"task:{base}:{known.creator}:{rule.sop}:{standing.number}"
        if rule.sop not in book.sops or key in told:
            continue
        if _asks(rule, known, standing, book, now):
            because = rule.because
            values = _values(rule, known, book, now)
            tasks.append(UpsertRow(key, because, t.TASKS, {t.TASK_KEY: key} | values, once=True))
            told |= {key}
    return tuple(tasks)


def _asks(
    rule: StageRule, known: Identified, standing: Standing, book: Rulebook, now: datetime
) -> bool:
    if not rule.active:
        return False
    if rule.to is not None:  # the rule that led here
        led = standing.by == THE_WORKER and rule.because == standing.because
        return led and rule.to is standing.stage
    return (
        standing.stage in rule.from_stages
        and has_waited(rule, standing.since, now)
        and book.applies(rule, known.row.record_id)
    )


def _values(
    rule: StageRule, known: Identified, book: Rulebook, now: datetime
) -> dict[Field, object]:
    sop = book.sops[rule.sop]
    due_on = now.astimezone(book.zone).date() + timedelta(days=sop.due_in_days)
    values: dict[Field, object] = {
        t.TASK_TITLE: f"{sop.name}: {known.row.shown_as}",
        t.TASK_CREATOR: [known.row.record_id],
        t.TASK_DUE: due_on,
        t.TASK_STATUS: "Open",
        t.TASK_SOP: [sop.record_id],
        t.TASK_INSTRUCTIONS: sop.instructions,
        t.TASK_BECAUSE: rule.because,
    }
    if known.row.owner in book.team:
        values[t.TASK_OWNER] = [known.row.owner]
    return values
