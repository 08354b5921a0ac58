"""What keeps outreach from sending: late steps, new words, campaigns, absences, law, bad rows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from automations.canary import Decided
from automations.outreach import MailboxRoom
from automations.outreach_verdict import late_kind
from automations.plan import Message
from automations.warm_up import cap_of
from schemas.campaigns import Campaign
from schemas.outreach import DeliveryState
from schemas.sequences import StepRow
from schemas.stages import Stage
from tests.builders_outreach import (
    DAY,
    NOON,
    RECRUIT,
    RULES,
    STEP_ROWS,
    STEPS,
    WAKE_UP,
    a_creator,
    a_message,
    a_touch,
    an_enrolment,
    openings_of,
    plan,
    stops_of,
    touches_of,
    why_not,
)


def test_a_step_too_late_waits_for_a_person():
    running = an_enrolment()
    sent = a_touch(running, at=NOON - 40 * DAY)
    kind = late_kind(RECRUIT.record_id)

    made = plan(a_creator(), enrolments=[running], touches=[sent])
    allowed = plan(
        a_creator(),
        enrolments=[running],
        touches=[sent],
        rules=replace(RULES, late_after_days=60),
    )

    assert touches_of(made) == []
    [waits] = made.waiting
    assert waits.kind == kind
    assert waits.because.startswith("1 creator would get a step more than 14 days late.")
    assert [touch.step for touch in touches_of(allowed)] == [2]


def test_late_steps_leave_when_a_person_releases_them_and_end_when_dropped():
    running = an_enrolment()
    known = {"enrolments": [running], "touches": [a_touch(running, at=NOON - 40 * DAY)]}
    kind = late_kind(RECRUIT.record_id)

    released = plan(a_creator(), **known, decided=Decided(released={kind}))
    dropped = plan(a_creator(), **known, decided=Decided(dropped={kind}))

    assert [touch.step for touch in touches_of(released)] == [2]
    assert touches_of(dropped) == []
    assert [one.key for one in stops_of(dropped)] == [running.id]


def some_words(version: str = "v1"):
    def render(who, sequence, step, thread):
        made = a_message(who, sequence, step, thread)
        assert isinstance(made, Message)
        return replace(made, template="intro", language="en", variant="A", version=version)

    return render


def test_the_first_messages_with_new_words_leave_and_the_rest_waits():
    people = [a_creator(f"cr-{n}", email=f"c{n}@example.com") for n in range(5)]
    rules = replace(RULES, canary=3)
    words = "intro:en:A:v1"

    fresh = plan(*people, render=some_words(), rules=rules)
    later = plan(*people, render=some_words(), rules=rules, decided=Decided((), (), {words: 2}))
    gone_on = plan(*people, render=some_words(), rules=rules, decided=Decided({f"canary:{words}"}))
    dropped = plan(
        *people, render=some_words(), rules=rules, decided=Decided((), {f"canary:{words}"})
    )

    assert [len(touches_of(made)) for made in (fresh, later, gone_on, dropped)] == [3, 1, 5, 0]
    assert [waits.kind for waits in fresh.waiting] == [f"canary:{words}"]
    assert "2 more wait" in fresh.waiting[0].because
    assert gone_on.waiting == dropped.waiting == ()


def test_a_changed_word_is_a_new_canary():
    people = [a_creator(f"cr-{n}", email=f"c{n}@example.com") for n in range(5)]
    released = Decided({"canary:intro:en:A:v1"}, (), {"intro:en:A:v1": 50})

    made = plan(*people, render=some_words("v2"), rules=replace(RULES, canary=2), decided=released)

    assert len(touches_of(made)) == 2


def test_a_stage_that_ends_the_sequence_stops_it_for_good():
    running = an_enrolment()
    ends = replace(RECRUIT, stops_at=("Onboarded",))

    made = plan(
        a_creator(stage=Stage.ONBOARDED), enrolments=[running], touches=[a_touch(running)],
        sequences=(ends, WAKE_UP),
    )  # fmt: skip

    assert touches_of(made) == []
    assert [(one.key, one.because) for one in stops_of(made)] == [(running.id, "reached Onboarded")]
    assert why_not(made) == ["stopped: reached Onboarded."]


@pytest.mark.parametrize(
    ("starts", "ends", "why"),
    [
        (None, None, ""),
        (date(2026, 11, 23), date(2026, 11, 23), ""),
        (date(2026, 11, 24), None, "campaign Xmas starts on 2026-11-24."),
        (None, date(2026, 11, 22), "stopped: campaign Xmas ended on 2026-11-22."),
    ],
)
def test_a_campaign_sends_between_its_days(starts, ends, why):
    in_xmas = replace(RECRUIT, campaign_record="recXmas")

    made = plan(
        a_creator(),
        sequences=(in_xmas, WAKE_UP),
        campaigns=[Campaign("recXmas", "Xmas", starts_on=starts, ends_on=ends)],
    )

    assert why_not(made) == ([why] if why else [])
    assert bool(touches_of(made)) is not bool(why)
    assert bool(openings_of(made)) is (why == "" or "starts" in why)


def test_nothing_is_sent_while_the_creator_is_away():
    away = an_enrolment(quiet_until=NOON + 2 * DAY, quiet_because="out of office")

    made = plan(a_creator(), enrolments=[away], touches=[a_touch(away)])
    back = plan(a_creator(), enrolments=[away], touches=[a_touch(away)], now=NOON + 2 * DAY)

    assert why_not(made) == ["paused until 2026-11-25: out of office."]
    assert [touch.step for touch in touches_of(back)] == [2]


def test_a_wait_in_business_days_leaves_out_weekends_and_holidays():
    steps = (STEPS[0], replace(STEPS[1], wait_days=3, business=True))
    running = an_enrolment(steps=steps)
    # Tuesday before Thanksgiving: Wednesday, (Thursday,) Friday, (weekend,) Monday.
    sent = a_touch(running, at=datetime(2026, 11, 24, 17, 0, tzinfo=UTC))

    def sends_on(day: int, month: int) -> bool:
        now = datetime(2026, month, day, 17, 0, tzinfo=UTC)
        made = plan(a_creator(), enrolments=[running], touches=[sent], now=now)
        return bool(touches_of(made))

    assert [sends_on(26, 11), sends_on(27, 11), sends_on(30, 11)] == [False, False, True]


def test_nobody_is_written_to_on_a_public_holiday_where_they_live():
    thanksgiving = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)

    kept = plan(a_creator(), now=thanksgiving)
    worked = plan(a_creator(), now=thanksgiving, rules=replace(RULES, skip_holidays=False))

    assert why_not(kept) == ["it is outside sending hours where the creator lives."]
    assert len(touches_of(worked)) == 1


def test_a_step_by_hand_goes_to_a_teammate_and_needs_no_address():
    by_hand = tuple(replace(row, by_hand=True) for row in STEP_ROWS)

    made = plan(a_creator(email=""), steps=by_hand)

    [touch] = touches_of(made)
    assert (touch.by_hand, touch.link) == (True, "https://www.tiktok.com/@ana.lima")


@pytest.mark.parametrize(
    ("mailbox", "days", "cap"),
    [("jane", None, 10), ("jane", 6, 10), ("jane", 7, 20), ("jane", 14, 50), ("sam", 0, 5)],
)
def test_a_new_mailbox_warms_up_week_by_week(mailbox, days, cap):
    rules = replace(RULES, warm_up=(10, 20), mailbox_caps={"sam": 5})
    today = date(2026, 11, 23)
    first = None if days is None else today - days * DAY

    assert cap_of(mailbox, first, today, rules) == cap


def test_words_that_cannot_be_written_are_a_problem_and_take_no_room():
    def render(who, sequence, step, thread):
        unknown = "Template intro names {{ nam }}, which is not known."
        return unknown if who.creator == "cr-ana" else a_message(who, sequence, step, thread)

    made = plan(
        a_creator(),
        a_creator("cr-bo"),
        render=render,
        mailboxes=[MailboxRoom("jane", 1)],
    )

    assert [touch.creator for touch in touches_of(made)] == ["cr-bo"]
    assert [problem.record_id for problem in made.problems] == ["rec-cr-ana"]


@pytest.mark.parametrize(
    ("steps", "where"),
    [
        ((StepRow("recX", RECRUIT.record_id, 2, 0, "", doubts=("Template is empty.",)),), "recX"),
        ((StepRow("recX", RECRUIT.record_id, 1, 0, "intro"),), "recX"),
    ],
)
def test_a_sequence_with_a_doubtful_step_enrols_nobody_but_running_ones_go_on(steps, where):
    running = an_enrolment("cr-bo")

    made = plan(
        a_creator(),
        a_creator("cr-bo"),
        steps=(*STEP_ROWS, *steps),
        enrolments=[running],
        touches=[a_touch(running)],
    )

    assert openings_of(made) == []
    assert [touch.creator for touch in touches_of(made)] == ["cr-bo"]
    assert where in {problem.record_id for problem in made.problems}


def test_a_step_that_names_two_sequences_lets_nobody_into_either():
    both = StepRow("recX", WAKE_UP.record_id, 4, 0, "w", "", ("Two.",), (RECRUIT.record_id,))
    people = a_creator(), a_creator("cr-bo", sequence_record=WAKE_UP.record_id)

    assert openings_of(plan(*people, steps=(*STEP_ROWS, both))) == []


def test_editing_the_steps_leaves_running_enrolments_as_they_were():
    running = an_enrolment()
    recreated = tuple(replace(row, record_id=f"{row.record_id}b", wait_days=0) for row in STEP_ROWS)

    made = plan(
        a_creator(),
        steps=recreated,
        enrolments=[running],
        touches=[a_touch(running, at=NOON - 2 * DAY)],
    )

    assert why_not(made) == ["step 2 is due on 2026-11-24."]


def test_an_inactive_sequence_sends_nothing():
    made = plan(a_creator(), sequences=[replace(RECRUIT, active=False)])

    assert made.actions == ()
    assert why_not(made) == ["Recruit is not active."]


def test_two_sequences_of_one_name_are_both_left_out():
    twin = replace(RECRUIT, record_id="recSeqTwin", name="recruit!")

    made = plan(a_creator(), sequences=[RECRUIT, twin])

    assert made.actions == ()
    assert {p.record_id for p in made.problems} == {"recSeqTwin", RECRUIT.record_id}


def test_a_person_who_dropped_a_step_lets_the_sequence_go_on():
    running = an_enrolment()
    dropped = a_touch(running, state=DeliveryState.GIVEN_UP, message_id="")

    [touch] = touches_of(plan(a_creator(), enrolments=[running], touches=[dropped]))

    assert (touch.step, touch.in_reply_to) == (2, "")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"country": "DE", "time_zone": ""}, "Legal basis and Source are empty: in Germany"),
        (
            {"country": "", "time_zone": "Europe/Berlin"},
            "Country is empty, and Europe/Berlin may be",
        ),
        (
            {"country": "DE", "time_zone": "", "source": "Referral"},
            "Legal basis is empty: in Germany",
        ),
        (
            {"country": "GB", "time_zone": "", "legal_basis": "Consent"},
            "Source is empty: in the United Kingdom",
        ),
        ({"country": "DE", "time_zone": "", "legal_basis": "Consent", "source": "Fair"}, ""),
        ({"country": "PT", "legal_basis": "Consent", "source": "Fair"}, ""),
    ],
)
def test_where_law_asks_for_a_reason_nobody_is_written_to_without(changes, why):
    made = plan(a_creator(**changes), now=NOON - 3 * DAY / 24)

    assert [left.startswith(why) for left in why_not(made)] == ([True] if why else [])
    assert bool(touches_of(made)) is not bool(why)
    assert [problem.text.startswith(why) for problem in made.problems] == ([True] if why else [])


def test_settings_say_where_a_reason_is_needed():
    made = plan(
        a_creator(country="DE", time_zone=""),
        now=NOON - 4 * DAY / 24,
        rules=replace(RULES, basis_countries=frozenset()),
    )

    assert len(touches_of(made)) == 1
