"""What outreach brought, counted on the message it followed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.results import By, Event, Happened, Rate, SentTouch, results

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = ZoneInfo("America/Los_Angeles")


def a_sent(number: int = 1, *, step: int = 1, days_ago: float = 40, **changes) -> SentTouch:
    creator = changes.pop("creator", f"cr-{number}")
    key = f"touch:{creator}:{step}"
    return SentTouch(key, creator, "recruit", step, NOW - days_ago * DAY, **changes)


def the_line(touches, events, by=By.STEP):
    (line,) = results(touches, events, by=by, zone=ZONE, now=NOW)
    return line


def test_an_answer_counts_on_the_message_it_names():
    first, second = a_sent(step=1, days_ago=40), a_sent(step=2, days_ago=36)
    answer = Event(Happened.REPLY, "cr-1", NOW - 30 * DAY, touch=first.key)

    one, two = results([first, second], [answer], by=By.STEP, zone=ZONE, now=NOW)

    assert (one.rates[Happened.REPLY].count, two.rates[Happened.REPLY].count) == (1, 0)


def test_a_conversion_counts_on_the_last_message_before_it():
    first, second = a_sent(step=1, days_ago=45), a_sent(step=2, days_ago=41)
    moved = Event(Happened.CONVERSION, "cr-1", NOW - 35 * DAY)

    one, two = results([second, first], [moved], by=By.STEP, zone=ZONE, now=NOW)

    assert (one.rates[Happened.CONVERSION].count, two.rates[Happened.CONVERSION].count) == (0, 1)


def test_what_came_before_any_message_or_long_after_counts_nowhere():
    touch = a_sent(days_ago=50)
    before = Event(Happened.REPLY, "cr-1", NOW - 51 * DAY)
    long_after = Event(Happened.REPLY, "cr-1", NOW - 10 * DAY)

    assert the_line([touch], [before, long_after]).rates[Happened.REPLY].count == 0


def test_two_answers_to_one_message_are_one():
    touch = a_sent()
    answers = [Event(Happened.REPLY, "cr-1", touch.at + hours * DAY / 24) for hours in (1, 2)]

    assert the_line([touch], answers).rates[Happened.REPLY] == Rate(1, 1)


@pytest.mark.parametrize(("days_ago", "of"), [(13.9, 0), (14, 1)])
def test_a_message_counts_once_it_is_ripe(days_ago, of):
    line = the_line([a_sent(days_ago=days_ago)], [])

    assert line.sent == 1
    assert line.rates[Happened.REPLY].of == of


def test_an_address_that_refused_the_message_is_a_bounce():
    assert the_line([a_sent(refused=True)], []).rates[Happened.BOUNCE].count == 1


def test_few_messages_are_too_early_to_tell():
    touches = [a_sent(number) for number in range(29)]

    assert the_line(touches, []).says == "too early to tell"


def test_a_clearly_better_variant_is_said_to_be():
    touches = [
        a_sent(number, creator=f"cr-{name}{number}", template="recruit-1", variant=name)
        for name in "AB"
        for number in range(200)
    ]
    answered = [f"cr-A{n}" for n in range(60)] + [f"cr-B{n}" for n in range(10)]
    answers = [Event(Happened.REPLY, creator, NOW - 39 * DAY) for creator in answered]

    a, b = results(touches, answers, by=By.VARIANT, zone=ZONE, now=NOW)

    assert (a.label, a.says) == ("recruit 1, recruit-1 A", "answered more than the others")
    assert b.says == "answered less than the best"


def test_variants_that_do_about_as_well_are_not_told_apart():
    touches = [
        a_sent(number, creator=f"cr-{name}{number}", template="recruit-1", variant=name)
        for name in "AB"
        for number in range(200)
    ]
    answers = [Event(Happened.REPLY, f"cr-{v}{n}", NOW - 39 * DAY) for v in "AB" for n in range(20)]

    says = {line.says for line in results(touches, answers, by=By.VARIANT, zone=ZONE, now=NOW)}

    assert says == {"no difference to be seen"}


def test_a_week_is_that_of_sending_where_the_base_is():
    late_on_sunday = SentTouch("k", "cr-1", "recruit", 1, datetime(2026, 11, 2, 7, tzinfo=UTC))

    assert the_line([late_on_sunday], [], By.WEEK).label == "week of 2026-10-26"


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (50, 1000, 0.0381, 0.0653)],
)
def test_intervals_are_wilsons(count, of, low, high):
    # Wilson (1927); values as in Newcombe (1998), Statistics in Medicine 17, formula 3.
    assert Rate(count, of).interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_the_share_seen(counts):
    rate = Rate(*counts)
    low, high = rate.interval

    assert rate.share is not None
    assert 0 <= low <= rate.share + 1e-12
    assert rate.share - 1e-12 <= high <= 1


@given(st.permutations(range(8)), st.sampled_from(By))
def test_results_do_not_hang_on_the_order_of_facts(order, by):
    touches = [a_sent(n % 3, step=n, days_ago=20 + n) for n in range(8)]
    events = [Event(Happened.REPLY, f"cr-{n % 3}", NOW - n * DAY) for n in range(8)]

    shuffled = results([touches[n] for n in order], events, by=by, zone=ZONE, now=NOW)

    assert shuffled == results(touches, events, by=by, zone=ZONE, now=NOW)
