"""What outreach does for one creator, case by case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from automations.outreach import MailboxRoom
from schemas.outreach import DeliveryState, EnrolmentState
from schemas.stages import Stage
from schemas.tables import creators
from tests.builders_outreach import (
    DAY,
    NOON,
    RULES,
    STEPS,
    WAKE_UP,
    a_creator,
    a_touch,
    an_enrolment,
    openings_of,
    plan,
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
