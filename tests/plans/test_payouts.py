"""Owed minus posted: what each run pays, takes back and carries over."""

from dataclasses import replace
from datetime import date

from automations.payout_facts import Facts
from automations.payout_members import People
from automations.payout_terms import InForce
from automations.pricing.basis import basis_of
from tests.builders_payouts import (
    NOVEMBER,
    OCTOBER,
    PEOPLE,
    SHOPS,
    a_retainer,
    a_top_up,
    an_adjustment,
    facts,
    lines_of,
    paid,
    posted,
    posts,
    said,
    settled,
)


def test_a_first_settlement_is_topped_up_once():
    known = facts(a_top_up(), sums=[settled("1234.50")])

    (line,) = lines_of(OCTOBER, known)

    assert line.key == "line:appGlow/2026-10:maria:Growth v1:2026-10"
    assert (str(line.amount), line.kind, line.paid_by) == ("USD 61.73", "Top-up", "Brand")
    assert (line.count, str(line.basis), line.rate) == (3, "USD 1,234.50", "5%")
    assert line.because == "5% of USD 1,234.50 settled net from 3 order lines"


def test_what_was_posted_is_not_paid_again():
    first = lines_of(OCTOBER, facts(a_top_up(), sums=[settled("1234.50")]))

    again = lines_of(NOVEMBER, facts(a_top_up(), sums=[settled("1234.50")], posted=posted(first)))

    assert again == ()


def test_a_late_settlement_is_a_line_of_the_month_it_belongs_to():
    first = lines_of(OCTOBER, facts(a_top_up(), sums=[settled("1000")]))

    later = lines_of(NOVEMBER, facts(a_top_up(), sums=[settled("1400")], posted=posted(first)))

    assert said(later) == [("maria", "Top-up", "2026-10", "USD 20.00")]
    assert "USD 50.00 of it posted before" in later[0].because


def test_a_return_after_posting_is_a_clawback_carried_to_the_next_run():
    first = lines_of(OCTOBER, facts(a_top_up(), sums=[settled("1000")]))

    second = lines_of(NOVEMBER, facts(a_top_up(), posted=posted(first)))

    assert said(second) == [
        ("maria", "Clawback", "2026-10", "USD -50.00"),
        ("maria", "Carry-over", "2026-11", "USD 50.00"),
    ]
    assert not paid(second)


def test_below_the_minimum_is_carried_over_until_it_is_reached():
    small = facts(a_top_up(), sums=[settled("100")])
    first = lines_of(OCTOBER, small)
    known = [settled("100"), settled("300", window="2026-11")]

    second = lines_of(NOVEMBER, facts(a_top_up(), sums=known, posted=posted(first)))

    assert said(first) == [
        ("maria", "Top-up", "2026-10", "USD 5.00"),
        ("maria", "Carry-over", "2026-10", "USD -5.00"),
    ]
    assert said(second) == [
        ("maria", "Top-up", "2026-11", "USD 15.00"),
        ("maria", "Carry-over", "2026-10", "USD 5.00"),
    ]
    assert str(paid(second)) == "USD 20.00"


def test_a_small_balance_alone_makes_no_statement_until_the_minimum_falls():
    first = lines_of(OCTOBER, facts(a_top_up(), sums=[settled("100")]))
    known = facts(a_top_up(), sums=[settled("100")], posted=posted(first))

    assert lines_of(NOVEMBER, known) == ()
    assert str(paid(lines_of(NOVEMBER, known, minimum="0"))) == "USD 5.00"


def test_a_retainer_met_is_paid_and_one_missed_is_shown_as_forfeited():
    rule = a_retainer(creators=frozenset(PEOPLE))

    lines = lines_of(OCTOBER, facts(rule, posts=[*posts(4), *posts(3, creator="recJonas")]))

    assert said(lines) == [
        ("jonas", "Retainer", "2026-10", "USD 0.00"),
        ("maria", "Retainer", "2026-10", "USD 300.00"),
    ]
    assert "3 of 4 approved posts" in lines[0].because
    assert "forfeited" in lines[0].because


