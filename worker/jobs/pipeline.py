"""Pipeline: creators move along by rules and facts; a person's move wins; SOPs become tasks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from automations.pipeline import plan_pipeline
from automations.pipeline.book import Facts, Rulebook
from automations.plan import Plan, UpdateRow, UpsertRow
from automations.reply_tasks import Answer, plan_reply_tasks
from schemas.outreach import Identified
from schemas.parsing import parsed
from schemas.records_pipeline import (
    Sop,
    StageRule,
    parse_content_post,
    parse_sample,
    parse_sop,
    parse_stage_rule,
)
from schemas.rules import Rules
from schemas.stages import STAGES
from schemas.tables import content, creators, operations, pipeline
from worker import holding, needs, showing, stage_moves
from worker.executor import Done
from worker.jobs.job import Job, executor
from worker.ledger import consent, mailbox, sales, stages
from worker.ledger.leases import Fence
from worker.reading import Reading, forbidden_because
from worker.views import Consulted

ANSWERS_OF = timedelta(days=3)  # an answer whose task could not be made is tried so long


def plan_pipeline_now(reading: Reading) -> Plan:
    """Which creators would move at this instant, and which tasks would be made.

    Planned again when it consulted a view about creators who changed since they were asked for.
    """
    plan, views = _planned(reading)
    for _ in views:
        if not any(view.wanted for view in views.values()):
            break
        for name, view in views.items():
            if view.wanted:
                reading.ask(creators.TABLE, name, view.wanted)
        plan, views = _planned(reading)
    return plan


def _views(reading: Reading, rules: Sequence[StageRule]) -> Mapping[str, Consulted]:
    named = {rule.view for rule in rules if rule.active and rule.view}
    seen = {name: reading.members(creators.TABLE, name) for name in sorted(named)}
    return {name: Consulted(members) for name, members in seen.items() if members is not None}


def _planned(reading: Reading) -> tuple[Plan, Mapping[str, Consulted]]:
    worker = reading.worker
    rules, _ = reading.rules()
    identified, _ = reading.identified()
    stage_rules = parsed(pipeline.STAGE_RULES, reading.rows(pipeline.STAGE_RULES), parse_stage_rule)
    sops = parsed(pipeline.SOPS, reading.rows(pipeline.SOPS), parse_sop)
    samples = parsed(pipeline.SAMPLES, reading.rows(pipeline.SAMPLES), parse_sample)
    posts = parsed(content.CONTENT, reading.rows(content.CONTENT), parse_content_post)
    views = _views(reading, stage_rules.records)
    plan = plan_pipeline(
        base=worker.base_id,
        identified=identified,
        book=Rulebook(
            stage_rules.records,
            views,
            rules.time_zone,
            {sop.record_id: sop for sop in sops.records},
            _active(reading),
        ),
        facts=Facts(
            samples.records,
            posts.records,
            sales.first_sales(worker.ledger, worker.base_id, rules.time_zone),
            consent.suppressed_creators(
                worker.ledger, worker.base_id, separate=rules.separate_senders
            ),
            stages.tasks_made(worker.ledger, worker.base_id),
        ),
        history=stages.last_moves(worker.ledger, worker.base_id),
        now=worker.clock.now(),
    )
    actions = (*plan.actions, *_reply_tasks(reading, rules, sops.records, identified))
    unread = (*stage_rules.problems, *sops.problems, *samples.problems, *posts.problems)
    return Plan(actions, (*unread, *plan.problems), plan.held_because, plan.skipped), views


def _reply_tasks(
    reading: Reading, rules: Rules, sops: Sequence[Sop], identified: Sequence[Identified]
) -> Sequence[UpsertRow]:
    """What creators wrote of late, as tasks for those who answer them."""
    worker = reading.worker
    since = worker.clock.now() - ANSWERS_OF
    wrote = mailbox.replies_since(worker.ledger, worker.base_id, since)
    return plan_reply_tasks(
        [
            Answer(one.creator, one.record_id, one.at, one.text, one.subject)
            for one in wrote
            if one.creator and one.kind in ("human", "unreadable")
        ],
        base=worker.base_id,
        rows={one.row.record_id: one.row for one in identified},
        sops=sops,
        team=_active(reading),
        told=stages.tasks_made(worker.ledger, worker.base_id),
        zone=rules.time_zone,
    )


def _active(reading: Reading) -> frozenset[str]:
    rows = reading.rows(operations.TEAM)
    return frozenset(row.id for row in rows if row.cells.get(operations.TEAM_ACTIVE))


def run_pipeline(reading: Reading, fence: Fence) -> Done:
    """Move creators and make tasks; show every move in Stage history."""
    worker, now = reading.worker, reading.worker.clock.now()
    if because := forbidden_because(reading):
        return Done(held_because=because)
    # Replies and touches are shown first: the views that rules name look at these cells.
    problems = [*showing.show_all(worker, now), *worker.writes.flush()]
    reading.forget(creators.TABLE)
    rules, _ = reading.rules()
    carry_out = executor(worker, fence, rules).carry_out
    plan = plan_pipeline_now(reading)
    if because := holding.held_because(reading, PIPELINE.name, plan):
        return Done(problems=[*problems, *plan.problems], held_because=because)
    facts = tuple(action for action in plan.actions if isinstance(action, UpdateRow))
    if facts:
        # The views that rules name look at these cells: they are written before the views are read.
        carry_out(Plan(facts))
        problems += worker.writes.flush()
        reading.forget(creators.TABLE)
        plan = plan_pipeline_now(reading)
        if because := holding.held_because(reading, PIPELINE.name, plan):
            return Done(problems=[*problems, *plan.problems], held_because=because)
    done = carry_out(plan)
    done.problems += (*problems, *stage_moves.show_moves(worker, worker.clock.now()))
    return done


PIPELINE = Job(
    "pipeline",
    plan_pipeline_now,
    run_pipeline,
    needs=(
        *needs.SETTINGS,
        *needs.SCREEN,
        (
            creators.TABLE,
            (
                *needs.IDENTITY, creators.OWNER, creators.OPTED_OUT, creators.STAGE,
                creators.STAGE_SINCE,
                # The views that rules name filter by these; Airtable drops a filter with its field.
                creators.LAST_TOUCH_AT, creators.LAST_REPLY_AT, creators.SAMPLE_STATUS,
                creators.LAST_POST_ON, creators.POSTS, creators.FIRST_SALE_ON,
            ),
        ),
        (
            pipeline.STAGE_RULES,
            (
                pipeline.RULE_VIEW, pipeline.RULE_FROM, pipeline.RULE_TO, pipeline.RULE_AFTER,
                pipeline.RULE_SOP, pipeline.RULE_ACTIVE,
            ),
        ),
        (pipeline.SOPS, (pipeline.SOP_NAME, pipeline.SOP_INSTRUCTIONS, pipeline.SOP_DUE)),
        (
            pipeline.SAMPLES,
            (
                pipeline.SAMPLE_CREATOR, pipeline.SAMPLE_STATUS, pipeline.SAMPLE_REQUESTED,
                pipeline.SAMPLE_APPROVED, pipeline.SAMPLE_SHIPPED, pipeline.SAMPLE_DELIVERED,
            ),
        ),
        (content.CONTENT, (content.CREATOR, content.POSTED_ON, content.REMOVED_ON)),
        (operations.TEAM, (operations.TEAM_ACTIVE,)),
        # A task is made once, a move shown once: what they lack then, they lack for good.
        (pipeline.TASKS, pipeline.TASKS.fields),
        (pipeline.STAGE_HISTORY, pipeline.STAGE_HISTORY.fields),
    ),
    choices=(
        *needs.SCREEN_CHOICES,
        (creators.TABLE, creators.STAGE, STAGES),
        (pipeline.TASKS, pipeline.TASK_STATUS, pipeline.TASK_STATES[:1]),
    ),
)  # fmt: skip
