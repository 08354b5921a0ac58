"""Prices of single rules, and which terms hold when."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from automations.payout_frozen import frozen, thawed
from automations.payout_terms import rules_in_force
from automations.pricing.basis import basis_of
from automations.pricing.windows import months
from schemas.orders import LineStatus
from tests.builders_payouts import OCTOBER, a_retainer, a_top_up, facts, lines_of, posts, settled

HOLD_BACK = timedelta(days=30)


@pytest.mark.parametrize(
    ("basis", "rate", "amount"),
    [
        ("100.10", "5", "USD 5.01"),
        ("100.09", "5", "USD 5.00"),
        ("0.10", "5", "USD 0.01"),
        ("333.33", "2.5", "USD 8.33"),
        ("1000000000.01", "33.33", "USD 333,300,000.00"),
    ],
)
def test_a_top_up_is_rounded_once_half_up(basis, rate, amount):
    known = facts(a_top_up(rate=Decimal(rate)), sums=[settled(basis)])

    assert [str(line.amount) for line in lines_of(OCTOBER, known, "0")] == [amount]


@pytest.mark.parametrize(
    ("posted", "pro_rata", "amount"),
    [
        (4, False, "USD 300.00"),
        (9, False, "USD 300.00"),
        (3, False, "USD 0.00"),
        (3, True, "USD 225.00"),
        (0, True, "USD 0.00"),
    ],
)
def test_a_retainer_asks_for_its_posts(posted, pro_rata, amount):
    known = facts(a_retainer(pro_rata=pro_rata), posts=posts(posted))

    assert str(lines_of(OCTOBER, known)[0].amount) == amount


def test_a_share_of_a_retainer_is_rounded_half_up():
    third = a_retainer(amount=Decimal(100), posts=3, pro_rata=True)

    assert str(lines_of(OCTOBER, facts(third, posts=posts(2)))[0].amount) == "USD 66.67"


def test_a_top_up_rests_on_settled_lines_that_were_not_returned():
    basis = basis_of(a_top_up())

    assert basis is not None
    assert basis.statuses == (LineStatus.SETTLED,)
    assert basis_of(a_retainer()) is None


@pytest.mark.parametrize(
    ("since", "until", "windows"),
    [
        (date(2026, 10, 1), None, ["2026-10", "2026-11"]),
        (date(2026, 10, 2), None, ["2026-11"]),
        (date(2026, 10, 1), date(2026, 10, 31), ["2026-10"]),
        (date(2026, 12, 1), None, []),
        (date(2025, 12, 2), date(2026, 2, 1), ["2026-01", "2026-02"]),
    ],
)
def test_a_retainer_holds_for_the_months_whose_first_day_it_covers(since, until, windows):
    assert months(since, until, "2026-11") == windows


def in_force(*rows, posted=()):
    rules, problems = rules_in_force(rows=rows, posted_terms=posted, hold_back=HOLD_BACK)
    return [one.rule for one in rules], problems


def test_terms_read_back_from_a_posted_line():
    rule = a_top_up(rate=Decimal("2.50"))

    assert thawed(frozen(rule)) == replace(rule, rate=Decimal("2.5"))


def test_a_new_version_ends_the_one_before():
    second = a_top_up(record_id="rec2", version=2, since=date(2026, 11, 1), rate=Decimal(7))

    rules, problems = in_force(a_top_up(), second)

    assert [(rule.version, rule.until) for rule in rules] == [(1, date(2026, 10, 31)), (2, None)]
    assert problems == ()


def test_terms_that_were_paid_by_go_on_counting_when_the_row_is_edited():
    edited = a_top_up(rate=Decimal(50))

    rules, problems = in_force(edited, posted=[frozen(a_top_up())])

    assert rules[0].rate == 5
    assert "higher Version" in problems[0].text
    assert problems[0].record_id == "recTopUp"


def test_a_renamed_rule_is_still_the_rule_that_was_paid():
    rules, problems = in_force(a_top_up(name="Turbo"), posted=[frozen(a_top_up())])

    assert [rule.name for rule in rules] == ["Growth"]
    assert problems == ()


def test_a_row_deleted_and_typed_again_is_the_same_rule():
    rules, problems = in_force(a_top_up(record_id="recNew"), posted=[frozen(a_top_up())])

    assert [(rule.title, rule.record_id) for rule in rules] == [("Growth v1", "recNew")]
    assert problems == ()


def test_of_two_rows_of_one_version_one_counts_and_the_other_is_a_problem():
    rules, problems = in_force(a_top_up(), a_top_up(record_id="recTwin"))

    assert [rule.record_id for rule in rules] == ["recTopUp"]
    assert problems[0].record_id == "recTwin"