def test_a_retainer_pro_rata_pays_its_share_and_the_rest_when_a_post_is_found_later():
    rule = a_retainer(pro_rata=True)
    first = lines_of(OCTOBER, facts(rule, posts=posts(3)))

    second = lines_of(NOVEMBER, facts(rule, posts=posts(4), posted=posted(first)))

    assert said(first) == [("maria", "Retainer", "2026-10", "USD 225.00")]
    assert said(second)[0] == ("maria", "Retainer", "2026-10", "USD 75.00")


def test_posts_unapproved_removed_in_time_or_listed_twice_do_not_count():
    known = [
        *posts(2),
        *posts(2),
        *posts(1, removed_on=date(2026, 10, 31), video_id="removed in the month"),
        *posts(1, removed_on=date(2026, 11, 1), video_id="removed after it"),
        *posts(1, approved=False, video_id="never approved"),
    ]

    lines = lines_of(OCTOBER, facts(a_retainer(pro_rata=True), posts=known))

    assert lines[0].count == 3


def test_a_creator_who_leaves_a_retainer_keeps_the_months_already_paid():
    first = lines_of(OCTOBER, facts(a_retainer(), posts=posts(4)))
    left = a_retainer(creators=frozenset({"recJonas"}))

    second = lines_of(NOVEMBER, facts(left, posts=posts(4), posted=posted(first)))

    assert [line.creator for line in second] == ["jonas"]


def test_an_adjustment_is_paid_once_and_waits_for_its_month():
    known = facts(adjustments=[an_adjustment("25")])
    first = lines_of(OCTOBER, known)

    assert said(first) == [("maria", "Adjustment", "2026-10", "USD 25.00")]
    assert lines_of(NOVEMBER, replace(known, posted=posted(first))) == ()
    assert lines_of(OCTOBER, facts(adjustments=[an_adjustment("25", on="2026-11-01")])) == ()


def test_an_adjustment_corrected_after_posting_pays_only_the_difference():
    first = lines_of(OCTOBER, facts(adjustments=[an_adjustment("25")]))

    second = lines_of(NOVEMBER, facts(adjustments=[an_adjustment("40")], posted=posted(first)))

    assert said(second)[0] == ("maria", "Adjustment", "2026-10", "USD 15.00")


def test_a_deleted_adjustment_takes_nothing_back():
    first = lines_of(OCTOBER, facts(adjustments=[an_adjustment("25")]))

    assert lines_of(NOVEMBER, facts(posted=posted(first))) == ()


def test_a_deleted_rule_goes_on_for_the_months_it_paid_and_for_no_other():
    first = lines_of(OCTOBER, facts(a_top_up(), sums=[settled("1000")]))
    settled_net = basis_of(a_top_up())
    assert settled_net is not None
    gone = Facts(
        rules=[InForce(a_top_up(), closed=True)],
        shops=SHOPS,
        sums={
            settled_net: [
                settled("800"),
                settled("999", window="2026-11"),
                settled("999", creator="jonas"),
            ]
        },
        posted=posted(first),
        people=People(of=PEOPLE),
    )

    second = lines_of(NOVEMBER, gone, minimum="0")

    assert said(second)[0] == ("maria", "Clawback", "2026-10", "USD -10.00")


def test_months_after_the_runs_are_left_for_their_own_run():
    known = facts(a_top_up(), a_retainer(), sums=[settled("9999", window="2026-11")])

    assert [line.window for line in lines_of(OCTOBER, known)] == ["2026-10"]


def test_two_currencies_are_two_statements():
    euro = a_top_up(record_id="recEuro", name="Wachstum", currency="EUR")

    lines = lines_of(OCTOBER, facts(a_top_up(), euro, sums=[settled("1000")]))

    assert [str(line.amount) for line in lines] == ["EUR 50.00", "USD 50.00"]


def test_a_negative_adjustment_is_no_clawback():
    lines = lines_of(OCTOBER, facts(adjustments=[an_adjustment("-25")]))

    assert said(lines)[0] == ("maria", "Adjustment", "2026-10", "USD -25.00")
