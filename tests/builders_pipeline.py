"""Creators, rules, samples and videos for pipeline tests, with sane defaults; and a small world
to which a plan can be applied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from automations.pipeline import Facts, LastMove, Rulebook, plan_pipeline
from automations.plan import MoveStage, Plan, UpdateRow, UpsertRow
from schemas.outreach import Identified
from schemas.records import CreatorRow
from schemas.records_pipeline import (
    A_PERSON,
    FIRST_SEEN,
    THE_WORKER,
    ContentPost,
    Sample,
    SampleStatus,
    Sop,
    StageRule,
)
from schemas.stages import Stage
from schemas.tables import creators

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=200)
ZONE = ZoneInfo("America/Los_Angeles")
BASE = "appGLOW"
ANSWER = Sop("recSopAnswer", "Answer the creator", "Read it, answer it.", 1)


def a_creator(name: str = "Luana Prado", **cells: object) -> Identified:
    slug = name.split(maxsplit=1)[0].lower()
    row = CreatorRow(record_id=f"rec-{slug}", created_at=LONG_AGO, name=name)
    return Identified(f"cr-{slug}", replace(row, **cells))  # type: ignore[arg-type]  # cells by name


def a_rule(to: Stage | None, *from_stages: Stage, view: str = "All", **more: object) -> StageRule:
    rule = StageRule(
        record_id=f"recRule{to.name if to else 'Task'}",
        name="A rule",
        view=view,
        from_stages=frozenset(from_stages),
        to=to,
        after_days=0,
        because=f"to {to.value if to else 'a task'}",
        sop="",
        active=True,
    )
    return replace(rule, **more)  # type: ignore[arg-type]  # fields by name


def a_book(*rules: StageRule, members: Mapping[str, frozenset[str]] | None = None) -> Rulebook:
    shown = members if members is not None else {"All": frozenset({"rec-luana"})}
    return Rulebook(
        rules=rules,
        members=shown,
        zone=ZONE,
        sops={ANSWER.record_id: ANSWER},
        team=frozenset({"recMei"}),
    )


def a_sample(creator: Identified, status: str, on: date | None, **more: object) -> Sample:
    sample = Sample("recSample", LONG_AGO, creator.row.record_id, "Serum", SampleStatus(status), on)
    return replace(sample, **more)  # type: ignore[arg-type]  # fields by name


def a_video(creator: Identified, posted_on: date) -> ContentPost:
    return ContentPost("recVideo", LONG_AGO, creator.row.record_id, posted_on, None)


def stood(stage: Stage, days: int, by: str = THE_WORKER, number: int = 4) -> LastMove:
    at = NOW - timedelta(days=days)
    return LastMove(number, stage.value, at, by, "", at if by == A_PERSON else None)


def planned(
    creator: Identified,
    book: Rulebook,
    last: LastMove | None = None,
    facts: Facts | None = None,
    now: datetime = NOW,
) -> Plan:
    stage = creator.row.stage or Stage.PROSPECT
    history = {creator.creator: last or stood(stage, 100)}
    return plan_pipeline(
        base=BASE,
        identified=[creator],
        book=book,
        facts=facts or Facts(),
        history=history,
        now=now,
    )


def moves(plan: Plan) -> list[tuple[str, str]]:
    """The (from, to) of every stage that would be written."""
    found = [action for action in plan.actions if isinstance(action, MoveStage)]
    return [(move.expected, move.to) for move in found if move.expected != move.to]


def noted(plan: Plan) -> list[str]:
    """The stages that are only remembered."""
    found = [action for action in plan.actions if isinstance(action, MoveStage)]
    return [move.to for move in found if move.expected == move.to]


def tasks(plan: Plan) -> list[UpsertRow]:
    return [action for action in plan.actions if isinstance(action, UpsertRow)]


_ATTRIBUTES = {
    creators.SAMPLE_STATUS: "sample_status",
    creators.LAST_POST_ON: "last_post_on",
    creators.POSTS: "posts",
    creators.FIRST_SALE_ON: "first_sale_on",
}


def apply(
    plan: Plan, identified: Sequence[Identified], facts: Facts, history: Mapping[str, LastMove]
) -> tuple[list[Identified], Facts, dict[str, LastMove]]:
    """What base and ledger look like once the plan was carried out."""
    rows, known, made = {one.creator: one.row for one in identified}, dict(history), facts.tasks
    by_record = {one.row.record_id: one.creator for one in identified}
    for action in plan.actions:
        if isinstance(action, UpdateRow):
            creator = by_record[action.record_id]
            written = {_ATTRIBUTES[field]: value for field, value in action.values.items()}
            written = {k: "" if k == "sample_status" and not v else v for k, v in written.items()}
            rows[creator] = replace(rows[creator], **written)  # type: ignore[arg-type]  # by name
        elif isinstance(action, UpsertRow):
            made |= {action.key}
        elif isinstance(action, MoveStage):
            rows[action.creator], known[action.creator] = _moved(
                action, rows[action.creator], known.get(action.creator)
            )
    return [Identified(c, row) for c, row in rows.items()], replace(facts, tasks=made), known


def _moved(move: MoveStage, row: CreatorRow, last: LastMove | None) -> tuple[CreatorRow, LastMove]:
    by, person_at = THE_WORKER, last.person_at if last else None
    if move.expected == move.to:
        by = A_PERSON if last else FIRST_SEEN
        person_at = move.at if last else None
    number = last.number + 1 if last else 1
    after = row
    if move.expected != move.to:
        after = replace(row, stage=Stage(move.to), stage_since=move.at)
    return after, LastMove(number, move.to, move.at, by, move.because, person_at)
