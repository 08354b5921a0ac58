"""Whom rules pay, what may not be paid twice or taken back, and where budgets end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from automations.payout_budgets import budgets_crossed
from automations.payout_facts import Facts
from automations.payout_members import People
from automations.payout_terms import InForce
from automations.payout_videos import Known, attributed
from automations.payouts import Line
from automations.pricing.videos import Video
from schemas.payout_rules import Measure, RuleKind
from schemas.records_payouts import Post
from tests.builders_payouts import (
    NOVEMBER,
    OCTOBER,
    PEOPLE,
    a_campaign,
    a_retainer,
    a_rule,
    a_top_up,
    facts,
    lines_of,
    posted,
    posts,
    settled,
)

PER_VIDEO = a_rule(RuleKind.PER_VIDEO, amount=Decimal(25))
GOLD = People(
    of=PEOPLE,
    tiers={"maria": "Gold", "jonas": "silver"},
    cohorts={"maria": ("2026-09", "Marketplace"), "jonas": ("2026-09", "Discord")},
)


def amounts(lines: Sequence[Line]) -> dict[str, str]:
    """By creator what the lines of causes come to, in dollars."""
    return {ln.creator: f"{ln.amount.amount}" for ln in lines if ln.kind != "Carry-over"}


def with_videos(known: Facts, videos: Sequence[Video], *runs: Sequence[Line]) -> Facts:
    return replace(known, videos=videos, posted=posted(*runs))


@pytest.mark.parametrize(
    ("whom", "paid"),
    [
        ({}, {"maria", "jonas"}),
        ({"tiers": frozenset({"gold"})}, {"maria"}),
        ({"tiers": frozenset({"gold", "silver"})}, {"maria", "jonas"}),
        ({"cohort": "2026-09"}, {"maria", "jonas"}),
        ({"cohort": "2026-09 discord"}, {"jonas"}),
        ({"cohort": "2026-10"}, set()),
        ({"creators": frozenset({"recJonas"}), "tiers": frozenset({"gold"})}, set()),
    ],
)
@pytest.mark.parametrize("kind", ["sales", "videos"])
def test_a_rule_pays_whoever_fits_all_it_names(kind, whom, paid):
    rule = a_top_up(**whom) if kind == "sales" else replace(PER_VIDEO, **whom)
    known = facts(
        rule, people=GOLD, sums=[settled("1000"), settled("1000", creator="jonas")],
        posts=[*posts(2), *posts(2, creator="recJonas")],
    )  # fmt: skip

    assert set(amounts(lines_of(OCTOBER, known))) == paid


def test_who_leaves_a_tier_keeps_the_windows_paid_and_gets_no_new_one():
    rule = a_top_up(tiers=frozenset({"gold"}))
    first = lines_of(OCTOBER, facts(rule, people=GOLD, sums=[settled("1000")]))
    sums = [settled("1200"), settled("500", window="2026-11")]

    later = lines_of(NOVEMBER, facts(rule, sums=sums, posted=posted(first)), "0")

    assert [(ln.window, str(ln.amount)) for ln in later] == [("2026-10", "USD 10.00")]


def test_a_tier_of_retainers_needs_no_list():
    rule = a_retainer(creators=frozenset(), tiers=frozenset({"gold"}))

    assert amounts(lines_of(OCTOBER, facts(rule, people=GOLD, posts=posts(4)))) == {
        "maria": "300.00"
    }


@pytest.mark.parametrize("excluder", ["Flat fee", "Another"])
def test_a_rule_that_pays_excludes_those_it_names_for_that_creator_and_window(excluder):
    fee = a_rule(
        RuleKind.FLAT_FEE, name=excluder, amount=Decimal(100), posts=2,
        excludes=frozenset({"Growth"}),
    )  # fmt: skip
    sums = [settled("1000"), settled("1000", creator="jonas"), settled("40", window="2026-09")]
    known = facts(fee, a_top_up(), sums=sums, posts=posts(2))

    lines = lines_of(OCTOBER, known, "0")

    assert [(ln.creator, ln.rule, ln.window, str(ln.amount)) for ln in lines] == sorted(
        [
            ("jonas", "Growth", "2026-10", "USD 50.00"),
            ("maria", excluder, "2026-10", "USD 100.00"),
            ("maria", "Growth", "2026-09", "USD 2.00"),
        ]
    )


def test_a_rule_that_gives_way_excludes_nobody_itself():
    first = a_top_up(name="A", excludes=frozenset({"B"}), record_id="recA")
    second = a_top_up(name="B", excludes=frozenset({"A", "C"}), record_id="recB")
    third = a_top_up(name="C", record_id="recC")

    lines = lines_of(OCTOBER, facts(first, second, third, sums=[settled("1000")]))

    assert [line.rule for line in lines] == ["A", "C"]


def test_a_campaign_excludes_the_months_it_shares_a_day_with():
    fee = a_rule(
        RuleKind.MILESTONE, measure=Measure.GMV, levels=((Decimal(1), Decimal(9)),),
        campaign="recLaunch", span=a_campaign(ends="2026-11-02"), by_campaign=True,
        excludes=frozenset({"Growth"}),
    )  # fmt: skip
    known = facts(fee, a_top_up(), sums=[])
    sums = {
        basis: [settled("100", window=w) for w in windows]
        for basis, windows in zip(
            known.sums, (["2026-10-05..2026-11-02"], ["2026-09", "2026-10", "2026-11"]), strict=True
        )
    }

    lines = lines_of(NOVEMBER, replace(known, sums=sums), "0")

    assert sorted((ln.rule, ln.window) for ln in lines) == [
        ("Growth", "2026-09"), ("Milestone", "2026-10-05..2026-11-02"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"approved": False}, {"paid_by_tiktok": True}, {"posted_on": date(2026, 9, 30)},
        {"video_id": ""},
    ],
)  # fmt: skip
def test_videos_that_do_not_count_pay_nothing(change):
    known = facts(replace(PER_VIDEO, disclosed=True), posts=posts(1, disclosed=True, **change))

    assert lines_of(OCTOBER, known) == ()
    assert lines_of(OCTOBER, facts(PER_VIDEO, posts=posts(1)))


def test_a_rule_for_disclosed_videos_leaves_the_others_out():
    known = facts(
        replace(PER_VIDEO, disclosed=True),
        posts=[*posts(1), *posts(1, disclosed=True, video_id="v")],
    )

    assert amounts(lines_of(OCTOBER, known)) == {"maria": "25.00"}


def test_a_video_is_paid_at_the_rate_in_force_when_it_was_posted():
    second = replace(
        PER_VIDEO, version=2, amount=Decimal(40), since=date(2026, 10, 16), record_id="recB"
    )
    early = replace(PER_VIDEO, until=date(2026, 10, 15))
    known = facts(early, second, posts=posts(1, posted_on=date(2026, 10, 15), video_id="15")
                  + posts(1, posted_on=date(2026, 10, 16), video_id="16"))  # fmt: skip

    assert [(ln.version, str(ln.amount)) for ln in lines_of(OCTOBER, known)] == [
        (1, "USD 25.00"), (2, "USD 40.00"),
    ]  # fmt: skip


def seen(found: Sequence[Post], known: Sequence[Known] = ()):
    return attributed(
        posts=found, rows=[post.record_id for post in found], creator_of=PEOPLE,
        remembered=[replace(one, period="2026-10") for one in known],
    )  # fmt: skip


def test_a_deleted_video_takes_nothing_back_and_new_ones_still_pay():
    four = posts(4)
    before = seen(four[:2])
    known = facts(PER_VIDEO)
    first = lines_of(OCTOBER, with_videos(known, before.videos))

    gone = with_videos(known, seen(four[:1], known=before.known).videos, first)
    more = with_videos(known, seen([four[0], *four[2:]], known=before.known).videos, first)

    assert amounts(first) == {"maria": "50.00"}
    assert lines_of(NOVEMBER, gone) == ()
    assert amounts(lines_of(NOVEMBER, more)) == {"maria": "50.00"}


@pytest.mark.parametrize("kind", [RuleKind.PER_VIDEO, RuleKind.ONE_OFF])
def test_a_deleted_video_that_was_counted_but_not_paid_pays_nothing(kind):
    known = facts(a_rule(kind, amount=Decimal(25)))
    counted = seen(posts(1))
    first = lines_of(OCTOBER, with_videos(known, counted.videos))
    gone = seen([], known=counted.known).videos

    assert lines_of(NOVEMBER, with_videos(known, gone)) == ()
    assert lines_of(NOVEMBER, with_videos(known, gone, first)) == ()
    assert amounts(first) == {"maria": "25.00"}


def test_a_deleted_video_that_was_not_live_long_enough_is_never_paid():
    rule = replace(PER_VIDEO, days_live=7)
    late = posts(1, posted_on=date(2026, 10, 30))

    after = seen([], known=seen(late).known)

    assert lines_of(NOVEMBER, with_videos(facts(rule), after.videos)) == ()
    assert lines_of(NOVEMBER, with_videos(facts(rule), seen(late).videos))


def test_a_video_whose_creator_was_deleted_keeps_what_it_was_paid_and_a_person_is_told():
    before = seen(posts(2))
    known = facts(PER_VIDEO)
    first = lines_of(OCTOBER, with_videos(known, before.videos))
    unlinked = [replace(post, creator="") for post in posts(2)]

    after = seen(unlinked, known=before.known)

    assert lines_of(NOVEMBER, with_videos(known, after.videos, first)) == ()
    assert seen(unlinked).videos == ()
    assert "link its creator" in after.problems[0].text
    assert seen(unlinked).problems[0].text == "Creator is empty."


def test_a_video_of_two_creators_pays_neither_more_than_was_paid():
    shared, own = posts(2)
    known = facts(PER_VIDEO, a_retainer(posts=4, pro_rata=True))
    first = lines_of(OCTOBER, with_videos(known, seen([shared, own]).videos))
    by_jonas = replace(shared, record_id="recOther", creator="recJonas")
    third = posts(3)[2]

    counted = seen([shared, own]).known
    after = seen([shared, own, by_jonas, third], known=counted)
    second = lines_of(NOVEMBER, with_videos(known, after.videos, first))
    never_paid = seen([shared, own, by_jonas, third])

    assert {ln.rule: str(ln.amount) for ln in first} == {
        "Per video": "USD 50.00", "Maria's retainer": "USD 150.00",
    }  # fmt: skip
    assert {ln.rule: str(ln.amount) for ln in second if ln.window == "2026-10"} == {
        "Per video": "USD 25.00", "Maria's retainer": "USD 75.00",
    }  # fmt: skip
    assert {video.video for video in never_paid.videos} == {own.video, third.video}
    assert [problem.record_id for problem in after.problems] == [shared.record_id, "recOther"]
    assert "listed for 2 creators" in after.problems[0].text


def test_an_unapproved_video_is_taken_back():
    known = facts(PER_VIDEO)
    first = lines_of(OCTOBER, with_videos(known, seen(posts(1)).videos))
    withdrawn = [replace(post, approved=False) for post in posts(1)]

    after = seen(withdrawn, known=seen(posts(1)).known)

    assert amounts(lines_of(NOVEMBER, with_videos(known, after.videos, first))) == {
        "maria": "-25.00"
    }


@pytest.mark.parametrize(
    ("budget", "monthly", "because"),
    [
        ("99.99", False, "Its budget is USD 99.99, and with this run it would pay USD 100.00"),
        ("100", False, ""),
        ("69.99", True, "Its budget for 2026-11 is USD 69.99"),
        ("70", True, ""),
    ],
)
def test_a_budget_that_would_be_crossed_is_told(budget, monthly, because):
    rule = a_top_up(budget=Decimal(budget), budget_monthly=monthly)
    first = lines_of(OCTOBER, facts(rule, sums=[settled("800")]))
    sums = [settled("600"), settled("1400", window="2026-11")]
    lines = lines_of(NOVEMBER, facts(rule, sums=sums, posted=posted(first)))

    crossed = budgets_crossed([InForce(rule)], lines, posted(first))

    assert set(crossed) == ({"Growth v1"} if because else set())
    assert crossed.get("Growth v1", "").startswith(because)


def test_a_contest_waits_for_the_end_of_its_campaign():
    rule = a_rule(
        RuleKind.CONTEST, measure=Measure.GMV, levels=((Decimal(1), Decimal(500)),),
        campaign="recLaunch", span=a_campaign(ends="2026-11-02"), by_campaign=True,
    )  # fmt: skip
    known = facts(rule, sums=[settled("900", window="2026-10-05..2026-11-02")])

    assert lines_of(OCTOBER, known) == ()
    assert amounts(lines_of(NOVEMBER, known)) == {"maria": "500.00"}
