"""What outreach does for one creator, case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from automations.canary import Decided
from automations.outreach import MailboxRoom
from automations.outreach_verdict import late_kind
from automations.plan import Message
from automations.warm_up import cap_of
from schemas.campaigns import Campaign
from schemas.outreach import DeliveryState, EnrolmentState
from schemas.sequences import StepRow
from schemas.stages import Stage
from schemas.tables import creators
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
    values_of,
    why_not,
)


def test_a_creator_put_into_a_sequence_is_enrolled_and_gets_step_one_at_once():
    made = plan(a_creator())

    [opening], [touch] = openings_of(made), touches_of(made)
    assert (opening.key, opening.steps, opening.mailbox) == ("enr:cr-ana:recruit:1", STEPS, "jane")
    assert touch.key == "touch:appGlow:cr-ana:recruit:1:1"
    assert touch.message.subject == "Recruit 1 for Ana"
    assert (touch.name, touch.address) == ("Ana Lima", "ana.lima@example.com")
    assert touch.not_after == datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    assert made.actions.index(opening) < made.actions.index(touch)
    assert made.problems == ()


def test_a_follow_up_goes_after_its_wait_and_answers_the_message_before():
    running = an_enrolment()
    sent = a_touch(running, at=NOON - 3 * DAY, message_id="<one@glow.example.com>")

    [touch] = touches_of(plan(a_creator(), enrolments=[running], touches=[sent]))

    assert touch.step == 2
    assert touch.in_reply_to == "<one@glow.example.com>"
    assert touch.because == "Step 2 of Recruit: 3 days after step 1 on 2026-11-20."


def test_a_follow_up_waits_for_the_same_hour_of_its_day():
    running = an_enrolment()
    sent = a_touch(running, at=NOON - 3 * DAY + timedelta(minutes=1))

    made = plan(a_creator(), enrolments=[running], touches=[sent])

    assert touches_of(made) == []
    assert why_not(made) == ["step 2 is due on 2026-11-23."]
    assert values_of(made) == {creators.ENROLMENT: "Recruit: step 2 of 3 is due on 2026-11-23."}


@pytest.mark.parametrize(
    ("changes", "suppressed", "why"),
    [
        ({"opted_out": True}, (), "opted out."),
        ({}, ("cr-ana",), "is suppressed: see Suppressions."),
        ({"stage": Stage.DO_NOT_CONTACT}, (), "is in stage Do not contact."),
    ],
)
def test_a_creator_who_opted_out_hears_nothing(changes, suppressed, why):
    running = an_enrolment()

    made = plan(a_creator(**changes), enrolments=[running], suppressed=suppressed)

    assert made.actions == ()
    assert why_not(made) == [why]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"email": ""}, "Email is empty"),
        ({"country": "", "time_zone": ""}, "Country and Time zone are empty"),
        ({"country": "XX", "time_zone": ""}, "'XX' are not known"),
        ({"time_zone": "Mars/Base"}, "'Mars/Base' is not known"),
        ({"doubts": ("Email 'x' is no mail address: correct it.",)}, "is no mail address"),
    ],
)
def test_a_row_that_cannot_be_worked_is_told_and_stops_no_other(changes, text):
    made = plan(a_creator(**changes), a_creator("cr-bo", name="Bo", email="bo@example.org"))

    assert [touch.creator for touch in touches_of(made)] == ["cr-bo"]
    [problem] = made.problems
    assert (problem.table, problem.record_id) == ("Creators", "rec-cr-ana")
    assert text in problem.text


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (DeliveryState.IN_DOUBT, "step 1 may or may not have left"),
        (DeliveryState.CLAIMED, "step 1 is being sent right now"),
        (DeliveryState.REFUSED, "step 1 was refused"),
    ],
)
def test_an_unsettled_or_refused_step_stops_its_enrolment(state, why):
    running = an_enrolment()

    made = plan(a_creator(), enrolments=[running], touches=[a_touch(running, state=state)])

    assert touches_of(made) == []
    assert why_not(made)[0].startswith(why)


def test_a_doubt_in_one_sequence_does_not_stop_another():
    running = an_enrolment()
    doubt = a_touch(running, state=DeliveryState.IN_DOUBT)

    made = plan(a_creator(sequence_record=WAKE_UP.record_id), enrolments=[running], touches=[doubt])

    assert [touch.sequence for touch in touches_of(made)] == ["wake-up"]


@pytest.mark.parametrize(("minutes", "sent"), [(-1, 1), (0, 1), (1, 0)])
def test_a_step_that_could_not_be_sent_is_tried_again_when_its_wait_is_over(minutes, sent):
    running = an_enrolment()
    waiting = a_touch(
        running, state=DeliveryState.DUE, not_before=NOON + timedelta(minutes=minutes)
    )

    made = plan(a_creator(), enrolments=[running], touches=[waiting])

    assert len(touches_of(made)) == sent


def test_a_reply_ends_the_enrolment():
    answered = an_enrolment(state=EnrolmentState.STOPPED, stop_because="the creator replied.")

    made = plan(a_creator(), enrolments=[answered], touches=[a_touch(answered)])

    assert touches_of(made) == []
    assert values_of(made) == {creators.ENROLMENT: "Recruit: stopped: the creator replied."}


def test_a_finished_sequence_says_so_and_nothing_more_is_sent():
    done = an_enrolment()
    sent = [a_touch(done, step) for step in (1, 2, 3)]

    made = plan(a_creator(), enrolments=[done], touches=sent)

    assert values_of(made) == {creators.ENROLMENT: "Recruit: finished, 3 steps done."}
    told = plan(
        a_creator(enrolment="Recruit: finished, 3 steps done."), enrolments=[done], touches=sent
    )
    assert told.actions == ()


def test_a_step_never_goes_out_after_a_later_one():
    running = an_enrolment()

    made = plan(a_creator(), enrolments=[running], touches=[a_touch(running, 2, at=NOON - 9 * DAY)])

    assert [touch.step for touch in touches_of(made)] == [3]


def test_a_wiped_cell_pauses_and_re_typing_it_goes_on_where_it_was():
    running = an_enrolment()
    facts = {"enrolments": [running], "touches": [a_touch(running)]}

    paused = plan(a_creator(sequence_record=""), **facts)
    resumed = plan(a_creator(), **facts)

    assert values_of(paused) == {creators.ENROLMENT: "paused: Sequence was cleared."}
    assert why_not(paused) == ["Sequence was cleared."]
    assert [touch.key for touch in touches_of(resumed)] == ["touch:appGlow:cr-ana:recruit:1:2"]
    assert openings_of(resumed) == []


def test_another_sequence_is_opened_beside_the_paused_one():
    running = an_enrolment()

    made = plan(
        a_creator(sequence_record=WAKE_UP.record_id),
        enrolments=[running],
        touches=[a_touch(running)],
    )

    assert [opening.key for opening in openings_of(made)] == ["enr:cr-ana:wake-up:1"]
    assert [touch.key for touch in touches_of(made)] == ["touch:appGlow:cr-ana:wake-up:1:1"]


@pytest.mark.parametrize(
    ("days_ago", "state", "opened", "problem"),
    [
        (91, EnrolmentState.STOPPED, ["enr:cr-ana:recruit:2"], ""),
        (89, EnrolmentState.STOPPED, [], "tick it again on or after 2026-11-25"),
        (91, EnrolmentState.OPEN, [], "still going through Recruit"),
    ],
)
def test_enrol_again_opens_a_round_only_when_it_may_and_is_always_unticked(
    days_ago, state, opened, problem
):
    past = an_enrolment(state=state)
    sent = a_touch(past, at=NOON - days_ago * DAY)

    made = plan(a_creator(enrol_again=True), enrolments=[past], touches=[sent])

    assert [opening.key for opening in openings_of(made)] == opened
    assert values_of(made)[creators.ENROL_AGAIN] is False
    assert problem in "".join(found.text for found in made.problems if "Enrol again" in found.text)
    assert bool(problem) == any("Enrol again" in found.text for found in made.problems)


def test_enrol_again_without_a_sequence_is_answered():
    made = plan(a_creator(enrol_again=True, sequence_record=""))

    assert values_of(made) == {creators.ENROL_AGAIN: False}
    assert [p.text for p in made.problems] == ["Enrol again was not done: no Sequence is chosen."]


def test_a_refusal_stays_on_the_row_until_it_is_cleared_or_ticked_again():
    refusal = "Enrol again was not done: no Sequence is chosen."
    noted = f"Something else.\n{refusal}"

    told = plan(a_creator(note=noted, sequence_record="")).problems

    assert [p.text for p in told] == [refusal]
    assert plan(a_creator(note="", sequence_record="")).problems == ()
    assert [o.round for o in openings_of(plan(a_creator(note=noted)))] == [1]
    assert plan(a_creator(note=noted)).problems == ()


def test_sending_off_sends_and_enrols_nobody():
    made = plan(a_creator(enrol_again=True), rules=replace(RULES, sending=False))

    assert made.actions == ()
    assert made.problems == ()
    assert why_not(made) == ["Sending is off in Settings."]


def test_outside_sending_hours_a_creator_is_enrolled_and_waits():
    midnight = NOON + timedelta(hours=12)

    made = plan(a_creator(), now=midnight)

    assert len(openings_of(made)) == 1
    assert touches_of(made) == []
    assert why_not(made) == ["it is outside sending hours where the creator lives."]


def test_follow_ups_go_before_first_messages_and_then_the_oldest():
    running = an_enrolment("cr-bo")
    people = [
        a_creator("cr-new", created_at=NOON - 2 * DAY),
        a_creator("cr-old", created_at=NOON - 3 * DAY),
        a_creator("cr-bo"),
    ]

    made = plan(
        *people,
        enrolments=[running],
        touches=[a_touch(running)],
        mailboxes=[MailboxRoom("jane", 2)],
    )

    assert [touch.creator for touch in touches_of(made)] == ["cr-bo", "cr-old"]
    assert why_not(made) == ["mailbox jane has no room left today."]


def test_a_held_mailbox_sends_nothing_and_says_why():
    made = plan(a_creator(), mailboxes=[MailboxRoom("jane", 9, "its inbox was not read.")])

    assert touches_of(made) == []
    assert why_not(made) == ["mailbox jane is held: its inbox was not read."]


def test_all_messages_of_an_enrolment_leave_from_its_mailbox():
    running = an_enrolment(mailbox="sam")
    rooms = [MailboxRoom(name, 9) for name in ("ada", "jane", "sam")]

    [touch] = touches_of(
        plan(a_creator(), enrolments=[running], touches=[a_touch(running)], mailboxes=rooms)
    )

    assert touch.mailbox == "sam"


def test_two_rows_of_one_creator_get_one_message_and_both_are_told():
    older = a_creator(record_id="recOld", created_at=NOON - 9 * DAY)
    newer = a_creator(record_id="recNew", created_at=NOON - 8 * DAY)

    made = plan(newer, older)

    assert [touch.record_id for touch in touches_of(made)] == ["recOld"]
    assert sorted(problem.record_id for problem in made.problems) == ["recNew", "recOld"]


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
