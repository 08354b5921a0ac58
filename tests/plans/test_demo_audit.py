"""The demo's audit: it passes a faultless month, and each of its checks can fail."""

from datetime import timedelta

import pytest

from sandbox.demo.audit import CHECKS, Move
from sandbox.demo.creators import ANSWERS, BY_PHONE, RETURNED, STOPS, Heard
from sandbox.demo.money import Paid, Shown
from tests.builders_demo import GOOD, LENA, MAYA, MOVED_AT, TOLD, at, broken_by, mail

TWICE, GOODBYE, WINDOW, CAP, TOLD_ONCE, WHOLE, SUM, RECOMPUTED = CHECKS


def test_a_faultless_month_passes():
    assert broken_by() == set()


def test_a_second_mail_of_one_step_is_found():
    assert TWICE in broken_by(mails=[*GOOD.mails, mail(when=at(20))])


def test_a_mail_whose_reply_was_lost_counts_as_sent():
    again = mail(when=at(20), outcome="accepted, dropped after dot")

    assert TWICE in broken_by(mails=[*GOOD.mails, again])


def test_a_step_that_was_refused_and_tried_again_is_no_second_mail():
    refused = mail(when=at(13), outcome="refused 450 4.7.1 Greylisted")

    assert broken_by(mails=[refused, *GOOD.mails]) == set()


@pytest.mark.parametrize("kind", [STOPS, RETURNED, BY_PHONE])
def test_a_mail_after_a_goodbye_had_reached_us_is_found(kind):
    assert broken_by(heard=[Heard(at(15), kind, MAYA)]) == {GOODBYE}


def test_a_mail_in_the_pass_that_hears_the_goodbye_is_still_allowed():
    assert broken_by(heard=[Heard(at(19, 14, 30), STOPS, MAYA)]) == set()


def test_an_answer_is_no_goodbye():
    assert broken_by(heard=[Heard(at(15), ANSWERS, MAYA)]) == set()


def test_a_mail_to_an_address_that_was_refused_for_good_is_found():
    dead = mail(when=at(13), outcome="refused 550 5.1.1 No such user here")

    assert broken_by(mails=[dead, *GOOD.mails]) == {GOODBYE}


@pytest.mark.parametrize(
    "when",
    [
        pytest.param(at(15, 12, 59), id="a minute before nine in New York"),
        pytest.param(at(15, 21), id="at five in New York"),
        pytest.param(at(17), id="on a Saturday"),
    ],
)
def test_a_mail_outside_the_window_is_found(when):
    assert broken_by(mails=[mail(when=when)]) == {WINDOW}


def test_with_no_zone_the_window_must_be_open_all_over_the_country():
    somewhere = {**GOOD.homes, MAYA: ("US", "")}

    assert WINDOW in broken_by(homes=somewhere, mails=[mail(when=at(14))])


def test_a_mail_to_somebody_nobody_knows_is_outside_every_window():
    assert WINDOW in broken_by(mails=[mail("nobody@example.net", when=at(14))])


def test_the_mail_too_many_of_a_day_is_found():
    third = mail(LENA, when=at(14, 9), step=2)

    assert broken_by(mails=[*GOOD.mails, third]) == {CAP}


def test_a_day_is_the_mailboxs_own_day():
    # 06:30 UTC on the 14th is still the 13th in Los Angeles.
    early = mail(LENA, when=at(14, 6, 30) + timedelta(hours=1), step=2)
    before = mail(LENA, when=at(14, 6, 59), step=3)

    assert CAP in broken_by(mails=[*GOOD.mails, early])
    assert CAP not in broken_by(mails=[*GOOD.mails, before])


def test_a_stage_change_nobody_was_told_of_is_found():
    assert broken_by(posts=[]) == {TOLD_ONCE}


def test_a_stage_change_told_twice_is_found():
    assert broken_by(posts=[*GOOD.posts, TOLD]) == {TOLD_ONCE}


def test_a_stage_that_changed_without_a_move_is_found():
    assert broken_by(stages={"Maya Bennett": ("Prospect", "Replied")}) == {WHOLE}


def test_a_move_that_starts_elsewhere_than_the_last_one_led_is_found():
    odd = Move("Maya Bennett", "Onboarded", "Posted", MOVED_AT + timedelta(hours=1))
    told = f"**Maya Bennett**: Onboarded → **Posted** <t:{int(odd.at.timestamp())}:R>"

    broken = broken_by(
        moves=[*GOOD.moves, odd],
        posts=[*GOOD.posts, told],
        stages={"Maya Bennett": ("Prospect", "Posted")},
    )

    assert broken == {WHOLE}


def test_a_statement_that_is_not_the_sum_of_its_lines_is_found():
    wrong = Shown("2026-10", "maya.bennett", 1250, 0, [1000, 249])

    assert broken_by(statements=[wrong]) == {SUM}


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param({("2026-10", "maya.bennett"): Paid(1251, 0)}, id="a cent more"),
        pytest.param({("2026-10", "maya.bennett"): Paid(1250, 7)}, id="another carry-over"),
        pytest.param({}, id="nothing was owed"),
        pytest.param(
            {**GOOD.expected, ("2026-10", "lena.brandt"): Paid(1000, 0)}, id="one was forgotten"
        ),
    ],
)
def test_a_statement_that_differs_from_the_recomputation_is_found(expected):
    assert broken_by(expected=expected) == {RECOMPUTED}
