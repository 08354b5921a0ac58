"""What a row of Payout rules may say, and how its terms are kept with the money they paid."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from automations.payout_frozen import frozen, thawed
from automations.payout_terms import rules_in_force
from schemas.parsing import BadCell, Row
from schemas.payout_rules import First, Measure, PayoutRule, RuleKind, parse_rule
from schemas.records_payouts import parse_post
from schemas.tables import content
from schemas.tables import payouts as t
from tests.builders_payouts import a_campaign, a_retainer, a_rule, a_top_up

USUAL = {t.RULE_NAME: "Rule", t.RULE_CURRENCY: "USD", t.RULE_FROM: "2026-10-01"}


def typed(kind: str, **cells: object) -> PayoutRule:
    named = {name: getattr(t, f"RULE_{name.upper()}") for name in cells}
    row = USUAL | {t.RULE_KIND: kind} | {named[name]: value for name, value in cells.items()}
    return parse_rule(Row("rec1", datetime(2026, 10, 1, tzinfo=UTC), row))


def test_a_whole_row_is_understood():
    rule = typed(
        "Milestone", basis="GMV", levels="500: 50; 1000.50: 150", reached="Each reached",
        tier="Gold,  silver ", cohort="2026-10 Marketplace", excludes="Growth, Flat  Fee", cap=200,
        budget=5000, budget_per="Month", status="Trial", hold_back=3,
    )  # fmt: skip

    assert rule.levels == ((Decimal(500), Decimal(50)), (Decimal("1000.50"), Decimal(150)))
    assert (rule.measure, rule.each, rule.trial) == (Measure.GMV, True, True)
    assert (sorted(rule.tiers), rule.cohort) == (["gold", "silver"], "2026-10 marketplace")
    assert (sorted(rule.excludes), rule.budget_monthly) == (["flat fee", "growth"], True)


@pytest.mark.parametrize(
    ("kind", "cells", "said"),
    [
        ("Bonus", {}, "Kind should be one of"),
        ("Retainer", {"amount": 300, "posts": 4}, "names its Creators, Tier or Cohort"),
        ("Retainer", {"posts": 4, "tier": "Gold"}, "needs an Amount"),
        ("Per video", {}, "needs an Amount above 0"),
        ("Per video", {"amount": Decimal("9.999")}, "Amount 9.999 cannot be paid in USD"),
        ("Per video", {"amount": 9, "most_videos": 0}, "Most videos should be from 1"),
        ("Per video", {"amount": 9, "days_live": -1}, "Days live should be from 0"),
        ("Flat fee", {"amount": 9}, "number of Posts"),
        ("Milestone", {}, "Milestone needs rising Levels"),
        ("Milestone", {"levels": "1000: 150; 500: 50"}, "rising Levels"),
        ("Milestone", {"levels": "500 50"}, "Levels should read like"),
        ("Milestone", {"levels": "500: 0.001"}, "Levels: amount 0.001 cannot be paid"),
        ("Contest", {"levels": "1: 500; 3: 100"}, "Contest needs Levels that give each place"),
        ("Top-up", {"rate": 0}, "Rate % above 0"),
        ("Top-up", {"rate": 5, "disclosed": True}, "Disclosed only is for rules that count videos"),
        ("Top-up", {"rate": 5, "basis": "Net GMV"}, "Basis should be one of GMV, Settled net"),
        ("Top-up", {"rate": 5, "window": "Campaign"}, "link the Campaign"),
        ("Top-up", {"rate": 5, "cohort": "October"}, "Cohort 'october' should be like 2026-10"),
        ("Top-up", {"rate": 5, "cap": 0}, "Cap should be above 0"),
        ("Top-up", {"rate": 5, "budget": -1}, "Budget should not be below 0"),
        ("Views bonus", {"amount": 1, "video_cap": -1}, "Cap per video should be above 0"),
        ("Top-up", {"rate": 5, "name": "carry-over out USD"}, "the worker's own words"),
    ],
)
def test_what_cannot_be_paid_names_the_field(kind, cells, said):
    with pytest.raises(BadCell, match=said):
        typed(kind, **cells)


EVERY_TERM = a_rule(
    RuleKind.MILESTONE, campaign="recLaunch", span=a_campaign(product="17293"), disclosed=True,
    measure=Measure.GMV, by_campaign=True, amount=Decimal("2.5"), posts=3, pro_rata=True,
    rate=Decimal("7.25"), levels=((Decimal(500), Decimal(50)),), each=True, first=First.SALE,
    days_live=7, most_videos=3, cap=Decimal(80), video_cap=Decimal("9.5"),
    hold_back=timedelta(days=3), excludes=frozenset({"Growth", "Retainer"}), listed=True,
)  # fmt: skip
MAY_CHANGE = {"until", "trial", "creators", "tiers", "cohort", "budget", "budget_monthly"}


def test_every_term_is_kept_with_the_money():
    usual = a_rule(RuleKind.MILESTONE)
    terms = {one.name for one in fields(PayoutRule)} - MAY_CHANGE
    same = {"record_id", "name", "version", "kind", "currency", "since"}

    assert thawed(frozen(EVERY_TERM)) == EVERY_TERM
    # So that a term added later is not forgotten here.
    assert {n for n in terms if getattr(EVERY_TERM, n) == getattr(usual, n)} == same


def test_terms_posted_before_there_were_other_kinds_still_read():
    old = json.dumps(
        {
            "amount": "300", "currency": "USD", "hold_back_days": 0, "kind": "Retainer",
            "name": "Maria's retainer", "posts": 4, "pro_rata": False, "rate": "0",
            "record_id": "recRetainer", "since": "2026-10-01", "version": 1,
        }
    )  # fmt: skip

    assert thawed(old) == replace(a_retainer(), creators=frozenset())
    assert frozen(a_retainer()) == old


@pytest.mark.parametrize(
    "change",
    [
        {"span": a_campaign(ends="2026-10-31")}, {"cap": Decimal(90)}, {"days_live": 8},
        {"levels": ((Decimal(500), Decimal(60)),)}, {"excludes": frozenset()},
    ],
)  # fmt: skip
def test_new_terms_of_a_rule_that_paid_are_a_problem_and_do_not_count(change):
    row = replace(
        EVERY_TERM,
        tiers=frozenset({"gold"}),
        **({"excludes": frozenset({"growth", "retainer"})} | change),
    )
    others = [
        a_top_up(), a_retainer(name="Retainer", record_id="recOther")
    ]  # fmt: skip

    rules, problems = rules_in_force(
        rows=[row, *others],
        posted_terms=[frozen(EVERY_TERM)],
        hold_back=timedelta(days=30),
        spans={"recLaunch": row.span} if row.span else {},
    )

    (kept,) = [one.rule for one in rules if one.rule.name == "Milestone"]
    assert replace(kept, until=None, tiers=frozenset()) == EVERY_TERM
    assert [problem.record_id for problem in problems] == ["recMILESTONE"]


@pytest.mark.parametrize(
    ("emptied", "terms"),
    [
        (a_top_up(), [frozen(a_top_up(creators=frozenset({"recMaria"})))]),
        (a_top_up(listed=True), []),
        (a_top_up(listed=True), [frozen(a_top_up())]),
    ],
)
def test_a_rule_whose_listed_creators_were_all_deleted_is_for_nobody(emptied, terms):
    rules, problems = rules_in_force(rows=[emptied], posted_terms=terms, hold_back=timedelta())

    assert [one.closed for one in rules] == [True]
    assert "Creators is empty now" in problems[0].text


def test_a_campaign_without_days_pays_nothing_until_it_has_them():
    rows = [a_rule(RuleKind.TOP_UP, rate=Decimal(5), campaign="recLaunch")]

    rules, problems = rules_in_force(rows=rows, posted_terms=[], hold_back=timedelta())

    assert rules == ()
    assert "Starts on and Ends on" in problems[0].text


def test_excluded_rules_are_found_by_any_spelling_and_unknown_ones_are_told():
    rows = [
        a_top_up(), a_rule(RuleKind.CONTEST, excludes=frozenset({"growth", "nobody's rule"}))
    ]  # fmt: skip

    rules, problems = rules_in_force(rows=rows, posted_terms=[], hold_back=timedelta())

    assert rules[0].rule.excludes == {"Growth", "nobody's rule"}
    assert "no rule is called that" in problems[0].text


def test_hold_back_is_the_settings_for_settled_net_and_none_for_gmv():
    rows = [
        a_top_up(hold_back=None), a_top_up(name="Gross", record_id="rec2", measure=Measure.GMV,
                                           hold_back=None, since=date(2026, 10, 1)),
    ]  # fmt: skip

    rules, _ = rules_in_force(rows=rows, posted_terms=[], hold_back=timedelta(days=30))

    assert {one.rule.name: one.rule.hold_back for one in rules} == {
        "Growth": timedelta(days=30), "Gross": timedelta(),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (t.RULE_NAME, "A: B", "leave out ':'"),
        (t.RULE_NAME, "", "Rule is empty"),
        (t.RULE_FROM, "", "From is empty"),
        (t.RULE_UNTIL, "2026-09-01", "Until is before From"),
        (t.RULE_CURRENCY, "dollars", "Currency should be like USD"),
        (t.RULE_VERSION, 0, "Version should be from 1"),
        (t.RULE_LEVELS, "; ".join("1: 1" for _ in range(51)), "at most 50 levels"),
        (t.RULE_CAP, "80", "Cap should be a number"),
    ],
)
def test_a_bad_cell_of_any_rule_names_its_field(field, value, said):
    row = USUAL | {t.RULE_KIND: "Top-up", t.RULE_RATE: 5, field: value}

    with pytest.raises(BadCell, match=said):
        parse_rule(Row("rec1", datetime(2026, 10, 1, tzinfo=UTC), row))


@pytest.mark.parametrize(
    ("cells", "video_id", "said"),
    [
        ({content.VIDEO_ID: "73", content.URL: "https://x/video/74"}, "73", ""),
        ({content.URL: "https://www.tiktok.com/@a/video/74?lang=en"}, "74", ""),
        ({content.URL: "https://www.tiktok.com/@a/photo/74"}, "", ""),
        ({content.VIEWS: -1}, "", "Views should not be below 0"),
    ],
)
def test_the_id_of_a_video_is_its_cell_or_in_its_address(cells, video_id, said):
    row = Row("rec1", datetime(2026, 10, 1, tzinfo=UTC), {content.POSTED_ON: "2026-10-03", **cells})

    if said:
        with pytest.raises(BadCell, match=said):
            parse_post(row)
    else:
        assert parse_post(row).video_id == video_id
