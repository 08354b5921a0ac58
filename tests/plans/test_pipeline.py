"""Stage moves, tasks and shown facts: what the rules do, and where a person's move wins."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from automations.pipeline import Facts, as_shown, gather, plan_pipeline
from automations.plan import UpdateRow
from schemas.base import table
from schemas.outreach import Identified
from schemas.parsing import Row, parsed
from schemas.records_pipeline import A_PERSON, parse_sample, parse_sop, parse_stage_rule
from schemas.stages import Stage, is_allowed
from schemas.starters_pipeline import SOPS, STAGE_RULES
from schemas.tables import creators
from schemas.tables import pipeline as t
from tests.builders_pipeline import (
    ANSWER,
    BASE,
    LONG_AGO,
    NOW,
    ZONE,
    a_book,
    a_creator,
    a_rule,
    a_sample,
    a_video,
    moves,
    noted,
    planned,
    stood,
    tasks,
)

REPLIED = a_rule(Stage.REPLIED, Stage.CONTACTED, sop=ANSWER.record_id)


def a_contacted_creator(**cells: object) -> Identified:
    return a_creator("Luana Prado", stage=Stage.CONTACTED, owner="recMei", **cells)


def test_a_creator_who_wrote_back_is_moved_and_the_owner_gets_a_task():
    plan = planned(a_contacted_creator(last_reply_at=NOW), a_book(REPLIED))

    assert moves(plan) == [("Contacted", "Replied")]
    (task,) = tasks(plan)
    assert task.once
    assert task.values[t.TASK_TITLE] == "Answer the creator: Luana Prado"
    assert task.values[t.TASK_OWNER] == ["recMei"]
    assert task.values[t.TASK_DUE] == date(2026, 11, 24)


@pytest.mark.parametrize(
    "rule",
    [
        replace(REPLIED, active=False),
        replace(REPLIED, from_stages=frozenset({Stage.PROSPECT})),
        replace(REPLIED, view="Somebody else"),
        a_rule(Stage.QUEUED, Stage.CONTACTED),
    ],
    ids=["inactive", "from elsewhere", "not in the view", "backwards"],
)
def test_a_rule_that_does_not_fit_moves_nobody(rule):
    assert moves(planned(a_contacted_creator(), a_book(rule))) == []


def test_rules_are_followed_to_their_end_in_one_move():
    onward = a_rule(Stage.POSTED, Stage.REPLIED)

    plan = planned(a_contacted_creator(), a_book(REPLIED, onward))

    assert moves(plan) == [("Contacted", "Posted")]
    assert tasks(plan) == []


@pytest.mark.parametrize(("days", "expected"), [(29, []), (30, [("Active", "At risk")])])
def test_a_timer_runs_from_the_day_the_stage_was_entered(days, expected):
    rule = a_rule(Stage.AT_RISK, Stage.ACTIVE, after_days=30)

    plan = planned(a_creator(stage=Stage.ACTIVE), a_book(rule), stood(Stage.ACTIVE, days))

    assert moves(plan) == expected


def test_views_that_call_a_creator_lapsed_and_active_at_once_move_nobody():
    lapsed = a_rule(Stage.AT_RISK, Stage.ACTIVE, after_days=30)
    active = a_rule(Stage.ACTIVE, Stage.AT_RISK)

    plan = planned(a_creator(stage=Stage.ACTIVE), a_book(lapsed, active))

    assert moves(plan) == []


def test_an_empty_stage_is_a_prospect_and_moves_on():
    first = a_rule(Stage.CONTACTED, Stage.PROSPECT)

    assert moves(planned(a_creator(last_touch_at=NOW), a_book(first))) == [("", "Contacted")]


def test_a_persons_move_is_noted_as_theirs_and_not_undone():
    creator = a_contacted_creator(last_reply_at=NOW - timedelta(days=1))

    plan = planned(creator, a_book(REPLIED), stood(Stage.REPLIED, 1))

    assert (noted(plan), moves(plan)) == (["Contacted"], [])


@pytest.mark.parametrize(
    ("replied_days_ago", "expected"), [(3, []), (1, [("Contacted", "Replied")])]
)
def test_after_a_persons_move_only_newer_facts_count(replied_days_ago, expected):
    creator = a_contacted_creator(last_reply_at=NOW - timedelta(days=replied_days_ago))

    plan = planned(creator, a_book(REPLIED), stood(Stage.CONTACTED, 2, by=A_PERSON))

    assert moves(plan) == expected


def test_a_persons_move_binds_also_after_the_worker_moved_the_creator_on():
    creator = a_creator(stage=Stage.REPLIED, last_reply_at=NOW)
    last = replace(stood(Stage.REPLIED, 1), person_at=NOW - timedelta(days=2))
    facts = Facts(samples=[a_sample(creator, "Delivered", date(2026, 11, 1))])

    plan = planned(creator, a_book(a_rule(Stage.SAMPLE_DELIVERED, Stage.REPLIED)), last, facts)

    assert moves(plan) == []


def test_a_sample_delivered_after_a_persons_move_counts():
    creator = a_creator(stage=Stage.REPLIED)
    facts = Facts(samples=[a_sample(creator, "Delivered", date(2026, 11, 22))])
    book = a_book(a_rule(Stage.SAMPLE_DELIVERED, Stage.REPLIED))

    plan = planned(creator, book, stood(Stage.REPLIED, 2, by=A_PERSON), facts)

    assert moves(plan) == [("Replied", "Sample delivered")]


@pytest.mark.parametrize("last", [stood(Stage.CONTACTED, 2), stood(Stage.CONTACTED, 2, A_PERSON)])
def test_who_opted_out_is_not_to_be_contacted_whoever_moved_them_last(last):
    ticked = planned(a_contacted_creator(opted_out=True), a_book(REPLIED), last)
    by_mail = planned(
        a_contacted_creator(), a_book(REPLIED), last, Facts(suppressed=frozenset({"cr-luana"}))
    )

    assert moves(ticked) == moves(by_mail) == [("Contacted", "Do not contact")]
    assert tasks(ticked) == []


def test_no_rule_leads_out_of_do_not_contact():
    assert not any(is_allowed(Stage.DO_NOT_CONTACT, stage) for stage in Stage)


def test_a_creator_first_seen_is_noted_where_they_stand():
    creator = a_creator(stage=Stage.ACTIVE, stage_since=NOW - timedelta(days=40))
    rule = a_rule(Stage.AT_RISK, Stage.ACTIVE, after_days=30)

    plan = plan_pipeline(
        base=BASE, identified=[creator], book=a_book(rule), facts=Facts(), history={}, now=NOW
    )

    assert (noted(plan), moves(plan)) == (["Active"], [("Active", "At risk")])


def test_a_stage_that_cannot_be_read_is_left_alone():
    creator = a_creator(stage=None, doubts=("Stage 'Hot' is no stage of the pipeline.",))

    assert planned(creator, a_book(REPLIED), stood(Stage.ACTIVE, 1)).actions == ()


def test_an_overdue_video_makes_one_task_and_no_move():
    rule = a_rule(None, Stage.SAMPLE_DELIVERED, view="", after_days=15, sop=ANSWER.record_id)
    creator = a_creator(stage=Stage.SAMPLE_DELIVERED)
    last = stood(Stage.SAMPLE_DELIVERED, 15)

    first = planned(creator, a_book(rule), last)
    made = Facts(tasks=frozenset(task.key for task in tasks(first)))
    again = planned(creator, a_book(rule), last, made)

    assert (len(tasks(first)), moves(first)) == (1, [])
    assert again.actions == ()


def test_a_task_lost_between_move_and_writing_is_made_later():
    last = replace(stood(Stage.REPLIED, 0), because=REPLIED.because)

    (task,) = tasks(planned(a_creator(stage=Stage.REPLIED), a_book(REPLIED), last))

    assert task.key == f"task:{BASE}:cr-luana:{ANSWER.record_id}:{last.number}"


def test_samples_videos_and_sales_are_shown_on_the_creator():
    creator = a_creator(stage=Stage.POSTED)
    facts = Facts(
        samples=[a_sample(creator, "Shipped", date(2026, 11, 2))],
        content=[a_video(creator, date(2026, 11, 20)), a_video(creator, date(2026, 11, 9))],
        first_sales={"cr-luana": date(2026, 11, 21)},
    )

    (update,) = planned(creator, a_book(), facts=facts).actions

    assert isinstance(update, UpdateRow)
    assert update.values == {
        creators.SAMPLE_STATUS: "Shipped",
        creators.LAST_POST_ON: date(2026, 11, 20),
        creators.POSTS: 2,
        creators.FIRST_SALE_ON: date(2026, 11, 21),
    }


def test_creators_as_shown_need_no_facts_written():
    creator = a_creator(stage=Stage.POSTED, posts=9)
    facts = Facts(samples=[a_sample(creator, "Shipped", date(2026, 11, 2))])

    (shown,) = as_shown([creator], gather([creator], facts, ZONE))

    assert (shown.row.sample_status, shown.row.posts) == ("Shipped", 0)
    assert planned(shown, a_book(), facts=facts).actions == ()


def test_rules_that_name_a_missing_view_or_sop_are_told():
    rule = a_rule(Stage.REPLIED, Stage.CONTACTED, view="Gone", sop="recGone")

    problems = planned(a_contacted_creator(), a_book(rule)).problems

    assert [problem.record_id for problem in problems] == [rule.record_id] * 2


def test_the_starter_rules_and_sops_can_be_used():
    sops = {sop[t.SOP_NAME]: f"rec{n}" for n, sop in enumerate(SOPS)}
    linked = [
        {f: [sops[n] for n in v] if f is t.RULE_SOP else v for f, v in rule.items()}  # type: ignore[attr-defined]  # names of SOPs
        for rule in STAGE_RULES
    ]
    rows = tuple(Row(f"rec{n}", LONG_AGO, cells) for n, cells in enumerate(linked))

    rules = parsed(t.STAGE_RULES, rows, parse_stage_rule)
    read = parsed(t.SOPS, [Row("rec", LONG_AGO, sop) for sop in SOPS], parse_sop)

    assert (rules.problems, read.problems) == ((), ())
    views = {view.name for view in table("Creators").views}
    assert {rule.view for rule in rules.records} - views == {""}
    for rule in rules.records:
        assert rule.to is None or all(is_allowed(s, rule.to) for s in rule.from_stages)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({t.RULE_FROM: []}, "From stages is empty"),
        ({t.RULE_TO: None}, "To stage or a Task SOP"),
        ({t.RULE_VIEW: None}, "Name a View"),
        ({t.RULE_TO: "Dormant"}, "After days of 1 or more"),
        ({t.RULE_TO: "Fan"}, "no stage of the pipeline"),
        ({t.RULE_AFTER: -1}, "negative"),
    ],
)
def test_a_rule_that_cannot_work_is_a_problem_on_its_row(cells, says):
    good = {
        t.RULE_VIEW: "All", t.RULE_FROM: ["Contacted"], t.RULE_TO: "Replied", t.RULE_ACTIVE: True,
    }  # fmt: skip

    row = Row("recRule", LONG_AGO, {f: v for f, v in (good | cells).items() if v is not None})

    (problem,) = parsed(t.STAGE_RULES, [row], parse_stage_rule).problems
    assert says in problem.text


def test_a_sample_with_an_unknown_status_is_a_problem():
    row = Row("recSample", LONG_AGO, {t.SAMPLE_STATUS: "Lost"})

    assert "Lost" in parsed(t.SAMPLES, [row], parse_sample).problems[0].text
