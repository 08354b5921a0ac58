"""Who wrote to us becomes a task for the teammate who answers them, with a deadline.

One task per creator and day: five mails in an hour are one conversation.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from automations.business_days import business_days_later, next_business_day
from automations.plan import UpsertRow
from schemas.fields import Field
from schemas.records import CreatorRow
from schemas.records_pipeline import Sop
from schemas.starters_pipeline import ANSWER
from schemas.tables import pipeline as t

MOST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a creator wrote, and when; `subject` is the mail's."""

    creator: str
    record_id: str
    at: datetime
    text: str
    subject: str = ""


def plan_reply_tasks(  # noqa: PLR0913 - a planner states all it leans on, by keyword
    answers: Sequence[Answer],
    *,
    base: str,
    rows: Mapping[str, CreatorRow],
    sops: Collection[Sop],
    team: Collection[str],
    told: Collection[str],
    zone: ZoneInfo,
) -> tuple[UpsertRow, ...]:
    """The tasks these answers ask for, without those ever made (keys in `told`).

    `rows` are creators by record id, `team` the record ids of active teammates. Due days are
    business days of nobody's country: weekends do not count.
    """
    sop = next((one for one in sops if one.name == ANSWER), None)
    tasks: dict[str, UpsertRow] = {}
    for answer in sorted(answers, key=lambda one: one.at):
        row = rows.get(answer.record_id)
        key = f"task:{base}:{answer.creator}:reply:{answer.at.astimezone(zone).date()}"
        if row is not None and key not in told and key not in tasks:
            because = "The creator wrote to us."
            values = _values(answer, row, sop, team, zone)
            tasks[key] = UpsertRow(key, because, t.TASKS, {t.TASK_KEY: key} | values, once=True)
    return tuple(tasks.values())


def _values(
    answer: Answer, row: CreatorRow, sop: Sop | None, team: Collection[str], zone: ZoneInfo
) -> dict[Field, object]:
    day = answer.at.astimezone(zone).date()
    days = sop.due_in_days if sop else 1
    due = business_days_later(day, days, "") if days else next_business_day(day, "")
    said = f"{answer.subject}\n\n{answer.text[:MOST_WORDS]}".strip()
    values: dict[Field, object] = {
        t.TASK_TITLE: f"{ANSWER}: {row.shown_as}",
        t.TASK_CREATOR: [answer.record_id],
        t.TASK_DUE: due,
        t.TASK_STATUS: "Open",
        t.TASK_INSTRUCTIONS: f"{sop.instructions}\n\n{said}" if sop else said,
        t.TASK_BECAUSE: "The creator wrote to us.",
    }
    if row.email:
        values[t.TASK_LINK] = f"mailto:{row.email}"
    if sop:
        values[t.TASK_SOP] = [sop.record_id]
    if row.owner in team:
        values[t.TASK_OWNER] = [row.owner]
    return values
